/** Tables as Node finds them: files, folders of label/*.txt, addresses, standard input. Browsers have web-files.ts. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline, Readable, type Transform } from "node:stream";
import * as zlib from "node:zlib";
import { InputError, inputError } from "../base/errors.js";
import { fileError, insideFolder, pathOf } from "../base/node-files.js";
import { decodeBytes, type Encoding } from "./decode.js";
import { OpenFile } from "./open-file.js";
import { type Cells, LONGEST_RECORD, recordTooLong } from "./records.js";
import {
  type ByteSource,
  type Chunks,
  type Compression,
  damaged,
  type Places,
  type RecordSource,
} from "./source.js";
import { openAddress as fetchAddress } from "./web-files.js";

const CHUNK = 2 ** 18;

const STDIN = "/dev/stdin";

export const isStandardInput = (path: string): boolean => path === "-" || path === STDIN;

/** A file, or a folder of label/*.txt. */
export async function openPath(from: string | URL): Promise<ByteSource | RecordSource> {
  const path = pathOf(from);
  return (await isFolder(path)) ? folderSource(path) : fileSource(path);
}

/** What an address gives; what is packed is unpacked by Node. */
export async function openAddress(address: string | URL): Promise<ByteSource> {
  return { ...(await fetchAddress(address)), ...INFLATE };
}

/** @throws InputError where a path is a folder's */
export async function refuseFolder(path: string): Promise<void> {
  if (await isFolder(path)) throw inputError({ expected: "a file, found a folder", where: path });
}

export function fileSource(path: string): ByteSource {
  return { name: path, chunks: fileChunks(path), ...INFLATE, places: () => filePlaces(path) };
}

export function standardInput(stream: Chunks = process.stdin): ByteSource {
  return { name: "standard input", chunks: stream, ...INFLATE };
}

/** Texts from a folder whose folders are labels and hold a text a file, in order of names; no link may lead out of it. */
async function folderSource(path: string): Promise<RecordSource> {
  const files: { label: string; file: string }[] = [];
  for (const label of await foldersIn(path)) {
    for (const file of (await readdir(join(path, label))).sort()) {
      if (file.endsWith(".txt")) files.push({ label, file: join(path, label, file) });
    }
  }
  if (files.length === 0) {
    throw inputError({
      expected: "folders named after the labels with .txt files in them, found none",
      where: path,
    });
  }
  const notes: string[] = [];
  const labels = [...new Set(files.map(({ label }) => label))];
  const named = `${labels.slice(0, 10).join(", ")}${labels.length > 10 ? ", …" : ""}`;
  return {
    ...{ name: path, kind: "folder", columns: ["text", "label"] },
    found: `a text a file, labels from the folders: ${named}`,
    notes,
    records: textsOf(path, files, notes),
  };
}

async function* textsOf(
  path: string,
  files: readonly { label: string; file: string }[],
  notes: string[],
): AsyncGenerator<Cells[]> {
  let guessed = 0;
  const readWhole = async (file: string) => {
    const { text, encoding } = await wholeText(file);
    if (encoding.note !== undefined && guessed++ === 0) notes.push(`${file}: ${encoding.note}`);
    return text;
  };
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const some = files.slice(from, from + AT_ONCE);
    const inside = await Promise.all(some.map(({ file }) => insideFolder(path, file)));
    const sizes = await Promise.all(inside.map(sizeOf));
    // Opening files one after another is mostly waiting, so a few are read at a time; large ones are not.
    const small = sizes.reduce((sum, size) => sum + size, 0) <= SMALL_BYTES;
    const texts = small ? await Promise.all(inside.map(readWhole)) : [];
    if (small) yield some.map(({ label }, i) => [texts[i]!, label]);
    else for (const [i, { label }] of some.entries()) yield [[await readWhole(inside[i]!), label]];
  }
  if (guessed > 1) notes.push(`${guessed} files in all are taken so`);
}

/** Files of a folder that are read at a time, and what they may hold together. */
const AT_ONCE = 32;
const SMALL_BYTES = 2 ** 22;

async function wholeText(file: string): Promise<{ text: string; encoding: Encoding }> {
  let text = "";
  const { pieces, encoding } = await decodeBytes(fileChunks(file), file);
  for await (const piece of pieces) {
    text += piece;
    if (text.length > LONGEST_RECORD) throw recordTooLong(file, 1);
  }
  return { text, encoding };
}

