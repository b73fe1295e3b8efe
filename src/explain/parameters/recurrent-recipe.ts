/** What the count of a SimpleRNN, LSTM or GRU is made of. */
import { type Expression, type Leaf, number, plus, times } from "./expression.js";

/** What the count of one cell depends on. */
export interface Recipe {
  /** Networks side by side; null for one, which needs no factor. */
  networks: Leaf | null;
  /** Numbers in x_t; null when the kernel was forgotten. */
  inputs: Expression | null;
  units: Leaf;
  /** Whether h_{t−1} is seen, and c_{t−1} besides. */
  recurrent: boolean;
  peepholes: boolean;
  /** What the kernels were multiplied with; null for the units, as it should be. */
  width: Expression | null;
  /** Biases a network, of one number a unit; or what else was counted. */
  biases: 0 | 1 | 2 | Expression;
  /** What the whole was multiplied with. */
  whole: Leaf | null;
}

const TWO_BIASES = number(2, "biases a network: one beside the kernel, one beside the recurrent kernel");

/** networks × ((I + U) × U + U) */
export function count(recipe: Recipe): Expression {
  const { networks, inputs, units, recurrent, peepholes, width, whole } = recipe;
  const states = [...(recurrent ? [units] : []), ...(peepholes ? [units] : [])];
  const seen = plus(...(inputs ? [inputs] : []), ...states);
  const kernels = times(seen, width ?? units);
  const network = plus(kernels, ...biasOf(recipe));
  return times(...(whole ? [whole] : []), ...(networks ? [networks] : []), network);
}

function biasOf({ biases, units }: Recipe): Expression[] {
  if (typeof biases !== "number") return [biases];
  return biases === 2 ? [times(TWO_BIASES, units)] : biases === 1 ? [units] : [];
}
