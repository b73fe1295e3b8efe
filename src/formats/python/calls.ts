/** Calls of a script: Keras's classes and functions, the script's own functions, methods of models, lists and layers. */
import type { SyntaxNode } from "@lezer/common";
import { type Arguments, byName, type Caller } from "./arguments.js";
import { arrayCall, arrayMethod } from "./arrays.js";
import { isKeras, kerasCall } from "./keras-names.js";
import { commandLine, commandLineMethod, fieldsOf } from "./objects.js";
import { reachOf } from "./reach.js";
import { DEEPEST, KEPT, STEP } from "./session.js";
import { CALLS, kindOf, LAYERS, layerClass, MERGES, objectClass, type Signature } from "./signatures.js";
import {
  asText,
  type DictionaryValue,
  data,
  describe,
  dictionary,
  type FunctionValue,
  type Lack,
  type LayerValue,
  type ListValue,
  lacking,
  list,
  MOST_ITEMS,
  type ModelValue,
  type Owner,
  scalar,
  type TensorValue,
  unknown,
  type Value,
} from "./values.js";

/** A call of something by its dotted path. What is not Keras's, and no plain builtin, is not followed. */
export function callNamed(on: Caller, path: string, args: Arguments, node: SyntaxNode): Value {
  const name = path.split(".").at(-1)!;
  if (!path.includes(".")) {
    const built = builtin(on, name, args, node);
    if (built) return built;
  }
  if (!isKeras(path)) return foreign(on, path, args, node);
  if (name === "Sequential") return sequential(on, args, node);
  if (name === "Model" || name === "Functional") return functional(on, args, node);
  if (name === "Input") return { kind: "tensor", layer: makeLayer(on, "InputLayer", args, node), inputs: [] };
  const layer = layerClass(name);
  if (layer) return makeLayer(on, layer, args, node);
  const merge = /(^|\.)(layers|merge)\.\w+$/.test(path) || !path.includes(".") ? MERGES.get(name) : undefined;
  const [inputs, ...positional] = args.positional;
  if (merge && inputs) {
    const made = makeLayer(on, merge, { positional, named: args.named }, node);
    return useLayer(on, made, { positional: [inputs], named: new Map() }, node);
  }
  const object = objectClass(name, path);
  if (object) {
    const { module, className } = object;
    // What they do is not done here, so that what they take may be as old as it likes.
    const config = module === "callbacks" ? whatIsKnown(object, args) : byName(on, object, args, name, node);
    if (module === "preprocessing.text") on.session.say(className, config, on.line(node));
    return { kind: "object", module, className, config, line: on.line(node) };
  }
  return kerasCall(on, path, name, args, node);
}

/** Arguments by their names, as far as they have one. */
function whatIsKnown({ positional: names }: Signature, { positional, named }: Arguments): Map<string, Value> {
  return new Map([
    ...positional.slice(0, names.length).map((value, i) => [names[i]!, value] as const),
    ...named,
  ]);
}

/** Functions of other modules: never followed, but some say what Keras is to do, or what shape an array has. */
function foreign(on: Caller, path: string, args: Arguments, node: SyntaxNode): Value {
  if (path.startsWith("numpy.")) {
    const made = arrayCall(on, path, args, node);
    if (made) return made;
  }
  if (path === "argparse.ArgumentParser") return commandLine();
  return kerasCall(on, path, path.split(".").at(-1)!, args, node);
}

export function runFunction(
  on: Caller,
  definition: FunctionValue,
  { positional, named }: Arguments,
  node: SyntaxNode,
): Value {
  // One that calls itself again and again, to count or to sort, is no one's model.
  if (on.session.depth > DEEPEST / 2 && !makesModels(on, definition)) return on.unknown(node);
  const bound = new Map<string, Value>();
  const left = new Map(named);
  let at = 0;
  for (const { name, fallback, how } of definition.parameters) {
    if (how === "*") bound.set(name, list(positional.slice(at)));
    else if (how === "**") bound.set(name, dictionary(left));
    else {
      const given = how === "key" ? undefined : positional[at++];
      if (given && left.has(name)) on.fail(node, `${definition.name}() is given ${name} twice.`);
      const value = given ?? left.get(name) ?? fallback;
      left.delete(name);
      bound.set(name, value ?? unknown(`the argument ${name}`, on.line(node), name));
    }
  }
  const takes = (how: string) => definition.parameters.some((parameter) => parameter.how === how);
  const stray = takes("**") ? undefined : left.keys().next().value;
  if (stray !== undefined) on.fail(node, `${definition.name}() has no argument ${stray.slice(0, 50)}.`);
  if (positional.length > at && !takes("*")) {
    on.fail(
      node,
      `${definition.name}() takes ${at} arguments by position but is given ${positional.length}.`,
    );
  }
  on.session.work.hold(bound.size * KEPT);
  return definition.run(bound, on.session.depth);
}

