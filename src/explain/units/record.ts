/** Gates and states of every word of a data set, text after text. */
import { knownOptions } from "../../base/errors.js";
import { Long } from "../../base/progress.js";
import { openNetwork, type TextNetwork } from "./network.js";
import type { UnitPart } from "./parts.js";
import { checkStudy, readRows, STUDY_OPTIONS, type StudyRows, type UnitOptions } from "./rows.js";
import { type RecordedText, UnitWalk } from "./walk.js";

/** Options of `recordUnits`. */
export interface RecordOptions extends UnitOptions {
  /** Gates and states. Default: all. */
  parts?: readonly UnitPart[];
}

const WHERE = "recordUnits";

/**
 * What every unit of a network's recurrent layers did at every word of every text, in float32 as the engine computed it. Texts without
 * a word that the network reads are left out; none needs a label. 64 texts are in memory at a time.
 * @param network a classifier or regressor whose network reads words, or `{ model, … }`
 * @throws InputError for options or texts that are none; AbortError
 * @example for await (const { row, x, signals } of recordUnits(classifier, texts, { parts: ["cell"] })) …
 */
export async function* recordUnits(
  network: TextNetwork,
  texts: StudyRows,
  options: RecordOptions = {},
): AsyncGenerator<RecordedText> {
  knownOptions(options, [...STUDY_OPTIONS, "parts"], WHERE);
  checkStudy(texts, options, WHERE);
  const open = openNetwork(network, WHERE);
  const walk = new UnitWalk(open, options);
  try {
    const long = new Long(options, WHERE);
    yield* walk.walk(readRows(texts, open, { long, where: WHERE, targets: "taken" }), long);
  } finally {
    walk.dispose();
  }
}
