/** What an expression of a script can stand for. Nothing of the script runs: only these few kinds are followed. */
import type { SyntaxNode } from "@lezer/common";
import { InputError } from "../../base/errors.js";
import { label } from "../../base/label.js";

/** A layer as written: its class and Keras's keyword arguments. */
export interface LayerValue {
  kind: "layer";
  className: string;
  config: Map<string, Value>;
  /** The name that the script gives, or the one that Keras counts out when the layer is made. */
  name: string;
  line: number;
}

/** The output of a layer applied to others. */
export interface TensorValue {
  kind: "tensor";
  layer: LayerValue;
  inputs: TensorValue[];
}

export interface ModelValue {
  kind: "model";
  /** A Sequential's layers, in order. */
  layers: (LayerValue | ModelValue)[] | null;
  /** A functional model's ends. */
  inputs: TensorValue[];
  outputs: TensorValue[];
  name: string;
  /** The shape that `build` was given, batch axis first. */
  built: Value | null;
  /** The arguments of the last `compile` and `fit`, and where they stand. */
  compile: Call | null;
  fit: Call | null;
  /** How many models contain this one. */
  uses: number;
  /** Why it cannot be read, where it cannot: only said if it is the model that counts. */
  lacks: Lack[];
  line: number;
}

/** What must be said before the model can be read. */
export interface Lack {
  line: number;
  /** "Embedding input_dim is len(words), which is not run" */
  what: string;
  /** What to write instead, where `define` says nothing. */
  next: string;
  /** What `--define` takes for it, in the script's words, with what may be its value: "len(words)=VALUE". */
  define: string | null;
  /** The layer's argument that it is, for those who can find it in their data; `last`: of the layer that answers. */
  argument?: { layer: LayerValue; key: string; expression: string; axis: number | null; last: boolean };
}

/** A call that says something besides the model: arguments by name, its line. */
export interface Call {
  args: Map<string, Value>;
  line: number;
}

/** Characters of an expression that `--define` may be asked to say. */
export const MOST_DEFINED = 100;
/** Items of a list that a script puts together. */
export const MOST_ITEMS = 1000;

export interface ListValue {
  kind: "list";
  items: Value[];
  /** Where code that is not run may have changed it; null: nowhere. */
  spoiled: string | null;
}

export interface DictionaryValue {
  kind: "dictionary";
  entries: Map<string, Value>;
  spoiled: string | null;
}

/** An array of numbers: only its shape is followed. */
export interface ArrayValue {
  kind: "array";
  /** Sizes of its axes; null: not known. */
  shape: Value[] | null;
}

/** A class of the script's own, without a base that is Keras's. */
export interface ClassValue {
  kind: "class";
  name: string;
  /** Constants and methods of its body, and how a method is to be called. */
  members: Map<string, Value>;
  /** Methods that are read like attributes. */
  properties: ReadonlySet<string>;
  statics: ReadonlySet<string>;
  bases: ClassValue[];
  /** Whether a base is not in the script. */
  foreign: boolean;
  line: number;
}

export interface InstanceValue {
  kind: "instance";
  /** Null: the options of a command line, argparse's parser and what it gives. */
  of: ClassValue | null;
  fields: Map<string, Value>;
}

export type Scalar = number | string | boolean | null;

export type Value =
  /** `float`: a number that Python holds as a float, which is no size: 64 / 2. */
  | { kind: "data"; value: Scalar; float?: boolean }
  | ListValue
  | DictionaryValue
  /** A module, class or function by its dotted path: "tensorflow.keras.layers.LSTM"; as the script calls it: "layers.LSTM". */
  | { kind: "name"; path: string; words?: string }
  /** A Keras object: Adam(1e-3), l2(0.01), Tokenizer(5000). `module`: "optimizers". */
  | { kind: "object"; module: string; className: string; config: Map<string, Value>; line: number }
  | { kind: "function"; definition: FunctionValue }
  /** A function of an object's own: model.add, words.append, vectorize.adapt. */
  | { kind: "method"; owner: Owner; name: string }
  /** super(), in a method. */
  | { kind: "super"; of: ClassValue; self: Value }
  | ArrayValue
  | ClassValue
  | InstanceValue
  | LayerValue
  | TensorValue
  | ModelValue
  | UnknownValue;

/** Something computed by code that is not run. */
export interface UnknownValue {
  kind: "unknown";
  why: string;
  line: number;
  lacking?: true;
  /** What `--define` may say of it: the script's own words; null: it has no words short enough. */
  expression: string | null;
  /** What `--define` may say to decide what it is: "deep=True". */
  decidedBy?: string;
}

