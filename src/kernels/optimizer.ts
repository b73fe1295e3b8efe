/** Optimizers: one pass over parameters w, gradients g and state, all [length]. Formulas are Keras 3's. */
import type { Bound } from "./bound.js";

/** Plain, momentum (Polyak 1964) and Nesterov momentum. */
export function sgdKernel(a: Bound<"sgd">): void {
  const { w, g, velocity, momentum } = a;
  const lr = a.scalars[0]!;
  for (let i = 0; i < a.length; i++) {
    if (a.weightDecay) w[i]! -= lr * a.weightDecay * w[i]!;
    if (!velocity) {
      w[i]! -= lr * g[i]!;
      continue;
    }
    const v = momentum * velocity[i]! - lr * g[i]!;
    velocity[i] = v;
    w[i]! += a.nesterov ? momentum * v - lr * g[i]! : v;
  }
}

/** RMSprop (Tieleman and Hinton 2012); Keras puts epsilon inside the root. */
export function rmspropKernel(a: Bound<"rmsprop">): void {
  const { w, g, v, velocity, average, momentum } = a;
  const gain = a.oneMinusRho;
  const rho = 1 - gain;
  const lr = a.scalars[0]!;
  for (let i = 0; i < a.length; i++) {
    if (a.weightDecay) w[i]! -= lr * a.weightDecay * w[i]!;
    v[i] = rho * v[i]! + gain * g[i]! * g[i]!;
    let denominator = v[i]! + a.epsilon;
    if (average) {
      average[i] = rho * average[i]! + gain * g[i]!;
      denominator -= average[i]! * average[i]!;
    }
    const step = (lr * g[i]!) / Math.sqrt(denominator);
    if (velocity) velocity[i] = momentum * velocity[i]! + step;
    w[i]! -= velocity ? velocity[i]! : step;
  }
}

/** Adam (Kingma and Ba 2015), AMSGrad (Reddi et al. 2018) and, with weight decay, AdamW (Loshchilov and Hutter 2019). */
export function adamKernel(a: Bound<"adam">): void {
  const { w, g, m, v, vMax } = a;
  const lr = a.scalars[0]!;
  const alpha = a.scalars[1]!;
  for (let i = 0; i < a.length; i++) {
    if (a.weightDecay) w[i]! -= lr * a.weightDecay * w[i]!;
    m[i]! += (g[i]! - m[i]!) * a.oneMinusBeta1;
    v[i]! += (g[i]! * g[i]! - v[i]!) * a.oneMinusBeta2;
    let second = v[i]!;
    if (vMax) second = vMax[i] = Math.max(vMax[i]!, v[i]!);
    w[i]! -= (alpha * m[i]!) / (Math.sqrt(second) + a.epsilon);
  }
}
