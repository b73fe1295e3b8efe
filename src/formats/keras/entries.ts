/** What stands in a model's configuration, layer by layer: in which order, under which names, with which inputs. */
import { inputError } from "../../base/errors.js";
import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { type Input, input } from "../../layers/input.js";
import { LAYER_KINDS } from "../../layers/kinds.js";
import type { Layer, Shape } from "../../layers/layer.js";
import { checkKeys, isLayer, type LayerNode, readNode, unknownLayer } from "./layer-config.js";
import type { Context } from "./receipt.js";
import type { StoredWeight } from "./stored-weight.js";

/** A layer and where its weights lie in a file. */
export interface Entry {
  layer: Layer;
  /** Of the entries whose outputs it takes. */
  inputs: number[];
  /** Its group in `model.weights.h5`: "layers/lstm", "layers/sequential/layers/lstm". */
  group: string;
  /** The top-level layer whose group in an older file holds its weights. */
  owner: string;
  /** Its place in the configuration, for messages. */
  where: string;
  /** Of an input: what Keras turns into it. */
  dtype?: string | undefined;
  /** Turns stored weights into those of the layer, where they are kept in another layout. */
  convert?: ((stored: StoredWeight[]) => StoredWeight[]) | undefined;
}

/** Where the layers of a model lie in weight files, and how many more a file may bring. */
export interface Place {
  /** Before "layers/…": "" or "layers/sequential/". */
  prefix: string;
  /** The outermost layer, inside a nested model. */
  owner: string;
  budget: { layers: number };
}

/**
 * Appends what one entry of a configuration describes, and returns the index of its output. Handed to the reader of
 * graphs, for a graph may hold models of either kind.
 */
export type EntryReader = (
  child: LayerNode,
  entries: Entry[],
  inputs: number[],
  place: Place,
  context: Context,
  where: string,
) => number;

/** In one file, those of nested models included. */
export const MOST_LAYERS = 1000;

/** Whether a class is a model; Keras 2 before tf.keras 2.4 said "Model" for Functional ones. */
export const isModel = (className: string): boolean =>
  className === "Sequential" || className === "Functional" || className === "Model";

/** Refuses what is no layer of ours by its own name, before anything else about it is found wrong. */
export function checkKnown({ className }: LayerNode, where: string): void {
  // What enters a model is read apart from layers that compute.
  const known = isLayer(className) || isModel(className) || LAYER_KINDS.get(className)?.isInput;
  if (!known) throw unknownLayer(className, where);
}

export function within(place: Place, child: LayerNode, group: string): Place {
  const { budget } = place;
  return { prefix: `${place.prefix}layers/${group}`, owner: place.owner || child.name, budget };
}

/** The entries of `config.layers`. */
export function readLayers(config: JsonObject, { budget }: Place, where: string): LayerNode[] {
  const layers = config["layers"];
  if (!Array.isArray(layers)) {
    throw inputError({ expected: "a list of layers", where: `${where}.config.layers`, received: layers });
  }
  budget.layers -= layers.length;
  if (budget.layers < 0) {
    const expected = `at most ${MOST_LAYERS} layers`;
    throw inputError({ expected, where: `${where}.config.layers`, received: layers.length });
  }
  return layers.map((value, i) => readNode(value, `${where} layers[${i}]`));
}

export function inputEntry(name: string, shape: Shape, where: string): Entry {
  const layer: Input = input({ shape, name });
  return { layer, inputs: [], group: "", owner: "", where };
}

/** batch_shape in Keras 3, batch_input_shape in Keras 2. */
export function shapeOf(config: JsonObject): Json | undefined {
  return config["batch_shape"] ?? config["batch_input_shape"] ?? undefined;
}

/** The shape of an input of texts, until TextVectorization takes its place. */
export const TEXTS: Shape = [1];

/** An InputLayer's shape. */
export function inputShape(node: LayerNode, where: string): Shape {
  if (node.config["dtype"] === "string") return TEXTS;
  return readShape(shapeOf(node.config), where);
}

const INPUT_KEYS: ReadonlySet<string> = new Set([
  ...[
    "name",
    "batch_shape",
    "batch_input_shape",
    "input_shape",
    "dtype",
    "optional",
    "trainable",
    "batch_size",
  ],
]);
const INPUT_DTYPE = /^(string|bool|b?float(16|32|64)|u?int(8|16|32|64))$/;

/** The kind of numbers that an input turns what it is given into, once its settings are seen to be known. */
export function inputDtype({ config }: LayerNode, where: string): string {
  checkKeys(config, INPUT_KEYS, where);
  const dtype = config["dtype"] ?? "float32";
  const name = isObject(dtype) && isObject(dtype["config"]) ? (dtype["config"]["name"] ?? null) : dtype;
  if (typeof name === "string" && INPUT_DTYPE.test(name)) return name;
  throw inputError({
    expected: "a kind of numbers, or string",
    where: `${where}.config.dtype`,
    received: dtype,
  });
}

/** Drops the batch axis. */
export function readShape(value: Json | undefined, where: string): Shape {
  const shape = Array.isArray(value) ? value.slice(1) : [];
  const sound = shape.every((n) => n === null || (typeof n === "number" && Number.isInteger(n) && n > 0));
  if (sound && shape.length >= 1 && shape.length <= 2) return shape as (number | null)[];
  throw inputError({
    expected: "[batch, steps or features] or [batch, steps, features]",
    where,
    received: value,
  });
}
