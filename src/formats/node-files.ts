/** Files in Node: read whole, and replaced whole or not at all. */
import { constants } from "node:fs";
import { type FileHandle, open, readdir, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, inputError } from "../errors.js";
import { readBytes as fetchBytes } from "./web-files.js";

/** A file this large cannot be one of ours, and would not fit into one buffer. */
const MOST_BYTES = 2 ** 31 - 1;

/** Writes so far: temporary names of one process must not meet. */
let writes = 0;

/** The bytes of a file by path or URL (file:, http:, https:). @throws InputError where there is no such file */
export async function readBytes(source: string | URL): Promise<Uint8Array> {
  const text = String(source);
  if (/^https?:/.test(text)) return fetchBytes(source);
  const path = /^file:/.test(text) ? fileURLToPath(text) : text;
  let file: FileHandle | undefined;
  try {
    // Not blocking, so that a named pipe without a writer is refused below instead of waited for.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size } = await checkRegular(file, path);
    if (size > MOST_BYTES) {
      throw inputError({ expected: "a file of less than 2 GiB", where: path, received: `${size} bytes` });
    }
    return await file.readFile();
  } catch (error) {
    throw explain(error, path, "read");
  } finally {
    await file?.close();
  }
}

/** The bytes of a file in the same folder, by its bare name. */
export function readBeside(source: string | URL, name: string): Promise<Uint8Array> {
  const text = String(source);
  const isUrl = /^(https?|file):/.test(text);
  return readBytes(isUrl ? new URL(encodeURIComponent(name), text) : join(dirname(text), name));
}

/**
 * Puts a file in place: written beside the target under another name, flushed to disk, then renamed over it. A crash or a
 * full disk leaves the earlier file as it was. A symbolic link stays one and its target is replaced.
 * @throws InputError where the folder is missing or closed to us; Error where the disk is full or fails
 */
export async function writeAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const temporary = temporaryBeside(target);
  await removeAbandoned(target);
  let file: FileHandle | undefined;
  try {
    const mode = await existingMode(target);
    file = await open(temporary, "wx", mode);
    await file.writeFile(bytes);
    if (mode !== undefined) await file.chmod(mode);
    await file.sync();
    await file.close();
    file = undefined;
    await rename(temporary, target);
    await syncFolder(dirname(target));
  } catch (error) {
    await file?.close().catch(() => {});
    await unlink(temporary).catch(() => {});
    throw explain(error, path, "written");
  }
}

/**
 * Refuses a path that `writeAtomic` could not write to, before there is anything to write; leaves nothing behind.
 * @throws InputError where the folder is missing or closed to us, or something other than a file is in the way
 */
export async function checkWritable(path: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const temporary = temporaryBeside(target);
  try {
    await existingMode(target);
    await (await open(temporary, "wx")).close();
  } catch (error) {
    throw explain(error, path, "written");
  } finally {
    await unlink(temporary).catch(() => {});
  }
}

/** A name that no other write, of this process or another, has. */
const temporaryBeside = (target: string) =>
  join(dirname(target), `.${basename(target)}.${process.pid}-${++writes}.tmp`);

/** The permissions of the file to be replaced; undefined where there is none yet. */
async function existingMode(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isFile()) throw notRegular(path);
  return found && found.mode & 0o777;
}

async function checkRegular(file: FileHandle, path: string) {
  const found = await file.stat();
  if (found.isFile()) return found;
  if (!found.isDirectory() || !(await readdir(path)).includes("saved_model.pb")) throw notRegular(path);
  const next = "Open it in Python and save it with model.save('model.keras').";
  throw inputError({ expected: "a file", where: path, received: "a folder: TensorFlow's SavedModel", next });
}

function notRegular(path: string): InputError {
  return inputError({ expected: "a file", where: path, received: "a folder or device" });
}

/** Temporary files that killed processes left behind for this target. */
async function removeAbandoned(target: string): Promise<void> {
  const folder = dirname(target);
  const name = `.${basename(target)}.`;
  for (const file of await readdir(folder).catch(() => [])) {
    const found = file.startsWith(name) && /^(\d+)-\d+\.tmp$/.exec(file.slice(name.length));
    if (found && !isAlive(Number(found[1]))) await unlink(join(folder, file)).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Makes the rename itself durable; some systems cannot open a folder, and then it is as durable as they make it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

const MISTAKES: Record<string, string> = {
  ENOENT: "a path that exists",
  ENOTDIR: "a path whose folders are folders",
  EACCES: "a file that may be",
  EPERM: "a file that may be",
  EISDIR: "a file, not a folder",
  EROFS: "a disk that may be",
  ELOOP: "a path without circles of links",
  ENAMETOOLONG: "a shorter name",
};

/** What the system says, as the user's mistake or as the machine's failure. */
function explain(error: unknown, path: string, verb: "read" | "written"): Error {
  if (error instanceof InputError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const mistake = MISTAKES[code];
  if (mistake) {
    const expected = mistake.endsWith("may be") ? `${mistake} ${verb}` : mistake;
    // A name that the system gives to nothing being there teaches nobody.
    if (code !== "ENOENT") return inputError({ expected, where: path, received: code });
    return inputError({ expected, where: path, next: "Nothing is there: check the name and the folder." });
  }
  const kept = verb === "written" ? " What was there before is unchanged." : "";
  return new Error(`${path}: could not be ${verb} (${(error as Error).message}).${kept}`, { cause: error });
}
