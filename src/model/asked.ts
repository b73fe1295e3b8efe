/** What is put to a model or a predictor. */
import { knownOptions, wholeNumber } from "../base/errors.js";
import { atOnce } from "../base/pieces.js";
import type { Rows } from "../network/arrays.js";
import type { InputsLike } from "../network/inputs.js";
import { DEFAULT_BATCH, type Network } from "../network/network.js";
import type { PredictOptions } from "./options.js";

/** Checks what is asked. @throws InputError */
export function asked(
  network: Network,
  x: InputsLike,
  options: PredictOptions,
): [inputs: Rows[], batchSize: number] {
  knownOptions(options, ["batchSize", "onWarning"], "predict");
  const batchSize = wholeNumber(options.batchSize ?? DEFAULT_BATCH, "predict batchSize", 1);
  return [atOnce(network.inputRows(x)), batchSize];
}
