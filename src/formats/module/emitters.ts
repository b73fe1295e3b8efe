/** Each layer as an expression of an exported module: one entry a layer. */

import { inputError } from "../../base/errors.js";
import { ACTIVATIONS, type ActivationName } from "../../kernels/activations.js";
import type { Activation } from "../../layers/activation.js";
import type { Attention } from "../../layers/attention.js";
import type { BatchNormalization } from "../../layers/batch-normalization.js";
import type { Bidirectional } from "../../layers/bidirectional.js";
import type { Concatenate } from "../../layers/concatenate.js";
import type { Conv1D } from "../../layers/conv1d.js";
import type { Dense } from "../../layers/dense.js";
import type { ELU } from "../../layers/elu.js";
import type { Embedding } from "../../layers/embedding.js";
import type { GRU } from "../../layers/gru.js";
import type { Layer, Shape } from "../../layers/layer.js";
import type { LayerNormalization } from "../../layers/layer-normalization.js";
import type { LeakyReLU } from "../../layers/leaky-relu.js";
import type { LSTM } from "../../layers/lstm.js";
import type { Masking } from "../../layers/masking.js";
import type { Permute } from "../../layers/permute.js";
import type { AveragePooling1D, GlobalMaxPooling1D, MaxPooling1D } from "../../layers/pooling.js";
import type { PReLU } from "../../layers/prelu.js";
import type { ReLU } from "../../layers/relu.js";
import type { RepeatVector } from "../../layers/repeat-vector.js";
import type { Reshape } from "../../layers/reshape.js";
import type { RNN } from "../../layers/rnn.js";
import type { SimpleRNN } from "../../layers/simple-rnn.js";
import type { Softmax } from "../../layers/softmax.js";
import type { TimeDistributed } from "../../layers/time-distributed.js";
import type { ZeroPadding1D } from "../../layers/zero-padding1d.js";
import type { Kit, RecurrentKit, Scaling } from "./kit.js";

/** What an emitter may ask of the module being written. */
export interface ModuleWriter {
  /** The name of a piece, which the module then has. */
  use(piece: keyof Kit): string;
  /** An expression for the weight "layer/name", or "null" where there is none. */
  weight(name: string, scaling: Scaling): string;
}

/** A layer to be written: its path is its name, after that of the layer it is in. */
interface Place<L extends Layer = Layer> {
  layer: L;
  path: string;
  inputs: readonly Shape[];
  w: ModuleWriter;
}

type Emitter = (place: Place) => string;

function entry<L extends Layer>(className: string, emit: (place: Place<L>) => string): [string, Emitter] {
  return [className, emit as Emitter];
}

