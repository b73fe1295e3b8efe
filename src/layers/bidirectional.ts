/**
 * Bidirectional (Schuster and Paliwal 1997): one recurrent layer reads the sequence forwards, another of the same
 * shape backwards, and their outputs are merged. Of sequences the second one's steps are turned round first, so that
 * both speak of the same step, and hidden steps put out 0.
 */
import { inputError, oneOf } from "../base/errors.js";
import { adopt, type Builder, configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { planConcatFeatures, planReverse } from "./layout.js";
import { snakeCase } from "./names.js";
import { planCombine, planProduct } from "./operations.js";
import type { LayerOptions, Option, RequiredOption, Resolved } from "./options.js";
import type { SequenceOptions, sequenceOptions } from "./recurrent.js";

/** A layer that can be read both ways. */
type Recurrent = Layer & { readonly options: Resolved<SequenceOptions, typeof sequenceOptions> };

function checkRecurrent(value: unknown, where: string): Recurrent {
  if (value instanceof Layer && value.kind.recurrent) return value as Recurrent;
  const received = value instanceof Layer ? value.className : value;
  throw inputError({ expected: "a recurrent layer (lstm, gru, simpleRNN or rnn)", where, received });
}

const recurrentLayer: RequiredOption<Layer, Recurrent> = {
  fallback: undefined,
  required: true,
  resolve: (value, where) => checkRecurrent(value, where),
};

const MODES = ["concat", "sum", "mul", "ave"] as const;
/** How the outputs of a Bidirectional's two layers come together: side by side, added, multiplied, or their mean. */
export type MergeMode = (typeof MODES)[number];

const mergeMode: Option<MergeMode | null, MergeMode> = {
  fallback: "concat",
  resolve(value = "concat", where) {
    if (value !== null) return oneOf(value, MODES, where);
    throw inputError({
      expected: `one of ${MODES.join(", ")}`,
      where,
      received: null,
      next: "null keeps two outputs apart; here two layers, one with goBackwards, do the same.",
    });
  },
};

const otherLayer: Option<Layer | null, Recurrent | null> = {
  fallback: null,
  resolve: (value, where) => (value ? checkRecurrent(value, where) : null),
};

/** Options of `layers.bidirectional`. */
export interface BidirectionalOptions extends LayerOptions {
  /** The layer that reads forwards: lstm, gru, simpleRNN or rnn. A copy of it is made. */
  layer: Layer;
  /** The one that reads backwards, with `goBackwards`. null: made with the settings of `layer`. Default null. */
  backwardLayer?: Layer | null;
  /** How both outputs come together: "concat" [2U]; "sum", "mul" or "ave" [U], element by element. Default "concat". */
  mergeMode?: MergeMode | null;
}

export const bidirectionalOptions = { layer: recurrentLayer, backwardLayer: otherLayer, mergeMode };

/** A copy under a name, of which sequences put out 0 at hidden steps; it learns where both it and the whole do. */
function copyOf(layer: Recurrent, name: string, goBackwards: boolean, whole: boolean): Recurrent {
  const zeroOutputForMask = layer.options.returnSequences;
  const trainable = whole && layer.trainable;
  const options = { ...layer.options, name, trainable, goBackwards, zeroOutputForMask };
  return layer.kind.make(options) as Recurrent;
}

/** "forward_lstm", as Keras names it. */
function nameWith(prefix: string, { name, className }: Layer): string {
  const own = name || snakeCase(className);
  return `${prefix}_${own.startsWith(`${prefix}_`) ? own.slice(prefix.length + 1) : own}`;
}

export const bidirectionalKind: LayerKind<"Bidirectional"> = {
  className: "Bidirectional",
  options: bidirectionalOptions,
  make: bidirectional,
  mask: "passesAsInner",
  heedsMask: true,
  needsBuilding: true,
  keras: {
    arguments: "layer merge_mode | backward_layer",
    inner: { layer: "forward_layer", backwardLayer: "backward_layer" },
    copiesInner: true,
  },
};

export class Bidirectional extends Layer {
  override get kind(): typeof bidirectionalKind {
    return bidirectionalKind;
  }
  override readonly options: Resolved<BidirectionalOptions, typeof bidirectionalOptions> & {
    readonly backwardLayer: Recurrent;
  };
  override readonly inner: readonly Layer[];
  /** The layer that reads forwards and the one that reads backwards. */
  readonly pair: readonly [forward: Recurrent, backward: Recurrent];

  constructor(given: BidirectionalOptions) {
    super(given);
    const { layer, backwardLayer, mergeMode } = configure(bidirectionalOptions, given, this.className);
    const { trainable } = this;
    const forward = copyOf(layer, nameWith("forward", layer), layer.options.goBackwards, trainable);
    const backward = backwardLayer
      ? copyOf(
          backwardLayer,
          backwardLayer.name || nameWith("backward", backwardLayer),
          backwardLayer.options.goBackwards,
          trainable,
        )
      : copyOf(layer, nameWith("backward", layer), true, trainable);
    checkPair(forward, backward);
    this.options = { layer: forward, backwardLayer: backward, mergeMode };
    this.pair = [forward, backward];
    this.inner = [...this.pair, ...forward.inner, ...backward.inner];
    this.trainable &&= forward.trainable && backward.trainable;
  }

  override build(inputs: readonly Shape[]): void {
    for (const layer of this.pair) layer.build(inputs);
    this.parameters = this.pair.flatMap(adopt);
  }

  override outputShape(inputs: readonly Shape[]): Shape {
    const [forward, backward] = this.pair.map((layer) => layer.outputShape(inputs));
    const [units, other] = [forward!.at(-1)!, backward!.at(-1)!];
    if (this.options.mergeMode === "concat") return [...forward!.slice(0, -1), units + other];
    if (units === other) return forward!;
    throw inputError({
      expected: "layers of equally many units, to be merged one to one",
      where: `Bidirectional ${this.name}`,
      received: `${units} and ${other}`,
    });
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { layer, backwardLayer, mergeMode } = this.options;
    const forward = layer.plan(b, [b.fork(x!)]);
    const turned = backwardLayer.plan(b, [b.fork(x!)]);
    const backward = layer.options.returnSequences ? planReverse(b, turned) : turned;
    return planMerge(b, forward, backward, mergeMode);
  }
}

function checkPair(forward: Recurrent, backward: Recurrent): void {
  const where = "layers.Bidirectional backwardLayer";
  if (forward.options.goBackwards === backward.options.goBackwards) {
    throw inputError({
      expected: "one layer with goBackwards and one without",
      where,
      received: `goBackwards ${forward.options.goBackwards} for both`,
    });
  }
  if (forward.options.returnSequences !== backward.options.returnSequences) {
    throw inputError({
      expected: "the same returnSequences for both layers",
      where,
      received: backward.options.returnSequences,
    });
  }
}

/** The outputs of both layers together. */
export function planMerge(b: Builder, forward: Tensor, backward: Tensor, mode: MergeMode): Tensor {
  const { mask } = forward;
  switch (mode) {
    case "concat":
      return planConcatFeatures(b, [forward, backward], mask);
    case "sum":
      return planCombine(b, forward, backward, { mask });
    case "ave":
      return planCombine(b, forward, backward, { a: 0.5, b: 0.5, mask });
    case "mul":
      return planProduct(b, forward, backward, mask);
  }
}

/**
 * Two recurrent layers, one reading forwards and one backwards, and their outputs merged (Schuster and Paliwal 1997).
 *
 * Takes a sequence [T, I]; puts out [2U], or [T, 2U] where `layer` returns sequences: then the backward steps are
 * turned round, so that both halves speak of the same step, and steps that a mask hides put out 0. A sequence keeps
 * the mask.
 *
 * @example layers.bidirectional({ layer: layers.lstm({ units: 32 }) })
 */
export function bidirectional(options: BidirectionalOptions): Bidirectional {
  return new Bidirectional(options);
}
