/** Text models that answer and do no more. */
import {
  networkIn,
  openPredictor,
  type Predictor,
  type PredictorFile,
  remarksIn,
} from "../model/predictor.js";
import type { LoadOptions, ModelSource } from "../model/source.js";
import type { NetworkLike } from "../network/network.js";
import { checkAmountPart, checkLabelSetPart, checkTextPart } from "../network/text-fits.js";
import {
  type Encoding,
  type LabelSetPart,
  notesOfText,
  readAmountPart,
  readLabelSetPart,
  readTextPart,
  type TextPart,
  textKindOf,
} from "../tokens/text-part.js";
import { type AmountPrediction, amountReading } from "./amount-answer.js";
import { type AnswerOptions, labelReading, type Prediction, rejectOf } from "./answer.js";
import { type Reading, TextAnswerer } from "./answering.js";
import { type LabelSetPrediction, labelSetReading } from "./label-set-answer.js";
import type { Answering } from "./outputs.js";

/** What answers texts by a network that only answers; free its memory with `dispose()`. */
abstract class Answerer<Answer, Options extends object = object> extends TextAnswerer<Answer, Options> {
  /** The network: rows of ids to rows of outputs. */
  readonly model: Predictor;

  /** @param model the network, which is its own from then on */
  constructor(model: Predictor) {
    super();
    this.model = model;
  }

  protected override get answering(): Answering {
    return { network: networkIn(this.model), model: this.model };
  }

  /** Frees the engine's memory and threads. It must not be used after. */
  dispose(): void {
    this.model.dispose();
  }
}

/** Text in, label out. Made by `loadClassifier` of cellstate/predict; free its memory with `dispose()`. */
export class TextPredictor extends Answerer<Prediction, AnswerOptions> {
  readonly #part: TextPart;

  /** @param part what turns texts into the network's ids, and its outputs into labels */
  constructor(model: Predictor, part: TextPart) {
    super(model);
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

  protected override reading(options: AnswerOptions): Reading<Prediction> {
    return labelReading(this.#part, rejectOf(options, this.#part, "predict"));
  }
}

/** Text in, labels out. Made by `loadMultiLabelClassifier` of cellstate/predict; free its memory with `dispose()`. */
export class LabelSetPredictor extends Answerer<LabelSetPrediction> {
  readonly #part: LabelSetPart;

  /** @param part what turns texts into the network's ids, and its outputs into labels */
  constructor(model: Predictor, part: LabelSetPart) {
    super(model);
    this.#part = part;
  }

  /** What the outputs stand for, in their order. */
  get labels(): readonly string[] {
    return this.#part.labels;
  }

  /** [labels] a label is answered when its probability is above its threshold. */
  get thresholds(): readonly number[] {
    return this.#part.thresholds;
  }

  protected override reading(options: object): Reading<LabelSetPrediction> {
    return labelSetReading(this.#part, options);
  }
}

/** Text in, amount out. Made by `loadRegressor` of cellstate/predict; free its memory with `dispose()`. */
export class AmountPredictor extends Answerer<AmountPrediction> {
  readonly #part: Encoding;

  /** @param part what turns texts into the network's ids */
  constructor(model: Predictor, part: Encoding) {
    super(model);
    this.#part = part;
  }

  protected override reading(options: object): Reading<AmountPrediction> {
    return amountReading(this.#part, options);
  }
}

/** How what a file keeps beside its network is read, and what becomes of it. */
interface Kind<Part extends Encoding, Made> {
  read: (extras: unknown, name: string) => Part;
  check: (model: NetworkLike, part: Part, name: string) => void;
  make: (model: Predictor, part: Part) => Made;
}

const CLASSIFIER: Kind<TextPart, TextPredictor> = {
  read: readTextPart,
  check: checkTextPart,
  make: (model, part) => new TextPredictor(model, part),
};

const LABEL_SETS: Kind<LabelSetPart, LabelSetPredictor> = {
  read: readLabelSetPart,
  check: checkLabelSetPart,
  make: (model, part) => new LabelSetPredictor(model, part),
};

const AMOUNTS: Kind<Encoding, AmountPredictor> = {
  read: readAmountPart,
  check: (model, { encoder }, name) => checkAmountPart(model, encoder, name),
  make: (model, part) => new AmountPredictor(model, part),
};

/** What a file's parts make of its network. */
function madeOf<Part extends Encoding, Made>(
  { predictor, extras, name }: PredictorFile,
  { read, check, make }: Kind<Part, Made>,
): Made {
  try {
    const part = read(extras, name);
    check(networkIn(predictor), part, name);
    remarksIn(predictor).add(notesOfText(part, name));
    return make(predictor, part);
  } catch (error) {
    predictor.dispose();
    throw error;
  }
}

/**
 * Reads a classifier in any format that keeps its texts and labels: a path (Node), a URL, its bytes, a File, Blob or Response.
 * @throws InputError when the file is no classifier of Cellstate's
 */
export async function loadClassifier(source: ModelSource, options: LoadOptions = {}): Promise<TextPredictor> {
  return madeOf(await openPredictor(source, options), CLASSIFIER);
}

/**
 * As `loadClassifier`, of one that answers several labels a text.
 * @throws InputError when the file is no multi-label classifier of Cellstate's
 */
export async function loadMultiLabelClassifier(
  source: ModelSource,
  options: LoadOptions = {},
): Promise<LabelSetPredictor> {
  return madeOf(await openPredictor(source, options), LABEL_SETS);
}

/**
 * As `loadClassifier`, of one that answers an amount a text.
 * @throws InputError when the file is no regressor of Cellstate's
 */
export async function loadRegressor(
  source: ModelSource,
  options: LoadOptions = {},
): Promise<AmountPredictor> {
  return madeOf(await openPredictor(source, options), AMOUNTS);
}

/**
 * Reads whatever a file holds: what answers texts, or else the network alone.
 * @throws InputError for what is no model file, damaged or hostile
 */
export async function loadAnswerer(
  source: ModelSource,
  options: LoadOptions = {},
): Promise<TextPredictor | LabelSetPredictor | AmountPredictor | Predictor> {
  const file = await openPredictor(source, options);
  if (file.extras === null) return file.predictor;
  const kind = textKindOf(file.extras);
  if (kind === "multi-label-classifier") return madeOf(file, LABEL_SETS);
  return kind === "text-regressor" ? madeOf(file, AMOUNTS) : madeOf(file, CLASSIFIER);
}
