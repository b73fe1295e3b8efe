/** What chunks went through on their way into the file (specification IV.A.2.l), and the way back. */
import { inflateExactly } from "../../base/inflate.js";
import { type Cursor, hdf5Error, type Source } from "./bytes.js";

export interface Filter {
  id: number;
  parameters: number[];
}

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;
/** As many as a chunk's mask has bits. */
const MOST_FILTERS = 32;
/** Estimates of what each costs: nanoseconds a byte, and for a chunk however small. */
const NANOSECONDS: Readonly<Record<number, number>> = { [DEFLATE]: 3, [SHUFFLE]: 3, [FLETCHER32]: 2 };
const NANOSECONDS_A_STREAM = 2000;

export function readFilters(body: Cursor, where: string): Filter[] {
  const version = body.u8();
  if (version !== 1 && version !== 2) throw hdf5Error(where, "filters of version 1 or 2", version);
  const count = body.u8();
  if (count > MOST_FILTERS) throw hdf5Error(where, `at most ${MOST_FILTERS} filters`, count);
  if (version === 1) body.skip(6);
  return Array.from({ length: count }, () => {
    const id = body.u16();
    const nameLength = version === 1 || id >= 256 ? body.u16() : 0;
    body.skip(2);
    const parameterCount = body.u16();
    const name = body.text(nameLength);
    const parameters = Array.from({ length: parameterCount }, () => body.u32());
    if (version === 1 && parameterCount % 2 === 1) body.skip(4);
    if (!(id in NANOSECONDS)) {
      const expected = "data as it is, or packed by deflate, shuffle or fletcher32";
      throw hdf5Error(where, expected, `filter ${id} ${name}`.trim());
    }
    if (id === SHUFFLE && !parameters[0]) throw hdf5Error(where, "a shuffle of elements of some size", 0);
    return { id, parameters };
  });
}

/** A chunk as it was before the filters; those whose bit is set in `mask` were left out for it. */
export function unfilter(
  source: Source,
  packed: Uint8Array,
  filters: readonly Filter[],
  { mask, size, where }: { mask: number; size: number; where: string },
): Uint8Array {
  const used = filters.filter((_, i) => (mask & (1 << i)) === 0);
  let bytes = packed;
  for (let i = used.length - 1; i >= 0; i--) {
    const { id, parameters } = used[i]!;
    // A checksum under deflate lengthens what deflate yields.
    const yields = size + 4 * used.slice(0, i).filter((filter) => filter.id === FLETCHER32).length;
    source.work.spend(
      (id === DEFLATE ? NANOSECONDS_A_STREAM : 100) + NANOSECONDS[id]! * (yields + bytes.length),
      where,
    );
    if (id === DEFLATE) bytes = inflateExactly(bytes, yields, where, true, source.work);
    else if (id === SHUFFLE) bytes = unshuffle(bytes, parameters[0]!);
    else bytes = withoutChecksum(bytes, where);
  }
  if (bytes.length !== size) throw hdf5Error(where, `chunks of ${size} bytes`, bytes.length);
  return bytes;
}

/** Shuffle keeps the first bytes of all elements together, then all second bytes …; what is left over stays behind them. */
function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
  const count = Math.floor(bytes.length / size);
  if (size === 1 || count <= 1) return bytes;
  const out = new Uint8Array(bytes.length);
  out.set(bytes.subarray(count * size), count * size);
  for (let b = 0; b < size; b++) for (let i = 0; i < count; i++) out[i * size + b] = bytes[b * count + i]!;
  return out;
}

function withoutChecksum(bytes: Uint8Array, where: string): Uint8Array {
  const data = bytes.subarray(0, Math.max(0, bytes.length - 4));
  const stored = bytes.subarray(data.length);
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
  if (stored.length < 4 || view.getUint32(0, true) !== fletcher32(data)) {
    throw hdf5Error(where, "data that matches its checksum", "damaged data");
  }
  return data;
}

/** Words that may be added before the second sum must be brought back to 32 bits. */
const BLOCK = 2 * 360;

/** Fletcher-32 over big-endian 16-bit words, folded as the library's H5_checksum_fletcher32 folds: a sum may be 65535. */
export function fletcher32(data: Uint8Array): number {
  const fold = (sum: number) => (sum & 0xffff) + (sum >>> 16);
  let [sum1, sum2] = [0, 0];
  for (let start = 0; start < data.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, data.length);
    for (let i = start; i < end; i += 2) {
      sum1 += data[i]! * 256 + (i + 1 < data.length ? data[i + 1]! : 0);
      sum2 += sum1;
    }
    sum1 = fold(sum1);
    sum2 = fold(sum2);
  }
  return ((fold(sum2) << 16) | fold(sum1)) >>> 0;
}
