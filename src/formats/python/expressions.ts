/** Expressions of a script: constants, simple arithmetic, names, and calls of Keras's classes. */
import type { SyntaxNode } from "@lezer/common";
import { LAYERS, layerClass, MERGES, objectClass } from "./signatures.js";
import {
  data,
  type FunctionValue,
  type LayerValue,
  type ModelValue,
  scriptError,
  type TensorValue,
  unknown,
  type Value,
} from "./values.js";

/** How deep expressions and calls may nest. */
const DEEPEST = 100;
const MOST_EXPRESSIONS = 500_000;
/** Items of a list that a script puts together. */
const MOST_ITEMS = 1000;

export interface Arguments {
  positional: Value[];
  named: Map<string, Value>;
}

/** Evaluates expressions of one script under one set of names. */
export class Evaluator {
  private depth = 0;

  constructor(
    readonly file: string,
    private readonly source: string,
    private readonly lineOf: (position: number) => number,
    readonly names: Map<string, Value>,
    /** Models in the order in which they were made. */
    readonly models: ModelValue[],
    /** Expressions that may still be followed, those in loops counted each time. */
    private readonly budget = { left: MOST_EXPRESSIONS },
  ) {}

  /** The same script under other names: a function's body. */
  inside(names: Map<string, Value>, depth: number): Evaluator {
    const { file, source, lineOf, models, budget } = this;
    const inner = new Evaluator(file, source, lineOf, names, models, budget);
    inner.depth = depth + 1;
    return inner;
  }

  text(node: SyntaxNode): string {
    return this.source.slice(node.from, node.to);
  }

  line(node: SyntaxNode): number {
    return this.lineOf(node.from);
  }

  fail(node: SyntaxNode, message: string): never {
    throw scriptError(this.file, this.line(node), message);
  }

  evaluate(node: SyntaxNode): Value {
    if (--this.budget.left < 0) this.fail(node, "the script is too long to follow.");
    if (++this.depth > DEEPEST) this.fail(node, "this nests too deeply to be read.");
    try {
      return this.dispatch(node);
    } finally {
      this.depth--;
    }
  }

  private dispatch(node: SyntaxNode): Value {
    switch (node.name) {
      case "Number":
        return this.number(node);
      case "String":
        return this.string(node);
      case "ContinuedString":
        return this.continuedString(node);
      case "Boolean":
        return data(this.text(node) === "True");
      case "None":
        return data(null);
      case "VariableName":
        return this.variable(node);
      case "MemberExpression":
        return this.member(node);
      case "ParenthesizedExpression":
        return this.evaluate(children(node)[0] ?? node);
      case "TupleExpression":
      case "ArrayExpression":
        return { kind: "list", items: children(node).map((child) => this.evaluate(child)) };
      case "ArrayComprehensionExpression":
        return this.comprehension(node);
      case "DictionaryExpression":
        return this.dictionary(node);
      case "UnaryExpression":
        return this.unary(node);
      case "BinaryExpression":
        return this.binary(node);
      case "CallExpression":
        return this.call(node);
      default:
        return this.unknown(node);
    }
  }

  unknown(node: SyntaxNode): Value {
    const text = this.text(node).replace(/\s+/g, " ");
    return unknown(text.length > 50 ? `${text.slice(0, 49)}…` : text, this.line(node));
  }

  private number(node: SyntaxNode): Value {
    const text = this.text(node).replaceAll("_", "");
    const value = Number(text);
    return Number.isNaN(value) ? this.unknown(node) : data(value);
  }

