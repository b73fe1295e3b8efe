/** Rows that lie elsewhere than in memory: a batch is put in place from there. */
import { inputError } from "../base/errors.js";
import { readsIds } from "../layers/traits.js";
import type { Network } from "../network/network.js";
import { factsOf, type Loss } from "../objectives/losses.js";

/** Rows of ids with their targets, each of which can be read by itself. */
export interface RowSource {
  /** How many rows there are. */
  readonly rows: number;
  /** Of a row, as the network reads it. */
  readonly shape: readonly number[];
  /** All ids are below this. */
  readonly limit: number;
  /** Targets a row. */
  readonly targetSize: number;
  /** What tells these rows from others. */
  readonly fingerprint: string;
  /** Lays a row's ids, padded and cut, and its targets into place; either where it is given. */
  read(row: number, input: Float32Array | null, target: Float32Array): void;
}

/** @throws InputError where the rows are not what the network reads and its loss compares with */
export function checkSource(source: RowSource, network: Network, loss: Loss, width: number): void {
  if (!network.isBuilt) network.build([...source.shape]);
  const [first, ...others] = network.inputShapes;
  const steps = first?.[0] ?? source.shape[0];
  if (others.length > 0 || first?.length !== 1 || steps !== source.shape[0]) {
    throw inputError({
      expected: `rows of ${JSON.stringify(network.inputShapes)}`,
      where: "fit x",
      received: JSON.stringify([source.shape]),
    });
  }
  // Ids are addresses to a kernel: those that are read are held against this limit.
  for (const { layer } of network.nodes) {
    if (!readsIds(layer) || source.limit <= layer.options.inputDim) continue;
    throw inputError({
      expected: `ids below ${layer.options.inputDim} (inputDim of ${layer.name})`,
      where: "fit x",
      received: `ids below ${source.limit}`,
    });
  }
  const size = factsOf(loss).targets === "classes" ? 1 : width;
  if (source.targetSize === size) return;
  throw inputError({ expected: `${size} targets a row`, where: "fit y", received: source.targetSize });
}

/**
 * Puts rows order[from … to−1] (or from … to−1) in place.
 * @param own of the rows put in place, those whose ids are wanted: first … end−1
 * @throws InputError for a target that the loss cannot compare with
 */
export function writeSource(
  source: RowSource,
  { inputs, targets }: { inputs: Float32Array; targets: Float32Array },
  order: Uint32Array | null,
  [from, to]: readonly [number, number],
  [first, end]: readonly [number, number],
  classes: number,
): void {
  const { targetSize, shape } = source;
  const size = shape[0]!;
  for (let i = from, at = 0; i < to; i++, at++) {
    const row = order ? order[i]! : i;
    const target = targets.subarray(at * targetSize, (at + 1) * targetSize);
    const isOwn = at >= first && at < end;
    source.read(row, isOwn ? inputs.subarray(at * size, (at + 1) * size) : null, target);
    // A file is read as it is found: what it names must be there.
    for (const value of target) {
      const isTarget =
        classes > 0 ? Number.isInteger(value) && value >= 0 && value < classes : Number.isFinite(value);
      if (isTarget) continue;
      const expected = classes > 0 ? `a class from 0 to ${classes - 1}` : "a finite target";
      throw inputError({ expected, where: `fit y row ${row}`, received: value });
    }
  }
}

/** The weights of rows by their classes. */
export function sourceWeights(
  source: RowSource,
  classWeight: Readonly<Record<number, number>>,
  order: Uint32Array | null,
  [from, to]: readonly [number, number],
): Float32Array {
  const target = new Float32Array(source.targetSize);
  return Float32Array.from({ length: to - from }, (_, at) => {
    source.read(order ? order[from + at]! : from + at, null, target);
    return classWeight[target[0]!] ?? 1;
  });
}
