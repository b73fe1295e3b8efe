/** Writing a model as a TensorFlow.js layers model: `model.json` and shards of weights beside it. */
import { inputError } from "../../errors.js";
import { TextVectorization } from "../../layers/text_vectorization.js";
import { camelToSnake } from "../../model/graph.js";
import type { Model } from "../../model/model.js";
import { isObject, type Json, type JsonObject } from "../json.js";
import { writeCompileConfig } from "../keras/compile-config.js";
import { writeModelConfig } from "../keras/write.js";
import { checkMasks } from "./masks.js";

/** The layers that TensorFlow.js 4.22 has, of those that Cellstate has. */
const LAYERS: ReadonlySet<string> = new Set([
  ...[
    "Activation",
    "Add",
    "Average",
    "AveragePooling1D",
    "BatchNormalization",
    "Bidirectional",
    "Concatenate",
  ],
  ...["Conv1D", "Dense", "Dropout", "ELU", "Embedding", "Flatten", "GRU", "GlobalAveragePooling1D"],
  ...[
    "GlobalMaxPooling1D",
    "InputLayer",
    "LSTM",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPooling1D",
  ],
  ...["Maximum", "Minimum", "Multiply", "PReLU", "Permute", "ReLU", "RepeatVector", "Reshape", "SimpleRNN"],
  ...["Softmax", "SpatialDropout1D", "TimeDistributed"],
]);

/** Its activations by Cellstate's names. Its hard sigmoid is that of Keras 2. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  elu: "elu",
  gelu: "gelu",
  hardSigmoid2: "hard_sigmoid",
  linear: "linear",
  mish: "mish",
  relu: "relu",
  relu6: "relu6",
  selu: "selu",
  sigmoid: "sigmoid",
  silu: "swish",
  softmax: "softmax",
  softplus: "softplus",
  softsign: "softsign",
  tanh: "tanh",
};

/** As TensorFlow.js cuts its own. */
const SHARD_BYTES = 4 * 2 ** 20;

export interface TfjsOptions {
  /** Kept in `userDefinedMetadata.cellstate`: vocabulary, labels …; null for none. */
  extras?: Json;
  /** What the shards are called before ".weights.bin"; they lie in the folder of `model.json`. */
  stem?: string;
}

/**
 * The files of a layers model by name, `model.json` under the name "model.json".
 * @throws InputError for what TensorFlow.js has not, or computes in another way than Keras does
 */
export function writeTfjs(
  model: Model,
  { extras = null, stem = "model" }: TfjsOptions = {},
): Map<string, Uint8Array> {
  for (const { layer } of model.nodes) checkLayer(layer.className, layer.options, `layer ${layer.name}`);
  checkMasks(model);
  const weights = model.getWeights();
  const shards = cutShards(
    weights.map(({ data }) => data),
    stem,
  );
  const json: JsonObject = {
    format: "layers-model",
    generatedBy: "Cellstate",
    convertedBy: null,
    modelTopology: {
      ...(inKeras2(writeModelConfig(model, true, false), flattenedVectors(model)) as JsonObject),
      keras_version: "2.15.0",
      backend: "tensor_flow.js",
    },
    weightsManifest: [
      {
        paths: [...shards.keys()],
        weights: weights.map(({ name, shape }) => ({ name, shape: [...shape], dtype: "float32" })),
      },
    ],
  };
  const training = trainingConfig(model);
  if (training) json["trainingConfig"] = training;
  if (extras !== null) json["userDefinedMetadata"] = { cellstate: extras };
  return new Map([["model.json", new TextEncoder().encode(JSON.stringify(json))], ...shards]);
}

