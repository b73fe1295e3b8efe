/** y = f(x) element by element, and its derivative; rectifiers with a slope, a threshold and a ceiling. */
import { activationFormula } from "./activations.js";
import type { Bound } from "./bound.js";

export function activationForward({ out, x, length, activation, alpha }: Bound<"activationForward">): void {
  const { f } = activationFormula(activation);
  for (let i = 0; i < length; i++) out[i] = f(x[i]!, alpha);
}

export function activationBackward(a: Bound<"activationBackward">): void {
  const { derivative } = activationFormula(a.activation);
  for (let i = 0; i < a.length; i++) a.dx[i] = a.dOut[i]! * derivative(a.x[i]!, a.out[i]!, a.alpha);
}

export function rectifyForward({ out, x, length, slope, threshold, ceiling }: Bound<"rectifyForward">): void {
  for (let i = 0; i < length; i++) {
    const below = slope === 0 ? 0 : slope * (x[i]! - threshold);
    out[i] = x[i]! > threshold ? Math.min(x[i]!, ceiling) : below;
  }
}

export function rectifyBackward(a: Bound<"rectifyBackward">): void {
  for (let i = 0; i < a.length; i++) {
    const above = a.x[i]! < a.ceiling ? 1 : 0;
    a.dx[i] = a.dOut[i]! * (a.x[i]! > a.threshold ? above : a.slope);
  }
}
