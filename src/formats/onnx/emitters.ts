/** Each layer as nodes of an ONNX graph: one entry a layer. */
import { inputError } from "../../base/errors.js";
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
import type { Layer } from "../../layers/layer.js";
import type { LayerNormalization } from "../../layers/layer-normalization.js";
import type { LeakyReLU } from "../../layers/leaky-relu.js";
import type { LSTM } from "../../layers/lstm.js";
import type { Masking } from "../../layers/masking.js";
import type { Permute } from "../../layers/permute.js";
import type {
  AveragePooling1D,
  GlobalAveragePooling1D,
  GlobalMaxPooling1D,
  MaxPooling1D,
} from "../../layers/pooling.js";
import type { PReLU } from "../../layers/prelu.js";
import type { ReLU } from "../../layers/relu.js";
import type { RepeatVector } from "../../layers/repeat-vector.js";
import type { Reshape } from "../../layers/reshape.js";
import type { RNN } from "../../layers/rnn.js";
import type { SimpleRNN } from "../../layers/simple-rnn.js";
import type { Softmax } from "../../layers/softmax.js";
import type { TimeDistributed } from "../../layers/time-distributed.js";
import type { ZeroPadding1D } from "../../layers/zero-padding1d.js";
import { elu, leakyReLU, prelu, relu, softmax } from "./activation-layers.js";
import { activationNode } from "./activations.js";
import { attention } from "./attention.js";
import { conv1D } from "./convolution.js";
import { concatenate, largest, merged, multiplied } from "./merging.js";
import { batchNormalization, layerNormalization } from "./normalization.js";
import type { Emitter, Place, Tensor } from "./place.js";
import { globalAverage, globalMax, masking, windows } from "./pooling.js";
import { recurrent, reversed } from "./recurrent.js";
import { permute, repeatVector, reshape, timeDistributed, zeroPadding } from "./shaping.js";

function entry<L extends Layer>(
  className: string,
  emit: (place: Place<L>, x: Tensor, inputs: readonly Tensor[]) => Tensor,
): [string, Emitter] {
  return [className, (place, inputs) => emit(place as Place<L>, inputs[0]!, inputs)];
}

const EMITTERS: ReadonlyMap<string, Emitter> = new Map([
  entry<Activation>("Activation", ({ layer, g }, x) => {
    return { ...x, name: activationNode(g, layer.options.activation, x.name) };
  }),
  entry("Add", ({ g }, _, inputs) => merged(g, "Add", inputs)),
  entry<Attention>("Attention", (place, _, inputs) => attention(place, inputs)),
  entry("Average", ({ g }, _, inputs) => merged(g, "Add", inputs, 1 / inputs.length)),
  entry<AveragePooling1D>("AveragePooling1D", (place, x) => windows(place, x, "AveragePool")),
  entry<BatchNormalization>("BatchNormalization", batchNormalization),
  entry<Bidirectional>("Bidirectional", bidirectional),
  entry<Concatenate>("Concatenate", (place, _, inputs) => concatenate(place, inputs)),
  entry<Conv1D>("Conv1D", conv1D),
  entry<Dense>("Dense", dense),
  entry("Dropout", (_, x) => x),
  entry<ELU>("ELU", elu),
  entry<Embedding>("Embedding", embedding),
  entry("Flatten", ({ g }, x) => {
    const shape = [x.shape.reduce((a, b) => (a === null || b === null ? null : a * b), 1)];
    return { name: g.node("Flatten", [x.name], { axis: 1 }), shape, mask: null };
  }),
  entry<GRU>("GRU", recurrent),
  entry<GlobalAveragePooling1D>("GlobalAveragePooling1D", globalAverage),
  entry<GlobalMaxPooling1D>("GlobalMaxPooling1D", globalMax),
  entry<LSTM>("LSTM", recurrent),
  entry<LayerNormalization>("LayerNormalization", layerNormalization),
  entry<LeakyReLU>("LeakyReLU", leakyReLU),
  entry<Masking>("Masking", masking),
  entry<MaxPooling1D>("MaxPooling1D", (place, x) => windows(place, x, "MaxPool")),
  entry("Maximum", ({ g }, _, inputs) => largest(g, "Max", inputs)),
  entry("Minimum", ({ g }, _, inputs) => largest(g, "Min", inputs)),
  entry("Multiply", ({ g }, _, inputs) => multiplied(g, inputs)),
  entry<PReLU>("PReLU", prelu),
  entry<Permute>("Permute", permute),
  entry<RNN>("RNN", stacked),
  entry<ReLU>("ReLU", relu),
  entry<RepeatVector>("RepeatVector", repeatVector),
  entry<Reshape>("Reshape", reshape),
  entry<SimpleRNN>("SimpleRNN", recurrent),
  entry<Softmax>("Softmax", softmax),
  entry("SpatialDropout1D", (_, x) => x),
  entry("Subtract", ({ g }, _, inputs) => merged(g, "Sub", inputs)),
  entry<TimeDistributed>("TimeDistributed", timeDistributed),
  entry<ZeroPadding1D>("ZeroPadding1D", zeroPadding),
]);