function makesModels(on: Caller, { body }: FunctionValue): boolean {
  const { creates, layers } = reachOf(body, on);
  return creates || layers;
}

function builtin(on: Caller, name: string, { positional, named }: Arguments, node: SyntaxNode): Value | null {
  const [first] = positional;
  const number = scalar(first);
  switch (name) {
    case "setattr":
      if (first?.kind === "instance" && typeof scalar(positional[1]) === "string" && positional[2]) {
        first.fields.set(scalar(positional[1]) as string, positional[2]);
        return data(null);
      }
      if (first && ["layer", "model", "object", "list", "dictionary", "instance"].includes(first.kind)) {
        const what = "setattr changes what it is given, which is not followed";
        const next = "Write it out: layer.trainable = False.";
        on.session.cannotRead({ line: on.line(node), what, next, model: null, about: "model" });
      }
      return on.unknown(node);
    case "super":
      return on.superOf(node);
    case "vars":
      return first?.kind === "instance" ? fieldsOf(first) : on.unknown(node);
    case "dict":
      return positional.length === 0 ? dictionary(named) : on.unknown(node);
    case "range":
      return (
        range(on, positional) ??
        madeOf(
          on,
          positional.find(({ kind }) => kind === "unknown"),
          node,
        )
      );
    case "len":
      if (first?.kind === "list" && first.spoiled === null) return data(first.items.length);
      if (first?.kind === "dictionary" && first.spoiled === null) return data(first.entries.size);
      if (first?.kind === "array" && first.shape?.[0]?.kind === "data") return first.shape[0];
      return typeof number === "string" ? data([...number].length) : on.unknown(node);
    case "int":
      return typeof number === "number" && Number.isFinite(number)
        ? data(Math.trunc(number))
        : madeOf(on, first, node);
    case "float":
      return typeof number === "number" ? data(number, true) : madeOf(on, first, node);
    case "round":
      // Python rounds halves to even.
      if (typeof number !== "number" || positional.length > 1 || Math.abs(number % 1) === 0.5)
        return on.unknown(node);
      return data(Math.round(number));
    case "str": {
      const text = first && asText(first);
      return typeof text === "string" ? data(text) : on.unknown(node);
    }
    case "max":
    case "min": {
      const numbers = positional.map((value) => (value.kind === "data" && !value.float ? value.value : null));
      const known = numbers.length > 1 && numbers.every((value) => typeof value === "number");
      return known ? data(Math[name](...(numbers as number[]))) : on.unknown(node);
    }
    case "list":
    case "tuple":
      if (first?.kind !== "list" || first.spoiled !== null) return on.unknown(node);
      on.session.work.hold(first.items.length * KEPT);
      return list([...first.items]);
    case "enumerate":
      if (first?.kind !== "list" || first.spoiled !== null || positional.length > 1) return on.unknown(node);
      on.session.work.hold(first.items.length * 3 * KEPT);
      return list(first.items.map((item, i) => list([data(i), item])));
    case "zip": {
      const lists = positional.filter(
        (value) => value.kind === "list" && value.spoiled === null,
      ) as ListValue[];
      if (lists.length === 0 || lists.length < positional.length) return on.unknown(node);
      const length = Math.min(...lists.map(({ items }) => items.length));
      on.session.work.hold(length * (lists.length + 1) * KEPT);
      return list(Array.from({ length }, (_, i) => list(lists.map(({ items }) => items[i]!))));
    }
    default:
      return null;
  }
}

/** What is not known as long as one value is not: that one is to be said. */
function madeOf(on: Caller, value: Value | undefined, node: SyntaxNode): Value {
  const made = on.unknown(node);
  const root = value?.kind === "unknown" ? value.expression : null;
  return made.kind === "unknown" && root !== null ? { ...made, expression: root } : made;
}

/** range(…), as a list: null where it is too long to follow or not of whole numbers. */
function range({ session }: Caller, values: Value[]): ListValue | null {
  const numbers = values.map((value) => (value.kind === "data" && !value.float ? value.value : null));
  const [a, b, step = 1] = numbers;
  const [from, to] = numbers.length === 1 ? [0, a] : [a, b];
  if (typeof from !== "number" || typeof to !== "number" || typeof step !== "number" || step === 0)
    return null;
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (numbers.length > 3 || length > MOST_ITEMS) return null;
  session.work.hold(length * KEPT);
  return list(Array.from({ length }, (_, i) => data(from + i * step)));
}