const EMITTERS: ReadonlyMap<string, Emitter> = new Map([
  entry<Activation>("Activation", ({ layer, w }) => call(w, "activation", w.use(layer.options.activation))),
  entry("Add", ({ w }) => call(w, "merged", SUM, 1)),
  entry<Attention>("Attention", ({ path, w }) => {
    const weight = w.weight(`${path}/concat_score_weight`, "none");
    return call(w, "attention", object({ scale: w.weight(`${path}/scale`, "none"), weight }));
  }),
  entry("Average", ({ inputs, w }) => call(w, "merged", SUM, 1 / inputs.length)),
  entry<AveragePooling1D>("AveragePooling1D", (place) => pooling(place, true)),
  entry<BatchNormalization>("BatchNormalization", (place) => {
    const { path, w } = place;
    const mean = w.weight(`${path}/moving_mean`, "none");
    const variance = w.weight(`${path}/moving_variance`, "none");
    return call(w, "batchNormalization", object({ ...normalization(place), mean, variance }));
  }),
  entry<Bidirectional>("Bidirectional", bidirectional),
  entry<Concatenate>("Concatenate", ({ layer, inputs, w }) => {
    const { axis } = layer.options;
    return w.use(axis === -1 || axis === inputs[0]!.length ? "joinFeatures" : "joinSteps");
  }),
  entry<Conv1D>("Conv1D", conv1D),
  entry<Dense>("Dense", dense),
  entry("Dropout", ({ w }) => w.use("pass")),
  entry<ELU>("ELU", ({ layer, w }) => call(w, "activation", call(w, "eluOf", layer.options.alpha))),
  entry<Embedding>("Embedding", embedding),
  entry("Flatten", ({ w }) => w.use("flatten")),
  entry<GRU>("GRU", (place) => {
    const { resetAfter, recurrentActivation } = place.layer.options;
    return cell(place, resetAfter ? "gruResetAfter" : "gru", recurrentActivation);
  }),
  entry<GlobalMaxPooling1D>("GlobalAveragePooling1D", ({ layer, w }) => {
    return call(w, "globalAverage", layer.options.keepdims);
  }),
  entry<GlobalMaxPooling1D>("GlobalMaxPooling1D", ({ layer, w }) => {
    return call(w, "globalMax", layer.options.keepdims);
  }),
  entry<LSTM>("LSTM", (place) => cell(place, "lstm", place.layer.options.recurrentActivation)),
  entry<LayerNormalization>("LayerNormalization", (place) => {
    return call(place.w, "layerNormalization", object(normalization(place)));
  }),
  entry<LeakyReLU>("LeakyReLU", ({ layer, w }) => {
    return call(w, "activation", call(w, "leaky", layer.options.negativeSlope));
  }),
  entry<Masking>("Masking", ({ layer, w }) => call(w, "masking", layer.options.maskValue)),
  entry<MaxPooling1D>("MaxPooling1D", (place) => pooling(place, false)),
  entry("Maximum", ({ w }) => call(w, "largest", 1)),
  entry("Minimum", ({ w }) => call(w, "largest", -1)),
  entry("Multiply", ({ w }) => w.use("multiply")),
  entry<PReLU>("PReLU", ({ layer, path, w }) => {
    const { shape } = layer.parameters[0]!;
    const sizes = { T: shape.at(-2) ?? 1, F: shape.at(-1)! };
    return call(w, "prelu", object({ alpha: w.weight(`${path}/alpha`, "none"), ...sizes }));
  }),
  entry<Permute>("Permute", ({ layer, w }) => {
    return w.use(layer.options.dims[0] === 2 ? "transposed" : "unmasked");
  }),
  entry<RNN>("RNN", stacked),
  entry<ReLU>("ReLU", ({ layer, w }) => {
    const { negativeSlope, threshold, maxValue } = layer.options;
    const f = call(w, "rectified", negativeSlope, threshold, maxValue ?? Number.POSITIVE_INFINITY);
    return call(w, "activation", f);
  }),
  entry<RepeatVector>("RepeatVector", ({ layer, w }) => call(w, "repeatVector", layer.options.n)),
  entry<Reshape>("Reshape", ({ layer, w }) => {
    return call(w, "reshape", `[${layer.options.targetShape.join(", ")}]`);
  }),
  entry<SimpleRNN>("SimpleRNN", (place) => cell(place, "simpleRNN", "linear")),
  entry<Softmax>("Softmax", ({ layer, inputs, w }) => {
    const { axis } = layer.options;
    const overFeatures = axis === -1 || axis === inputs[0]!.length;
    return call(w, "softmaxOver", overFeatures ? '"features"' : '"steps"');
  }),
  entry("SpatialDropout1D", ({ w }) => w.use("pass")),
  entry("Subtract", ({ w }) => call(w, "merged", "(a, b) => a - b", 1)),
  entry<TimeDistributed>("TimeDistributed", ({ layer, path, inputs, w }) => {
    const { layer: inner } = layer.options;
    const step = emitLayer(inner, [inputs[0]!.slice(1)], w, `${path}/${inner.name}`);
    return call(w, "timeDistributed", step);
  }),
  entry<ZeroPadding1D>("ZeroPadding1D", ({ layer, w }) => call(w, "zeroPadding", ...layer.options.padding)),
]);

const SUM = "(a, b) => a + b";

/** @throws InputError for a layer that modules cannot hold, by its name */
export function emitLayer(
  layer: Layer,
  inputs: readonly Shape[],
  w: ModuleWriter,
  path = layer.name,
): string {
  const emitter = EMITTERS.get(layer.className);
  if (emitter) return emitter({ layer, path, inputs, w });
  throw inputError({
    expected: `layers that a module can hold (${[...EMITTERS.keys()].join(", ")})`,
    where: `layer ${path}`,
    received: layer.className,
  });
}