  private string(node: SyntaxNode): Value {
    const match = /^([a-zA-Z]*)('''|"""|'|")([\s\S]*)\2$/.exec(this.text(node));
    // f-strings and bytes depend on what is not run; escapes do not occur in names of Keras's.
    if (!match || /[fb]/i.test(match[1]!) || match[3]!.includes("\\")) return this.unknown(node);
    return data(match[3]!);
  }

  private continuedString(node: SyntaxNode): Value {
    const parts = children(node).map((child) => this.evaluate(child));
    if (!parts.every((part) => part.kind === "data")) return this.unknown(node);
    return data(parts.map((part) => (part.kind === "data" ? part.value : "")).join(""));
  }

  private dictionary(node: SyntaxNode): Value {
    const items = children(node).map((child) => this.evaluate(child));
    const entries = new Map<string, Value>();
    for (let i = 0; i + 1 < items.length; i += 2) {
      const key = items[i]!;
      if (key.kind !== "data") return this.unknown(node);
      entries.set(String(key.value), items[i + 1]!);
    }
    return { kind: "dictionary", entries };
  }

  private variable(node: SyntaxNode): Value {
    const name = this.text(node);
    const known = this.names.get(name);
    if (known) return known;
    // Bare names (after `from keras.layers import *`, or a snippet without imports) are Keras's if it has them.
    if (layerClass(name) || BARE_NAMES.has(name)) return { kind: "name", path: name };
    return unknown(name, this.line(node));
  }

  private member(node: SyntaxNode): Value {
    const parts = children(node);
    const object = this.evaluate(parts[0]!);
    const property = node.lastChild;
    if (property?.name !== "PropertyName") return this.subscript(node, object, parts[1]);
    const name = this.text(property);
    if (object.kind === "name") return { kind: "name", path: `${object.path}.${name}` };
    if (object.kind === "model") return { kind: "method", model: object, name };
    return this.unknown(node);
  }

  private subscript(node: SyntaxNode, object: Value, index: SyntaxNode | undefined): Value {
    const at = index && this.evaluate(index);
    if (at?.kind !== "data") return this.unknown(node);
    if (object.kind === "list" && typeof at.value === "number") {
      return object.items[at.value < 0 ? object.items.length + at.value : at.value] ?? this.unknown(node);
    }
    if (object.kind === "dictionary") return object.entries.get(String(at.value)) ?? this.unknown(node);
    return this.unknown(node);
  }

  /** [item for name in list], of one loop without a condition. */
  private comprehension(node: SyntaxNode): Value {
    const parts = children(node).filter(({ name }) => name !== "for" && name !== "in");
    const [item, target, over] = parts;
    if (parts.length !== 3 || target?.name !== "VariableName") return this.unknown(node);
    const list = this.evaluate(over!);
    if (list.kind !== "list") return this.unknown(node);
    const name = this.text(target);
    const before = this.names.get(name);
    const items = list.items.map((value) => {
      this.names.set(name, value);
      return this.evaluate(item!);
    });
    if (before) this.names.set(name, before);
    else this.names.delete(name);
    return { kind: "list", items };
  }

  private unary(node: SyntaxNode): Value {
    const value = this.evaluate(children(node).at(-1)!);
    if (value.kind !== "data" || typeof value.value !== "number") return this.unknown(node);
    const operator = this.text(node.firstChild!);
    if (operator === "-") return data(-value.value);
    return operator === "+" ? value : this.unknown(node);
  }

  private binary(node: SyntaxNode): Value {
    const [left, right] = children(node).map((child) => this.evaluate(child));
    const operator = this.text(node.getChild("ArithOp") ?? node.firstChild!);
    return left && right ? this.arithmetic(operator, left, right, node) : this.unknown(node);
  }

  /** Numbers by + - and so on, lists by +. */
  arithmetic(operator: string, left: Value, right: Value, node: SyntaxNode): Value {
    if (operator === "+" && left.kind === "list" && right.kind === "list") {
      const items = [...left.items, ...right.items];
      return items.length <= MOST_ITEMS ? { kind: "list", items } : this.unknown(node);
    }
    const a = left.kind === "data" ? left.value : null;
    const b = right.kind === "data" ? right.value : null;
    if (typeof a !== "number" || typeof b !== "number") return this.unknown(node);
    const apply = ARITHMETIC[operator];
    return apply ? data(apply(a, b)) : this.unknown(node);
  }

  // ---- calls --------------------------------------------------------------------------------------------

  private call(node: SyntaxNode): Value {
    const callee = this.evaluate(node.firstChild!);
    const args = this.arguments(node.getChild("ArgList")!);
    switch (callee.kind) {
      case "layer":
        return this.apply(callee, args, node);
      case "model":
        return this.unknown(node);
      case "method":
        return this.method(callee.model, callee.name, args, node);
      case "function":
        return this.run(callee.definition, args, node);
      case "name":
        return this.construct(callee.path.split(".").at(-1)!, args, node);
      default:
        return this.unknown(node);
    }
  }

  private arguments(list: SyntaxNode): Arguments {
    const positional: Value[] = [];
    const named = new Map<string, Value>();
    const parts: SyntaxNode[] = [];
    for (let child = list.firstChild; child; child = child.nextSibling) parts.push(child);
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (PUNCTUATION.has(part.name)) continue;
      if (part.name === "**" && parts[i + 1]) {
        this.spread(parts[++i]!, named);
      } else if (parts[i + 1]?.name === "AssignOp") {
        named.set(this.text(part), this.evaluate(parts[i + 2]!));
        i += 2;
      } else positional.push(this.evaluate(part));
    }
    return { positional, named };
  }

  /** f(**settings) */
  private spread(node: SyntaxNode, named: Map<string, Value>): void {
    const given = this.evaluate(node);
    if (given.kind !== "dictionary")
      this.fail(node, `**${this.text(node)} is no dictionary that can be read.`);
    for (const [key, value] of given.entries) named.set(key, value);
  }

  private run(definition: FunctionValue, args: Arguments, node: SyntaxNode): Value {
    const bound = new Map<string, Value>();
    definition.parameters.forEach(({ name, fallback }, i) => {
      const given = args.named.get(name) ?? args.positional[i] ?? fallback;
      bound.set(name, given ?? unknown(`the argument ${name}`, this.line(node)));
    });
    return definition.run(bound, this.depth);
  }

  /** A call of a class by its last name: a layer, a model, or another Keras object. */
  private construct(name: string, args: Arguments, node: SyntaxNode): Value {
    if (name === "Sequential") return this.sequential(args, node);
    if (name === "Model" || name === "Functional") return this.functional(args, node);
    if (name === "Input") return this.tensorOf(this.layer("InputLayer", args, node), []);
    const layer = layerClass(name);
    if (layer) return this.layer(layer, args, node);
    const merge = MERGES.get(name);
    if (merge) {
      const [inputs, ...positional] = args.positional;
      if (inputs)
        return this.apply(
          this.layer(merge, { ...args, positional }, node),
          { positional: [inputs], named: new Map() },
          node,
        );
    }
    if (name === "range" || name === "len" || (/^[a-z]/.test(name) && !/^l[12](_l2)?$/.test(name)))
      return this.builtin(name, args, node);
    const { className, positional } = objectClass(name);
    return { kind: "object", className, config: this.named(positional, args, name, node) };
  }

  private builtin(name: string, { positional, named }: Arguments, node: SyntaxNode): Value {
    if (name === "dict" && positional.length === 0) return { kind: "dictionary", entries: named };
    const numbers = positional.map((value) =>
      value.kind === "data" && typeof value.value === "number" ? value.value : Number.NaN,
    );
    if (name === "range" && numbers.length >= 1 && numbers.every(Number.isInteger)) {
      const [from, to, step] =
        numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
      const length = Math.max(0, Math.ceil((to - from) / step));
      if (step !== 0 && length <= MOST_ITEMS) {
        return { kind: "list", items: Array.from({ length }, (_, i) => data(from + i * step)) };
      }
    }
    const [first] = positional;
    if (name === "len" && first?.kind === "list") return data(first.items.length);
    if (name === "len" && first?.kind === "data" && typeof first.value === "string") {
      return data([...first.value].length);
    }
    if ((name === "int" || name === "float") && Number.isFinite(numbers[0])) {
      return data(name === "int" ? Math.trunc(numbers[0]!) : numbers[0]!);
    }
    return this.unknown(node);
  }

  private layer(className: string, args: Arguments, node: SyntaxNode): LayerValue {
    const config = this.named(LAYERS.get(className)!, args, className, node);
    return { kind: "layer", className, config, line: this.line(node) };
  }

  /** Positional arguments by their names, then the named ones. */
  private named(
    names: readonly string[],
    { positional, named }: Arguments,
    what: string,
    node: SyntaxNode,
  ): Map<string, Value> {
    if (positional.length > names.length) {
      this.fail(
        node,
        `${what} takes ${names.length} arguments by position here but is given ${positional.length}. Name the others.`,
      );
    }
    const config = new Map(positional.map((value, i) => [names[i]!, value] as const));
    for (const [name, value] of named) {
      if (config.has(name)) this.fail(node, `${what} is given ${name} twice.`);
      config.set(name, value);
    }
    return config;
  }

  private apply(layer: LayerValue, { positional, named }: Arguments, node: SyntaxNode): Value {
    const [given, ...more] = positional;
    const inputs = given?.kind === "list" ? given.items : given ? [given] : [];
    const stranger = inputs.find((input) => input.kind !== "tensor");
    if (inputs.length === 0 || stranger) return stranger?.kind === "unknown" ? stranger : this.unknown(node);
    const argument = [...named.keys()].find((name) => name !== "training");
    if (argument || more.length > 0) {
      const what = argument ?? "more than its inputs";
      this.fail(node, `${layer.className} is called with ${what}; only inputs are read.`);
    }
    return this.tensorOf(layer, inputs as TensorValue[]);
  }

  private tensorOf(layer: LayerValue, inputs: TensorValue[]): TensorValue {
    return { kind: "tensor", layer, inputs };
  }

  private model(parts: Partial<ModelValue>, node: SyntaxNode, name: Value | undefined): ModelValue {
    const given = name?.kind === "data" && typeof name.value === "string" ? name.value : null;
    const empty = { layers: null, inputs: [], outputs: [], compile: null };
    const model: ModelValue = { kind: "model", ...empty, ...parts, name: given, line: this.line(node) };
    this.models.push(model);
    return model;
  }

  private sequential({ positional, named }: Arguments, node: SyntaxNode): Value {
    const given = positional[0] ?? named.get("layers");
    const layers: ModelValue["layers"] = [];
    const model = this.model({ layers }, node, named.get("name") ?? positional[1]);
    if (given && given.kind !== "list" && !(given.kind === "data" && given.value === null)) {
      this.fail(
        node,
        "the list of layers is made by code that is not run. Write the layers out, or use .add().",
      );
    }
    if (given?.kind === "list") for (const item of given.items) this.add(model, item, node);
    return model;
  }

  private functional({ positional, named }: Arguments, node: SyntaxNode): Value {
    const tensors = (value: Value | undefined, what: string): TensorValue[] => {
      const items = value?.kind === "list" ? value.items : value ? [value] : [];
      if (items.length > 0 && items.every((item) => item.kind === "tensor")) return items as TensorValue[];
      const stranger = items.find((item) => item.kind === "unknown");
      if (stranger) {
        throw scriptError(this.file, stranger.line, `the model's ${what} hang on ${describe(stranger)}.`);
      }
      this.fail(node, `the model's ${what} are made by code that is not run.`);
    };
    const inputs = tensors(positional[0] ?? named.get("inputs") ?? named.get("input"), "inputs");
    const outputs = tensors(positional[1] ?? named.get("outputs") ?? named.get("output"), "outputs");
    return this.model({ inputs, outputs }, node, named.get("name") ?? positional[2]);
  }

  private add(model: ModelValue, value: Value, node: SyntaxNode): void {
    if (!model.layers) this.fail(node, "only a Sequential takes layers by .add().");
    // Input(…) inside a Sequential.
    if (value.kind === "tensor" && value.layer.className === "InputLayer") model.layers.push(value.layer);
    else if (value.kind === "layer") model.layers.push(value);
    else if (value.kind === "model") {
      // A part of another is not the script's model; it may be a part of several.
      const at = this.models.indexOf(value);
      if (at >= 0) this.models.splice(at, 1);
      model.layers.push(value);
    } else this.fail(node, `expected a Keras layer, found ${describe(value)}.`);
  }

  private method(model: ModelValue, name: string, args: Arguments, node: SyntaxNode): Value {
    if (name === "add") {
      const layer = args.positional[0] ?? args.named.get("layer");
      if (!layer) this.fail(node, ".add() without a layer.");
      this.add(model, layer, node);
    } else if (name === "pop") model.layers?.pop();
    else if (name === "compile") {
      model.compile = this.named(["optimizer", "loss", "loss_weights", "metrics"], args, "compile", node);
    }
    return data(null);
  }
}

/** What a value is, for a complaint. */
export function describe(value: Value): string {
  if (value.kind === "unknown") return `${value.why}, which is not run`;
  if (value.kind === "data") return JSON.stringify(value.value);
  if (value.kind === "object") return value.className;
  return value.kind === "name" ? value.path : `a ${value.kind}`;
}

const BARE_NAMES = new Set([
  "dict",
  "Sequential",
  "Model",
  "Input",
  "range",
  "len",
  "int",
  "float",
  ...MERGES.keys(),
]);
const PUNCTUATION = new Set(["(", ")", ",", "[", "]", "{", "}", ":", ".", "Comment"]);

const ARITHMETIC: Record<string, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "//": (a, b) => Math.floor(a / b),
  "%": (a, b) => a - b * Math.floor(a / b),
  "**": (a, b) => a ** b,
};

/** A node's children without punctuation and operators. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (!PUNCTUATION.has(child.name) && child.name !== "ArithOp" && child.name !== "PropertyName")
      found.push(child);
  }
  return found;
}
