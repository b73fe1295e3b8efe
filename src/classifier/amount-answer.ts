/** From an output to the amount that it is. */
import { knownOptions } from "../base/errors.js";
import type { Encoding } from "../tokens/text-part.js";
import type { Reading } from "./answering.js";

/** What a regressor answers to a text. */
export interface AmountPrediction {
  /** In the unit of what was learned from. */
  value: number;
  /**
   * Of an automatic one: the share of the text's words that it has learned from. Of any other 0 where what it reads of the text
   * holds no word of its vocabulary.
   */
  known?: number;
}

/** How a regressor's output is read. @throws InputError for options, of which there are none */
export function amountReading({ encoder }: Encoding, options: object): Reading<AmountPrediction> {
  knownOptions(options, [], "predict");
  return {
    encoder,
    read: ([value], known) => ({ value: value!, ...(known === undefined ? {} : { known }) }),
  };
}
