/** Files in Node: read whole, and replaced whole or not at all. */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, inputError } from "./errors.js";
import { readBytes as fetchBytes } from "./web-files.js";

/** A file this large cannot be one of ours, and would not fit into one buffer. */
const MOST_BYTES = 2 ** 31 - 1;

/** A temporary file that nobody has written to for so long was left behind. */
const ABANDONED_MS = 3_600_000;

/** The bytes of a file by path or URL (file:, http:, https:). @throws InputError where there is no such file */
export async function readBytes(source: string | URL): Promise<Uint8Array> {
  const text = String(source);
  if (/^https?:/i.test(text)) return fetchBytes(source);
  return readFile(pathOf(source));
}

/** The path that a text or file: URL means. @throws InputError for what means none */
export function pathOf(source: string | URL): string {
  const text = String(source);
  if (!/^file:/i.test(text)) return text;
  try {
    return fileURLToPath(text);
  } catch (error) {
    const received = (error as Error).message;
    throw inputError({ expected: "a file: URL of a file of this machine", where: text, received });
  }
}

async function readFile(path: string, flags = 0): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    // Not blocking, so that a named pipe without a writer is refused below instead of waited for.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | flags);
    const { size } = await checkRegular(file, path);
    if (size > MOST_BYTES) {
      throw inputError({ expected: "a file of less than 2 GiB", where: path, received: `${size} bytes` });
    }
    return await file.readFile();
  } catch (error) {
    throw fileError(error, path, "read");
  } finally {
    await file?.close();
  }
}

/** The bytes of a file in the same folder, by its bare name; a link may not lead out of that folder. @throws InputError */
export async function readBeside(source: string | URL, name: string): Promise<Uint8Array> {
  const text = String(source);
  if (/^https?:/i.test(text)) return fetchBytes(new URL(encodeURIComponent(name), text));
  const folder = dirname(pathOf(source));
  return readFile(await insideFolder(folder, join(folder, name)), constants.O_NOFOLLOW);
}

/**
 * Where a file really lies, which is to be below a folder: a link in files from elsewhere could name any file of the reader's.
 * @throws InputError where it leads out, or to nothing
 */
export async function insideFolder(folder: string, path: string): Promise<string> {
  const resolve = (one: string) =>
    realpath(one).catch((error: unknown) => {
      throw fileError(error, one, "read");
    });
  const [home, target] = [await resolve(folder), await resolve(path)];
  const way = relative(home, target);
  if (!isAbsolute(way) && way.split(sep)[0] !== "..") return target;
  throw inputError({
    expected: `a file in the folder ${folder}`,
    where: path,
    received: "a link that leads out of it",
    next: "Put the file itself there.",
  });
}

/**
 * Puts a file in place: written beside the target under another name, flushed to disk, then renamed over it. A crash or a
 * full disk leaves the earlier file as it was. A symbolic link stays one and its target is replaced.
 * @throws InputError where the folder is missing or closed to us; Error where the disk is full or fails
 */
export async function writeAtomic(to: string | URL, bytes: Uint8Array): Promise<void> {
  const path = writablePath(to);
  const target = await realpath(path).catch(() => path);
  const temporary = temporaryBeside(target);
  let file: FileHandle | undefined;
  try {
    const mode = await existingMode(target);
    file = await open(temporary, "wx", mode);
    await removeAbandoned(target, (await file.stat()).mtimeMs);
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
    throw fileError(error, path, "written");
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
    throw fileError(error, path, "written");
  } finally {
    await unlink(temporary).catch(() => {});
  }
}

function writablePath(to: string | URL): string {
  if ((typeof to !== "string" && !(to instanceof URL)) || String(to) === "") {
    throw inputError({ expected: "a path or a file: URL", where: "the file to write", received: to });
  }
  const scheme = /^([a-z][a-z\d+.-]+):\/\//i.exec(String(to))?.[1];
  if (scheme === undefined || /^file$/i.test(scheme)) return pathOf(to);
  throw inputError({ expected: "a path or a file: URL", where: String(to), received: "an address" });
}

/** A name that no other write has, of this process or of another on any machine that shares the folder. */
export const temporaryBeside = (target: string) =>
  join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);

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

/**
 * Temporary files for this target that killed processes left behind. Process ids say nothing about processes of other
 * containers and machines, so the age decides, by the clock of the disk that the files are on.
 * @param now when a file was written there just now, in milliseconds
 */
export async function removeAbandoned(target: string, now: number): Promise<void> {
  const folder = dirname(target);
  const name = `.${basename(target)}.`;
  for (const file of await readdir(folder).catch(() => [])) {
    if (!file.startsWith(name) || !/^[\da-f-]+\.tmp$/.test(file.slice(name.length))) continue;
    const path = join(folder, file);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile() && now - found.mtimeMs > ABANDONED_MS) await unlink(path).catch(() => {});
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
export function fileError(error: unknown, path: string, verb: "read" | "written"): Error {
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
