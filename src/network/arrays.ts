/** From what users pass (nested arrays, typed arrays) to flat float32 rows, checked. */
import { inputError } from "../base/errors.js";
import { NUMBERS, type Pieces, ROWS, spans } from "../base/pieces.js";

/** Rows of one input, flat; every row has the same shape. */
export interface Rows {
  /** [rows][…shape], row after row. */
  data: Float32Array;
  /** How many rows. */
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

const isRow = (value: unknown) => Array.isArray(value) || ArrayBuffer.isView(value);

/** @throws InputError when rows differ in shape, are empty or hold something that is not a number */
export function* toRows(value: RowsLike, where: string): Pieces<Rows> {
  if (isFlat(value)) return yield* checkFlat(value, where);
  const rows = value?.length;
  const first = rows ? value[0] : undefined;
  if (!Array.isArray(value) || typeof rows !== "number" || typeof first !== "object" || first === null) {
    const next = typeof first === "number" ? "A single row is [[…]]." : undefined;
    throw inputError({ expected: "rows of numbers, as [[4, 17, 9], …]", where, received: value, next });
  }
  if (!isRow(first) || (typeof first[0] === "object" && first[0] !== null && !isRow(first[0]))) {
    throw inputError({ expected: "a list of numbers", where: `${where} row 0`, received: first });
  }
  const nested = typeof first[0] === "object" && first[0] !== null;
  const shape = nested ? [first.length, (first as ArrayLike<ArrayLike<number>>)[0]!.length] : [first.length];
  const [steps, size] = [shape[0]!, shape.reduce((a, b) => a * b, 1)];
  const data = new Float32Array(rows * size);
  for (let r = 0; r < rows; r++) {
    const row = value[r]!;
    if (!nested) copyNumbers(data, r * size, row as ArrayLike<number>, steps, `${where} row ${r}`);
    else {
      if (row?.length !== steps) throw differs(`${where} row ${r}`, steps, row);
      for (let t = 0; t < steps; t++) {
        const step = row[t] as ArrayLike<number>;
        copyNumbers(data, r * size + t * shape[1]!, step, shape[1]!, `${where} row ${r} step ${t}`);
      }
    }
    if (r % ROWS === ROWS - 1) yield 0;
  }
  return { data, rows, shape };
}

/** Copies `length` numbers to data[at …]; null, text and the like are no numbers, though an array would take them. */
function copyNumbers(
  data: Float32Array,
  at: number,
  row: ArrayLike<number>,
  length: number,
  where: string,
): void {
  if (row?.length !== length) throw differs(where, length, row);
  for (let i = 0; i < length; i++) {
    const value = row[i];
    if (typeof value !== "number" || Number.isNaN(value)) {
      throw inputError({ expected: "numbers", where: `${where}, position ${i}`, received: value });
    }
    data[at + i] = value;
  }
}

function* checkFlat(value: Rows, where: string): Pieces<Rows> {
  const size = value.shape.reduce((a, b) => a * b, 1);
  if (value.data.length !== value.rows * size) {
    throw inputError({
      expected: `${value.rows} rows × [${value.shape.join(", ")}] = ${value.rows * size} numbers`,
      where,
      received: value.data.length,
    });
  }
  yield* rejectNaN(value.data, value.shape, where);
  return value;
}

/** "row 3 step 7, position 2" of element i, counted from 0. */
export function placeOf(i: number, shape: readonly number[]): string {
  const size = shape.reduce((a, b) => a * b, 1);
  const row = `row ${Math.floor(i / size)}`;
  const at = i % size;
  if (shape.length === 1) return size === 1 ? row : `${row}, position ${at}`;
  const last = shape.at(-1)!;
  return `${row} step ${Math.floor(at / last)}, position ${at % last}`;
}

const differs = (where: string, expected: number, row: ArrayLike<unknown> | null | undefined) =>
  inputError({
    expected: `${expected} numbers, as in row 0`,
    where,
    received: typeof row?.length === "number" ? `${row.length}` : row,
    next: "Pad the rows to one length (padSequences).",
  });

function rejectNaN(data: Float32Array, shape: readonly number[], where: string): Pieces<void> {
  return spans(data.length, NUMBERS, (from, to) => {
    // Every batch comes by here: a loop, which takes a sixth of findIndex's time.
    for (let i = from; i < to; i++) {
      if (!Number.isNaN(data[i]!)) continue;
      throw inputError({
        expected: "numbers",
        where: `${where} ${placeOf(i, shape)}`,
        received: Number.NaN,
      });
    }
  });
}

/** Targets as [rows][width]; `sparse` keeps one class index a row. */
export function* toTargets(
  value: TargetsLike,
  rows: number,
  width: number,
  sparse: boolean,
  where: string,
): Pieces<Float32Array> {
  const size = sparse ? 1 : width;
  const data = isFlat(value) ? value.data : yield* flatten(value, size, where);
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
  yield* rejectNaN(data, [size], where);
  return data;
}

function* flatten(
  value: ArrayLike<number> | ArrayLike<ArrayLike<number>>,
  size: number,
  where: string,
): Pieces<Float32Array> {
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) {
    throw inputError({ expected: "targets, as [0, 1, …]", where, received: value });
  }
  const flat = typeof value[0] !== "object" || value[0] === null;
  const data = new Float32Array(flat ? value.length : value.length * size);
  if (flat) copyNumbers(data, 0, value as ArrayLike<number>, value.length, where);
  else {
    for (let r = 0; r < value.length; r++) {
      copyNumbers(data, r * size, value[r] as ArrayLike<number>, size, `${where} row ${r}`);
      if (r % ROWS === ROWS - 1) yield 0;
    }
  }
  return data;
}

/** Ids must be whole numbers that the Embedding has a row for. */
export function checkIds(
  data: Float32Array,
  rowSize: number,
  vocabulary: number,
  layer: string,
): Pieces<void> {
  return spans(data.length, NUMBERS, (from, to) => {
    for (let i = from; i < to; i++) {
      const id = data[i]!;
      if (id >= 0 && id < vocabulary && Number.isInteger(id)) continue;
      throw inputError({
        expected: `a token id from 0 to ${vocabulary - 1} (inputDim ${vocabulary})`,
        where: `input of Embedding ${layer}, row ${Math.floor(i / rowSize)}, position ${i % rowSize}`,
        received: id,
        next: "Encode the text with the vocabulary that the model was made for.",
      });
    }
  });
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

/** A vector a row, or a vector a step for sequences. */
export function nestedRows({ data, rows, shape }: Rows): (number[] | number[][])[] {
  const size = shape.reduce((a, b) => a * b, 1);
  return Array.from({ length: rows }, (_, r) => {
    const row = data.subarray(r * size, (r + 1) * size);
    if (shape.length === 1) return Array.from(row);
    const [T, F] = shape as [number, number];
    return Array.from({ length: T }, (_, t) => Array.from(row.subarray(t * F, (t + 1) * F)));
  });
}
