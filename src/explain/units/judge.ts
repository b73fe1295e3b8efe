/** How good an answer is: the loss that a network learned by, and whether it is right. */
import { bestOf } from "../../classifier/answer.js";
import type { OpenNetwork } from "./network.js";

/** A text's loss, and whether its answer is right (null where there is no such thing). */
export interface Score {
  loss: number;
  right: boolean | null;
}

/** Judges a network's output [F] against the targets of a text. */
export type Judge = (output: Float32Array, targets: Float32Array) => Score;

/** Keras's own bound on probabilities in a logarithm. */
const LEAST = 1e-7;
const log = (p: number) => -Math.log(Math.min(1 - LEAST, Math.max(LEAST, p)));

/** The loss that probabilities have, a label's by itself where there may be several; squares of an amount. */
export function judgeOf({ kind, threshold }: Pick<OpenNetwork, "kind" | "threshold">): Judge {
  if (kind === "amount") return ([value], [wanted]) => ({ loss: (value! - wanted!) ** 2, right: null });
  if (kind === "label") {
    return (output, wanted) => {
      const label = wanted.indexOf(1);
      const p = output.length === 1 ? (label === 1 ? output[0]! : 1 - output[0]!) : output[label]!;
      return { loss: log(p), right: bestOf(output, threshold) === label };
    };
  }
  return (output, wanted) => {
    let loss = 0;
    for (const [k, p] of output.entries()) loss += log(wanted[k] === 1 ? p : 1 - p) / output.length;
    return { loss, right: null };
  };
}
