/** A script's model as the configuration that Keras would have written, so that one reader serves files and scripts. */

import type { Json, JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import type { Notes } from "../keras/receipt.js";
import { isKeras } from "./keras-names.js";
import { lackError } from "./lacks.js";
import { KEPT, type Session, STEP } from "./session.js";
import { kindOf } from "./signatures.js";
import {
  type Call,
  describe,
  type Lack,
  type LayerValue,
  type ModelValue,
  type Places,
  scalar,
  scriptError,
  type TensorValue,
  type Value,
} from "./values.js";

/** How deep models stand in models, and lists in lists. */
const DEEPEST = 30;

/** The model as a configuration, and what `compile` was given. */
export function scriptConfig(
  model: ModelValue,
  session: Session,
  notes: Notes,
): { model: JsonObject; compile?: JsonObject } {
  const writer = new ConfigWriter(session, notes, model);
  const described = model.layers ? writer.sequential(model) : writer.functional(model);
  const lacks = [...session.lacks, ...writer.lacks];
  if (lacks.length > 0) throw lackError(session, lacks);
  return { model: described, ...(model.compile ? { compile: writer.compile(model, model.compile) } : {}) };
}

/** Sizes: Keras takes no floats for them, not even whole ones. */
const WHOLE = new Set(
  "units input_dim output_dim input_length filters kernel_size strides pool_size n shape batch_shape input_shape batch_input_shape target_shape dims dilation_rate groups padding axis".split(
    " ",
  ),
);
/** About how Keras computes, and not what. */
const PACE = new Set(["use_cudnn", "implementation", "unroll", "autocast"]);

const SAVE_IN_PYTHON =
  "Build the model in Python, save it (model.save('model.keras')) and give that file instead; or take it out of the script.";

/** The layer whose units are the answers: the last, but for what only shapes its outputs. */
function answeringLayer({ layers, outputs }: ModelValue): LayerValue | null {
  const shapes = (layer: LayerValue) => ["Activation", "Softmax", "Dropout"].includes(layer.className);
  if (layers) return layers.findLast((item) => item.kind === "layer" && !shapes(item)) as LayerValue | null;
  let at = outputs.length === 1 ? outputs[0] : undefined;
  while (at && shapes(at.layer)) at = at.inputs[0];
  return at?.layer ?? null;
}

class ConfigWriter {
  /** What must be said before the model can be read. */
  readonly lacks: Lack[] = [];
  private readonly answering: LayerValue | null;
  /** Layers that a Sequential begins with: the shape of an input that others are given says nothing. */
  private readonly beginning = new Set<LayerValue>();
  private readonly emitted = new Set<LayerValue | ModelValue>();
  private depth = 0;
  /** How many Bidirectional layers are around: they make copies of their own of what they are given. */
  private copied = 0;

  constructor(
    private readonly session: Session,
    private readonly notes: Notes,
    model: ModelValue,
  ) {
    this.answering = answeringLayer(model);
  }

  sequential(model: ModelValue): JsonObject {
    this.once(model);
    this.lacks.push(...model.lacks);
    return this.deeper(model.line, () => {
      if (!model.layers) return this.functional(model, false);
      const first = model.layers.findIndex(
        (item) => item.kind === "layer" && kindOf(item.className).takesTexts,
      );
      const items = first < 0 ? model.layers : model.layers.slice(first + 1);
      const text = first < 0 ? undefined : (model.layers[first] as LayerValue);
      if (text) this.sayText(text);
      const layers = items.map((item, i) => {
        if (i === 0 && item.kind === "layer") this.beginning.add(item);
        return item.kind === "model" ? this.sequential(item) : this.layer(item);
      });
      const shape = text ? [null, this.textLength(text)] : this.builtShape(model);
      const settings = layers[0]?.["config"] as JsonObject | undefined;
      if (shape && settings && layers[0]!["class_name"] !== "InputLayer")
        settings["batch_input_shape"] ??= shape;
      return { class_name: "Sequential", config: { name: model.name, layers } };
    });
  }

  /** The shape that `build` was given, where it can be read. */
  private builtShape({ built, line }: ModelValue): Json[] | null {
    if (!built) return null;
    const shape = this.json(built, line);
    if (Array.isArray(shape)) return shape;
    const open = built.kind === "list" ? inner(built) : built;
    if (open.kind === "unknown" && open.expression !== null) {
      this.lacks.push({
        line: open.line,
        what: `build is given ${describe(open)}`,
        next: "",
        define: `${open.expression}=VALUE`,
      });
      return null;
    }
    throw scriptError(this.session, line, `build is given ${describe(built)}. Write the shape out.`);
  }

  /** Rows of ids stand where texts did: turning texts into ids comes before the network here. */
  private sayText(layer: LayerValue): void {
    this.notes.ignore(
      `${this.session.at(layer.line)}: TextVectorization, which stands before the network: its input takes ids`,
    );
  }

  private textLength(layer: LayerValue): number | null {
    const length = scalar(layer.config.get("output_sequence_length"));
    return typeof length === "number" ? length : null;
  }

  functional(model: ModelValue, check = true): JsonObject {
    if (check) this.once(model);
    this.lacks.push(...model.lacks);
    if (model.outputs.length > 1) {
      const received = `this model has ${model.outputs.length} outputs; models of one are read.`;
      throw scriptError(this.session, model.line, received);
    }
    const layers: JsonObject[] = [];
    const ends = (tensors: TensorValue[]) => tensors.map(({ layer }) => [layer.name, 0, 0]);
    for (const tensor of this.inOrder([...model.inputs, ...model.outputs])) {
      const { layer } = tensor;
      this.session.work.spend(STEP);
      const { takesTexts } = kindOf(layer.className);
      if (takesTexts) this.sayText(layer);
      const node = takesTexts ? this.idsInput(layer) : this.layer(layer);
      const from = takesTexts ? [] : tensor.inputs.map((input) => [input.layer.name, 0, 0, {}]);
      layers.push({ ...node, name: layer.name, inbound_nodes: from.length > 0 ? [from] : [] });
    }
    const texts = new Map<LayerValue, LayerValue>();
    for (const tensor of this.inOrder(model.outputs)) {
      if (kindOf(tensor.layer.className).takesTexts && tensor.inputs[0])
        texts.set(tensor.inputs[0].layer, tensor.layer);
    }
    // The ids' input takes the place of the texts'.
    const inputs = model.inputs.map(({ layer }) => [(texts.get(layer) ?? layer).name, 0, 0]);
    const kept = layers.filter((node) => ![...texts.keys()].some((layer) => layer.name === node["name"]));
    const config = {
      name: model.name,
      layers: kept,
      input_layers: inputs,
      output_layers: ends(model.outputs),
    };
    return { class_name: "Functional", config };
  }

  private idsInput(layer: LayerValue): JsonObject {
    const config = { name: layer.name, batch_shape: [null, this.textLength(layer)] };
    return { module: "keras.layers", class_name: "InputLayer", config };
  }

  /** Every tensor that these hang on, inputs first, without a stack as deep as the network. */
  private inOrder(ends: TensorValue[]): TensorValue[] {
    const order: TensorValue[] = [];
    const seen = new Map<LayerValue, TensorValue>();
    const left: { tensor: TensorValue; done: boolean }[] = ends
      .map((tensor) => ({ tensor, done: false }))
      .reverse();
    while (left.length > 0) {
      const { tensor, done } = left.pop()!;
      this.session.work.spend(STEP);
      if (done) {
        order.push(tensor);
        continue;
      }
      const known = seen.get(tensor.layer);
      if (known === tensor) continue;
      if (known) {
        throw scriptError(
          this.session,
          tensor.layer.line,
          "this layer is used twice; shared layers are not read.",
        );
      }
      seen.set(tensor.layer, tensor);
      left.push({ tensor, done: true });
      for (const input of tensor.inputs.toReversed()) left.push({ tensor: input, done: false });
    }
    return order;
  }

  compile(model: ModelValue, { args, line }: Call): JsonObject {
    const config: JsonObject = {};
    for (const [key, value] of args) {
      if (NOT_COMPILED.has(key)) {
        if (scalar(value) !== null)
          this.notes.ignore(
            `${this.session.at(line)}: compile ${key}=${describe(value)}, which is about pace`,
          );
        continue;
      }
      const misplaced =
        key === "loss_weights" &&
        value.kind === "list" &&
        value.items.some((item) => typeof scalar(item) === "string");
      if (misplaced) {
        throw scriptError(
          this.session,
          line,
          "compile takes loss_weights third, which are numbers. Name the metrics: metrics=[…].",
        );
      }
      const read = key.endsWith("metrics") ? this.metrics(value, line) : this.json(value, line);
      if (read !== undefined) config[key] = read;
      else this.compileUnread(model, key, value, line);
    }
    return config;
  }

  /** One that is not known leaves the others in place: a metric changes no training. */
  private metrics(value: Value, line: number): Json | undefined {
    if (value.kind === "list" && value.spoiled === null) {
      return value.items.flatMap((item) => this.metrics(item, line) ?? []);
    }
    // A function, or a class without settings: not the same as its name, to Keras.
    const name = value.kind === "name" && isKeras(value.path) ? value.path.split(".").at(-1)! : null;
    const read =
      name === null
        ? this.json(value, line)
        : /^[A-Z]/.test(name)
          ? { class_name: name, config: {} }
          : { class_name: "function", config: name };
    // A metric changes no training.
    if (read === undefined)
      this.notes.warn(`${this.session.at(line)}: a metric is left out: ${describe(value)}`);
    return read ?? [];
  }

  private compileUnread(model: ModelValue, key: string, value: Value, line: number): void {
    const what = `${key} is ${this.describeInside(value)}`;
    const next = `Write one that Cellstate has${key === "optimizer" ? ", or give --optimizer NAME" : ""}.`;
    this.session.cannotRead({ line, what, next, model, about: key });
  }

  private layer(layer: LayerValue): JsonObject {
    if (this.copied === 0) this.once(layer);
    const copies = kindOf(layer.className).keras?.copiesInner;
    if (copies) this.copied++;
    try {
      return this.layerConfig(layer);
    } finally {
      if (copies) this.copied--;
    }
  }

  private layerConfig(layer: LayerValue): JsonObject {
    return this.deeper(layer.line, () => {
      const config: JsonObject = { name: layer.name };
      this.session.work.hold(KEPT * (4 + layer.config.size));
      for (const [key, value] of layer.config) {
        if (key === "name" || PACE.has(key)) continue;
        this.checkWhole(layer, key, value);
        const read = key === "weights" ? this.weights(layer, value) : this.json(value, layer.line);
        if (read !== undefined) config[key] = read;
        else if (key === "embeddings_initializer") this.cannotRead(layer, key, value);
        else if (key !== "weights" && this.counts(layer, key)) this.refuse(layer, key, value);
      }
      // Files from before this argument left it out and meant false; a script that leaves it out means Keras's default.
      if (Object.hasOwn(kindOf(layer.className).options ?? {}, "resetAfter")) config["reset_after"] ??= true;
      this.shapes(layer, config);
      return { module: "keras.layers", class_name: layer.className, config };
    });
  }

  /** Whether an argument that is not known matters: not a shape where the layer before says it. */
  private counts(layer: LayerValue, key: string): boolean {
    if (kindOf(layer.className).unlisted || this.beginning.has(layer) || this.copied > 0) return true;
    return key !== "input_shape" && key !== "batch_input_shape";
  }

  /** Weights that come from elsewhere: never read, and never taken for fresh ones in silence. */
  private weights(layer: LayerValue, value: Value): undefined {
    if (scalar(value) !== null) this.cannotRead(layer, "weights", value);
    return undefined;
  }

  private cannotRead(layer: LayerValue, key: string, value: Value): void {
    const what = `${layer.className} ${key} (${this.describeInside(value)}): it starts from fresh weights without them`;
    this.session.cannotRead({ line: layer.line, what, next: SAVE_IN_PYTHON, model: null, about: "weights" });
  }

  private checkWhole(layer: LayerValue, key: string, value: Value): void {
    if (!WHOLE.has(key)) return;
    const items = value.kind === "list" ? value.items : [value];
    const float = items.find((item) => item.kind === "data" && item.float);
    if (float?.kind !== "data" || !Number.isInteger(float.value)) return;
    const next = `Keras takes whole numbers only. Write ${float.value}, or int(…).`;
    throw scriptError(
      this.session,
      layer.line,
      `${layer.className} ${key} is the float ${float.value}.0. ${next}`,
    );
  }

  /** Keras would give all its uses the same weights. */
  private once(item: LayerValue | ModelValue): void {
    this.session.work.spend(STEP);
    if (this.emitted.has(item)) {
      const what = item.kind === "model" ? "model" : item.className;
      const shared = /Cells?$/.test(what)
        ? "cells are not read. Make a cell for each use."
        : item.kind === "model"
          ? "models are not read."
          : "layers are not read.";
      throw scriptError(this.session, item.line, `this ${what} is used twice; shared ${shared}`);
    }
    this.emitted.add(item);
  }

  /** @throws InputError where lists, layers or models nest deeper than anyone writes them */
  private deeper<T>(line: number, write: () => T): T {
    if (this.depth >= DEEPEST) throw scriptError(this.session, line, "this nests too deeply to be read.");
    this.depth++;
    try {
      return write();
    } finally {
      this.depth--;
    }
  }

  /** What an argument lacks: each size of a shape by itself. */
  private refuse(layer: LayerValue, key: string, value: Value): void {
    const parts = value.kind === "list" && value.spoiled === null ? [...value.items.entries()] : [];
    const open = parts.filter(([, item]) => item.kind === "unknown" || item.kind === "name");
    if (open.length > 1) for (const [axis, item] of open) this.lack(layer, key, item, axis);
    else this.lack(layer, key, inner(value), open[0]?.[0] ?? null);
  }

  private lack(layer: LayerValue, key: string, value: Value, axis: number | null): void {
    const foreign = value.kind === "name" && !isKeras(value.path) ? (value.words ?? null) : null;
    const expression = value.kind === "unknown" ? value.expression : foreign;
    const line = value.kind === "unknown" ? value.line : layer.line;
    this.session.work.hold(4 * KEPT);
    this.lacks.push({
      line,
      what: `${kindOf(layer.className).unlisted ? "Input" : layer.className} ${key} is ${describe(value)}`,
      next: expression === null ? "Write its value out." : "",
      define: expression === null ? null : `${expression}=VALUE`,
      ...(expression === null
        ? {}
        : { argument: { layer, key, expression, axis, last: layer === this.answering } }),
    });
  }

  private describeInside(value: Value): string {
    const inside = inner(value);
    return describe(inside);
  }

  /** A script's ways to say an input's shape, in the configuration's one. */
  private shapes(layer: LayerValue, config: JsonObject): void {
    const batch = config["batch_shape"] ?? config["batch_input_shape"];
    const shape = config["shape"] ?? config["input_shape"];
    const { readsIds, unlisted } = kindOf(layer.className);
    const features = readsIds ? undefined : config["input_dim"];
    const steps = config["input_length"];
    for (const key of ["shape", "input_shape", "batch_size", "input_tensor", "tensor"]) delete config[key];
    if (!readsIds) delete config["input_dim"];
    if (Array.isArray(batch)) return;
    const full = Array.isArray(shape)
      ? shape
      : typeof shape === "number"
        ? [shape]
        : typeof features === "number"
          ? typeof steps === "number"
            ? [steps, features]
            : [features]
          : null;
    if (full) config[unlisted ? "batch_shape" : "batch_input_shape"] = [null, ...full];
  }

  /** A value as JSON; undefined where it is not known. Shared parts are written out each time, so each time counts. */
  private json(value: Value, line: number): Json | undefined {
    this.session.work.spend(STEP);
    this.session.work.hold(KEPT);
    switch (value.kind) {
      case "data":
        return value.value;
      case "list":
        if (value.spoiled !== null) return undefined;
        // The list itself beside its items; what is made on the way is given back late (Node 24).
        this.session.work.hold(KEPT);
        return this.deeper(line, () => this.jsonItems(value.items, line));
      case "dictionary":
        return value.spoiled !== null
          ? undefined
          : this.deeper(line, () => this.jsonEntries(value.entries, line));
      case "name":
        // keras.activations.relu, tf.nn.relu: Keras knows functions by their last name. Others' functions are others.
        return isKeras(value.path) ? value.path.split(".").at(-1)! : undefined;
      case "object": {
        checkTypes(value, this.session, line);
        const config = this.deeper(line, () => this.jsonEntries(value.config, line));
        if (config?.["lr"] !== undefined && value.module === "optimizers") {
          config["learning_rate"] ??= config["lr"];
          delete config["lr"];
          this.notes.fill(
            `${this.session.at(value.line)}: ${value.className} lr is learning_rate, as Keras 2 called it`,
          );
        }
        return (
          config && {
            module: `keras.${value.module}`,
            class_name: value.className,
            config,
            registered_name: null,
          }
        );
      }
      case "layer":
        return this.layer(value);
      default:
        return undefined;
    }
  }

  private jsonItems(items: Value[], line: number): Json[] | undefined {
    const read: Json[] = [];
    for (const item of items) {
      const one = this.json(item, line);
      if (one === undefined) return undefined;
      read.push(one);
    }
    return read;
  }

  private jsonEntries(entries: Map<string, Value>, line: number): JsonObject | undefined {
    const config: JsonObject = {};
    for (const [key, item] of entries) {
      const one = this.json(item, line);
      if (one === undefined) return undefined;
      if (key === "__proto__") throw scriptError(this.session, line, `expected no key ${label(key)}.`);
      config[key] = one;
    }
    return config;
  }
}

const NOT_COMPILED = new Set([
  "run_eagerly",
  "steps_per_execution",
  "jit_compile",
  "auto_scale_loss",
  "sample_weight_mode",
  "target_tensors",
]);

/** What makes a value unknown, where it is inside of one that is known. */
function inner(value: Value): Value {
  let at = value;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const items: Value[] =
      at.kind === "list" ? at.items : at.kind === "object" ? [...at.config.values()] : [];
    const next =
      items.find((item) => item.kind === "unknown" || item.kind === "function") ??
      items.find((item) => item.kind === "list" || item.kind === "object");
    if (!next) return at;
    at = next;
  }
  return at;
}

/** Arguments of optimizers and losses that are true or false, and those that may be texts; all others are numbers. */
const SWITCHES = new Set(
  "amsgrad nesterov centered use_ema relative_step jit_compile from_logits apply_class_balancing".split(" "),
);
const TEXTS = new Set("name reduction dtype loss_scale_factor".split(" "));

/** @throws InputError for an argument of an optimizer or loss that Keras would not compute with */
function checkTypes(value: Value & { kind: "object" }, places: Places, line: number): void {
  if (value.module !== "optimizers" && value.module !== "losses") return;
  for (const [key, item] of value.config) {
    const plain = scalar(item);
    if (plain === undefined || plain === null) continue;
    const type = SWITCHES.has(key) ? "boolean" : TEXTS.has(key) ? "string" : "number";
    if (typeof plain === type || (key === "loss_scale_factor" && typeof plain === "number")) continue;
    const expected = { boolean: "True or False", string: "text", number: "a number" }[type];
    throw scriptError(
      places,
      line,
      `${value.className} ${key}: expected ${expected} but received ${describe(item)}.`,
    );
  }
}
