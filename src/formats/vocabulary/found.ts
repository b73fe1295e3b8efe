import type { FrontEndOptions, RowOptions } from "../../tokens/options.js";

/** What a file holds, before it becomes a vectorizer. */
export interface FoundVocabulary {
  frontEnd: FrontEndOptions;
  /** By id. */
  words: string[];
  /** What the file says about rows. */
  row?: RowOptions;
  /** Of Cellstate's own: how a dictionary cut the words. */
  cuts?: readonly number[];
  format: string;
  /** Settings that the file leaves out, with the values assumed. */
  assumed: string[];
}
