/** From a row of outputs to the labels that apply. */
import { knownOptions } from "../base/errors.js";
import type { LabelSetPart } from "../tokens/text-part.js";
import { scoresOf } from "./answer.js";
import type { Reading } from "./answering.js";

/** What a multi-label classifier answers to a text. */
export interface LabelSetPrediction {
  /** The labels whose probability is above their threshold, the likeliest first; none where none is. */
  labels: string[];
  /** Probability of every label: each is a question of its own, so that they do not add up to 1. */
  scores: Record<string, number>;
  /**
   * Of an automatic one: the share of the text's words that it has learned from. Of any other 0 where what it reads of the text
   * holds no word of its vocabulary.
   */
  known?: number;
}

/** How a multi-label classifier's outputs are read. @throws InputError for options, of which there are none */
export function labelSetReading(
  { encoder, labels, thresholds }: LabelSetPart,
  options: object,
): Reading<LabelSetPrediction> {
  knownOptions(options, [], "predict");
  const limits = Float32Array.from(thresholds);
  return {
    encoder,
    read(output, known) {
      const above = [...output.keys()].filter((k) => output[k]! > limits[k]!);
      const order = above.sort((a, b) => output[b]! - output[a]! || a - b);
      return {
        labels: order.map((k) => labels[k]!),
        scores: scoresOf(labels, output),
        ...(known === undefined ? {} : { known }),
      };
    },
  };
}
