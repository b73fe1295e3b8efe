/**
 * TextVectorization: an input that takes texts. Each becomes a row of token ids, padded and cut behind, before the network
 * sees it; the plan finds the ids in place as with any input. Source: keras/src/layers/preprocessing/text_vectorization.py.
 */
import { objectOf } from "../base/arguments.js";
import { inputError } from "../base/errors.js";
import { SPLITS, STANDARDIZATIONS } from "../tokens/options.js";
import { Vectorizer } from "../tokens/vectorizer.js";
import { Input } from "./input.js";
import { configure, type LayerKind, type Shape } from "./layer.js";
import { choice, countOr, type LayerOptions, type RequiredOption, type Resolved } from "./options.js";

/** Options of `layers.textVectorization`. */
export interface TextVectorizationOptions extends LayerOptions {
  /**
   * Every word by id, "" (padding) and "[UNK]" (unknown words) first, as `Vectorizer` and `VocabularyBuilder` have
   * it.
   */
  vocabulary: readonly string[];
  /** What becomes of capitals and punctuation before a text is split. Default "lowerAndStripPunctuation". */
  standardize?: (typeof STANDARDIZATIONS)[number];
  /** Where a text is cut into words. Default "whitespace". */
  split?: (typeof SPLITS)[number];
  /** T, the ids in a row; null: as many as the longest text of a batch has. Default null. */
  outputSequenceLength?: number | null;
}

export const textVectorizationOptions = {
  vocabulary: words(),
  standardize: choice("lowerAndStripPunctuation", STANDARDIZATIONS),
  split: choice("whitespace", SPLITS),
  outputSequenceLength: countOr(null),
};

function words(): RequiredOption<readonly string[]> {
  return {
    fallback: undefined,
    required: true,
    resolve(value, where) {
      if (Array.isArray(value)) return value;
      throw inputError({ expected: "a list of words", where, received: value });
    },
  };
}

export const textVectorizationKind: LayerKind<"TextVectorization"> = {
  className: "TextVectorization",
  options: textVectorizationOptions,
  make: textVectorization,
  mask: "ends",
  isInput: true,
  takesTexts: true,
  keras: {
    arguments: `max_tokens standardize split ngrams output_mode output_sequence_length pad_to_max_tokens vocabulary idf_weights sparse ragged encoding`,
  },
};

export class TextVectorization extends Input {
  override get kind(): LayerKind {
    return textVectorizationKind;
  }
  override readonly options: Resolved<TextVectorizationOptions, typeof textVectorizationOptions> & {
    readonly shape: Shape;
  };
  readonly vectorizer: Vectorizer;

  constructor(given: TextVectorizationOptions) {
    const { name, trainable } = objectOf(given, "TextVectorization", "an object of options");
    const options = configure(textVectorizationOptions, given, "TextVectorization");
    const shape: Shape = [options.outputSequenceLength];
    super({
      shape,
      ...(name === undefined ? {} : { name }),
      ...(trainable === undefined ? {} : { trainable }),
    });
    const { standardize, split, outputSequenceLength: length, vocabulary } = options;
    const row = length === null ? {} : { length };
    this.vectorizer = new Vectorizer({ frontEnd: "textVectorization", standardize, split }, vocabulary, row);
    this.options = { ...options, shape };
  }
}

/**
 * An input that takes texts: each becomes a row of token ids [T], padded and cut behind, for the Embedding that
 * follows.
 *
 * @example layers.textVectorization({ vocabulary: ["", "[UNK]", "good", "bad"], outputSequenceLength: 20 })
 */
export function textVectorization(options: TextVectorizationOptions): TextVectorization {
  return new TextVectorization(options);
}
