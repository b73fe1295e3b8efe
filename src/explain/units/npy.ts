/** NumPy's own files (NEP 1): `.npy`, an array behind its header, and `.npz`, a ZIP archive of them, stored as they are. */

/** Bytes of the header: as many for an array of any length, which is known when all is written. */
export const NPY_HEADER = 128;

/** Numbers of an array, little-endian. */
export type NpyType = "<f4" | "<i4";

/** The header of an array in C order. */
export function npyHeader(type: NpyType, shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const said = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const text = `${said.padEnd(NPY_HEADER - 11)}\n`;
  const header = new Uint8Array(NPY_HEADER);
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(header.buffer).setUint16(8, text.length, true);
  header.set(new TextEncoder().encode(text), 10);
  return header;
}

/** Numbers as bytes, little-endian whatever the machine. */
export function littleEndian(values: Float32Array | Int32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return bytes;
  const turned = bytes.slice();
  for (let at = 0; at < turned.length; at += 4) turned.subarray(at, at + 4).reverse();
  return turned;
}

/** A stored member of a ZIP archive. */
export interface StoredMember {
  name: string;
  crc: number;
  size: number;
}

/** Largest archive without ZIP64. */
export const MOST_ARCHIVE = 2 ** 32 - 2 ** 20;

const VERSION = 20;
/** 1 January 1980, so that the same numbers are the same bytes. */
const DATE = 33;

/** What comes before a member's bytes. */
export function localHeader(member: StoredMember): Uint8Array {
  return zipRecord(0x04034b50, member, (view, name) => {
    view.setUint16(4, VERSION, true);
    return [30, 10, name];
  });
}

/** What comes behind all members: the directory. @param offsets where each one's local header is */
export function zipDirectory(
  members: readonly StoredMember[],
  offsets: readonly number[],
  end: number,
): Uint8Array {
  const entries = members.map((member, k) =>
    zipRecord(0x02014b50, member, (view, name) => {
      view.setUint16(4, VERSION, true);
      view.setUint16(6, VERSION, true);
      view.setUint32(42, offsets[k]!, true);
      return [46, 12, name];
    }),
  );
  const size = entries.reduce((sum, entry) => sum + entry.length, 0);
  const last = new Uint8Array(22);
  const view = new DataView(last.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, members.length, true);
  view.setUint16(10, members.length, true);
  view.setUint32(12, size, true);
  view.setUint32(16, end, true);
  const out = new Uint8Array(size + last.length);
  let at = 0;
  for (const part of [...entries, last]) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A header, whose times, CRC, sizes and name lie alike in both kinds. */
function zipRecord(
  signature: number,
  { name, crc, size }: StoredMember,
  fill: (view: DataView, name: Uint8Array) => [fixed: number, times: number, name: Uint8Array],
): Uint8Array {
  const room = new Uint8Array(64);
  const view = new DataView(room.buffer);
  view.setUint32(0, signature, true);
  const [fixed, times, bytes] = fill(view, new TextEncoder().encode(name));
  view.setUint16(times + 2, DATE, true);
  view.setUint32(times + 4, crc, true);
  view.setUint32(times + 8, size, true);
  view.setUint32(times + 12, size, true);
  view.setUint16(times + 16, bytes.length, true);
  const out = new Uint8Array(fixed + bytes.length);
  out.set(room.subarray(0, fixed));
  out.set(bytes, fixed);
  return out;
}
