/** A text classifier that answers and does no more. */
import { textOf, textsOf } from "../base/arguments.js";
import { networkIn, openPredictor, type Predictor } from "../model/predictor.js";
import type { LoadOptions } from "../model/source.js";
import type { Rows } from "../network/arrays.js";
import { checkTextPart } from "../network/text-fits.js";
import { readTextPart, type TextPart } from "../tokens/text-part.js";
import { answersTo, type Prediction } from "./answer.js";

/** Text in, label out. Made by `loadClassifier` of cellstate/predict; free its memory with `dispose()`. */
export class TextPredictor {
  /** The network: rows of ids to rows of probabilities. */
  readonly model: Predictor;
  readonly #part: TextPart;

  /** @param part what turns texts into the network's ids, and its outputs into labels */
  constructor(model: Predictor, part: TextPart) {
    this.model = model;
    this.#part = part;
  }

  /** What the outputs stand for, in their order; with one output, [below the threshold, above it]. */
  get labels(): readonly string[] {
    return this.#part.labels;
  }

  /** The label of a text, with every label's probability. @throws InputError where the output is no number */
  predict(text: string): Prediction {
    return this.predictMany([textOf(text, "predict")])[0]!;
  }

  /**
   * As `predict`, several at a time: faster than one by one.
   * @throws InputError that names the first text to which the output is no number
   */
  predictMany(texts: readonly string[]): Prediction[] {
    textsOf(texts, "predictMany");
    const { model } = this;
    const answering = { network: networkIn(model), predict: (ids: Rows) => model.predictFlat(ids) };
    return [...answersTo(texts, this.#part, answering, 1)];
  }

  /** Frees the engine's memory and threads. It must not be used after. */
  dispose(): void {
    this.model.dispose();
  }
}

/**
 * Reads a classifier in any format that keeps its texts and labels: a path (Node), a URL, or its bytes.
 * @throws InputError when the file is no classifier of Cellstate's
 */
export async function loadClassifier(
  source: string | URL | Uint8Array,
  options: LoadOptions = {},
): Promise<TextPredictor> {
  const { predictor, extras, name } = await openPredictor(source, options);
  try {
    const part = readTextPart(extras, name);
    checkTextPart(networkIn(predictor), part, name);
    return new TextPredictor(predictor, part);
  } catch (error) {
    predictor.dispose();
    throw error;
  }
}
