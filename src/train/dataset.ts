/** A data set for training or evaluation: rows, targets and weights, checked against the model's output and loss. */
import { objectOf } from "../base/arguments.js";
import { finiteNumber, inputError } from "../base/errors.js";
import { NUMBERS, type Pieces, spans } from "../base/pieces.js";
import { placeOf, type Rows, type TargetsLike, toTargets } from "../network/arrays.js";
import type { Network } from "../network/network.js";
import { factsOf, type Loss } from "../objectives/losses.js";
import { checkSource, type RowSource } from "./row-source.js";

/** Rows, targets and weights, flat and checked. */
export interface Dataset {
  inputs: Rows[];
  targets: Float32Array;
  weights: Float32Array | null;
  rows: number;
  /** Where rows and targets lie, when that is not here: inputs have their shapes alone, and targets are empty. */
  source?: RowSource;
  /** Of a source: what rows weigh, by class. */
  classWeight?: Readonly<Record<number, number>> | null;
}

/**
 * Rows that lie elsewhere than in memory.
 * @param classWeight what rows weigh, by class
 * @throws InputError where they are not the network's
 */
export function sourceDataset(
  source: RowSource,
  network: Network,
  loss: Loss,
  width: number,
  classWeight: WeightOptions["classWeight"] | null,
): Dataset {
  checkSource(source, network, loss, width);
  if (classWeight) checkClassWeight(classWeight, width, loss);
  const [none, { rows, shape }] = [new Float32Array(0), source];
  const inputs = [{ data: none, rows, shape }];
  return { inputs, targets: none, weights: null, rows, source, classWeight: classWeight ?? null };
}

/** How much rows count. */
export interface WeightOptions {
  /** Weight of each class by its index, as { 0: 1, 1: 5 }; 1 for a class it does not name. */
  classWeight?: Record<number, number>;
  /** A weight a row; excludes classWeight. */
  sampleWeight?: ArrayLike<number>;
}

/**
 * @param width numbers in the model's output for a row
 * @param of where the rows come from, where that is not `fit`'s x and y: "validationData"
 */
export function* makeDataset(
  inputs: Rows[],
  y: TargetsLike,
  width: number,
  loss: Loss,
  options: WeightOptions,
  of = "",
): Pieces<Dataset> {
  const { rows } = inputs[0]!;
  const called = (name: string) => (of ? `${of} ${name}` : name);
  for (const [i, { data, shape }] of inputs.entries()) {
    yield* checkFinite(data, shape, called(inputs.length > 1 ? `x[${i}]` : "x"));
  }
  const targets = yield* toTargets(y, rows, width, factsOf(loss).targets === "classes", called("y"));
  yield* checkFinite(targets, [targets.length / Math.max(1, rows)], called("y"));
  checkProbabilities(targets, targets.length / rows, loss, called("y"));
  return { inputs, targets, weights: rowWeights(targets, rows, width, loss, options), rows };
}

/** One infinite number makes every weight NaN: it is found here, by its place, and not in the loss. */
function checkFinite(data: Float32Array, shape: readonly number[], where: string): Pieces<void> {
  return spans(data.length, NUMBERS, (from, to) => {
    for (let i = from; i < to; i++) {
      if (Number.isFinite(data[i]!)) continue;
      throw inputError({
        expected: "finite numbers within the range of float32 (±3.4e38)",
        where: `${where} ${placeOf(i, shape)}`,
        received: data[i],
        next: "Mend or leave out the row: nothing can be learned from it.",
      });
    }
  });
}

/** Cross-entropies are of probabilities: labels such as 1 and 2 would train without a word, towards nothing. */
function checkProbabilities(targets: Float32Array, width: number, loss: Loss, where: string): void {
  if (factsOf(loss).targets !== "probabilities") return;
  const bad = targets.findIndex((target) => target < 0 || target > 1);
  if (bad < 0) return;
  throw inputError({
    expected: "targets from 0 to 1",
    where: `${where} row ${Math.floor(bad / width)}`,
    received: targets[bad],
    next: `${loss.name} compares probabilities; for class indices use sparseCategoricalCrossentropy.`,
  });
}