type Expression = string | number | boolean;

function call(w: ModuleWriter, piece: keyof Kit, ...given: Expression[]): string {
  return `${w.use(piece)}(${given.join(", ")})`;
}

function object(fields: Record<string, Expression>): string {
  return `{ ${Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ")} }`;
}

function embedding({ layer, path, w }: Place<Embedding>): string {
  const { inputDim: V, outputDim: F, maskZero } = layer.options;
  return call(w, "embedding", object({ V, F, table: w.weight(`${path}/embeddings`, "rows"), maskZero }));
}

function dense({ layer, path, w }: Place<Dense>): string {
  const { units: U, activation } = layer.options;
  const I = layer.parameters[0]!.shape[0]!;
  const kernel = w.weight(`${path}/kernel`, "columns");
  const bias = w.weight(`${path}/bias`, "none");
  return call(w, "dense", object({ I, U, kernel, bias, activation: w.use(activation) }));
}

function cell(
  { layer, path, w }: Place<SimpleRNN | LSTM | GRU>,
  piece: keyof RecurrentKit,
  gates: ActivationName,
): string {
  const { units: U, activation, returnSequences, goBackwards, zeroOutputForMask } = layer.options;
  const numbered = (name: ActivationName) => object({ id: ACTIVATIONS[name].id, f: w.use(name) });
  const options = {
    I: layer.parameters[0]!.shape[0]!,
    U,
    kernel: w.weight(`${path}/kernel`, "columns"),
    recurrent: w.weight(`${path}/recurrent_kernel`, "columns"),
    bias: w.weight(`${path}/bias`, "none"),
    activation: numbered(activation),
    recurrentActivation: numbered(gates),
    returnSequences,
    goBackwards,
    zeroOutputForMask,
  };
  return call(w, piece, object(options));
}

function stacked({ layer, path, inputs, w }: Place<RNN>): string {
  let shapes = inputs;
  const layers = layer.inner.map((inner) => {
    const written = emitLayer(inner, shapes, w, `${path}/${inner.name}`);
    shapes = [inner.outputShape(shapes)];
    return written;
  });
  return call(w, "stacked", `[${layers.join(", ")}]`, layer.options.goBackwards);
}

function bidirectional({ layer, path, inputs, w }: Place<Bidirectional>): string {
  const merges = {
    concat: () => w.use("joinFeatures"),
    sum: () => call(w, "merged", SUM, 1),
    ave: () => call(w, "merged", SUM, 0.5),
    mul: () => call(w, "merged", "(a, b) => a * b", 1),
  };
  const both = layer.pair.map((inner) => emitLayer(inner, inputs, w, `${path}/${inner.name}`));
  return call(w, "bidirectional", ...both, merges[layer.options.mergeMode]());
}

const windows = (span: number, stride: number, padding: string) => ({
  span,
  stride,
  padding: JSON.stringify(padding),
});

function conv1D({ layer, path, inputs, w }: Place<Conv1D>): string {
  const { filters: U, kernelSize: K, strides, padding, dilationRate, groups, activation } = layer.options;
  const options = {
    ...{ I: inputs[0]![1]!, U, K, dilation: dilationRate, groups },
    ...windows((K - 1) * dilationRate + 1, strides, padding),
    kernel: w.weight(`${path}/kernel`, "columns"),
    bias: w.weight(`${path}/bias`, "none"),
    activation: w.use(activation),
  };
  return call(w, "conv1D", object(options));
}

/** What both normalizations take; weights of one row, too few and too telling to be rounded. */
function normalization({ layer, path, inputs, w }: Place<BatchNormalization | LayerNormalization>) {
  return {
    F: inputs[0]!.at(-1)!,
    gamma: w.weight(`${path}/gamma`, "none"),
    beta: w.weight(`${path}/beta`, "none"),
    epsilon: layer.options.epsilon,
  };
}

function pooling({ layer, w }: Place<MaxPooling1D | AveragePooling1D>, average: boolean): string {
  const { poolSize: size, strides, padding } = layer.options;
  return call(w, "pool", object({ ...windows(size, strides ?? size, padding), average }));
}
