/** Where a table goes that is written piece by piece: nothing is in place until all is. */
import { createReadStream, createWriteStream } from "node:fs";
import { appendFile, open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileError, removeAbandoned, temporaryBeside } from "../base/node-files.js";

export interface Sink {
  write(text: string): Promise<void>;
  close(): Promise<void>;
  abandon(): Promise<void>;
}

/** Opens a file, or standard output for "-". */
export async function openSink(out: string): Promise<Sink> {
  if (out === "-") return { write: writerTo(process.stdout), close: async () => {}, abandon: async () => {} };
  const part = await openPart(out);
  return { ...part, close: () => part.close().then(() => part.putInPlace([])) };
}

/** A part of a file, written beside it under another name. */
export interface PartSink extends Sink {
  /** The part's own name, in the file's folder. */
  readonly name: string;
  /** Puts the file in place: this part, once it is closed, with others behind it that are closed too, and are removed. */
  putInPlace(others: readonly NextPart[]): Promise<void>;
}

/** What comes behind a part of a file. */
export interface NextPart {
  /** In the file's folder. */
  name: string;
  /** What stands before it. */
  joint: string;
}

/** Opens a part of a file; parts that processes left behind long ago are removed. */
export async function openPart(out: string): Promise<PartSink> {
  const target = await targetOf(out);
  const temporary = temporaryBeside(target);
  const file = await open(temporary, "wx").catch((error: unknown) => {
    throw fileError(error, out, "written");
  });
  await removeAbandoned(target, (await file.stat()).mtimeMs);
  const stream = file.createWriteStream();
  let failure: Error | undefined;
  stream.on("error", (error) => {
    failure ??= error;
  });
  const write = writerTo(stream);
  return {
    name: basename(temporary),
    write: async (text) => {
      if (failure) throw fileError(failure, out, "written");
      await write(text);
    },
    close: async () => {
      await new Promise<void>((done) => {
        stream.once("close", () => done());
        stream.end();
      });
      // What a full disk did not take is told of here at the latest.
      if (failure) throw fileError(failure, out, "written");
    },
    abandon: async () => {
      stream.destroy();
      await rm(temporary, { force: true });
    },
    putInPlace: async (others) => {
      await append(temporary, out, others);
      await rename(temporary, target).catch((error: unknown) => {
        throw fileError(error, out, "written");
      });
    },
  };
}

/** A link stays one, and its target is replaced. */
const targetOf = (out: string): Promise<string> => realpath(out).catch(() => out);

/** Where a part of a file is, by the part's name. */
export const partBeside = async (out: string, name: string): Promise<string> =>
  join(dirname(await targetOf(out)), name);

/**
 * Adds parts of a file to the end of another, in order, and removes them: all, even where they cannot be added.
 * @param out the file whose parts they are
 */
export async function append(to: string, out: string, parts: readonly NextPart[]): Promise<void> {
  const files = await Promise.all(parts.map(({ name }) => partBeside(out, name)));
  try {
    for (const [p, file] of files.entries()) {
      await appendFile(to, parts[p]!.joint);
      await pipeline(createReadStream(file, { highWaterMark: CHUNK }), createWriteStream(to, { flags: "a" }));
    }
  } catch (error) {
    throw fileError(error, out, "written");
  } finally {
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

const CHUNK = 2 ** 20;

/** Waits for what is full. */
const writerTo = (stream: Writable) => async (text: string) => {
  if (stream.write(text)) return;
  await new Promise<void>((drained, failed) => {
    const settle = (then: () => void) => () => {
      stream.off("drain", onDrain).off("error", onError);
      then();
    };
    const onDrain = settle(drained);
    const onError = (error: Error) => settle(() => failed(error))();
    stream.once("drain", onDrain).once("error", onError);
  });
};
