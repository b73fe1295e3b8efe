/** What is done with gradients before an optimizer sees them: norms, clipping, regularisation. */
import type { Bound } from "./bound.js";

export function sumSquares({ out, x, length, accumulate }: Bound<"sumSquares">): void {
  let sum = accumulate ? out[0]! : 0;
  for (let i = 0; i < length; i++) sum += x[i]! * x[i]!;
  out[0] = sum;
}

export function clipToNorm({ g, norm2, length, limit }: Bound<"clipToNorm">): void {
  const factor = limit / Math.max(Math.sqrt(norm2[0]!), limit);
  for (let i = 0; i < length; i++) g[i]! *= factor;
}

export function clipToValue({ g, length, limit }: Bound<"clipToValue">): void {
  for (let i = 0; i < length; i++) g[i] = Math.min(limit, Math.max(-limit, g[i]!));
}

export function regularize({ g, penalty, w, length, l1, l2 }: Bound<"regularize">): void {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    g[i]! += l1 * Math.sign(w[i]!) + 2 * l2 * w[i]!;
    sum += l1 * Math.abs(w[i]!) + l2 * w[i]! * w[i]!;
  }
  penalty[0]! += sum;
}
