/** Data from where Node finds it: files, standard input, and folders of label/*.txt. Browsers never load this. */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { InputError, inputError } from "../base/errors.js";
import { fileError, insideFolder } from "../base/node-files.js";
import { decodeUtf8 } from "./decode.js";
import {
  type Data,
  type LabelledRow,
  type ReadOptions,
  readLabelled,
  readTexts,
  type TextRow,
} from "./read.js";
import { LONGEST_RECORD, recordTooLong } from "./records.js";
import { type ByteSource, type Chunks, damagedGzip } from "./source.js";
import { readVectors, type VectorsFile } from "./vectors/read.js";

const CHUNK = 2 ** 18;

const STDIN = "/dev/stdin";

/** Labelled rows from a path: a file, a folder of label/*.txt, or "-" for standard input. */
export async function readLabelledPath(path: string, options: ReadOptions = {}): Promise<Data<LabelledRow>> {
  if (path === "-" || path === STDIN) return readLabelled(standardInput(), options);
  return (await isFolder(path)) ? readFolder(path) : readLabelled(fileSource(path), options);
}

/** Texts from a file or, with "-", from standard input. */
export async function readTextsPath(path: string, options: ReadOptions = {}): Promise<Data<TextRow>> {
  if (path === "-" || path === STDIN) return readTexts(standardInput(), options);
  if (await isFolder(path)) throw inputError({ expected: "a file, found a folder", where: path });
  return readTexts(fileSource(path), options);
}

/** Opens a file of word vectors. */
export async function readVectorsPath(path: string): Promise<VectorsFile> {
  if (await isFolder(path)) throw inputError({ expected: "a file, found a folder", where: path });
  return readVectors(fileChunks(path), { name: path, gunzip: nodeGunzip });
}

export function fileSource(path: string): ByteSource {
  return { name: path, chunks: fileChunks(path), gunzip: nodeGunzip };
}

export function standardInput(stream: Chunks = process.stdin): ByteSource {
  return { name: "standard input", chunks: stream, gunzip: nodeGunzip };
}

/** Rows from a folder whose folders are labels and hold a text a file, in order of names; no link may lead out of it. */
export async function readFolder(path: string): Promise<Data<LabelledRow>> {
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
  const labels = [...new Set(files.map(({ label }) => label))];
  return {
    description: {
      name: path,
      format: "folder",
      gzip: false,
      header: false,
      columns: [],
      text: undefined,
      label: undefined,
      found: `a text a file, labels from the folders: ${labels.slice(0, 10).join(", ")}${labels.length > 10 ? ", …" : ""}`,
    },
    notes: [],
    async *[Symbol.asyncIterator]() {
      let row = 0;
      for (let from = 0; from < files.length; from += AT_ONCE) {
        const some = files.slice(from, from + AT_ONCE);
        const inside = await Promise.all(some.map(({ file }) => insideFolder(path, file)));
        const sizes = await Promise.all(inside.map(sizeOf));
        // Opening files one after another is mostly waiting, so a few are read at a time; large ones are not.
        const small = sizes.reduce((sum, size) => sum + size, 0) <= SMALL_BYTES;
        const texts = small ? await Promise.all(inside.map(readWhole)) : [];
        for (const [i, { label }] of some.entries()) {
          yield { text: texts[i] ?? (await readWhole(inside[i]!)), label, row: ++row };
        }
      }
    },
  };
}

/** Files of a folder that are read at a time, and what they may hold together. */
const AT_ONCE = 32;
const SMALL_BYTES = 2 ** 22;

async function readWhole(file: string): Promise<string> {
  let text = "";
  for await (const piece of decodeUtf8(fileChunks(file), file)) {
    text += piece;
    if (text.length > LONGEST_RECORD) throw recordTooLong(file, 1);
  }
  return text;
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

async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  await sizeOf(path);
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK });
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function* nodeGunzip(chunks: Chunks, name: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  pipeline(Readable.from(chunks), gunzip, () => undefined); // an error comes out of `gunzip` below
  try {
    yield* gunzip;
  } catch (error) {
    if (codeOf(error)?.startsWith("Z_")) throw damagedGzip(name, (error as Error).message);
    throw error;
  }
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
