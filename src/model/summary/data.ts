/** What a summary is told of a model, and what it counts of it. */

/** Sizes with the batch first; null where a size is open. */
export type Shape = readonly (number | null)[];

export interface SummaryLayer {
  name: string;
  className: string;
  /** Several shapes for a layer with several outputs; null where it is not known yet. */
  outputShape: Shape | readonly Shape[] | null;
  params: number;
  trainableParams: number;
  /** As Keras has it: layers without weights that need no shape (Dropout) are built from the start. */
  built: boolean;
  /** Keras's `trainable` flag, where it says more than `trainableParams` does. */
  trainable?: boolean;
  /** Graph models: "layer[node][tensor]" for each input. Given for any layer, a fourth column appears. */
  connectedTo?: readonly string[];
}

export interface SummaryModel {
  name: string;
  layers: readonly SummaryLayer[];
  /** Numbers in the optimizer's own variables (iteration and learning rate too), once it has been built. */
  optimizerParams?: number;
  /** Memory of the weights; without it, 4 bytes each. */
  bytes?: { trainable: number; nonTrainable: number };
}

export function isShapes(shape: Shape | readonly Shape[]): shape is readonly Shape[] {
  return shape.length > 0 && Array.isArray(shape[0]);
}

/** Whether the layers form a graph that is to be shown. */
export function hasConnections(model: SummaryModel): boolean {
  return model.layers.some(({ connectedTo }) => connectedTo !== undefined);
}

export interface Amount {
  count: number;
  bytes: number;
}

/** Numbers and bytes of a model's weights, by kind. */
export function totalsOf({ layers, bytes }: SummaryModel): { trainable: Amount; nonTrainable: Amount } {
  const total = layers.reduce((sum, { params }) => sum + params, 0);
  const trainable = layers.reduce((sum, { trainableParams }) => sum + trainableParams, 0);
  const nonTrainable = total - trainable;
  return {
    trainable: { count: trainable, bytes: bytes?.trainable ?? 4 * trainable },
    nonTrainable: { count: nonTrainable, bytes: bytes?.nonTrainable ?? 4 * nonTrainable },
  };
}

export function addAmounts(...amounts: Amount[]): Amount {
  return {
    count: amounts.reduce((sum, { count }) => sum + count, 0),
    bytes: amounts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Bytes as Keras words them: "121.00 KB"; Keras 2 calls single ones "Byte". */
export function readableBytes(bytes: number, single = "B"): string {
  const units = [single, "KB", "MB", "GB", "TB", "PB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${twoDecimals(size)} ${units[unit]}`;
}

/** As Python's `:.2f`, which rounds exact halves to even; a dyadic number is one only when it is an odd eighth. */
function twoDecimals(x: number): string {
  if ((x * 8) % 2 !== 1) return x.toFixed(2);
  const down = Math.floor(x * 100);
  return ((down % 2 === 0 ? down : down + 1) / 100).toFixed(2);
}