/** The folders in a folder, hidden ones left out, in an order that no machine's language changes. */
async function foldersIn(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(path, entry.name))))) {
      found.push(entry.name);
    }
  }
  return found.sort();
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The size of a file. @throws InputError where it is none: a named pipe would be waited for, a device may have no end */
async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isFile() || isOpenPipe(path)) return found.size;
    if (found.isDirectory()) throw inputError({ expected: "a file, found a folder", where: path });
    const kind = found.isFIFO() ? "a named pipe" : found.isSocket() ? "a socket" : "a device";
    const next = `To read what it gives: cat ${path} | cellstate … -`;
    throw inputError({ expected: `a file, found ${kind}`, where: path, next });
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What a shell opened for us, as <(command) does: its other end is there. */
const isOpenPipe = (path: string): boolean => /^\/(dev|proc\/self)\/fd\/\d+$/.test(path);

export async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  const { file } = await openFile(path);
  try {
    for (;;) {
      const chunk = await file.read(CHUNK).catch((error: unknown) => {
        throw unreadable(path, error);
      });
      if (chunk.length === 0) return;
      yield chunk;
    }
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<{ file: OpenFile; byteLength: number }> {
  const byteLength = await sizeOf(path);
  try {
    return { file: await OpenFile.open(path), byteLength };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What Node 20 has not. */
interface Zstandard {
  createZstdDecompress?: (options: object) => Transform & { bytesWritten: number };
  zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
}
const newer: Zstandard = zlib as unknown as Zstandard;

const nodeGunzip = (chunks: Chunks, name: string) =>
  through(chunks, zlib.createGunzip({ chunkSize: CHUNK }), "gzip", name);
const nodeUnzstd =
  newer.createZstdDecompress &&
  ((chunks: Chunks, name: string) =>
    wholeZstd(chunks, newer.createZstdDecompress!({ chunkSize: CHUNK }), name));
const unzstdPage =
  (decompress: NonNullable<Zstandard["zstdDecompressSync"]>) =>
  (bytes: Uint8Array, length: number): Uint8Array =>
    decompress(bytes, { maxOutputLength: Math.max(1, length) });

async function* through(
  chunks: Chunks,
  inflate: Transform,
  compression: Compression,
  name: string,
): AsyncGenerator<Uint8Array> {
  pipeline(Readable.from(chunks), inflate, () => undefined); // an error comes out of `inflate` below
  try {
    yield* inflate;
  } catch (error) {
    if (/^(Z_|ZSTD_|ERR_ZSTD)/i.test(codeOf(error) ?? ""))
      throw damaged(compression, name, (error as Error).message);
    throw error;
  }
}

export const INFLATE = {
  gunzip: nodeGunzip,
  ...(nodeUnzstd ? { unzstd: nodeUnzstd } : {}),
  ...(newer.zstdDecompressSync ? { unzstdPage: unzstdPage(newer.zstdDecompressSync) } : {}),
};

/** Before 26 Node ends at the first of several frames, and passes over the others without a word. */
async function* wholeZstd(
  chunks: Chunks,
  inflate: Transform & { bytesWritten: number },
  name: string,
): AsyncGenerator<Uint8Array> {
  let [fed, ended] = [0, false];
  const counted = async function* () {
    for await (const chunk of chunks) {
      fed += chunk.length;
      yield chunk;
    }
    ended = true;
  };
  yield* through(counted(), inflate, "zstd", name);
  if (ended && inflate.bytesWritten >= fed) return;
  throw inputError({
    expected: "one frame of Zstandard, found more behind it, which this Node does not unpack",
    where: name,
    next: "Node does from 26 on. Or unpack it first: zstd -d FILE",
  });
}

/** Any part of a file. */
async function filePlaces(path: string): Promise<Places> {
  const { file, byteLength } = await openFile(path);
  return {
    byteLength,
    slice: async (start, end) => (await file.read(end - start, start)).buffer,
    close: () => file.close(),
  };
}

/** The user's mistake in the user's words, or the machine's failure. */
function unreadable(path: string, error: unknown): Error {
  const code = codeOf(error);
  if (code === "ENOENT") return new InputError(`${path}: there is no such file or folder.`);
  if (code === "EACCES" || code === "EPERM") return new InputError(`${path}: no permission to read it.`);
  if (code === "ELOOP") return new InputError(`${path}: a symbolic link that leads in a circle.`);
  if (code === "EISDIR") return inputError({ expected: "a file, found a folder", where: path });
  return fileError(error, path, "read");
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