// ---- layers -----------------------------------------------------------------------------------------------

function makeLayer(on: Caller, className: string, args: Arguments, node: SyntaxNode): LayerValue {
  const line = on.line(node);
  const config = byName(
    on,
    LAYERS.get(className)!,
    args,
    kindOf(className).unlisted ? "Input" : className,
    node,
  );
  const given = config.get("name");
  const own = scalar(given);
  if (given && typeof own !== "string" && own !== null) {
    on.session.leaveAside(
      line,
      `${className} name is ${describe(given)}; it gets one that Keras would count out`,
    );
  }
  on.session.work.hold(KEPT * (4 + config.size));
  const name = typeof own === "string" ? own : on.session.autoName(className);
  if (kindOf(className).takesTexts) on.session.say(className, config, line);
  return { kind: "layer", className, config, name, line };
}

/** A layer applied to tensors; what is no tensor makes what is no tensor. */
export function useLayer(
  on: Caller,
  layer: LayerValue,
  { positional, named }: Arguments,
  node: SyntaxNode,
): Value {
  const given = positional[0] ?? named.get("inputs");
  const more = positional.slice(1);
  const inputs = given?.kind === "list" ? given.items : given ? [given] : [];
  const stranger = inputs.find((input) => input.kind !== "tensor");
  if (inputs.length === 0 || stranger) return stranger?.kind === "unknown" ? stranger : on.unknown(node);
  // None is what it is without the argument, and False too, but for training: that is otherwise up to the caller.
  const unsaid = ([name, value]: [string, Value]) =>
    name === "inputs" || scalar(value) === null || (scalar(value) === false && name !== "training");
  const argument = [...named].find((one) => !unsaid(one))?.[0];
  if (argument || more.length > 0) {
    const what = argument ?? "more than its inputs";
    on.fail(node, `${layer.className} is called with ${what.slice(0, 50)}; only inputs are read.`);
  }
  on.session.work.hold(KEPT * (1 + inputs.length));
  return { kind: "tensor", layer, inputs: inputs as TensorValue[] };
}

/** Of one model: nobody has more. */
const MOST_LAYERS = 1000;

// ---- models -----------------------------------------------------------------------------------------------

function makeModel(
  on: Caller,
  parts: Partial<ModelValue>,
  node: SyntaxNode,
  given: Value | undefined,
): ModelValue {
  const own = scalar(given);
  const name =
    typeof own === "string" ? own : on.session.autoName(parts.layers ? "Sequential" : "Functional");
  const model: ModelValue = {
    ...{ kind: "model", layers: null, inputs: [], outputs: [], built: null, compile: null, fit: null },
    ...{ uses: 0, lacks: [], line: on.line(node) },
    ...parts,
    name,
  };
  on.session.work.hold(4 * KEPT);
  on.session.models.push(model);
  return model;
}

function sequential(on: Caller, args: Arguments, node: SyntaxNode): Value {
  const taken = byName(
    on,
    { positional: ["layers", "name"], named: new Set(["layers", "name", "trainable"]) },
    args,
    "Sequential",
    node,
  );
  const given = taken.get("layers");
  const model = makeModel(on, { layers: [] }, node, taken.get("name"));
  if (given && scalar(given) === null) return model;
  if (given && (given.kind !== "list" || given.spoiled !== null)) {
    const why =
      given.kind === "list"
        ? `${given.spoiled} changes the list of layers, and is not run.`
        : "the list of layers is made by code that is not run.";
    on.fail(node, `${why} Write the layers out, or use .add().`);
  }
  if (given?.kind === "list") for (const item of given.items) addLayer(on, model, item, node);
  countRebuild(on, model);
  return model;
}

/** A Sequential that knows its input is a Functional inside, made anew with each `add`, which counts in its name. */
function countRebuild(on: Caller, { layers }: ModelValue): void {
  const first = layers?.[0];
  if (first?.kind !== "layer") return;
  const input = kindOf(first.className).unlisted;
  if (input ? layers!.length > 1 : isShaped(first)) on.session.autoName("Functional");
}

const isShaped = ({ config }: LayerValue) => config.has("input_shape") || config.has("batch_input_shape");

