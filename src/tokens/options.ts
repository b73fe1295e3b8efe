/**
 * What can be chosen about turning text into rows of ids: a front end (how text becomes tokens and ids), and the shape
 * of a row. Both front ends are Keras's: `TextVectorization`, and the legacy `Tokenizer` with `pad_sequences`.
 */
import { objectOf } from "../base/arguments.js";
import { didYouMean, inputError, oneOf, wholeNumber } from "../base/errors.js";

/** The side of a row: before the tokens or after them. */
export type Side = "pre" | "post";

export const SEGMENTATIONS = ["words", "characters", "none"] as const;
/** How texts in scripts without spaces fall into words. */
export type Segmentation = (typeof SEGMENTATIONS)[number];
/** Those that cut. */
export type Cutting = Exclude<Segmentation, "none">;

/** How texts in scripts without spaces between words fall into words. Keras knows no such thing. */
export interface SegmentOptions {
  /**
   * Of Chinese, Japanese, Thai, Lao, Khmer and Burmese, where splitting at spaces leaves whole clauses. "words": cut by the
   * dictionary of `Intl.Segmenter`, which may be another on another platform (what loads the classifier there says so);
   * "characters": each a word, which is the same everywhere; "none" (the default, and Keras's). "auto", for
   * `TextClassifier.train` (its default) and `Corpus.read` alone: as the texts need.
   */
  segment?: Segmentation | "auto";
}

/** Keras's TextVectorization: unknown words are id 1, "[UNK]"; ties in the vocabulary go by bytes, descending. */
export interface TextVectorizationOptions extends SegmentOptions {
  /** Keras's layer of that name. */
  frontEnd: "textVectorization";
  /** Default "lowerAndStripPunctuation". Lower-casing is ASCII-only and punctuation is removed, not split at. */
  standardize?: (typeof STANDARDIZATIONS)[number];
  /** Default "whitespace" (ASCII whitespace only). "none": the whole text is one token. */
  split?: (typeof SPLITS)[number];
}

/** Keras's legacy Tokenizer: ids from 1 by falling count, ties in order of first sight. */
export interface TokenizerOptions extends SegmentOptions {
  /** Keras 2's `Tokenizer`. */
  frontEnd: "tokenizer";
  /** Characters that part words, as `split` does. Default: punctuation without the apostrophe, tab and newline. */
  filters?: string;
  /** Unicode lower-casing. Default true. */
  lower?: boolean;
  /** One ASCII character. Default a space. */
  split?: string;
  /** Every character is a token; `filters` and `split` are then unused. Default false. */
  charLevel?: boolean;
  /** Takes id 1 and stands for unknown words. Default null: unknown words leave no trace. */
  oovToken?: string | null;
}

/** How text becomes tokens: one of Keras's two front ends, with its settings. */
export type FrontEndOptions = TextVectorizationOptions | TokenizerOptions;
/** Every default filled in. Where nothing is cut, nothing is said of it: files are what they were without it. */
type Resolved<O> = Required<Omit<O, "segment">> & { segment?: Cutting };
/** A front end with every default filled in. */
export type FrontEnd = Resolved<TextVectorizationOptions> | Resolved<TokenizerOptions>;

/** The lexer: words, numbers and punctuation as they stand, which n-grams are made of. It has no settings. */
export interface LexerOptions {
  /** The lexer. */
  frontEnd: "lexer";
}

/** How the texts of a corpus fall into tokens: as one of Keras's front ends does it, or the lexer. */
export type CorpusFrontEndOptions = FrontEndOptions | LexerOptions;
/** The same with every default filled in. */
export type CorpusFrontEnd = FrontEnd | LexerOptions;

/** The shape of a row. Keras: `output_sequence_length` and post/post, or `maxlen` and pre/pre. */
export interface RowOptions {
  /** Ids in a row. Without it rows are as long as the longest of their batch. */
  length?: number;
  /** Where zeros go in a short row. Default "post" for TextVectorization, "pre" for Tokenizer. */
  padding?: Side;
  /** Where a long row is cut. Default as `padding`'s. */
  truncating?: Side;
}

/** What vocabulary to make of counted tokens, and what rows its vectorizer lays. */
export interface BuildOptions extends RowOptions {
  /** Ids in the vocabulary, padding and unknown included: Keras's `max_tokens` or `num_words`. Default: all words. */
  size?: number;
}

export const STANDARDIZATIONS = ["lowerAndStripPunctuation", "lower", "stripPunctuation", "none"] as const;
export const SPLITS = ["whitespace", "character", "none"] as const;
export const SIDES = ["pre", "post"] as const;
export const DEFAULT_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n';
/** Padding is always id 0, with no word of its own. */
export const PADDING_WORD = "";
/** TextVectorization's word for the unknown, always id 1. */
export const UNKNOWN_WORD = "[UNK]";
/** Ids travel as float32, which is exact up to here. */
export const MOST_IDS = 2 ** 24;

