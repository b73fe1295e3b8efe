/** Tensors of the Open Inference Protocol, as JSON has them: read and counted, and written. */
import { inputError } from "../base/errors.js";
import type { Rows } from "../network/arrays.js";

/** Types of elements that are read or written. FP16 and BF16 have no JSON of their own. */
export const DATATYPES = [
  ...["BYTES", "BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"],
  ...["FP32", "FP64"],
] as const;
/** What a tensor's elements are. */
export type Datatype = "BYTES" | "BOOL" | "INT32" | "FP32";

/** What the protocol calls a metadata tensor. */
export interface TensorInfo {
  readonly name: string;
  readonly datatype: Datatype;
  /** With the rows; −1 where a size is open. */
  readonly shape: readonly number[];
}

/** What is asked: texts, or rows for each input of a network. */
export type Question = { readonly texts: readonly string[] } | { readonly inputs: readonly Rows[] };

/** None, where it is of numbers. */
export const textsIn = (question: Question): readonly string[] => ("texts" in question ? question.texts : []);

/** Elements of a tensor, row after row. */
export type TensorData = readonly string[] | readonly number[] | readonly boolean[];

/** An output of a model, made of the answers to rows. */
export interface Column<Answer> {
  readonly info: TensorInfo;
  /** Where the sizes beside the rows are open in `info`: what they are. */
  shapeOf?(answers: readonly Answer[]): readonly number[];
  of(answers: readonly Answer[]): TensorData;
}

/** A tensor as a request has it. */
interface GivenTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

/** No input of a network has more, with its rows. */
const MOST_AXES = 8;

type Fields = Readonly<Record<string, unknown>>;

/** What JSON calls an object. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @throws InputError where a field is missing or of another kind */
export function readTensor(value: unknown, where: string): GivenTensor {
  if (!isFields(value)) throw inputError({ expected: "an object", where, received: value });
  const { name, datatype, shape, data } = value;
  if (typeof name !== "string") {
    throw inputError({ expected: "the input's name", where: `${where}.name`, received: name ?? null });
  }
  if (typeof datatype !== "string" || !(DATATYPES as readonly string[]).includes(datatype)) {
    const expected = `one of ${DATATYPES.join(", ")}`;
    throw inputError({ expected, where: `${where}.datatype`, received: datatype ?? null });
  }
  const isShape =
    Array.isArray(shape) &&
    shape.length > 0 &&
    shape.length <= MOST_AXES &&
    shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!isShape) {
    throw inputError({ expected: "a shape, as [2, 200]", where: `${where}.shape`, received: shape ?? null });
  }
  if (!Array.isArray(data)) {
    const next = "Tensors stand in the JSON: the binary extension is not served.";
    throw inputError({ expected: "a list", where: `${where}.data`, received: data ?? null, next });
  }
  return { name, datatype, shape: shape as number[], data: flat(data, shape as number[], `${where}.data`) };
}

/** Elements in a flat list, which may be nested as the shape says. @throws InputError where they are not as many */
function flat(data: readonly unknown[], shape: readonly number[], where: string): readonly unknown[] {
  const size = shape.reduce((a, b) => a * b, 1);
  if (!Array.isArray(data[0])) return ofLength(data, size, where, shape);
  const all: unknown[] = [];
  const visit = (list: readonly unknown[], axis: number): void => {
    ofLength(list, shape[axis]!, where, shape);
    if (axis === shape.length - 1) {
      for (const item of list) all.push(item);
      return;
    }
    for (const item of list) {
      if (!Array.isArray(item)) {
        throw inputError({
          expected: `lists nested as the shape [${shape.join(", ")}]`,
          where,
          received: item,
        });
      }
      visit(item, axis + 1);
    }
  };
  visit(data, 0);
  return all;
}

function ofLength<T>(
  list: readonly T[],
  length: number,
  where: string,
  shape: readonly number[],
): readonly T[] {
  if (list.length === length) return list;
  const expected = `${length} elements, as the shape [${shape.join(", ")}] says`;
  throw inputError({ expected, where, received: list.length });
}

/** Texts [N] or [N, 1]. @throws InputError for other types and shapes */
export function textsOfTensor({ datatype, shape, data }: GivenTensor, where: string): readonly string[] {
  if (datatype !== "BYTES") {
    throw inputError({
      expected: "BYTES: the model takes texts",
      where: `${where}.datatype`,
      received: datatype,
    });
  }
  if (shape.length > 2 || (shape.length === 2 && shape[1] !== 1)) {
    throw inputError({ expected: "[N] or [N, 1], a text a row", where: `${where}.shape`, received: shape });
  }
  data.forEach((text, row) => {
    if (typeof text === "string") return;
    throw inputError({ expected: "a text", where: `${where}.data[${row}]`, received: text });
  });
  return data as readonly string[];
}

/**
 * Rows of numbers as a network's input has them.
 * @param expected [−1, …sizes]
 * @throws InputError for texts, shapes that do not fit, and what is no number of the type
 */
export function rowsOfTensor(
  { datatype, shape, data }: GivenTensor,
  expected: readonly number[],
  where: string,
): Rows {
  if (datatype === "BYTES") {
    const next = "The model takes numbers.";
    throw inputError({
      expected: "FP32, INT32 or INT64",
      where: `${where}.datatype`,
      received: datatype,
      next,
    });
  }
  const fits = shape.length === expected.length && expected.every((n, axis) => n === -1 || n === shape[axis]);
  if (!fits) {
    throw inputError({ expected: `[${expected.join(", ")}]`, where: `${where}.shape`, received: shape });
  }
  const { isRight, is } = elementOf(datatype);
  const numbers = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (!isRight(data[i]))
      throw inputError({ expected: is, where: `${where}.data[${i}]`, received: data[i] });
    numbers[i] = Number(data[i]);
  }
  return { data: numbers, rows: shape[0]!, shape: shape.slice(1) };
}

/** What an element of a type may be, and how that is said. */
interface Element {
  readonly is: string;
  isRight(value: unknown): boolean;
}

function elementOf(datatype: string): Element {
  if (datatype === "BOOL") {
    return {
      is: "true or false (BOOL)",
      isRight: (value) => typeof value === "boolean" || value === 0 || value === 1,
    };
  }
  if (datatype.startsWith("FP")) {
    // Networks compute with 32 bits: beyond these a number of 64 is infinite.
    const isRight = (value: unknown) => typeof value === "number" && Number.isFinite(Math.fround(value));
    return {
      is: `a number of type ${datatype}${datatype === "FP64" ? ", no larger than FP32's," : ""}`,
      isRight,
    };
  }
  const [, isUnsigned, digits] = /^(U?)INT(\d+)$/.exec(datatype)!;
  const bits = Number(digits);
  // JSON's numbers are whole up to 2^53 alone.
  const most = bits === 64 ? Number.MAX_SAFE_INTEGER : 2 ** (isUnsigned ? bits : bits - 1) - 1;
  const least = isUnsigned ? 0 : bits === 64 ? -most : -most - 1;
  return {
    is: `a whole number from ${least} to ${most} (${datatype})`,
    isRight: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}
