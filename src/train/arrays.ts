/** From what users pass (nested arrays, typed arrays) to flat float32 rows, checked. */
import { inputError, show } from "../errors.js";

/** Rows of one input, flat; every row has the same shape. */
export interface Rows {
  data: Float32Array;
  rows: number;
  /** Without the batch axis. */
  shape: readonly number[];
}

/** Rows as nested arrays or typed arrays, or already flat. */
export type RowsLike = Rows | ArrayLike<ArrayLike<number>> | ArrayLike<ArrayLike<ArrayLike<number>>>;
/** Targets: one number a row (binary labels, class indices, values) or a vector a row. */
export type TargetsLike = ArrayLike<number> | ArrayLike<ArrayLike<number>> | Rows;

const isFlat = (value: unknown): value is Rows =>
  typeof value === "object" && value !== null && (value as Rows).data instanceof Float32Array;

/** @throws InputError when rows differ in shape, are empty or hold something that is not a number */
export function toRows(value: RowsLike, where: string): Rows {
  if (isFlat(value)) return checkFlat(value, where);
  const rows = value?.length;
  const first = rows ? value[0] : undefined;
  if (typeof rows !== "number" || first === undefined || typeof first !== "object") {
    throw inputError({ expected: "rows of numbers, as [[4, 17, 9], …]", where, received: value });
  }
  const nested = typeof first[0] === "object";
  const shape = nested ? [first.length, (first as ArrayLike<ArrayLike<number>>)[0]!.length] : [first.length];
  const size = shape.reduce((a, b) => a * b, 1);
  const data = new Float32Array(rows * size);
  for (let r = 0; r < rows; r++) {
    const row = value[r]! as ArrayLike<number> | ArrayLike<ArrayLike<number>>;
    if (row.length !== shape[0]) throw differs(where, r, shape[0]!, row.length);
    if (!nested) data.set(row as ArrayLike<number>, r * size);
    else {
      for (let t = 0; t < row.length; t++) {
        const step = row[t] as ArrayLike<number>;
        if (step.length !== shape[1]) throw differs(`${where} step ${t}`, r, shape[1]!, step.length);
        data.set(step, r * size + t * shape[1]!);
      }
    }
  }
  rejectNaN(data, size, where);
  return { data, rows, shape };
}

function checkFlat(value: Rows, where: string): Rows {
  const size = value.shape.reduce((a, b) => a * b, 1);
  if (value.data.length !== value.rows * size) {
    throw inputError({
      expected: `${value.rows} rows × [${value.shape.join(", ")}] = ${value.rows * size} numbers`,
      where,
      received: value.data.length,
    });
  }
  return value;
}

const differs = (where: string, row: number, expected: number, received: number) =>
  inputError({
    expected: `${expected} numbers, as in row 0`,
    where: `${where} row ${row}`,
    received: `${received} numbers`,
    next: "Pad the rows to one length (padSequences).",
  });

function rejectNaN(data: Float32Array, size: number, where: string): void {
  const at = data.findIndex(Number.isNaN);
  if (at >= 0) {
    throw inputError({
      expected: "numbers",
      where: `${where} row ${Math.floor(at / size)}`,
      received: Number.NaN,
    });
  }
}

/** Targets as [rows][width]; `sparse` keeps one class index a row. */
export function toTargets(
  value: TargetsLike,
  rows: number,
  width: number,
  sparse: boolean,
  where: string,
): Float32Array {
  const size = sparse ? 1 : width;
  const data = isFlat(value) ? value.data : flatten(value, size, where);
  if (data.length !== rows * size) {
    throw inputError({
      expected: size === 1 ? `${rows} targets, one a row` : `${rows} targets of ${size} numbers`,
      where,
      received: `${data.length} numbers`,
    });
  }
  if (sparse) {
    const bad = data.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= width);
    if (bad >= 0) {
      throw inputError({
        expected: `a class index from 0 to ${width - 1}`,
        where: `${where} row ${bad}`,
        received: data[bad],
        next: `The model's last layer has ${width} units: one a class.`,
      });
    }
  }
  rejectNaN(data, size, where);
  return data;
}

function flatten(
  value: ArrayLike<number> | ArrayLike<ArrayLike<number>>,
  size: number,
  where: string,
): Float32Array {
  if (value.length === 0 || typeof value[0] === "number")
    return Float32Array.from(value as ArrayLike<number>);
  const data = new Float32Array(value.length * size);
  for (let r = 0; r < value.length; r++) {
    const row = value[r] as ArrayLike<number>;
    if (row.length !== size) {
      throw inputError({ expected: `${size} numbers`, where: `${where} row ${r}`, received: show(row) });
    }
    data.set(row, r * size);
  }
  return data;
}

/** Ids must be whole numbers that the Embedding has a row for. */
export function checkIds(data: Float32Array, rowSize: number, vocabulary: number, layer: string): void {
  for (let i = 0; i < data.length; i++) {
    const id = data[i]!;
    if (id >= 0 && id < vocabulary && Number.isInteger(id)) continue;
    throw inputError({
      expected: `a token id from 0 to ${vocabulary - 1} (inputDim ${vocabulary})`,
      where: `input of Embedding ${layer}, row ${Math.floor(i / rowSize)}, position ${i % rowSize}`,
      received: id,
      next: "Encode the text with the vocabulary that the model was made for.",
    });
  }
}

/** Copies the rows that `order[from … to−1]` names. */
export function gather(
  out: Float32Array,
  data: Float32Array,
  rowSize: number,
  order: Uint32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const row = order[i]! * rowSize;
    out.set(data.subarray(row, row + rowSize), (i - from) * rowSize);
  }
}
