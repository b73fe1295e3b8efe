import type { FrontEndOptions, RowOptions } from "../../tokens/options.js";

/** What a file holds, before it becomes a vectorizer. */
export interface FoundVocabulary {
  frontEnd: FrontEndOptions;
  /** By id. */
  words: string[];
  /** What the file says about rows. */
  row?: RowOptions;
  format: string;
  /** Settings that the file leaves out, with the values assumed. */
  assumed: string[];
}