function functional(on: Caller, args: Arguments, node: SyntaxNode): Value {
  const { positional, named } = args;
  const lacks: Lack[] = [];
  const tensors = (value: Value | undefined, what: string): TensorValue[] => {
    const items = value?.kind === "list" ? value.items : value ? [value] : [];
    if (items.length > 0 && items.every((item) => item.kind === "tensor")) return items as TensorValue[];
    const stranger = items.find((item) => item.kind === "unknown");
    if (stranger?.kind === "unknown") {
      const { line, decidedBy } = stranger;
      const define = decidedBy ?? null;
      lacks.push({ line, what: `the model's ${what} hang on ${describe(stranger)}`, next: "", define });
    } else {
      const line = on.line(node);
      lacks.push({
        line,
        what: `the model's ${what} are made by code that is not run`,
        next: "",
        define: null,
      });
    }
    return [];
  };
  const inputs = tensors(positional[0] ?? named.get("inputs") ?? named.get("input"), "inputs");
  const outputs = tensors(positional[1] ?? named.get("outputs") ?? named.get("output"), "outputs");
  const model = makeModel(on, { inputs, outputs }, node, named.get("name") ?? positional[2]);
  model.lacks.push(...lacks);
  return model;
}

function addLayer(on: Caller, model: ModelValue, value: Value, node: SyntaxNode): void {
  if (!model.layers) on.fail(node, "only a Sequential takes layers by .add().");
  // Input(…) inside a Sequential.
  const item = value.kind === "tensor" && kindOf(value.layer.className).unlisted ? value.layer : value;
  if (item.kind !== "layer" && item.kind !== "model") {
    const isLayer = value.kind === "object" && value.module === "layers";
    const found = isLayer ? lacking(value.className, value.line) : value;
    const decided = value.kind === "unknown" ? value.decidedBy : undefined;
    const what = `expected a Keras layer, found ${describe(found)}`;
    on.session.work.hold(4 * KEPT);
    model.lacks.push({ line: on.line(node), what, next: "", define: decided ?? null });
    return;
  }
  if (item === model) on.fail(node, "this model is added to itself.");
  if (model.layers.length >= MOST_LAYERS)
    on.fail(node, `a model of more than ${MOST_LAYERS} layers is not read.`);
  on.session.work.spend(STEP + 10 * model.layers.length);
  if (model.layers.includes(item)) {
    const what = item.kind === "model" ? "model" : item.className;
    on.fail(node, `this ${what} is added twice; Keras refuses that too. Make another for each place.`);
  }
  if (item.kind === "model") item.uses++;
  const shaped = item.kind === "layer" && isShaped(item);
  // Keras puts an input in front, which counts.
  if (shaped && model.layers.length === 0 && !kindOf(item.className).unlisted)
    on.session.autoName("InputLayer");
  on.session.work.hold(KEPT);
  model.layers.push(item);
}

// ---- methods ----------------------------------------------------------------------------------------------

export function callMethod(on: Caller, owner: Owner, name: string, args: Arguments, node: SyntaxNode): Value {
  if (owner.kind === "array") return arrayMethod(on, owner, name, args, node);
  if (owner.kind === "instance") return commandLineMethod(on, owner, name, args, node);
  if (owner.kind === "model") return modelMethod(on, owner, name, args, node);
  if (owner.kind === "layer") return layerMethod(on, owner, name, args, node);
  return owner.kind === "list"
    ? listMethod(on, owner, name, args, node)
    : dictionaryMethod(on, owner, name, args, node);
}

const BUILD_IN_PYTHON =
  "Build the model in Python, save it (model.save('model.keras')) and give that file instead.";

/** Methods of a model that change nothing of what is read here. */
const LEAVES_MODEL = new Set([
  ...[
    "summary",
    "save",
    "save_weights",
    "evaluate",
    "predict",
    "predict_classes",
    "predict_proba",
    "get_config",
  ],
  ...[
    "predict_on_batch",
    "predict_generator",
    "evaluate_generator",
    "test_on_batch",
    "count_params",
    "to_json",
  ],
  ...[
    "to_yaml",
    "get_weights",
    "reset_states",
    "reset_metrics",
    "reset_state",
    "export",
    "make_predict_function",
  ],
]);