/** @throws InputError for a layer that is not written to ONNX, by its name */
export function emitLayer(place: Omit<Place, "emit">, inputs: readonly Tensor[]): Tensor {
  const emitter = EMITTERS.get(place.layer.className);
  const emit: Place["emit"] = (inner, values) =>
    emitLayer({ ...place, layer: inner, path: `${place.path}/${inner.name}` }, values);
  if (emitter) return emitter({ ...place, emit }, inputs);
  throw inputError({
    expected: `layers that are written to ONNX (${[...EMITTERS.keys()].join(", ")})`,
    where: `layer ${place.path}`,
    received: place.layer.className,
  });
}

function embedding({ layer, path, g, weight }: Place<Embedding>, ids: Tensor): Tensor {
  const { inputDim: V, outputDim: F, maskZero } = layer.options;
  const at = ids.ids ? ids.name : g.node("Cast", [ids.name], { to: 6 });
  const name = g.node("Gather", [g.floats(`${path}/embeddings`, [V, F], weight(`${path}/embeddings`)!), at]);
  const zero = () => g.node("Cast", [g.integer(0)], { to: 6 });
  const mask = maskZero ? g.node("Not", [g.node("Equal", [at, zero()])]) : null;
  return { name, shape: [ids.shape[0]!, F], mask };
}

function dense({ layer, path, g, weight }: Place<Dense>, x: Tensor): Tensor {
  const { units: U, activation } = layer.options;
  const kernel = weight(`${path}/kernel`)!;
  const bias = weight(`${path}/bias`);
  let name = g.node("MatMul", [x.name, g.floats(`${path}/kernel`, [kernel.length / U, U], kernel)]);
  if (bias) name = g.node("Add", [name, g.floats(`${path}/bias`, [U], bias)]);
  return { name: activationNode(g, activation, name), shape: [...x.shape.slice(0, -1), U], mask: x.mask };
}

function bidirectional({ layer, g, emit }: Place<Bidirectional>, x: Tensor): Tensor {
  const { mergeMode } = layer.options;
  const [forward, backward] = layer.pair.map((inner) => emit(inner, [x])) as [Tensor, Tensor];
  const sequences = forward.shape.length === 2;
  const both = [forward.name, sequences ? reversed(g, backward.name) : backward.name];
  if (mergeMode === "concat") {
    const F = forward.shape.at(-1)! + backward.shape.at(-1)!;
    const name = g.node("Concat", both, { axis: -1 });
    return { name, shape: [...forward.shape.slice(0, -1), F], mask: forward.mask };
  }
  const merged = g.node(mergeMode === "mul" ? "Mul" : "Add", both);
  const name = mergeMode === "ave" ? g.node("Mul", [merged, g.float(0.5)]) : merged;
  return { ...forward, name };
}

/** Its layers in turn. From the first on, steps come in the order of processing, and so must their mask. */
function stacked({ layer, g, emit }: Place<RNN>, x: Tensor): Tensor {
  const turned = layer.options.goBackwards && x.mask !== null;
  let value = x;
  for (const [i, inner] of layer.inner.entries()) {
    if (i === 1 && turned) value = { ...value, mask: reversed(g, x.mask!) };
    value = emit(inner, [value]);
  }
  // Keras hands the input's mask on as it is.
  return value.mask === null ? value : { ...value, mask: x.mask };
}
