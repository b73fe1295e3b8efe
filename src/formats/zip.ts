/**
 * ZIP archives from strangers (PKWARE's APPNOTE 6.3). The central directory is read and checked as a whole, sizes
 * before memory, and members are unpacked one at a time, when asked for.
 */
import { crc32 } from "../base/crc32.js";
import { inputError } from "../base/errors.js";
import { inflateExactly } from "../base/inflate.js";
import { label } from "../base/label.js";
import { memoryFor, Work } from "../base/work.js";

export const LOCAL = 0x04034b50;
export const CENTRAL = 0x02014b50;
export const END = 0x06054b50;
const END_LENGTH = 22;
const MOST_MEMBERS = 4096;
/** A member may come to this many times what is stored of it; weights and JSON stay far below. */
const MOST_EXPANSION = 100;
/** All members together may come to this, or to `MOST_TOTAL_EXPANSION` times the archive where that is more. */
const LEAST_TOTAL = 64 * 2 ** 20;
const MOST_TOTAL_EXPANSION = 20;

export interface ZipMember {
  name: string;
  /** Bytes when unpacked. */
  size: number;
  /** Unpacks the member and checks its CRC; counted as often as it is asked for. */
  read(): Uint8Array;
}

interface Entry {
  name: string;
  encrypted: boolean;
  method: number;
  crc: number;
  stored: number;
  size: number;
  offset: number;
}

/**
 * The members of a ZIP archive by name. Refuses (InputError, naming the member) what no honest writer makes: names
 * that leave the archive, duplicates, overlaps, encryption, lying or extravagant sizes. Folders are left out.
 * `file` names the archive in messages; what is unpacked counts against `work`.
 */
export function readZip(
  bytes: Uint8Array,
  file: string,
  work: Work = new Work(file, bytes.length),
): Map<string, ZipMember> {
  const entries = readDirectory(bytes, file);
  const members = new Map<string, ZipMember>();
  const names = new Set<string>();
  for (const entry of entries) {
    checkName(entry.name, file);
    if (names.has(entry.name)) throw refuse(file, entry.name, "one member of this name", "two");
    names.add(entry.name);
    checkSizes(entry, file);
    if (!entry.name.endsWith("/")) {
      members.set(entry.name, {
        name: entry.name,
        size: entry.size,
        read: () => unpack(bytes, entry, file, work),
      });
    }
  }
  checkTotal(entries, bytes.length, file);
  checkOverlap(bytes, entries, file);
  return members;
}

/** Readers hold a member, and then its values; and this part of the memory that they take for an archive is used. */
const HELD_TIMES = 2;
const USED = 0.9;
/** Whether readers take so large a member from an archive of so many bytes. */
export const isBorne = (size: number, archive: number): boolean =>
  HELD_TIMES * size <= USED * memoryFor(archive);

/** Whether so little stands for so much that readers refuse it. */
export const isExtravagant = ({ size, stored }: Pick<Entry, "size" | "stored">): boolean =>
  size > MOST_EXPANSION * stored + 1024;

function refuse(file: string, member: string, expected: string, received?: unknown) {
  return inputError({ expected, where: `${file}: ${label(member)}`, received });
}

function readDirectory(bytes: Uint8Array, file: string): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view, file);
  const count = view.getUint16(end + 10, true);
  const length = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  const onOneDisk = view.getUint32(end + 4, true) === 0 && view.getUint16(end + 8, true) === count;
  if (!onOneDisk || count > MOST_MEMBERS || start + length !== end) {
    const expected = `a ZIP archive in one part with at most ${MOST_MEMBERS} members`;
    throw inputError({ expected, where: `${file}: its directory`, received: `${count} members` });
  }
  const entries: Entry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) throw damaged(file);
    const nameLength = view.getUint16(at + 28, true);
    const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw damaged(file);
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)),
      encrypted: (view.getUint16(at + 8, true) & 0x2041) !== 0,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      stored: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at = next;
  }
  if (at !== end) throw damaged(file);
  return entries;
}

