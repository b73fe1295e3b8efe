/**
 * Optimizers: one pass over parameters w, gradients g and state. Formulas are Keras 3's. scalars [0] is the learning rate,
 * [1] the bias-corrected rate of this step. 1−rho and 1−beta are passed as such: taken from a float32 beta of 0.999 they
 * would be off by 1e-5 of themselves.
 */
import { flag, optional, type Reals, reads, real, trainingKernel, updates, whole, words } from "./declare.js";
import { shareOf } from "./shares.js";

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

/** Adam of the rows that a batch named alone: all others stay, moments included ("lazy"). */
const adamRows = trainingKernel(
  "adam without decay of one part of the rows rows[k] of w, m, v and vMax, k < count; their gradients are the rows k of g",
  {
    w: updates("V F"),
    g: reads("V F"),
    m: updates("V F"),
    v: updates("V F"),
    vMax: optional(updates("V F")),
    scalars: reads("2"),
    count: words("1"),
    rows: words("V"),
    V: whole,
    F: whole,
    part: whole,
    parts: whole,
    oneMinusBeta1: real,
    oneMinusBeta2: real,
    epsilon: real,
  },
  (a) => {
    const { F, part, parts } = a;
    const to = shareOf(a.count[0]!, part + 1, parts);
    for (let k = shareOf(a.count[0]!, part, parts); k < to; k++) {
      const of = (values: Reals, row: number) => values.subarray(row * F, (row + 1) * F);
      const row = a.rows[k]!;
      const [w, m, v] = [of(a.w, row), of(a.m, row), of(a.v, row)];
      const vMax = a.vMax && of(a.vMax, row);
      adam.reference({ ...a, w, g: of(a.g, k), m, v, vMax, length: F, weightDecay: 0 });
    }
  },
);

export const optimizer = { sgd, rmsprop, adam, adamRows };
