/** A script's model as the configuration that Keras would have written, so that one reader serves files and scripts. */
import { snakeCase } from "../../layers/names.js";
import type { Json, JsonObject } from "../json.js";
import { isLayerKey } from "../keras/layer-config.js";
import type { Notes } from "../keras/receipt.js";
import { describe } from "./expressions.js";
import { type LayerValue, type ModelValue, scriptError, type TensorValue, type Value } from "./values.js";

export function scriptConfig(model: ModelValue, file: string, notes: Notes): { model: Json; compile?: Json } {
  const writer = new ConfigWriter(file, notes);
  const described = model.layers ? writer.sequential(model) : writer.functional(model);
  return {
    model: described,
    ...(model.compile ? { compile: writer.compile(model.compile, model.line) } : {}),
  };
}

/** Arguments about data or pace that describe no model. */
const SET_ASIDE = new Set(["weights"]);

class ConfigWriter {
  private readonly counts = new Map<string, number>();
  private readonly names = new Map<LayerValue, string>();
  private readonly cells = new Set<LayerValue>();

  constructor(
    private readonly file: string,
    private readonly notes: Notes,
  ) {}

  sequential(model: ModelValue): JsonObject {
    const layers = model.layers!.map((item) =>
      item.kind === "model" ? this.sequential(item) : this.layer(item),
    );
    return { class_name: "Sequential", config: { name: model.name ?? this.count("sequential"), layers } };
  }

  functional(model: ModelValue): JsonObject {
    if (model.outputs.length > 1) {
      const received = `this model has ${model.outputs.length} outputs; models of one are read.`;
      throw scriptError(this.file, model.line, received);
    }
    const layers: JsonObject[] = [];
    const seen = new Map<LayerValue, TensorValue>();
    const visit = (tensor: TensorValue): void => {
      const known = seen.get(tensor.layer);
      if (known === tensor) return;
      if (known) {
        throw scriptError(
          this.file,
          tensor.layer.line,
          "this layer is used twice; shared layers are not read.",
        );
      }
      seen.set(tensor.layer, tensor);
      for (const input of tensor.inputs) visit(input);
      const node = this.layer(tensor.layer);
      const from = tensor.inputs.map((input) => [this.nameOf(input.layer), 0, 0, {}]);
      layers.push({ ...node, name: this.nameOf(tensor.layer), inbound_nodes: from.length > 0 ? [from] : [] });
    };
    for (const tensor of [...model.inputs, ...model.outputs]) visit(tensor);
    const ends = (tensors: TensorValue[]) => tensors.map(({ layer }) => [this.nameOf(layer), 0, 0]);
    const name = model.name ?? "functional";
    const config = { name, layers, input_layers: ends(model.inputs), output_layers: ends(model.outputs) };
    return { class_name: "Functional", config };
  }

  compile(settings: Map<string, Value>, line: number): JsonObject {
    const config: JsonObject = {};
    for (const key of ["optimizer", "loss", "loss_weights", "metrics", "weighted_metrics"]) {
      const value = settings.get(key);
      if (!value) continue;
      const read = key.endsWith("metrics") ? this.metrics(value, line) : this.json(value);
      if (read === undefined)
        this.notes.warn(`line ${line}: ${key} is ${describe(value)}; left at its default`);
      else config[key] = read;
    }
    return config;
  }

  /** One that is not known leaves the others in place. */
  private metrics(value: Value, line: number): Json | undefined {
    if (value.kind === "list") return value.items.flatMap((item) => this.metrics(item, line) ?? []);
    // A function, or a class without settings: not the same as its name, to Keras.
    const name = value.kind === "name" ? value.path.split(".").at(-1)! : null;
    const read =
      name === null
        ? this.json(value)
        : /^[A-Z]/.test(name)
          ? { class_name: name, config: {} }
          : { class_name: "function", config: name };
    if (read === undefined) this.notes.warn(`line ${line}: a metric is left out: ${describe(value)}`);
    return read ?? [];
  }

