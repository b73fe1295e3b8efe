import type { Json } from "../base/json.js";
import type { Note, WarningOptions } from "../base/notes.js";
import type { PreparedEngine, PrepareOptions } from "../engines/registry.js";
import type { Shape } from "../layers/layer.js";
import { nestedRows, type Rows } from "../network/arrays.js";
import type { InputsLike } from "../network/inputs.js";
import type { Network } from "../network/network.js";
import { asked } from "./asked.js";
import { ModelNotes } from "./notes.js";
import type { Output, PredictOptions } from "./options.js";
import { type LoadOptions, type ModelSource, openSource } from "./source.js";

/** The network of a predictor. */
export let networkIn: (predictor: Predictor) => Network;
/** What a predictor has to say. */
export let remarksIn: (predictor: Predictor) => ModelNotes;

/** A model that only answers. Made by `loadModel` of cellstate/predict; free its memory with `dispose()`. */
export class Predictor {
  readonly #network: Network;
  readonly #remarks: ModelNotes;

  static {
    networkIn = (predictor) => predictor.#network;
    remarksIn = (predictor) => predictor.#remarks;
  }

  /** @param notes what may make it answer otherwise than where it came from: said with the first answer */
  constructor(network: Network, notes: readonly Note[], onWarning: WarningOptions["onWarning"]) {
    this.#network = network;
    this.#remarks = new ModelNotes(onWarning);
    this.#remarks.add(notes);
  }

  /** What it is called in its file. */
  get name(): string {
    return this.#network.name;
  }

  /** What may make it answer otherwise than where it came from, a line each. */
  get notes(): readonly string[] {
    return this.#remarks.texts(this.#network.startedEngine);
  }

  /** Of each input, without the batch axis; null where the number of steps is open. */
  get inputShapes(): Shape[] {
    return this.#network.inputShapes;
  }

  /** Numbers put out a row (a step, for sequences). */
  get outputSize(): number {
    return this.#network.outputSize;
  }

  /** "native", "wasm" or "reference"; of an engine of your own, the name that it has. */
  get engineName(): string {
    return this.#network.runtime.engine.name;
  }

  /** Threads that share its work: those that were asked for, until it turns out that some of them cannot be had. */
  get threads(): number {
    return this.#network.runtime.engine.threads;
  }

  /** Outputs row by row: a vector each, or a vector a step for sequences. @throws InputError for rows that do not fit */
  predict(x: InputsLike, options: PredictOptions = {}): Output[] {
    return nestedRows(this.predictFlat(x, options));
  }

  /** As `predict`, on any engine: also on one that answers later, which `predict` refuses. */
  async predictAsync(x: InputsLike, options: PredictOptions = {}): Promise<Output[]> {
    return nestedRows(await this.predictFlatAsync(x, options));
  }

  /** As `predict`, in one array [rows][…shape]. */
  predictFlat(x: InputsLike, options: PredictOptions = {}): Rows {
    return this.#network.predict(...this.#asked(x, options));
  }

  /** As `predictAsync`, in one array [rows][…shape]. */
  async predictFlatAsync(x: InputsLike, options: PredictOptions = {}): Promise<Rows> {
    return this.#network.predictAsync(...this.#asked(x, options));
  }

  /** What is asked, checked; said before is what there is to say. */
  #asked(x: InputsLike, options: PredictOptions): Parameters<Network["predict"]> {
    const question = asked(this.#network, x, options);
    this.#remarks.say(false, options.onWarning, "predict", this.#network.runtime.engine);
    return question;
  }

  /** Frees the engine's memory and threads. It must not be used after. */
  dispose(): void {
    this.#network.dispose();
  }
}

/** A predictor, and what its file carries besides the network. */
export interface PredictorFile {
  predictor: Predictor;
  extras: Json;
  /** What messages call the file. */
  name: string;
}

/** @throws InputError for what is no model file, damaged or hostile */
export async function openPredictor(source: ModelSource, loading: LoadOptions): Promise<PredictorFile> {
  const { opened, options } = await openSource(source, loading);
  // Loaded when a file is there: readers and layers are no part of a page that waits for its model.
  const { INFERENCE_ENGINES } = await import("../engines/inference.js");
  const { readNetwork, verify } = await import("../formats/keras/network.js");
  const { name, onWarning, ...computing } = options;
  const engine = INFERENCE_ENGINES.maker(computing, "model");
  await engine.ready?.();
  const { network, context } = readNetwork(opened, { name, engine });
  verify(opened, network);
  const predictor = new Predictor(network, context.notes.list(), onWarning);
  return { predictor, extras: opened.extras, name };
}

/**
 * Makes ready what models compute with, before there is one: fetches and compiles what answering takes, takes what the page
 * brings of its own, and says what it came to. Not needed where none of that matters: loading does it by itself.
 * @throws InputError for kernels that are not this version's
 * @example await prepareEngine({ workerUrl: "/engine-worker.js" })
 */
export async function prepareEngine(options: PrepareOptions = {}): Promise<PreparedEngine> {
  const { INFERENCE_ENGINES } = await import("../engines/inference.js");
  return INFERENCE_ENGINES.prepare(options);
}

/**
 * Reads any model file for its answers: what Keras or Cellstate wrote, a TensorFlow.js layers model by its `model.json`, or
 * a safetensors file of Cellstate's. A path (Node), a URL, its bytes, a File, Blob or Response; the content decides what it is.
 * @throws InputError
 */
export async function loadModel(source: ModelSource, options: LoadOptions = {}): Promise<Predictor> {
  return (await openPredictor(source, options)).predictor;
}
