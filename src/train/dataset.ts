/** A data set for training or evaluation: rows, targets and weights, checked against the model's output and loss. */
import { objectOf } from "../arguments.js";
import { finiteNumber, inputError } from "../errors.js";
import { type Rows, type TargetsLike, toTargets } from "./arrays.js";
import type { Loss } from "./losses.js";

/** Rows, targets and weights, flat and checked. */
export interface Dataset {
  inputs: Rows[];
  targets: Float32Array;
  weights: Float32Array | null;
  rows: number;
}

export interface WeightOptions {
  /** Weight of each class by its index, as { 0: 1, 1: 5 }; 1 for a class it does not name. */
  classWeight?: Record<number, number>;
  /** A weight a row; excludes classWeight. */
  sampleWeight?: ArrayLike<number>;
}

/** @param width numbers in the model's output for a row */
export function makeDataset(
  inputs: Rows[],
  y: TargetsLike,
  width: number,
  loss: Loss,
  options: WeightOptions,
): Dataset {
  const { rows } = inputs[0]!;
  const targets = toTargets(y, rows, width, loss.name === "sparseCategoricalCrossentropy", "y");
  checkProbabilities(targets, targets.length / rows, loss);
  return { inputs, targets, weights: rowWeights(targets, rows, width, options), rows };
}

/** Cross-entropies are of probabilities: labels such as 1 and 2 would train without a word, towards nothing. */
function checkProbabilities(targets: Float32Array, width: number, loss: Loss): void {
  if (loss.name !== "binaryCrossentropy" && loss.name !== "categoricalCrossentropy") return;
  const bad = targets.findIndex((target) => target < 0 || target > 1);
  if (bad < 0) return;
  throw inputError({
    expected: "targets from 0 to 1",
    where: `y row ${Math.floor(bad / width)}`,
    received: targets[bad],
    next: `${loss.name} compares probabilities; for class indices use sparseCategoricalCrossentropy.`,
  });
}

/** classWeight becomes a weight a row; the two exclude each other, as in Keras. */
function rowWeights(
  targets: Float32Array,
  rows: number,
  width: number,
  options: WeightOptions,
): Float32Array | null {
  const { classWeight, sampleWeight } = objectOf(options, "weights", "an object of options");
  if (classWeight && sampleWeight) {
    throw inputError({ expected: "classWeight or sampleWeight, not both", where: "weights" });
  }
  if (sampleWeight) return sampleWeights(sampleWeight, rows);
  if (!classWeight) return null;
  for (const [label, weight] of Object.entries(classWeight)) {
    if (!/^\d+$/.test(label) || (width > 1 && Number(label) >= width)) {
      const expected = width > 1 ? `class indices from 0 to ${width - 1}` : "class indices";
      throw inputError({ expected, where: "classWeight", received: label });
    }
    finiteNumber(weight, `classWeight ${label}`, 0);
  }
  const size = targets.length / rows;
  return Float32Array.from({ length: rows }, (_, r) => {
    // Keras rounds a soft label to its class.
    const label = size === 1 ? Math.round(targets[r]!) : argMax(targets, r * size, width);
    return classWeight[label] ?? 1;
  });
}

function sampleWeights(given: ArrayLike<number>, rows: number): Float32Array {
  const where = "sampleWeight";
  if (given.length !== rows) {
    throw inputError({ expected: `${rows} weights, one a row`, where, received: given.length });
  }
  for (let r = 0; r < rows; r++) finiteNumber(given[r], `${where} row ${r}`, 0);
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
