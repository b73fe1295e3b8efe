/** What processes tell each other, as bytes: plain values, and arrays of numbers to the bit. */

/** Numbers that are told. */
export type Numbers = Float32Array | Float64Array;

/** Plain values, and arrays of numbers. */
export interface Packed {
  readonly plain: unknown;
  readonly arrays: readonly Numbers[];
}

/** Arrays begin at multiples of this. */
const ALIGNMENT = 8;
const aligned = (length: number) => ALIGNMENT * Math.ceil(length / ALIGNMENT);

/** As `unpack` reads it: the length of a JSON head (float64), the head, and the arrays' bytes. */
export function pack({ plain, arrays }: Packed): Uint8Array {
  const kinds = arrays.map((array) => [array instanceof Float64Array ? 8 : 4, array.length]);
  const head = new TextEncoder().encode(JSON.stringify({ plain, kinds }));
  const starts: number[] = [];
  let length = ALIGNMENT + aligned(head.length);
  for (const array of arrays) {
    starts.push(length);
    length += aligned(array.byteLength);
  }
  const bytes = new Uint8Array(length);
  new Float64Array(bytes.buffer, 0, 1)[0] = head.length;
  bytes.set(head, ALIGNMENT);
  for (const [i, array] of arrays.entries()) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), starts[i]);
  }
  return bytes;
}

/** What `pack` was given, of arrays a copy. */
export function unpack(given: Uint8Array): { plain: unknown; arrays: Numbers[] } {
  const { buffer } = given.slice();
  const [length] = new Float64Array(buffer, 0, 1);
  const head = new TextDecoder().decode(new Uint8Array(buffer, ALIGNMENT, length));
  const { plain, kinds } = JSON.parse(head) as { plain: unknown; kinds: [number, number][] };
  let at = ALIGNMENT + aligned(length!);
  const arrays = kinds.map(([size, count]) => {
    const array = size === 8 ? new Float64Array(buffer, at, count) : new Float32Array(buffer, at, count);
    at += aligned(array.byteLength);
    return array;
  });
  return { plain, arrays };
}
