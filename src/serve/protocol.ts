/**
 * The Open Inference Protocol, version 2, over HTTP: what KServe, Triton and Seldon speak. Field names are its own
 * (https://github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md).
 */
import { didYouMean, inputError } from "../base/errors.js";
import type { Rows } from "../network/arrays.js";
import { type Served, takesTexts } from "./served-kind.js";
import {
  type Column,
  isFields,
  type Question,
  readTensor,
  rowsOfTensor,
  type TensorData,
  type TensorInfo,
  textsOfTensor,
} from "./tensors.js";

/** A model as the protocol tells of it: `$metadata_model_response`. */
export interface ModelMetadata {
  name: string;
  versions: string[];
  platform: string;
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
}

export const metadataOf = (name: string, version: string, { inputs, columns }: Served): ModelMetadata => ({
  name,
  versions: [version],
  platform: "cellstate",
  inputs,
  outputs: columns.map(({ info }) => info),
});

/** An inference request that was read. */
export interface Inference {
  /** Given back with the answer. */
  id: string | undefined;
  question: Question;
  rows: number;
  /** The outputs that are asked for. */
  columns: readonly Column<unknown>[];
}

/** Parameters of the binary extension: elements behind the JSON. */
const BINARY = ["binary_data_size", "binary_data", "binary_data_output", "shared_memory_region"];

/** @throws InputError where it is none, or not what the model takes */
export function readInference(body: unknown, model: Served): Inference {
  if (!isFields(body)) {
    throw inputError({ expected: 'an object, as {"inputs": […]}', where: "the request", received: body });
  }
  const { id, inputs, outputs, parameters } = body;
  if (id !== undefined && typeof id !== "string") {
    throw inputError({ expected: "a text", where: "id", received: id });
  }
  checkParameters(parameters, "parameters");
  const { question, rows } = readInputs(inputs, model);
  return { id, question, rows, columns: readOutputs(outputs, model) };
}

/** Parameters are each server's own: those that ask for what is not served are refused, others have no effect. */
function checkParameters(parameters: unknown, where: string): void {
  if (parameters === undefined) return;
  if (!isFields(parameters)) throw inputError({ expected: "an object", where, received: parameters });
  for (const name of BINARY) {
    const value = parameters[name];
    if (value === undefined || value === false) continue;
    const next = "Send and read tensors as JSON, in data.";
    throw inputError({ expected: "no binary extension, which is not served,", where, received: name, next });
  }
}

function readInputs(given: unknown, model: Served): { question: Question; rows: number } {
  const names = model.inputs.map(({ name }) => name);
  if (!Array.isArray(given)) {
    const received = given ?? null;
    throw inputError({ expected: `a list of the inputs ${names.join(", ")}`, where: "inputs", received });
  }
  // Each is counted before it is read: there are as many as the model has, and each name once.
  if (given.length !== names.length) {
    const expected = `${names.length} (${names.join(", ")})`;
    throw inputError({ expected, where: "inputs", received: given.length });
  }
  const tensors = new Map<string, { tensor: ReturnType<typeof readTensor>; where: string }>();
  given.forEach((value: unknown, i) => {
    const where = `inputs[${i}]`;
    const tensor = readTensor(value, where);
    checkParameters((value as { parameters?: unknown }).parameters, `${where}.parameters`);
    if (!names.includes(tensor.name) || tensors.has(tensor.name)) {
      const expected = tensors.has(tensor.name) ? "each input once" : `one of ${names.join(", ")}`;
      const next = didYouMean(tensor.name, names);
      throw inputError({ expected, where: `${where}.name`, received: tensor.name, next });
    }
    tensors.set(tensor.name, { tensor, where });
  });
  const named = model.inputs.map((info) => ({ info, ...tensors.get(info.name)! }));
  if (takesTexts(model)) {
    const texts = textsOfTensor(named[0]!.tensor, named[0]!.where);
    return { question: { texts }, rows: texts.length };
  }
  const inputs = named.map(({ info, tensor, where }) => rowsOfTensor(tensor, info.shape, where));
  return { question: { inputs }, rows: rowsOf(inputs) };
}

function rowsOf(inputs: readonly Rows[]): number {
  const [{ rows }] = inputs as [Rows];
  if (inputs.every((one) => one.rows === rows)) return rows;
  const received = inputs.map((one) => one.rows);
  throw inputError({ expected: "inputs of equally many rows", where: "inputs", received });
}

function readOutputs(given: unknown, { columns }: Served): readonly Column<unknown>[] {
  if (given === undefined) return columns;
  const names = columns.map(({ info }) => info.name);
  if (!Array.isArray(given)) {
    throw inputError({ expected: 'a list, as [{"name": "label"}]', where: "outputs", received: given });
  }
  // As many as are known at most: a list of the same one a million times is no question.
  if (given.length > names.length) {
    throw inputError({ expected: `at most ${names.length}`, where: "outputs", received: given.length });
  }
  return given.map((output: unknown, i) => {
    const where = `outputs[${i}]`;
    if (!isFields(output)) throw inputError({ expected: "an object", where, received: output });
    checkParameters(output["parameters"], `${where}.parameters`);
    const at = names.indexOf(output["name"] as string);
    if (at >= 0) return columns[at]!;
    const received = output["name"] ?? null;
    const next = typeof received === "string" ? didYouMean(received, names) : undefined;
    throw inputError({ expected: `one of ${names.join(", ")}`, where: `${where}.name`, received, next });
  });
}

/** A tensor as it is answered. */
export interface OutputTensor {
  name: string;
  shape: number[];
  datatype: string;
  data: TensorData;
}

/** `$inference_response` */
export interface InferenceResponse {
  model_name: string;
  model_version: string;
  id?: string;
  outputs: OutputTensor[];
}

export function inferenceResponse(
  { name, version }: { name: string; version: string },
  { id, columns, rows }: Inference,
  answers: readonly unknown[],
): InferenceResponse {
  const outputs = columns.map((column) => {
    const { name: called, datatype, shape } = column.info;
    const sizes = column.shapeOf?.(answers) ?? shape.slice(1);
    // What is named once, as the labels are, has no rows.
    const isOfRows = shape[0] === -1;
    return {
      name: called,
      shape: isOfRows ? [rows, ...sizes] : [...shape],
      datatype,
      data: column.of(answers),
    };
  });
  return { model_name: name, model_version: version, ...(id === undefined ? {} : { id }), outputs };
}
