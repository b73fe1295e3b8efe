/** ZIP archives that `readZip` takes, written in pieces (PKWARE's APPNOTE 6.3). */
import { Deflate, deflateSync } from "fflate";
import { crc32 } from "../base/crc32.js";
import { atOnce, type Pieces } from "../base/pieces.js";
import { CENTRAL, END, isBorne, isExtravagant, LOCAL } from "./zip.js";

/** Members from this size on are deflated, where that saves a quarter at the least: trained weights it does not. */
const LEAST_DEFLATED = 2 ** 12;
/** Bytes from the middle of a member that tell whether it shrinks. */
const SAMPLE = 2 ** 15;
const LEAST_SAVED = 0.25;
/** What is deflated in one piece: some milliseconds. */
const PIECE = 2 ** 15;

const [LOCAL_BYTES, CENTRAL_BYTES, END_BYTES] = [30, 46, 22];
/** Of the version that knows Deflate. */
const VERSION = 20;
const [STORED, DEFLATED] = [0, 8];
/** That a name is of UTF-8. */
const UTF8 = 2 ** 11;
/** The first day that the format knows: all members are dated alike. */
const DATE = (1 << 5) | 1;

interface Packed {
  name: Uint8Array;
  flags: number;
  bytes: Uint8Array;
  /** What stands in the archive; null where that is `bytes` itself. */
  deflated: Uint8Array | null;
  crc: number;
}

/** An archive with members in the order given and all dated alike: the same bytes every time. */
export const writeZip = (members: Iterable<readonly [string, Uint8Array]>): Uint8Array =>
  atOnce(writingZip(members));

/** As `writeZip`. */
export function* writingZip(members: Iterable<readonly [string, Uint8Array]>): Pieces<Uint8Array> {
  const packed: Packed[] = [];
  for (const [text, bytes] of members) {
    const name = new TextEncoder().encode(text);
    const flags = name.length === text.length ? 0 : UTF8;
    const worth = isWorthDeflating(bytes);
    yield 0;
    const deflated = worth ? yield* deflate(bytes) : null;
    packed.push({ name, flags, bytes, deflated, crc: crc32(bytes) });
    yield 0;
  }
  const length = lengthOf(packed);
  for (const each of packed) {
    if (each.deflated === null) continue;
    const [size, stored] = [each.bytes.length, each.deflated.length];
    if (isExtravagant({ size, stored }) || !isBorne(size, length)) each.deflated = null;
  }
  return archive(packed);
}

const dataOf = ({ deflated, bytes }: Packed): Uint8Array => deflated ?? bytes;

const lengthOf = (packed: readonly Packed[]): number =>
  packed.reduce(
    (sum, each) => sum + LOCAL_BYTES + CENTRAL_BYTES + 2 * each.name.length + dataOf(each).length,
    END_BYTES,
  );

/** Told by a part from the middle. */
function isWorthDeflating(bytes: Uint8Array): boolean {
  if (bytes.length < LEAST_DEFLATED) return false;
  const from = Math.max(0, Math.floor((bytes.length - SAMPLE) / 2));
  const sample = bytes.subarray(from, from + SAMPLE);
  const share = deflateSync(sample, { level: 6 }).length / sample.length;
  return share <= 1 - LEAST_SAVED && isBorne(bytes.length, share * bytes.length);
}

function* deflate(bytes: Uint8Array): Pieces<Uint8Array> {
  const parts: Uint8Array[] = [];
  const stream = new Deflate({ level: 6 }, (part) => void parts.push(part));
  for (let from = 0; from < bytes.length; from += PIECE) {
    stream.push(bytes.subarray(from, from + PIECE), from + PIECE >= bytes.length);
    yield 0;
  }
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function archive(packed: readonly Packed[]): Uint8Array {
  const bytes = new Uint8Array(lengthOf(packed));
  const view = new DataView(bytes.buffer);
  let at = 0;
  const write = (...values: readonly (readonly [size: 2 | 4, value: number])[]) => {
    for (const [size, value] of values) {
      if (size === 2) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
      at += size;
    }
  };
  const append = (data: Uint8Array) => {
    bytes.set(data, at);
    at += data.length;
  };
  /** What the local header and the directory both have. */
  const describe = (each: Packed) => {
    const method = each.deflated ? DEFLATED : STORED;
    write([2, VERSION], [2, each.flags], [2, method], [2, 0], [2, DATE]);
    write([4, each.crc], [4, dataOf(each).length], [4, each.bytes.length], [2, each.name.length], [2, 0]);
  };
  const places = packed.map((each) => {
    const place = at;
    write([4, LOCAL]);
    describe(each);
    append(each.name);
    append(dataOf(each));
    return place;
  });
  const directory = at;
  for (const [i, each] of packed.entries()) {
    write([4, CENTRAL], [2, VERSION]);
    describe(each);
    write([2, 0], [2, 0], [2, 0], [4, 0], [4, places[i]!]);
    append(each.name);
  }
  const size = at - directory;
  write([4, END], [2, 0], [2, 0], [2, packed.length], [2, packed.length], [4, size], [4, directory], [2, 0]);
  return bytes;
}
