/** Large tables of weights as a file keeps them small: of 255 values each, which deflate packs into little more than a byte. */

/** Numbers that a large table holds: as many as a byte tells apart. */
const LEVELS = 127;

export function largestOf(values: Float32Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

const bits = new DataView(new ArrayBuffer(4));

/**
 * The nearest of 255 numbers from −1 to 1, closer to each other near 0 (square-root companding): small and large weights are
 * both a few per cent off at the most. Their last two bytes are 0, so that an archive takes little more than one byte each.
 */
export function rounded(value: number): number {
  const level = Math.round(Math.sqrt(Math.min(1, Math.abs(value))) * LEVELS) / LEVELS;
  bits.setFloat32(0, Math.sign(value) * level * level);
  bits.setUint16(2, 0);
  return bits.getFloat32(0);
}

/** A table of any size, each number rounded. By a power of two, which leaves the last two bytes 0. */
export function roundedTable(data: Float32Array): Float32Array {
  const largest = 2 ** Math.ceil(Math.log2(largestOf(data) || 1));
  return data.map((value) => rounded(value / largest) * largest);
}
