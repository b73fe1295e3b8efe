/** y = f(x) element by element, and its derivative; rectifiers with a slope, a threshold and a ceiling. */
import { activationFormula } from "./activations.js";
import { kernel, reads, real, trainingKernel, whole, writes } from "./declare.js";

const activationForward = kernel(
  "out = activation(x), any; alpha is its parameter where it has one. out may be x.",
  {
    out: writes("length"),
    x: reads("length"),
    length: whole,
    activation: whole,
    alpha: real,
  },
  ({ out, x, length, activation, alpha }) => {
    const { f } = activationFormula(activation);
    for (let i = 0; i < length; i++) out[i] = f(x[i]!, alpha);
  },
);

const activationBackward = trainingKernel(
  "dx = dOut · activation′, from x and out. dx may be dOut.",
  {
    dx: writes("length"),
    dOut: reads("length"),
    x: reads("length"),
    out: reads("length"),
    length: whole,
    activation: whole,
    alpha: real,
  },
  (a) => {
    const { derivative } = activationFormula(a.activation);
    for (let i = 0; i < a.length; i++) a.dx[i] = a.dOut[i]! * derivative(a.x[i]!, a.out[i]!, a.alpha);
  },
);

const rectifyForward = kernel(
  "out = min(x, ceiling) where x > threshold, else slope · (x − threshold)",
  {
    out: writes("length"),
    x: reads("length"),
    length: whole,
    slope: real,
    threshold: real,
    ceiling: real,
  },
  ({ out, x, length, slope, threshold, ceiling }) => {
    for (let i = 0; i < length; i++) {
      const below = slope === 0 ? 0 : slope * (x[i]! - threshold);
      out[i] = x[i]! > threshold ? Math.min(x[i]!, ceiling) : below;
    }
  },
);

const rectifyBackward = trainingKernel(
  "dx = dOut, 0 past the ceiling, slope · dOut below the threshold",
  {
    dx: writes("length"),
    dOut: reads("length"),
    x: reads("length"),
    length: whole,
    slope: real,
    threshold: real,
    ceiling: real,
  },
  (a) => {
    for (let i = 0; i < a.length; i++) {
      const above = a.x[i]! < a.ceiling ? 1 : 0;
      a.dx[i] = a.dOut[i]! * (a.x[i]! > a.threshold ? above : a.slope);
    }
  },
);

export const activation = { activationForward, activationBackward, rectifyForward, rectifyBackward };