/** The end record stands last, before a comment of at most 65,535 bytes whose length it states. */
function findEnd(view: DataView, file: string): number {
  const first = Math.max(0, view.byteLength - END_LENGTH - 0xffff);
  for (let at = view.byteLength - END_LENGTH; at >= first; at--) {
    const fits = at + END_LENGTH + view.getUint16(at + 20, true) === view.byteLength;
    if (fits && view.getUint32(at, true) === END) return at;
  }
  throw damaged(file, "It may have been cut short: fetch it again.");
}

function damaged(file: string, next?: string) {
  return inputError({ expected: "an intact ZIP archive", where: file, received: "a damaged one", next });
}

function checkName(name: string, file: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const wild = /[\x00-\x1f\x7f\\]|^\/|^[A-Za-z]:/.test(name) || name === "" || name.split("/").includes("..");
  if (wild || name.length > 1024) {
    throw refuse(file, name, "a relative name that stays inside the archive");
  }
}

function checkSizes(entry: Entry, file: string): void {
  const { name, encrypted, method, stored, size } = entry;
  if (encrypted) throw refuse(file, name, "a member without encryption", "an encrypted one");
  if (stored === 0xffffffff || size === 0xffffffff) throw refuse(file, name, "a member under 4 GiB");
  if (method !== 0 && method !== 8)
    throw refuse(file, name, "a stored or deflated member", `method ${method}`);
  if (method === 0 && stored !== size) {
    throw refuse(file, name, `${size} bytes stored as they are`, `${stored} bytes`);
  }
  if (isExtravagant(entry)) {
    throw refuse(file, name, `at most ${MOST_EXPANSION} times its ${stored} stored bytes`, size);
  }
}

function checkTotal(entries: Entry[], length: number, file: string): void {
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  const most = Math.max(LEAST_TOTAL, MOST_TOTAL_EXPANSION * length);
  if (total > most) {
    const expected = `members of at most ${most} bytes together`;
    throw inputError({ expected, where: file, received: total });
  }
}

/** Members that share bytes are how a small archive unpacks to a vast one. */
function checkOverlap(bytes: Uint8Array, entries: Entry[], file: string): void {
  let free = 0;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (entry.offset < free) throw refuse(file, entry.name, "data of its own", "another member's bytes");
    free = dataStart(bytes, entry, file) + entry.stored;
  }
}

/** Where a member's data begins, once its local header is seen to agree with the directory. */
function dataStart(bytes: Uint8Array, entry: Entry, file: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = entry.offset;
  if (at + 30 > bytes.length || view.getUint32(at, true) !== LOCAL) throw damaged(file);
  const nameEnd = at + 30 + view.getUint16(at + 26, true);
  const start = nameEnd + view.getUint16(at + 28, true);
  if (start + entry.stored > bytes.length) throw damaged(file, "It may have been cut short: fetch it again.");
  const name = new TextDecoder().decode(bytes.subarray(at + 30, nameEnd));
  const method = view.getUint16(at + 8, true);
  if (name !== entry.name || method !== entry.method) {
    throw refuse(file, entry.name, "a header that agrees with the directory", `${name}, method ${method}`);
  }
  return start;
}

function unpack(bytes: Uint8Array, entry: Entry, file: string, work: Work): Uint8Array {
  const where = `${file}: ${label(entry.name)}`;
  const start = dataStart(bytes, entry, file);
  const stored = bytes.subarray(start, start + entry.stored);
  // The checksum.
  work.spend(2 * entry.size);
  if (entry.method !== 0) work.hold(entry.size);
  const data = entry.method === 0 ? stored : inflateExactly(stored, entry.size, where, false, work);
  if (crc32(data) !== entry.crc) {
    throw inputError({
      expected: "data that matches its checksum",
      where,
      next: "The file is damaged: fetch it again.",
    });
  }
  return data;
}
