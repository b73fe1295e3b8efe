/**
 * Optimizers: one pass over parameters w, gradients g and state. Formulas are Keras 3's. scalars [0] is the learning rate,
 * [1] the bias-corrected rate of this step. 1−rho and 1−beta are passed as such: taken from a float32 beta of 0.999 they
 * would be off by 1e-5 of themselves.
 */
import { flag, optional, reads, real, trainingKernel, updates, whole } from "./declare.js";

/** Plain, momentum (Polyak 1964) and Nesterov momentum. */
const sgd = trainingKernel(
  "velocity = momentum · velocity − lr · g, or NULL: plain; w += velocity, or with nesterov momentum · velocity − lr · g",
  {
    w: updates("length"),
    g: reads("length"),
    velocity: optional(updates("length")),
    scalars: reads("2"),
    length: whole,
    nesterov: flag,
    momentum: real,
    weightDecay: real,
  },
  (a) => {
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
  },
);

/** RMSprop (Tieleman and Hinton 2012); Keras puts epsilon inside the root. */
const rmsprop = trainingKernel(
  "v = rho · v + (1−rho) · g²; w −= lr · g / √(v + epsilon); velocity or NULL: momentum; average or NULL: centered",
  {
    w: updates("length"),
    g: reads("length"),
    v: updates("length"),
    velocity: optional(updates("length")),
    average: optional(updates("length")),
    scalars: reads("2"),
    length: whole,
    oneMinusRho: real,
    momentum: real,
    epsilon: real,
    weightDecay: real,
  },
  (a) => {
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
  },
);

/** Adam (Kingma and Ba 2015), AMSGrad (Reddi et al. 2018) and, with weight decay, AdamW (Loshchilov and Hutter 2019). */
const adam = trainingKernel(
  "w −= scalars[1] · m / (√v + epsilon); weightDecay: AdamW, w −= lr · weightDecay · w first; vMax or NULL: AMSGrad",
  {
    w: updates("length"),
    g: reads("length"),
    m: updates("length"),
    v: updates("length"),
    vMax: optional(updates("length")),
    scalars: reads("2"),
    length: whole,
    oneMinusBeta1: real,
    oneMinusBeta2: real,
    epsilon: real,
    weightDecay: real,
  },
  (a) => {
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
  },
);

export const optimizer = { sgd, rmsprop, adam };