function modelMethod(on: Caller, model: ModelValue, name: string, args: Arguments, node: SyntaxNode): Value {
  const line = on.line(node);
  switch (name) {
    case "add": {
      const layer = args.positional[0] ?? args.named.get("layer");
      if (!layer) on.fail(node, ".add() without a layer.");
      addLayer(on, model, layer, node);
      countRebuild(on, model);
      return data(null);
    }
    case "pop": {
      const last = model.layers?.pop();
      if (last?.kind === "model") last.uses--;
      return data(null);
    }
    case "compile":
      model.compile = { args: byName(on, CALLS.compile, args, name, node), line };
      return data(null);
    case "fit":
    case "fit_generator":
      model.fit = { args: byName(on, CALLS[name], args, name, node), line };
      return on.unknown(node);
    case "build":
      model.built = byName(on, CALLS.build, args, name, node).get("input_shape") ?? null;
      return data(null);
    case "get_layer":
      return findLayer(model, args) ?? on.unknown(node);
    case "load_weights":
    case "set_weights":
      on.session.cannotRead({
        line,
        what: `${name} gives the model weights that are not read`,
        next: BUILD_IN_PYTHON,
        model,
        about: "weights",
      });
      return on.unknown(node);
    default:
      if (!LEAVES_MODEL.has(name)) {
        const what = `.${name.slice(0, 50)}() of the model is not run, and may change it`;
        on.session.cannotRead({ line, what, next: BUILD_IN_PYTHON, model, about: "model" });
      }
      return on.unknown(node);
  }
}

/** A Sequential's layers as Keras lists them: without its input. */
export const layersOf = ({ layers }: ModelValue) =>
  (layers ?? []).filter((layer) => layer.kind === "model" || !kindOf(layer.className).unlisted);

function findLayer(model: ModelValue, { positional, named }: Arguments): Value | undefined {
  const name = scalar(positional[0] ?? named.get("name"));
  const index = scalar(named.get("index") ?? positional[1]);
  if (typeof name === "string") return layersOf(model).find((layer) => layer.name === name);
  return typeof index === "number" ? layersOf(model).at(index) : undefined;
}

function layerMethod(on: Caller, layer: LayerValue, name: string, args: Arguments, node: SyntaxNode): Value {
  const line = on.line(node);
  if (name === "set_weights" || name === "load_own_variables" || name === "assign") {
    const what = `${layer.className} ${name} gives it weights that are not read`;
    on.session.cannotRead({ line, what, next: BUILD_IN_PYTHON, model: null, about: "weights" });
  } else if (name === "set_vocabulary") {
    const what = "TextVectorization set_vocabulary gives it words that are not read";
    on.session.cannotRead({
      line,
      what,
      next: "Give the vocabulary: --tokenizer FILE.",
      model: null,
      about: "tokenizer",
    });
  } else if (
    ![
      "adapt",
      "get_weights",
      "get_vocabulary",
      "vocabulary_size",
      "get_config",
      "count_params",
      "build",
    ].includes(name)
  ) {
    const what = `${layer.className} .${name.slice(0, 50)}() is not run, and may change it`;
    on.session.cannotRead({ line, what, next: BUILD_IN_PYTHON, model: null, about: "model" });
  }
  return args ? on.unknown(node) : data(null);
}

/** Methods that only look at a list or dictionary. */
const LOOKS = new Set(["index", "count", "copy", "get", "items", "keys", "values"]);

function listMethod(
  on: Caller,
  owner: ListValue,
  name: string,
  { positional }: Arguments,
  node: SyntaxNode,
): Value {
  const [first] = positional;
  if (name === "append" && first) {
    on.session.work.hold(KEPT);
    owner.items.push(first);
    return data(null);
  }
  if (name === "extend" && first?.kind === "list" && first.spoiled === null) {
    on.spreadInto(owner.items, first);
    return data(null);
  }
  if (!LOOKS.has(name)) owner.spoiled = `.${name.slice(0, 30)}() in ${on.session.at(on.line(node))}`;
  return on.unknown(node);
}

function dictionaryMethod(
  on: Caller,
  owner: DictionaryValue,
  name: string,
  { positional, named }: Arguments,
  node: SyntaxNode,
): Value {
  const [first, second] = positional;
  const sound = owner.spoiled === null;
  on.session.work.spend(owner.entries.size * STEP);
  if (name === "update" && (first === undefined || (first.kind === "dictionary" && first.spoiled === null))) {
    const more = new Map([...(first?.kind === "dictionary" ? first.entries : []), ...named]);
    on.session.work.hold(more.size * KEPT);
    for (const [key, value] of more) owner.entries.set(key, value);
    return data(null);
  }
  const key = scalar(first);
  if (name === "get" && sound && key !== undefined)
    return owner.entries.get(String(key)) ?? second ?? data(null);
  if (sound && ["keys", "values", "items"].includes(name)) {
    on.session.work.hold(owner.entries.size * 3 * KEPT);
    if (name === "values") return list([...owner.entries.values()]);
    if (name === "keys") return list([...owner.entries.keys()].map((text) => data(text)));
    return list([...owner.entries].map(([text, value]) => list([data(text), value])));
  }
  if (!LOOKS.has(name)) owner.spoiled = `.${name.slice(0, 30)}() in ${on.session.at(on.line(node))}`;
  return on.unknown(node);
}
