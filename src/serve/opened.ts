/** A model file, opened to be served: which one it is, and what tells that it changed. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathOf, readBeside, readBytes } from "../base/node-files.js";
import { loadAnswerer } from "../classifier/text-predictor.js";
import { Predictor } from "../model/predictor.js";
import type { ServedEngine } from "./options.js";
import { servedOf } from "./served.js";
import type { Served } from "./served-kind.js";

/** A file as it is on disk: which files it is made of, and how they lie there. */
export interface Seen {
  /** The model's own first, then those beside it. */
  readonly files: string[];
  /** Of each its times, size and number, or that there is none. */
  signature: string;
}

/** A file that was opened. */
export interface Opened {
  readonly served: Served;
  /** The first digits of its files' SHA-256: the same for the same bytes, on every machine. */
  readonly version: string;
  /** What may make it answer otherwise than where it came from. */
  readonly notes: readonly string[];
}

/**
 * Opens a file for its answers, and has it answer once: what a first answer takes is done before it serves.
 * @param seen told of every file before it is read: what is written meanwhile is found at the next look, and where one lacks, that
 * it comes
 * @throws InputError for what cannot be read, is damaged or hostile, or is no model file
 */
export async function openServed(
  source: string | URL,
  engine: ServedEngine,
  seen: Seen = nothingSeen(),
): Promise<Opened> {
  const path = pathOf(source);
  const hash = createHash("sha256");
  await addTo(seen, path);
  const bytes = await readBytes(path);
  hash.update(bytes);
  const beside = async (name: string) => {
    await addTo(seen, join(dirname(path), name));
    const more = await readBeside(path, name);
    hash.update(more);
    return more;
  };
  const model = await loadAnswerer(bytes, { name: path, beside, onWarning: null, ...engine });
  const dispose = () => model.dispose();
  try {
    const served = servedOf(model, path, dispose);
    await warmedUp(served);
    const { notes } = model instanceof Predictor ? model : model.model;
    return { served, version: hash.digest("hex").slice(0, 16), notes };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Asks a row of nothing, where the shape of one is known. What has no answer to that may have one to others. */
async function warmedUp(served: Served): Promise<void> {
  const isOpen = served.inputs.some(({ shape }) => shape.slice(1).includes(-1));
  if (isOpen) return;
  const inputs = served.inputs.map(({ shape: [, ...shape] }) => ({
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
    ...{ rows: 1, shape },
  }));
  try {
    const question = served.inputs[0]!.datatype === "BYTES" ? { texts: [""] } : { inputs };
    await served.answer([served.prepared?.(question, Number.POSITIVE_INFINITY) ?? question], 1);
  } catch {
    // A masked mean has no answer to a text without words.
  }
}

/** Before anything was looked at. Each is filled on its own. */
export const nothingSeen = (): Seen => ({ files: [], signature: "" });

async function addTo(seen: Seen, file: string): Promise<void> {
  const { signature } = await lookAt([file]);
  seen.files.push(file);
  seen.signature += seen.signature === "" ? signature : ` ${signature}`;
}

/** Stands in a signature for a file that is not there, or cannot be looked at. */
const ABSENT = "absent";

/** Whether the first of the files, the model's own, was not there. */
export const isAbsent = ({ signature }: Seen): boolean => signature.startsWith(ABSENT);

/** How files lie there now. The time of the last change of any kind tells of a right to read that was given, too. */
export async function lookAt(files: readonly string[]): Promise<Seen> {
  const found = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  const signature = found
    .map((one) => (one === null ? ABSENT : `${one.mtimeMs} ${one.ctimeMs} ${one.size} ${one.ino}`))
    .join(" ");
  return { files: [...files], signature };
}
