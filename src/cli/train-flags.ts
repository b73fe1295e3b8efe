/** The flags of `cellstate train`, as typed or as a script sets them. */
import type { Effort } from "../classifier/options.js";
import type { Definitions } from "../formats/python/script.js";
import type { OptimizerName } from "../objectives/optimizers.js";
import type { FrontEndOptions, Segmentation, Side } from "../tokens/options.js";
import type { EngineFlags } from "./context.js";
import type { LabelSetFlags, SplitFlags } from "./data.js";

/** What labels are asked to be. */
export const TARGETS = ["classes", "amounts"] as const;

export interface TrainFlags extends EngineFlags, LabelSetFlags, SplitFlags {
  test?: string;
  testSplit: number;
  /** Parts that each are held out once, before all rows are learned from. */
  folds?: number;
  model: string;
  /** How much auto tries. */
  effort: Effort;
  /** Seconds that it may take. */
  budget?: number;
  maxSize?: number;
  /** A classifier whose members are trained again. */
  replay?: string;
  /** Ids known and read: the model file's own, else 1,000 and 200. */
  vocabulary?: number;
  length?: number;
  /** A vocabulary file, in place of learning one. */
  tokenizer?: string;
  frontEnd: FrontEndOptions["frontEnd"];
  /** A file of word vectors to begin with, and whether they stay as they are. */
  vectors?: string;
  freezeVectors?: boolean;
  /** What a script says of the front end besides, for which there is no flag. */
  frontEndOptions?: object;
  /** How words of scripts without spaces are cut: as the texts need where nothing is said. */
  segment?: Segmentation;
  padding?: Side;
  truncating?: Side;
  epochs: number;
  patience: number;
  batchSize: number;
  validationSplit: number;
  /** Data that the classifier that is gone on from has learned from, to be learned again. */
  oldData?: string;
  /** The model file's own, else adam. */
  optimizer?: OptimizerName;
  learningRate?: number;
  balance?: boolean;
  target?: (typeof TARGETS)[number];
  /** Whether a text may have any number of labels. */
  multiLabel?: boolean;
  seed: number;
  /** A folder for rows that memory is not to hold; and whether it is to hold them all. */
  scratch?: string;
  inMemory?: boolean;
  out?: string;
  report?: string;
  card?: string;
  /** What training did to the network: a page, or JSON. */
  track?: string;
  /** A folder for what training came to after each epoch. */
  keepEpochs?: string;
  checkpoint?: string;
  checkpointEvery: number;
  resume?: boolean;
  mistakes: number;
  define?: Definitions;
  json?: boolean;
}