/** Defaults filled in, every value checked; the values may come from a file. */
export function resolveFrontEnd(options: FrontEndOptions, where = "text options"): FrontEnd {
  objectOf(options, where, "an object of options");
  oneOf(options.frontEnd, ["textVectorization", "tokenizer"], `${where}: frontEnd`);
  if (options.frontEnd === "textVectorization") {
    refuseUnknownOptions(options, ["frontEnd", "standardize", "split", "segment"], where);
    const split = oneOf(options.split ?? "whitespace", SPLITS, `${where}: split`);
    return {
      frontEnd: "textVectorization",
      standardize: oneOf(
        options.standardize ?? "lowerAndStripPunctuation",
        STANDARDIZATIONS,
        `${where}: standardize`,
      ),
      split,
      ...cuttingOf(options, split === "whitespace", where),
    };
  }
  refuseUnknownOptions(
    options,
    ["frontEnd", "filters", "lower", "split", "charLevel", "oovToken", "segment"],
    where,
  );
  const {
    filters = DEFAULT_FILTERS,
    lower = true,
    split = " ",
    charLevel = false,
    oovToken = null,
  } = options;
  if (typeof filters !== "string") {
    throw inputError({ expected: "a string of characters", where: `${where}: filters`, received: filters });
  }
  if (typeof split !== "string" || split.length !== 1 || split.charCodeAt(0) >= 128) {
    throw inputError({ expected: "one ASCII character", where: `${where}: split`, received: split });
  }
  if (oovToken !== null && (typeof oovToken !== "string" || oovToken === "")) {
    throw inputError({ expected: "a word or null", where: `${where}: oovToken`, received: oovToken });
  }
  return {
    frontEnd: "tokenizer",
    filters,
    lower: trueOrFalse(lower, `${where}: lower`),
    split,
    charLevel: trueOrFalse(charLevel, `${where}: charLevel`),
    oovToken,
    ...cuttingOf(options, !charLevel, where),
  };
}

/** @param words whether the front end splits into words */
function cuttingOf(
  { segment = "none" }: SegmentOptions,
  words: boolean,
  where: string,
): { segment?: Cutting } {
  const by = oneOf(segment, SEGMENTATIONS, `${where}: segment`);
  if (by === "none") return {};
  if (words) return { segment: by };
  throw inputError({
    expected: '"none" where texts are not split into words',
    where: `${where}: segment`,
    received: segment,
  });
}

/** Whether how words are cut is left to the texts. */
export const isUndecided = (frontEnd: CorpusFrontEndOptions): boolean =>
  !isLexer(frontEnd) && frontEnd?.segment === "auto";

/** The same, cut as said; what is left to the texts is not cut unless that is said. */
export function decided<F extends CorpusFrontEndOptions>(frontEnd: F, segment: Segmentation = "none"): F {
  return isUndecided(frontEnd) ? { ...frontEnd, segment } : frontEnd;
}

export const isLexer = (frontEnd: CorpusFrontEndOptions): frontEnd is LexerOptions =>
  frontEnd?.frontEnd === "lexer";

/** As `resolveFrontEnd`, the lexer included. */
export function resolveCorpusFrontEnd(
  options: CorpusFrontEndOptions,
  where = "text options",
): CorpusFrontEnd {
  if (!isLexer(options)) return resolveFrontEnd(options, where);
  refuseUnknownOptions(options, ["frontEnd"], where);
  return { frontEnd: "lexer" };
}

/** The row options with the front end's own defaults filled in. */
export function resolveRow(
  frontEnd: FrontEnd,
  row: RowOptions,
  where = "text options",
): { length: number | undefined; padding: Side; truncating: Side } {
  const { length, padding, truncating } = objectOf(row, where, "an object of options");
  const side: Side = frontEnd.frontEnd === "tokenizer" ? "pre" : "post";
  return {
    length: length === undefined ? undefined : wholeNumber(length, `${where}: length`, 1, MOST_IDS),
    padding: oneOf(padding ?? side, SIDES, `${where}: padding`),
    truncating: oneOf(truncating ?? side, SIDES, `${where}: truncating`),
  };
}

/** The words that stand before the learned ones: padding, then the unknown where there is such a word. */
export function specialWords(frontEnd: FrontEnd): string[] {
  if (frontEnd.frontEnd === "textVectorization") return [PADDING_WORD, UNKNOWN_WORD];
  return frontEnd.oovToken === null ? [PADDING_WORD] : [PADDING_WORD, frontEnd.oovToken];
}

/** A typo in an option's name must not pass for a default. */
export function refuseUnknownOptions(given: object, known: readonly string[], where: string): void {
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) {
      throw inputError({
        expected: `options ${known.join(", ")}`,
        where,
        received: name,
        next: didYouMean(name, known),
      });
    }
  }
}

function trueOrFalse(value: unknown, where: string): boolean {
  if (typeof value === "boolean") return value;
  throw inputError({ expected: "true or false", where, received: value });
}
