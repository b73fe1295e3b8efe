/** A text classifier that answers and does no more. */
import { textOf, textsOf } from "../base/arguments.js";
import { networkIn, openPredictor, type Predictor, remarksIn } from "../model/predictor.js";
import type { LoadOptions } from "../model/source.js";
import { checkTextPart } from "../network/text-fits.js";
import { notesOfText, readTextPart, type TextPart } from "../tokens/text-part.js";
import {
  type Answering,
  type AnswerOptions,
  answersLater,
  answersTo,
  type Prediction,
  rejectOf,
} from "./answer.js";

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

  /** The probability below which answers are rejected where nothing else is asked; null: none are. */
  get reject(): number | null {
    return this.#part.reject ?? null;
  }

  /** The label of a text, with every label's probability. @throws InputError where the output is no number */
  predict(text: string, options: AnswerOptions = {}): Prediction {
    return this.predictMany([textOf(text, "predict")], options)[0]!;
  }

  /**
   * As `predict`, several at a time: faster than one by one.
   * @throws InputError that names the first text to which the output is no number
   */
  predictMany(texts: readonly string[], options: AnswerOptions = {}): Prediction[] {
    const reject = rejectOf(options, this.#part, "predict");
    return [...answersTo(textsOf(texts, "predictMany"), this.#part, this.#answering, 1, reject)];
  }

  /** As `predict`, on any engine: also on one that answers later, which `predict` refuses. */
  async predictAsync(text: string, options: AnswerOptions = {}): Promise<Prediction> {
    return (await this.predictManyAsync([textOf(text, "predict")], options))[0]!;
  }

  /** As `predictMany`, on any engine. */
  async predictManyAsync(texts: readonly string[], options: AnswerOptions = {}): Promise<Prediction[]> {
    const reject = rejectOf(options, this.#part, "predict");
    return answersLater(textsOf(texts, "predictMany"), this.#part, this.#answering, reject);
  }

  get #answering(): Answering {
    return { network: networkIn(this.model), model: this.model };
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
    remarksIn(predictor).add(notesOfText(part, name));
    return new TextPredictor(predictor, part);
  } catch (error) {
    predictor.dispose();
    throw error;
  }
}
