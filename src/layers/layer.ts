/** What a layer is: options, parameters, an output shape, and the kernel calls it adds to a plan. */

import { objectOf } from "../base/arguments.js";
import { inputError } from "../base/errors.js";
import type { ActivationName } from "../kernels/activations.js";
import type { Pointer } from "../kernels/declare.js";
import type { GivenArguments, KernelName } from "../kernels/kernels.js";
import type { Initializer } from "./initializers.js";
import {
  type KernelOptions,
  type kernelOptions,
  type LayerOptions,
  type NoOthers,
  type OptionTable,
  type Regularizer,
  type Resolved,
  resolveOptions,
  type TableOf,
} from "./options.js";

/** A shape without its batch axis: [F] or [T, F]; null where the number of steps varies. */
export type Shape = readonly (number | null)[];

/** One variable of a layer, in Keras's order within it. Its place in memory is given when the model is built. */
export interface Parameter {
  /** As in Keras's files: "kernel". */
  readonly name: string;
  /** Its axes, as Keras has them. */
  readonly shape: readonly number[];
  /** Where its values start. */
  readonly initializer: Initializer;
  /** What of it is added to the loss; null for nothing. */
  readonly regularizer: Regularizer | null;
  /** False for statistics such as BatchNormalization's moving mean, which no gradient reaches. */
  readonly trainable: boolean;
  /** Whether it is a table of which a batch only reads rows: its gradient is what `Builder.lookupGradient` adds. */
  readonly lookedUp?: true;
  /** Changes freshly drawn values in place (the unit forget bias). */
  readonly adjust?: (values: Float32Array) => void;
  /** Of a layer inside another: that layer, and its own name for the parameter. */
  readonly of?: { readonly layer: Layer; readonly name: string };
}

/** A value inside a plan. Sequences are time-major: [T][B][F]. */
export interface Tensor {
  /** The values. Read through `Builder.read`, which runs what is still pending. */
  at: Pointer;
  readonly shape: readonly number[];
  /** [T][B] of 0 and 1, or 0 for no mask. */
  readonly mask: Pointer;
  /** Where consumers leave the gradient; 0 until one asks for it. */
  gradient: Pointer;
  /** Whether the producer uses a gradient at all. */
  readonly wantsGradient: boolean;
  /** The tensor that an activation turned into this one, for losses that start from logits. */
  readonly logits?: { of: ActivationName; tensor: Tensor };
  /** Ids and table that a recurrent layer can look up itself instead of reading `at` (inference only). */
  readonly embedded?: { ids: Pointer; table: Pointer; vocabulary: number };
  /** Records the calls that fill `at`, the first time it is read. */
  pending?: () => void;
}

/** What a derived buffer holds, and the pointers and sizes that it follows from. */
export interface DerivedKey {
  readonly what: "folded table" | "padding states";
  readonly of: readonly number[];
}

/** Rows of a table [V][F] at the token ids of an input, [B][T], and the gradient of what was read there, [T][B][F]. */
export interface LookupGradient {
  readonly ids: Pointer;
  readonly dOut: Pointer;
  readonly T: number;
  readonly F: number;
  readonly V: number;
}

/** What a layer may ask of the plan that is being built. One builder serves one shard of a batch. */
export interface Builder {
  /** Dropout on, backward wanted. */
  readonly training: boolean;
  /** Backward wanted of the network as it predicts: no dropout, learned statistics in place of the batch's. */
  readonly frozen: boolean;
  /** Rows of this shard, and where they begin in the batch. */
  readonly B: number;
  readonly firstRow: number;
  readonly counters: Pointer;
  readonly elementBytes: number;
  /** True while the model's output layer is being planned under a loss that starts from logits. */
  readonly wantsLogits: boolean;
  /** This shard seen as other rows: a sequence's steps, say, each a row by itself. */
  asRows(B: number, firstRow: number): Builder;
  /** Room for so many elements. */
  allocate(elements: number): Pointer;
  /** A fresh tensor; [T, F] takes T·B·F elements. */
  tensor(shape: readonly number[], options?: Partial<Tensor>): Tensor;
  read(tensor: Tensor): Pointer;
  /** Where to write this tensor's gradient, or 0 when its producer does not want one. */
  gradientOf(tensor: Tensor): Pointer;
  /**
   * The tensor for one of several uses. Each use of a tensor assigns its gradient, so what is used twice must be forked
   * for every use; the gradients are then added.
   */
  fork(tensor: Tensor): Tensor;
  parameter(layer: Layer, name: string): Pointer;
  /** Where a parameter's gradient of this shard accumulates. */
  parameterGradient(layer: Layer, name: string): Pointer;
  /** Adds the gradient of rows that were looked up in a table. */
  lookupGradient(layer: Layer, name: string, lookup: LookupGradient): void;
  /** A number of this layer's own for random masks. */
  purpose(layer: Layer, kind: number): number;
  /** Adds a call; `scratch` is filled in by the plan. */
  call<K extends KernelName>(kernel: K, args: GivenArguments<K>): void;
  /**
   * Room that all shards share, filled by calls that run only after the weights have changed.
   * `fill` records those calls; it runs once, for the first shard that asks for this key.
   */
  derived(key: DerivedKey, elements: number, fill: (at: Pointer, prepare: Builder["call"]) => void): Pointer;
  /** Adds a call that runs once the optimizer has made its step: moving averages. */
  afterStep: Builder["call"];
  /** Registers a layer's backward, run in reverse order of registration. */
  backward(record: () => void): void;
}

