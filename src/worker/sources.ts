/** Files and rows on their way to a worker: what the platform hands over without copying stays so. */
import { textOf } from "../base/arguments.js";
import { inputError } from "../base/errors.js";
import { responseSource } from "../data/source.js";
import type { Readable } from "../data/sources.js";

/**
 * A file: a File or Blob (of which nothing is copied), bytes, a Response, or an address (in Node also a path); or the `file` of
 * a model that is open.
 */
export type FileSource = Blob | Uint8Array | Response | URL | string | SentFile;

/** A file, or rows as objects whose keys are the columns. */
export type DataSource = FileSource | Iterable<object> | AsyncIterable<object>;

/** A file as it crosses: a Blob with its name, and the files beside it where it names some; or an address. */
export type SentFile =
  | { readonly file: Blob; readonly name: string; readonly beside?: Readonly<Record<string, Blob>> }
  | { readonly address: string };

/** A file with those beside it, by their names. @throws InputError for what has no name, or where the file is at an address */
export function withNeighbours(sent: SentFile, files: readonly File[] | undefined, where: string): SentFile {
  if (files === undefined) return sent;
  if (!("file" in sent)) {
    throw inputError({
      expected: "a file that is held, to give those beside it",
      where: `${where} beside`,
      received: sent.address,
      next: "Leave beside out: they are read from where it is.",
    });
  }
  const beside = files.map((file, i) => {
    if (file instanceof Blob && typeof file.name === "string") return [file.name, file.slice()] as const;
    throw inputError({ expected: "a File, with its name", where: `${where} beside[${i}]`, received: file });
  });
  return { ...sent, beside: Object.fromEntries(beside) };
}

/** The text of a Keras script, which is parsed and never run. */
export interface ScriptSource {
  /** Python. */
  readonly script: string;
  /** What messages call it. Default "script". */
  readonly name?: string;
}

/** Data as it crosses. */
export type SentData = SentFile | { readonly rows: readonly object[] };

const FILE = "a File or Blob, bytes, a Response, or a URL";

/** @throws InputError for what is no file */
export async function sendFile(source: FileSource, where: string): Promise<SentFile> {
  if (source instanceof Blob) {
    // A File of Node does not cross with its name; a Blob crosses everywhere.
    return { file: source.slice(), name: "name" in source ? String(source.name) : "file" };
  }
  if (source instanceof Uint8Array)
    return { file: new Blob([source as Uint8Array<ArrayBuffer>]), name: "file" };
  if (typeof Response === "function" && source instanceof Response) {
    const { name } = responseSource(source);
    return { file: await source.blob(), name };
  }
  if (source instanceof URL) return { address: source.href };
  if (isSent(source)) return source;
  if (typeof source === "string" && source !== "" && !source.includes("\0"))
    return { address: absolute(source) };
  throw inputError({ expected: FILE, where, received: source });
}

/** @throws InputError for what is no text */
export function sendScript({ script, name }: ScriptSource, where: string): ScriptSource {
  textOf(script, `${where} script`);
  return { script, ...(name === undefined ? {} : { name: textOf(name, `${where} name`) }) };
}

/** @throws InputError for what is neither a file nor rows */
export async function sendData(source: DataSource, where: string): Promise<SentData> {
  const isFile = typeof source !== "object" || source instanceof Uint8Array || source instanceof Blob;
  if (isFile || source === null || !(Symbol.iterator in source || Symbol.asyncIterator in source)) {
    return sendFile(source as FileSource, where);
  }
  const rows: object[] = [];
  for await (const row of source) {
    if (typeof row !== "object" || row === null) {
      throw inputError({
        expected: "an object, its keys the columns",
        where: `${where} row ${rows.length + 1}`,
        received: row,
      });
    }
    rows.push(row);
  }
  return { rows };
}

/** A worker has another address than its page: what is relative to the page is made whole here. */
function absolute(address: string): string {
  return typeof location === "object" ? new URL(address, location.href).href : address;
}

/** Whether it is what `sendFile` or `sendData` made. */
export const isSent = (value: unknown): value is SentFile =>
  typeof value === "object" &&
  value !== null &&
  (("file" in value && value.file instanceof Blob) ||
    ("address" in value && typeof value.address === "string"));

/** What a worker reads data from. */
export function openData(sent: SentData): Readable {
  if ("rows" in sent) return sent.rows;
  if ("file" in sent) return new File([sent.file], sent.name);
  return locationOf(sent.address);
}

/** A model's file in a worker: what it is read from, what messages call it, and what gives the files beside it. */
export interface OpenFile {
  readonly source: string | URL | Uint8Array;
  readonly name: string;
  readonly beside?: (name: string) => Promise<Uint8Array>;
}

export async function openFile(sent: SentFile): Promise<OpenFile> {
  if ("file" in sent) {
    const { file, name, beside } = sent;
    const source = await bytesOf(file);
    return {
      source,
      name,
      ...(beside ? { beside: (wanted: string) => neighbour(beside, wanted, name) } : {}),
    };
  }
  const source = locationOf(sent.address);
  return { source, name: String(source) };
}

const bytesOf = async (file: Blob) => new Uint8Array(await file.arrayBuffer());

/** @throws InputError for a file that was not given */
async function neighbour(beside: Readonly<Record<string, Blob>>, wanted: string, of: string) {
  if (Object.hasOwn(beside, wanted)) return bytesOf(beside[wanted]!);
  throw inputError({
    expected: `the file ${wanted}, which it names`,
    where: of,
    received: Object.keys(beside).join(", ") || "it alone",
    next: "Give all files of the model together.",
  });
}

const locationOf = (address: string): string | URL =>
  /^[a-z][a-z\d+.-]+:\/\//i.test(address) ? new URL(address) : address;
