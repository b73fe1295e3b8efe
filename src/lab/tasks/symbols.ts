/** What the tasks share that predict symbols: one-hot rows, and when a string counts as predicted. */

/** Sets row t of rows of `width` to the one-hot vector of `symbol`. */
export function put(rows: Float32Array, t: number, width: number, symbol: number): void {
  rows[t * width + symbol] = 1;
}

/** The symbol of row t, or −1 for an empty row. */
export function symbolAt(rows: Float32Array, t: number, width: number): number {
  return rows.subarray(t * width, (t + 1) * width).indexOf(1);
}

/** Whether at step t the symbol that comes is more active than every symbol that cannot. */
export function predicts(
  output: Float32Array,
  t: number,
  width: number,
  comes: number,
  possible: readonly number[],
): boolean {
  const own = output[t * width + comes]!;
  for (let k = 0; k < width; k++) {
    if (!possible.includes(k) && !(output[t * width + k]! < own)) return false;
  }
  return true;
}