/**
 * What becomes of the mask of a layer's input, as Keras's `compute_mask`. One that "passes" goes on with the output (of
 * several inputs, the first one's), one that "ends" does not. "passesInSequences": where `returnSequences` is on;
 * "passesAsInner": as it does in the layer inside. Made here: "fromIds", of ids other than 0, where `maskZero` is on;
 * "fromValues", of steps that are not all `maskValue`. Of several inputs: "merges", a step counts where any mask says so,
 * if all inputs have one; "joins", as "merges" where features are joined, and one after another where steps are.
 */
export type MaskTrait =
  | "passes"
  | "ends"
  | "passesInSequences"
  | "passesAsInner"
  | "fromIds"
  | "fromValues"
  | "merges"
  | "joins";

/** What a kind of layer is, for all that deals with layers without knowing them: one record a kind, in its own file. */
export interface LayerKind<Name extends string = string> {
  /** Keras's class name: "LSTM". */
  readonly className: Name;
  /** Checks and defaults by option, in the order in which files list them. Keras's keys are the same in snake_case. */
  readonly options: OptionTable;
  /** Makes one from its options. @throws InputError for options that it does not take */
  make(options: object): Layer;
  /** What becomes of its input's mask. */
  readonly mask: MaskTrait;
  /**
   * Whether a graph in Keras's files names its input's mask in a call of it, as `mask`. With one, recurrent layers and
   * global averages answer otherwise, a normalization by batches trains otherwise, a softmax over an axis refuses, and a
   * layer on every step only hands it on. Layers of several inputs are never given one so, those included that compute
   * with the masks of what they read: Keras finds these with the tensors.
   */
  readonly heedsMask?: true;
  /** Whether data enters the model here. */
  readonly isInput?: true;
  /** Whether `model.layers`, summaries and files leave it out, as Keras does: an input is no step of computing. */
  readonly unlisted?: true;
  /** Whether that data are texts. */
  readonly takesTexts?: true;
  /** Whether it looks token ids up, which are checked where they enter the model (`readsIds` in traits.ts). */
  readonly readsIds?: true;
  /** Whether it takes several inputs, as a list. */
  readonly merges?: true;
  /** Whether it takes the steps of a sequence in turn, each with the state that the one before left. */
  readonly recurrent?: true;
  /** Whether it has no answer to a row whose every step a mask hides: NaN. */
  readonly needsSteps?: true;
  /** The activation that it is, where it is one that a loss can start before. */
  readonly activation?: ActivationName;
  /** Whether in prediction it puts out the numbers it gets, in whatever shape or order. */
  readonly keepsNumbers?: true;
  /** Whether summaries, as Keras's, call it unbuilt until its input's shape is known. */
  readonly needsBuilding?: true;
  /** How Keras's constructor takes it and its files hold it; none of a kind that Keras does not have. */
  readonly keras?: KerasTraits;
}

/** How Keras knows a kind of layer. */
export interface KerasTraits {
  /** What the constructor takes besides what every layer does: before the bar also by position, in this order. */
  readonly arguments: string;
  /** Whether a function of the class's name in lower case makes and applies one at once: `concatenate([x, y])`. */
  readonly asFunction?: true;
  /** Other names of the class. */
  readonly aliases?: readonly string[];
  /** The group under the layer's own in `model.weights.h5` that holds its variables. Default "vars". */
  readonly group?: string;
  /** Options that are layers or lists of layers, with the name of each one's group under this layer's own. */
  readonly inner?: Readonly<Record<string, string>>;
  /** Keys by which older Kerases knew some options. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Whether it makes copies of the layers inside, so that one may be given twice. */
  readonly copiesInner?: true;
  /** Whether the constructor refuses `trainable`. */
  readonly withoutTrainable?: true;
}

/**
 * A layer: options, parameters, and how its shapes and its plan follow from what it reads. Made by `layers.…()`.
 */
export abstract class Layer {
  /** What is known of its kind. */
  abstract get kind(): LayerKind;
  /** Its options, defaults filled in. */
  readonly options: object = {};
  /** Given, or set by the model when the layer joins it: "lstm", "lstm_1". */
  name: string;
  /** Whether training changes its weights. A model takes it over when it is compiled. */
  trainable: boolean;
  /** Declared by `build`. */
  parameters: readonly Parameter[] = [];
  /** All layers inside this one, at any depth. Their parameters are among its own (`adopt`). */
  readonly inner: readonly Layer[] = [];