function checkLayer(className: string, options: object, where: string): void {
  if (className === TextVectorization.name) {
    const next = "Take the model that reads ids; the vocabulary can be kept beside it.";
    throw inputError({ expected: "a network without TextVectorization", where, received: className, next });
  }
  if (!LAYERS.has(className)) {
    const expected = `a layer that TensorFlow.js has (${[...LAYERS].join(", ")})`;
    throw inputError({ expected, where, received: className });
  }
  for (const [key, value] of Object.entries(options)) {
    if (!/activation$/i.test(key) || Object.hasOwn(ACTIVATIONS, String(value))) continue;
    const expected = `an activation that TensorFlow.js has (${Object.keys(ACTIVATIONS).join(", ")})`;
    throw inputError({ expected, where: `${where} ${key}`, received: value });
  }
  const { resetAfter, layer } = options as {
    resetAfter?: boolean;
    layer?: { className: string; options: object };
  };
  if (className === "GRU" && resetAfter) {
    const next = "TensorFlow.js refuses a GRU that resets after the recurrent product, Keras's default.";
    throw inputError({ expected: "reset_after = false", where, received: true, next });
  }
  if (layer) checkLayer(layer.className, layer.options, where);
}

/** Keys that came with Keras 3. */
const LATER_KEYS = new Set(["module", "registered_name", "build_config", "build_input_shape"]);

/** Flatten layers on vectors, by name: they do nothing, and TensorFlow.js refuses them. */
function flattenedVectors({ nodes }: Model): ReadonlySet<string> {
  const idle = nodes.filter(({ layer, inputs }) => {
    return layer.className === "Flatten" && nodes[inputs[0]!]!.shape.length === 1;
  });
  return new Set(idle.map(({ layer }) => layer.name));
}

/** A configuration as Keras 2 wrote it, which is what TensorFlow.js reads; `idle` layers become linear activations. */
function inKeras2(value: Json, idle: ReadonlySet<string>): Json {
  if (Array.isArray(value)) return value.map((item) => inKeras2(item, idle));
  if (!isObject(value)) return value;
  if (value["class_name"] === "Flatten" && isObject(value["config"]!)) {
    const { name } = value["config"] as { name: string };
    if (idle.has(name)) {
      return inKeras2({ ...value, class_name: "Activation", config: { name, activation: "linear" } }, idle);
    }
  }
  const entries = Object.entries(value)
    .filter(([key]) => !LATER_KEYS.has(key))
    .map(([key, item]): [string, Json] => {
      if (key === "batch_shape") return ["batch_input_shape", item];
      if (key === "inbound_nodes") return [key, (item as Json[]).map(calledOn)];
      if (/activation$/.test(key)) return [key, activationName(item)];
      return [key, inKeras2(item, idle)];
    });
  return Object.fromEntries(entries);
}

/** { args: [tensors], kwargs } as [[layer, node, tensor, kwargs], …]. */
function calledOn(call: Json): Json {
  const { args } = call as { args: Json[] };
  const history = (tensor: Json) => (tensor as { config: { keras_history: Json[] } }).config.keras_history;
  return args.flat().map((tensor) => [...history(tensor), {}]);
}

/** Keras's name for an activation as TensorFlow.js has it. */
function activationName(name: Json): Json {
  if (isObject(name)) return "hard_sigmoid"; // that of Keras 2, which Keras 3 has no name for
  const ours = Object.keys(ACTIVATIONS).find((key) => camelToSnake(key) === name);
  return ours ? ACTIVATIONS[ours]! : name;
}

/** How the model is trained, where TensorFlow.js has such an optimizer and loss under one name. */
function trainingConfig(model: Model): JsonObject | null {
  if (!model.isCompiled) return null;
  const { optimizer, loss, metrics } = writeCompileConfig(model) as Record<string, Json>;
  if (!isObject(optimizer) || typeof loss !== "string") return null;
  const plain = isObject(optimizer["config"]!) && !optimizer["config"]["momentum"];
  if (optimizer["class_name"] !== "Adam" && !(optimizer["class_name"] === "SGD" && plain)) return null;
  const optimizerConfig = { class_name: optimizer["class_name"]!, config: optimizer["config"]! };
  const named = (metrics as Json[]).filter((metric) => typeof metric === "string");
  return { loss, metrics: named, optimizer_config: optimizerConfig };
}

function cutShards(arrays: readonly Float32Array[], stem: string): Map<string, Uint8Array> {
  const all = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    all.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  const count = Math.max(1, Math.ceil(all.length / SHARD_BYTES));
  const name = (i: number) => `${stem}.weights${count > 1 ? `-${i + 1}of${count}` : ""}.bin`;
  return new Map(
    Array.from({ length: count }, (_, i) => [name(i), all.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES)]),
  );
}
