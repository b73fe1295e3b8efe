/** What an expression of a script can stand for. Nothing of the script runs: only these few kinds are followed. */
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
  broken: InputError | null;
  line: number;
}

/** A call that says something besides the model: arguments by name, its line. */
export interface Call {
  args: Map<string, Value>;
  line: number;
}

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

export type Scalar = number | string | boolean | null;

export type Value =
  /** `float`: a number that Python holds as a float, which is no size: 64 / 2. */
  | { kind: "data"; value: Scalar; float?: boolean }
  | ListValue
  | DictionaryValue
  /** A module, class or function by its dotted path: "tensorflow.keras.layers.LSTM". */
  | { kind: "name"; path: string }
  /** A Keras object: Adam(1e-3), l2(0.01), Tokenizer(5000). `module`: "optimizers". */
  | { kind: "object"; module: string; className: string; config: Map<string, Value>; line: number }
  | { kind: "function"; definition: FunctionValue }
  /** A function of an object's own: model.add, words.append, vectorize.adapt. */
  | { kind: "method"; owner: ModelValue | ListValue | DictionaryValue | LayerValue; name: string }
  | LayerValue
  | TensorValue
  | ModelValue
  /** Something computed by code that is not run. */
  | { kind: "unknown"; why: string; line: number; lacking?: true };

export interface FunctionValue {
  name: string;
  parameters: Parameter[];
  /** Evaluates the body with these names bound; gives what it returns. `depth`: how deep the caller nests. */
  run(bound: Map<string, Value>, depth: number): Value;
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
export const unknown = (why: string, line: number): Value => ({ kind: "unknown", why, line });
/** What comes of a layer of Keras's that Cellstate does not have. */
export const lacking = (className: string, line: number): Value => ({
  kind: "unknown",
  why: `${label(className)}, a layer that Cellstate does not have`,
  line,
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

/** A complaint that names the script's line; parts of the script that it quotes are made printable. */
export function scriptError(file: string, line: number, message: string): InputError {
  const short = message.length > 500 ? `${message.slice(0, 499)}…` : message;
  const plain = short.replace(
    /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu,
    (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`,
  );
  return new InputError(`${file} line ${line}: ${plain}`);
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
