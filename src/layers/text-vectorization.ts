/**
 * TextVectorization: an input that takes texts. Each becomes a row of token ids, padded and cut behind, before the network
 * sees it; the plan finds the ids in place as with any input. Source: keras/src/layers/preprocessing/text_vectorization.py.
 */
import { objectOf } from "../base/arguments.js";
import { inputError } from "../base/errors.js";
import { SPLITS, STANDARDIZATIONS } from "../tokens/options.js";
import { Vectorizer } from "../tokens/vectorizer.js";
import { Input } from "./input.js";
import { configure, type Shape } from "./layer.js";
import { choice, countOr, type Given, type Option, type Resolved } from "./options.js";

export const textVectorizationOptions = {
  /** Every word by id, "" and "[UNK]" first, as `Vectorizer` and `VocabularyBuilder` have it. */
  vocabulary: words(),
  standardize: choice("lowerAndStripPunctuation", STANDARDIZATIONS),
  split: choice("whitespace", SPLITS),
  /** Ids in a row; null: as many as the longest text of a batch has. */
  outputSequenceLength: countOr(null),
};

function words(): Option<readonly string[]> & { readonly required: true } {
  return {
    fallback: undefined,
    required: true,
    resolve(value, where) {
      if (Array.isArray(value)) return value;
      throw inputError({ expected: "a list of words", where, received: value });
    },
  };
}

export class TextVectorization extends Input {
  override readonly className = "TextVectorization";
  override readonly options: Resolved<typeof textVectorizationOptions> & { shape: Shape };
  readonly vectorizer: Vectorizer;

  constructor(given: Given<typeof textVectorizationOptions>) {
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

export const textVectorization = (given: Given<typeof textVectorizationOptions>): TextVectorization =>
  new TextVectorization(given);