/** classWeight becomes a weight a row; the two exclude each other, as in Keras. */
function rowWeights(
  targets: Float32Array,
  rows: number,
  width: number,
  loss: Loss,
  options: WeightOptions,
): Float32Array | null {
  const { classWeight, sampleWeight } = objectOf(options, "weights", "an object of options");
  if (classWeight && sampleWeight) {
    throw inputError({ expected: "classWeight or sampleWeight, not both", where: "weights" });
  }
  if (sampleWeight !== undefined && sampleWeight !== null) return sampleWeights(sampleWeight, rows);
  if (classWeight === undefined || classWeight === null) return null;
  const classes = classesOf(targets, rows, width, loss);
  checkClassWeight(classWeight, width, loss);
  return Float32Array.from(classes, (label) => classWeight[label] ?? 1);
}

function checkClassWeight(classWeight: Record<number, number>, width: number, loss: Loss): void {
  if (typeof classWeight !== "object" || Array.isArray(classWeight)) {
    const expected = "weights by class index, as { 0: 1, 1: 5 }";
    throw inputError({ expected, where: "classWeight", received: classWeight });
  }
  const { targets, exclusive } = factsOf(loss);
  // The one output of a probability says which of two.
  const one = targets === "probabilities" && !exclusive ? 2 : Infinity;
  const classes = width > 1 ? width : one;
  for (const [label, weight] of Object.entries(classWeight)) {
    if (!/^\d+$/.test(label) || Number(label) >= classes) {
      const expected = classes < Infinity ? `class indices from 0 to ${classes - 1}` : "class indices";
      throw inputError({ expected, where: "classWeight", received: label });
    }
    checkWeight(weight, `classWeight ${label}`);
  }
}

/** Keras rounds a soft label to its class. @throws InputError where a row's targets name no one class */
function classesOf(targets: Float32Array, rows: number, width: number, loss: Loss): Int32Array {
  const size = targets.length / rows;
  const anyNumber = factsOf(loss).targets === "numbers";
  return Int32Array.from({ length: rows }, (_, r) => {
    const row = targets.subarray(r * size, (r + 1) * size);
    // Of soft labels the sum is 1, but for rounding; a target of several labels, or of none, has another.
    const sum = row.reduce((a, b) => a + b, 0);
    const one = size === 1 || Math.abs(sum - 1) < 1e-3;
    if (one && (!anyNumber || row.every((t) => Number.isInteger(t) && t >= 0))) {
      return size === 1 ? Math.round(row[0]!) : argMax(row, 0, width);
    }
    throw inputError({
      expected: "targets that are classes, one a row, for classWeight",
      where: `y row ${r}`,
      received: size === 1 ? row[0] : Array.from(row),
      next: "Give sampleWeight, a weight a row, in its place.",
    });
  });
}

/** Weights are float32 too: 1e39 would be infinite. */
function checkWeight(weight: unknown, where: string): void {
  if (!Number.isFinite(Math.fround(finiteNumber(weight, where, 0)))) {
    throw inputError({ expected: "a number within the range of float32", where, received: weight });
  }
}

function sampleWeights(given: ArrayLike<number>, rows: number): Float32Array {
  const where = "sampleWeight";
  if (typeof given?.length !== "number" || given.length !== rows) {
    const received = given?.length ?? given;
    throw inputError({ expected: `${rows} weights, one a row`, where, received });
  }
  for (let r = 0; r < rows; r++) checkWeight(given[r], `${where} row ${r}`);
  return Float32Array.from(given);
}

function argMax(values: Float32Array, from: number, length: number): number {
  let best = 0;
  for (let k = 1; k < length; k++) if (values[from + k]! > values[from + best]!) best = k;
  return best;
}

/** Splits off the last rows, as Keras: ⌊n · (1 − share)⌋ rows stay. */
export function splitLast(data: Dataset, share: number): [Dataset, Dataset | null] {
  finiteNumber(share, "fit validationSplit", 0, 1);
  if (share === 0) return [data, null];
  const at = Math.floor(data.rows * (1 - share));
  if (at === 0 || at === data.rows) {
    throw inputError({
      expected: `a share that leaves rows on both sides of ${data.rows}`,
      where: "fit validationSplit",
      received: share,
    });
  }
  return [part(data, 0, at), part(data, at, data.rows)];
}

function part({ inputs, targets, weights, rows }: Dataset, from: number, to: number): Dataset {
  const cut = (array: Float32Array) =>
    array.subarray((array.length / rows) * from, (array.length / rows) * to);
  return {
    inputs: inputs.map((input) => ({ ...input, data: cut(input.data), rows: to - from })),
    targets: cut(targets),
    weights: weights && cut(weights),
    rows: to - from,
  };
}
