/** What an expression of a script can stand for. Nothing of the script runs: only these few kinds are followed. */
import { InputError } from "../../errors.js";

/** A layer as written: its class and Keras's keyword arguments. */
export interface LayerValue {
  kind: "layer";
  className: string;
  config: Map<string, Value>;
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
  name: string | null;
  compile: Map<string, Value> | null;
  line: number;
}

export type Value =
  | { kind: "data"; value: number | string | boolean | null }
  | { kind: "list"; items: Value[] }
  | { kind: "dictionary"; entries: Map<string, Value> }
  /** A module, class or function by its dotted path: "tensorflow.keras.layers.LSTM". */
  | { kind: "name"; path: string }
  /** A Keras object: Adam(1e-3), l2(0.01). */
  | { kind: "object"; className: string; config: Map<string, Value> }
  | { kind: "function"; definition: FunctionValue }
  | { kind: "method"; model: ModelValue; name: string }
  | LayerValue
  | TensorValue
  | ModelValue
  /** Something computed by code that is not run. */
  | { kind: "unknown"; why: string; line: number };

export interface FunctionValue {
  name: string;
  parameters: { name: string; fallback: Value | null }[];
  /** Evaluates the body with these names bound; gives what it returns. `depth`: how deep the caller nests. */
  run(bound: Map<string, Value>, depth: number): Value;
  line: number;
}

export const data = (value: number | string | boolean | null): Value => ({ kind: "data", value });
export const unknown = (why: string, line: number): Value => ({ kind: "unknown", why, line });

/** A complaint that names the script's line. */
export function scriptError(file: string, line: number, message: string): InputError {
  return new InputError(`${file} line ${line}: ${message}`);
}