/** What has functions of its own. */
export type Owner = ModelValue | ListValue | DictionaryValue | LayerValue | ArrayValue | InstanceValue;

export interface FunctionValue {
  name: string;
  parameters: Parameter[];
  /** Evaluates the body with these names bound; gives what it returns. `depth`: how deep the caller nests. */
  run(bound: Map<string, Value>, depth: number): Value;
  body: SyntaxNode;
  line: number;
}

export interface Parameter {
  name: string;
  fallback: Value | null;
  /** "*": takes further arguments by position; "**": further ones by name; "key": only by name. */
  how: "" | "*" | "**" | "key";
}

export const data = (value: Scalar, float = false): Value =>
  float ? { kind: "data", value, float } : { kind: "data", value };
export const unknown = (why: string, line: number, expression: string | null = null): UnknownValue => ({
  ...{ kind: "unknown", why, line },
  expression: expression !== null && expression.length <= MOST_DEFINED ? expression : null,
});
export const array = (shape: Value[] | null): ArrayValue => ({ kind: "array", shape });
/** What comes of a layer of Keras's that Cellstate does not have. */
export const lacking = (className: string, line: number): Value => ({
  kind: "unknown",
  why: `${label(className)}, a layer that Cellstate does not have`,
  line,
  expression: null,
  lacking: true,
});
export const list = (items: Value[]): ListValue => ({ kind: "list", items, spoiled: null });
export const dictionary = (entries: Map<string, Value>): DictionaryValue => ({
  kind: "dictionary",
  entries,
  spoiled: null,
});

/** The plain value where it is one: a number, a text, true, false or null (None). */
export const scalar = (value: Value | undefined): Scalar | undefined =>
  value?.kind === "data" ? value.value : undefined;

/** As str() writes it, for texts and whole numbers. */
export function asText(value: Value): string | null {
  const plain = scalar(value);
  if (typeof plain === "string") return plain;
  const whole = typeof plain === "number" && value.kind === "data" && !value.float;
  return whole ? String(plain) : null;
}

/** Where a script's lines are told to be: "line 5", or in a notebook "cell 2 line 5". */
export interface Places {
  readonly file: string;
  at(line: number): string;
}

/** A complaint that names the script's line; parts of the script that it quotes are made printable. */
export function scriptError(places: Places, line: number, message: string): InputError {
  return new InputError(`${places.file} ${places.at(line)}: ${printablePart(message)}`);
}

/** A part of a complaint, short and printable whatever the script has in it. */
export function printablePart(message: string): string {
  const short = message.length > 500 ? `${message.slice(0, 499)}…` : message;
  return short.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}

/** What a value is, for a complaint: short, whatever it holds. */
export function describe(value: Value): string {
  switch (value.kind) {
    case "unknown":
      return value.lacking ? value.why : `${value.why}, which is not run`;
    case "data":
      return typeof value.value === "string" ? JSON.stringify(label(value.value)) : pythonic(value.value);
    case "object":
    case "layer":
      return label(value.className);
    case "name":
      return label(value.path);
    case "function":
      return `the function ${label(value.definition.name)}`;
    case "class":
      return `the class ${label(value.name)}`;
    case "instance":
      return value.of ? `a ${label(value.of.name)}` : "the command line's options";
    case "array":
      return value.shape ? `an array of ${written(list(value.shape))}` : "an array";
    case "list":
    case "dictionary":
      return value.spoiled === null ? `a ${value.kind}` : `a ${value.kind} that ${value.spoiled} changes`;
    default:
      return `a ${value.kind}`;
  }
}

/** As Python writes it. */
export function pythonic(value: Scalar): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" ? `"${label(value)}"` : String(value);
}

/** A value as a script would write it, for a receipt: of the first few parts, as deep as two levels. */
export function written(value: Value, depth = 0): string {
  const some = (parts: string[]) => `${parts.slice(0, 8).join(", ")}${parts.length > 8 ? ", …" : ""}`;
  if (depth > 2) return "…";
  switch (value.kind) {
    case "data":
      return pythonic(value.value);
    case "list":
      return `[${some(value.items.slice(0, 9).map((item) => written(item, depth + 1)))}]`;
    case "dictionary":
      return `{${some([...value.entries].slice(0, 9).map(([key, item]) => `${label(key)}: ${written(item, depth + 1)}`))}}`;
    case "object":
      return `${value.className}(${some([...value.config].map(([key, item]) => `${label(key)}=${written(item, depth + 1)}`))})`;
    default:
      return describe(value);
  }
}