  private count(base: string): string {
    const n = this.counts.get(base) ?? 0;
    this.counts.set(base, n + 1);
    return n === 0 ? base : `${base}_${n}`;
  }

  private nameOf(layer: LayerValue): string {
    let name = this.names.get(layer);
    if (name === undefined) {
      const given = layer.config.get("name");
      const own = given?.kind === "data" && typeof given.value === "string" ? given.value : null;
      name = own ?? this.count(snakeCase(layer.className));
      this.names.set(layer, name);
    }
    return name;
  }

  private layer(layer: LayerValue): JsonObject {
    const config: JsonObject = { name: this.nameOf(layer) };
    for (const [key, value] of layer.config) {
      if (key === "name") continue;
      if (!isLayerKey(layer.className, key)) {
        throw scriptError(this.file, layer.line, `${layer.className} has no argument ${key}.`);
      }
      const read = this.json(value);
      if (read !== undefined) config[key] = read;
      else if (SET_ASIDE.has(key))
        this.notes.ignore(`line ${layer.line}: ${layer.className} ${key} (${describe(value)})`);
      else this.refuse(layer, key, value);
    }
    // Files from before this argument left it out and meant false; a script that leaves it out means Keras's default.
    if (/^GRU(Cell)?$/.test(layer.className)) config["reset_after"] ??= true;
    this.shapes(layer, config);
    return { module: "keras.layers", class_name: layer.className, config };
  }

  /** Keras would give all its uses the same weights. */
  private checkCell(cell: LayerValue): void {
    if (!/Cells?$/.test(cell.className)) return;
    if (this.cells.has(cell)) {
      const next = "shared cells are not read. Make a cell for each use.";
      throw scriptError(this.file, cell.line, `this ${cell.className} is used twice; ${next}`);
    }
    this.cells.add(cell);
  }

  private refuse(layer: LayerValue, key: string, value: Value): never {
    const inside = value.kind === "list" ? value.items.find((item) => item.kind === "unknown") : undefined;
    if (inside) this.refuse(layer, key, inside);
    const name = value.kind === "unknown" && /^[A-Za-z_]\w*$/.test(value.why) ? value.why : null;
    const next = name ? ` Say what it is: --define ${name}=VALUE.` : " Write its value out.";
    const line = value.kind === "unknown" ? value.line : layer.line;
    throw scriptError(this.file, line, `${layer.className} ${key} is ${describe(value)}.${next}`);
  }

  /** A script's ways to say an input's shape, in the configuration's one. */
  private shapes(layer: LayerValue, config: JsonObject): void {
    const batch = config["batch_shape"] ?? config["batch_input_shape"];
    const shape = config["shape"] ?? config["input_shape"];
    const features = layer.className === "Embedding" ? undefined : config["input_dim"];
    const steps = config["input_length"];
    for (const key of ["shape", "input_shape"]) delete config[key];
    if (layer.className !== "Embedding") delete config["input_dim"];
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
    if (full)
      config[layer.className === "InputLayer" ? "batch_shape" : "batch_input_shape"] = [null, ...full];
  }

  /** A value as JSON; undefined where it is not known. */
  private json(value: Value): Json | undefined {
    switch (value.kind) {
      case "data":
        return value.value;
      case "list": {
        const items = value.items.map((item) => this.json(item));
        return items.includes(undefined) ? undefined : (items as Json[]);
      }
      case "name":
        // keras.activations.relu, tf.nn.relu: Keras knows functions by their last name.
        return value.path.split(".").at(-1)!;
      case "object": {
        const config: JsonObject = {};
        for (const [key, item] of value.config) {
          const read = this.json(item);
          if (read === undefined) return undefined;
          config[key] = read;
        }
        return { class_name: value.className, config };
      }
      case "layer":
        this.checkCell(value);
        return this.layer(value);
      default:
        return undefined;
    }
  }
}
