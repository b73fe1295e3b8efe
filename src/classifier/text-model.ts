/** A network and what turns texts into its inputs, kept together: what classifiers and regressors have in common. */
import { objectOf, textOf } from "../base/arguments.js";
import { type InputError, inputError } from "../base/errors.js";
import type { Json } from "../base/json.js";
import { Long } from "../base/progress.js";
import { writingKeras } from "../formats/keras/write.js";
import { type Chosen, formatOf, KEEPING_ENDINGS } from "../formats/registry.js";
import { modelOf } from "../model/given.js";
import { type Model, remarksOf, trainerOf } from "../model/model.js";
import { IdEncoder, type RowEncoder } from "../tokens/row-encoder.js";
import { notesOfText } from "../tokens/text-part.js";
import type { Vectorizer } from "../tokens/vectorizer.js";
import { TextAnswerer } from "./answering.js";
import type { TrainingRecord } from "./options.js";
import type { Answering } from "./outputs.js";

/** What answers texts by a network that can be trained, saved and looked into. */
export abstract class TextModel<Answer, Options extends object = object> extends TextAnswerer<
  Answer,
  Options
> {
  /**
   * The network: [rows][length] ids to [rows][outputs] numbers. Free its memory with `model.dispose()`.
   */
  readonly model: Model;
  /** Turns texts into what the network reads. */
  readonly encoder: RowEncoder;
  /** How it was trained; null where that is not on record. */
  readonly training: TrainingRecord | null;

  /**
   * @param where what messages call it
   * @throws InputError for parts of the wrong kind
   */
  constructor(parts: { model: Model; encoder: RowEncoder; training: TrainingRecord | null }, where: string) {
    super();
    const { model, encoder, training } = objectOf(parts, where);
    this.model = modelOf(model, `${where} model`);
    this.encoder = objectOf(encoder, `${where} encoder`);
    this.training = training;
  }

  /** What is kept beside the model, as it is now; worked out when it is called. */
  protected abstract extras(): () => Json;

  protected override get answering(): Answering {
    return { network: trainerOf(this.model).network, model: this.model };
  }

  /**
   * Turns texts into the ids that the network reads.
   * @throws InputError for an automatic one, which reads n-grams: see `encoder`
   */
  get vectorizer(): Vectorizer {
    return this.idEncoder.vectorizer;
  }

  /** Ids in a row: shorter texts are padded to it, longer ones cut. @throws InputError as `vectorizer` */
  get length(): number {
    return this.idEncoder.length;
  }

  private get idEncoder(): IdEncoder {
    if (this.encoder instanceof IdEncoder) return this.encoder;
    throw readsNgrams("one whose network reads words", { where: "vectorizer and length" });
  }

  /** All of it as a .keras file, whose network Python Keras opens too. */
  async toBytes(): Promise<Uint8Array> {
    return new Long({}, "toBytes").run(writingKeras(this.model, {}, this.extras()));
  }

  /**
   * Writes it in the format that the path's ending names: .keras, .safetensors, .onnx, .json (TensorFlow.js), .mjs
   * or .html (a page to try it in). An older file is replaced only once the new one is whole. Node only.
   * @throws InputError for another ending, and for .h5, which has no place for a vocabulary
   */
  async save(path: string | URL): Promise<void> {
    keepingFormatOf(path);
    const { saveAs } = await import("../formats/save.js");
    const { leftOut } = await saveAs({ model: this.model, extras: this.extras()() }, path);
    for (const text of leftOut) remarksOf(this.model).tell(text);
  }

  /**
   * The files that `save` writes, by their names, anywhere: one file, or several where a .json (TensorFlow.js) has its weights
   * beside it.
   * @param name whose ending names the format; no path
   * @throws InputError as `save`
   */
  async toFiles(name: string): Promise<Map<string, Uint8Array>> {
    const { write } = keepingFormatOf(textOf(name, "toFiles"));
    const written = await write({ model: this.model, extras: this.extras()() }, { name, weights: "float32" });
    return written instanceof Uint8Array ? new Map([[name, written]]) : written;
  }
}

/** The format of a path, which must have a place for what belongs to the network. */
function keepingFormatOf(path: string | URL): Chosen {
  const format = formatOf(path);
  if (format.keepsExtras) return format;
  throw inputError({
    expected: `a format that keeps what belongs to the network, too: ${KEEPING_ENDINGS}`,
    where: String(path),
    received: format.what,
    next: "The network alone: model.save(path), where model is its own.",
  });
}

/** Has a model that was opened say what may make its texts be read otherwise than where it was trained. */
export function noteTexts(model: Model, encoder: RowEncoder, name: string): void {
  const said = new Set(model.notes);
  remarksOf(model).add(notesOfText({ encoder }, name).filter(({ text }) => !said.has(text)));
}

/** Why what is wanted cannot be had of what reads n-grams. */
export const readsNgrams = (
  expected: string,
  { instead, where = "classifier" }: { instead?: string; where?: string },
): InputError =>
  inputError({
    expected,
    where,
    received: "an automatic one, which reads n-grams",
    next: `${instead ? `${instead}, or train one` : "Train one"} with model: "lstm", or any other network.`,
    typed: {
      next: `${instead ? `${instead}, in one file, or train one` : "Train one"} with --model lstm, or any other network.`,
    },
  });
