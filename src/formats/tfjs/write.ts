/** Writing a model as a TensorFlow.js layers model: `model.json` and shards of weights beside it. */
import { jsonTextOf, textOf } from "../../base/arguments.js";
import { knownOptions } from "../../base/errors.js";
import type { Json, JsonObject } from "../../base/json.js";
import { BLANK_SEAL, SEAL, seal } from "../../base/seal.js";
import { networkOf } from "../../network/network.js";
import { sparseAdam } from "../../objectives/optimizers.js";
import type { TrainedLike } from "../../train/trainer.js";
import { writeCompileConfig } from "../keras/compile-config.js";
import { checkMasks } from "./masks.js";
import { checkLayer } from "./support.js";
import { writeTopology } from "./topology.js";

/** As TensorFlow.js cuts its own. */
const SHARD_BYTES = 4 * 2 ** 20;

/** Options of `writeTfjs`. */
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
export function writeTfjs(model: TrainedLike, options: TfjsOptions = {}): Map<string, Uint8Array> {
  networkOf(model, "writeTfjs");
  knownOptions(options, ["extras", "stem"], "writeTfjs");
  const { extras = null, stem = "model" } = options;
  jsonTextOf(extras, "writeTfjs extras");
  textOf(stem, "writeTfjs stem");
  for (const { layer, inputs } of model.nodes) {
    checkLayer(layer, inputs.length > 0 ? model.nodes[inputs[0]!]!.shape.length : 0);
  }
  checkMasks(model);
  const weights = model.getWeights();
  const nameOf = weightNames(model);
  const shards = cutShards(
    weights.map(({ data }) => data),
    stem,
  );
  const json: JsonObject = {
    format: "layers-model",
    generatedBy: "Cellstate",
    convertedBy: null,
    modelTopology: {
      ...writeTopology(model),
      keras_version: "2.15.0",
      backend: "tensor_flow.js",
    },
    weightsManifest: [
      {
        paths: [...shards.keys()],
        weights: weights.map(({ name, shape }) => ({
          name: nameOf(name),
          shape: [...shape],
          dtype: "float32",
        })),
      },
    ],
  };
  const training = trainingConfig(model);
  if (training) json["trainingConfig"] = training;
  if (extras !== null) json["userDefinedMetadata"] = { cellstate: extras };
  // Not in the metadata: a damaged name of theirs would take both away.
  json[SEAL] = BLANK_SEAL;
  const text = new TextEncoder().encode(JSON.stringify(json));
  return new Map([["model.json", seal(text, shards.values())], ...shards]);
}

/** As files: shards first, so that the JSON, under its own name, never names what is not there yet. */
export function tfjsFiles(model: TrainedLike, extras: Json, name: string): Map<string, Uint8Array> {
  const stem = name.replace(/\.json$/i, "");
  // Names that are a path to someone are not read again.
  const files = writeTfjs(model, { extras, ...(/^[^./\\:%][^/\\:%]{0,200}$/.test(stem) && { stem }) });
  const named = [...files].map(([file, bytes]) => [file === "model.json" ? name : file, bytes] as const);
  return new Map(named.reverse());
}

/** Layers that give their own names to the weights of the one inside. */
const NAMELESS_INSIDE: ReadonlySet<string> = new Set(["TimeDistributed"]);

/** TensorFlow.js goes by names, in which a layer inside TimeDistributed has no part. */
function weightNames({ nodes }: TrainedLike): (name: string) => string {
  const wrappers = nodes.map(({ layer }) => layer).filter(({ className }) => NAMELESS_INSIDE.has(className));
  const inner = wrappers.map(({ name, inner: [layer] }) => [`${name}/${layer!.name}/`, `${name}/`] as const);
  return (name) => {
    const [from, to] = inner.find(([from]) => name.startsWith(from)) ?? ["", ""];
    return to + name.slice(from.length);
  };
}

/** How the model is trained, where TensorFlow.js has such an optimizer and loss under one name. */
function trainingConfig(model: TrainedLike): JsonObject | null {
  if (!model.isCompiled || strangeToTfjs(model) !== null) return null;
  const { optimizer, loss, metrics } = writeCompileConfig(model) as Record<string, Json>;
  const { class_name, config } = optimizer as JsonObject;
  const named = (metrics as Json[]).filter((metric) => typeof metric === "string");
  return { loss: loss!, metrics: named, optimizer_config: { class_name: class_name!, config: config! } };
}

/** What of a model's training has no place in the file, a line each: said when one is written. */
export function tfjsLeftOut(model: TrainedLike): string[] {
  if (!model.isCompiled) return [];
  const where = `model ${model.name}: not written, as TensorFlow.js has it not or otherwise:`;
  const strange = strangeToTfjs(model);
  if (strange !== null) return [`${where} how it is trained (${strange})`];
  const { metrics, weightedMetrics } = model.compiled;
  const left = [...metrics.filter((metric) => metric !== "accuracy"), ...weightedMetrics];
  const names = left.map((metric) => (typeof metric === "string" ? metric : metric.name));
  return names.length === 0 ? [] : [`${where} metrics ${names.join(", ")}`];
}

/** Settings that change Adam's steps, and that TensorFlow.js's Adam passes over. */
const NOT_ITS_OWN = [
  ...["weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "amsgrad"],
  ...["momentum", "gradient_accumulation_steps"],
];

/** What TensorFlow.js would not do as this model is trained, in Keras's words; null where it does. */
function strangeToTfjs(model: TrainedLike): string | null {
  const { optimizer, loss } = writeCompileConfig(model) as Record<string, Json>;
  const { class_name: name, config } = optimizer as JsonObject;
  const settings = config as JsonObject;
  if (name !== "Adam" && name !== "SGD") return String(name);
  // It has no schedules, and no steps that several batches make together.
  if (typeof settings["learning_rate"] !== "number") return "a learning-rate schedule";
  if (sparseAdam(model.compiled.optimizer)) return "sparse";
  const other = NOT_ITS_OWN.find((key) => settings[key]);
  if (other) return other;
  return typeof loss === "string" ? null : `settings of the loss ${model.compiled.loss.name}`;
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