  /** @throws InputError for a name or `trainable` of the wrong kind */
  constructor(given: LayerOptions = {}) {
    const { name = "", trainable = true } = objectOf(given, "layer", "an object with the options");
    if (typeof name !== "string") throw inputError({ expected: "text", where: "layer name", received: name });
    if (typeof trainable !== "boolean") {
      throw inputError({ expected: "true or false", where: "layer trainable", received: trainable });
    }
    this.name = name;
    this.trainable = trainable;
  }

  /** Keras's class name: "LSTM". */
  get className(): this["kind"]["className"] {
    return this.kind.className;
  }

  /** Whether data enters the model here. */
  get isInput(): boolean {
    return this.kind.isInput === true;
  }

  /** Declares the parameters for these input shapes. */
  build(_inputs: readonly Shape[]): void {}

  /**
   * The shape put out for these shapes read, without the batch axis. @throws InputError where they do not fit
   */
  abstract outputShape(inputs: readonly Shape[]): Shape;

  /** Records forward (and, in training, backward) calls and returns the output. */
  abstract plan(b: Builder, inputs: readonly Tensor[]): Tensor;

  /** Whether training mixes the rows of a batch (BatchNormalization): such a batch is not cut into shards. */
  get crossesRows(): boolean {
    return false;
  }

  /** This layer called on outputs of others: a step of a graph, which `model({ inputs, outputs })` makes a model of. */
  apply(inputs: Symbolic | Layer | readonly (Symbolic | Layer)[]): Symbolic {
    const list = Array.isArray(inputs) ? inputs : [inputs];
    if (list.length === 0) throw inputError({ expected: "at least one layer's output", where: "apply" });
    return { layer: this, inputs: list.map(symbolic) };
  }
}

/** The output of a layer in a graph that is being written down. */
export interface Symbolic {
  /** The layer that puts it out. */
  readonly layer: Layer;
  /** What that layer reads. */
  readonly inputs: readonly Symbolic[];
}

/** An input layer stands for its own output, always the same one. */
const inputOutputs = new WeakMap<Layer, Symbolic>();

export function symbolic(value: Symbolic | Layer): Symbolic {
  const isLayer = value instanceof Layer;
  if (!isLayer && value?.layer instanceof Layer && Array.isArray(value.inputs)) return value;
  if (!isLayer || !value.isInput) {
    throw inputError({
      expected: "the output of a layer, layer.apply(…), or layers.input(…)",
      where: "apply",
      received: isLayer ? `the layer ${value.className} itself` : value,
    });
  }
  const known = inputOutputs.get(value) ?? { layer: value, inputs: [] };
  inputOutputs.set(value, known);
  return known;
}

/** Reads options against the layer's table; shared by all layers. */
export function configure<I extends LayerOptions, T extends TableOf<I>>(
  table: T & NoOthers<I, T>,
  given: I,
  className: string,
): Resolved<I, T> {
  return resolveOptions<I, T>(table, given, `layers.${className}`);
}

export const parameter = (
  name: string,
  shape: readonly number[],
  initializer: Initializer,
  extra: Partial<Parameter> = {},
): Parameter => ({ name, shape, initializer, regularizer: null, trainable: true, ...extra });

/** A kernel and, where the layer has one, a bias as long as the kernel's last axis. */
export function kernelAndBias(
  o: Resolved<KernelOptions, typeof kernelOptions>,
  shape: readonly number[],
): Parameter[] {
  const kernel = parameter("kernel", shape, o.kernelInitializer, { regularizer: o.kernelRegularizer });
  if (!o.useBias) return [kernel];
  return [kernel, parameter("bias", [shape.at(-1)!], o.biasInitializer, { regularizer: o.biasRegularizer })];
}

/** The parameters of a layer inside another, under its name: "forward_lstm/kernel". */
export const adopt = (inner: Layer): Parameter[] =>
  inner.parameters.map((own) => ({
    ...own,
    name: `${inner.name}/${own.name}`,
    of: own.of ?? { layer: inner, name: own.name },
  }));

/** Rows that a matrix product over a tensor sees: B, or T·B for a sequence. */
export const rowsOf = (b: Builder, tensor: Tensor): number =>
  (tensor.shape.length === 2 ? tensor.shape[0]! : 1) * b.B;

export const elementsOf = (b: Builder, tensor: Tensor): number =>
  b.B * tensor.shape.reduce((x, y) => x * y, 1);

/** The steps and features of a sequence that a layer takes, or a complaint. */
export function sequenceShape(shape: Shape, layer: Layer): { steps: number | null; features: number } {
  const features = shape[1];
  if (shape.length !== 2 || features === null || features === undefined) {
    throw inputError({
      expected: "a sequence [steps, features]",
      where: `input of ${layer.className} ${layer.name}`,
      received: [...shape],
      next: "Set returnSequences on the recurrent layer before it, or put an Embedding in front.",
    });
  }
  return { steps: shape[0] ?? null, features };
}
