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

/** A file as it is on disk: which files it is made of, and their sizes and times. */
export interface Seen {
  files: string[];
  signature: string;
}

/** A file that was opened. */
export interface Opened {
  readonly served: Served;
  /** The first digits of its files' SHA-256: the same for the same bytes, on every machine. */
  readonly version: string;
  /** What may make it answer otherwise than where it came from. */
  readonly notes: readonly string[];
  /** How its files lay there when they were read. */
  readonly seen: Seen;
}

/**
 * Opens a file for its answers, and has it answer once: what a first answer takes is done before it serves.
 * @throws InputError for what cannot be read, is damaged or hostile, or is no model file
 */
export async function openServed(source: string | URL, engine: ServedEngine): Promise<Opened> {
  const path = pathOf(source);
  const hash = createHash("sha256");
  // Looked at before it is read: what is written meanwhile is found at the next look.
  const seen = await lookAt([path]).catch(() => NOTHING);
  const bytes = await readBytes(path);
  hash.update(bytes);
  const beside = async (name: string) => {
    const file = join(dirname(path), name);
    const { signature } = await lookAt([file]).catch(() => NOTHING);
    const more = await readBeside(path, name);
    seen.files.push(file);
    seen.signature += ` ${signature}`;
    hash.update(more);
    return more;
  };
  const model = await loadAnswerer(bytes, { name: path, beside, onWarning: null, ...engine });
  const dispose = () => model.dispose();
  try {
    const served = servedOf(model, path, dispose);
    await warmedUp(served);
    const { notes } = model instanceof Predictor ? model : model.model;
    return { served, version: hash.digest("hex").slice(0, 16), notes, seen };
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

const NOTHING: Seen = { files: [], signature: "" };

/** How files lie there now; the first of them is the model's. @throws Error where one cannot be looked at */
export async function lookAt(files: string[]): Promise<Seen> {
  const found = await Promise.all(files.map((file) => stat(file)));
  const signature = found.map(({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`).join(" ");
  return { files: [...files], signature };
}
