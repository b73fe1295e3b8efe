/** The input of an automatic classifier's network that takes ids of n-grams. */
import type { NetworkLike } from "./network.js";

/** Its name. */
export const NGRAMS_INPUT = "ngrams";

/** Whether a network's rows are ids of n-grams, which no vocabulary of words gives. */
export const takesNgrams = ({ nodes }: Pick<NetworkLike, "nodes">): boolean =>
  nodes.some(({ layer, inputs }) => inputs.length === 0 && layer.name === NGRAMS_INPUT);
