/**
 * The corpus of hostile and damaged files: lists of files with what refusing each must say, and a process of its own for
 * each file, which opens it and tells what it came to and what that cost. Run with a list's entry as JSON, this is that
 * process.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { readLabelledPath } from "../../src/data/node-source.js";
import { InputError, loadFile, readVocabulary } from "../../src/index.js";
import { readKerasScript } from "../../src/model/script.js";

export interface Attack {
  file: string;
  /** A pattern for the message; null where the file is accepted. */
  refusal: string | null;
  /** Who reads it. */
  reader?: Reader;
}

export interface Outcome {
  kind: "opened" | "refused" | "crashed";
  /** The message, or the warnings of the receipt. */
  said: string;
  /** Of the file as the reader is given it. */
  bytes: number;
  /** Processor time of reading, other threads included. */
  milliseconds: number;
  /** Memory at its highest, over what the process held before reading. */
  megabytes: number;
}

export const FOLDER = new URL("../../../tests/files/attacks/", import.meta.url);

/** Every list in the folder: attacks.json, and attacks-*.json. */
export function readAttacks(): Attack[] {
  const lists = readdirSync(FOLDER).filter((name) => /^attacks(-\w+)?\.json$/.test(name));
  return lists.sort().flatMap((name) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Attack[]);
}

/** The files that a model names, from its own folder. */
const beside = (name: string): Uint8Array => readFileSync(new URL(encodeURIComponent(name), FOLDER));

/** What each reader does with a file; `said` for those that open. */
const READERS = {
  model: async (path: string) => {
    const { model, receipt } = await loadFile(readFileSync(path), { name: "attack", beside });
    model.dispose();
    return receipt.warnings.join("\n");
  },
  vocabulary: async (path: string) => readVocabulary(readFileSync(path), { name: "attack" }).format,
  script: async (path: string) => {
    const { model } = readKerasScript(readFileSync(path, "utf8"), { file: "attack" });
    model.dispose();
    return model.name;
  },
  data: async (path: string) => {
    let rows = 0;
    for await (const _ of await readLabelledPath(path)) rows++;
    return `${rows} rows`;
  },
} satisfies Record<string, (path: string) => Promise<string>>;

type Reader = keyof typeof READERS;

/** The file as it was before it was packed, in a folder of its own: what its ending says counts for some readers. */
function unpack(file: string, folder: string): { path: string; bytes: number } {
  const stored = readFileSync(new URL(file, FOLDER));
  const packed = file.endsWith(".gz");
  const bytes = packed ? gunzipSync(stored) : stored;
  const path = join(folder, packed ? file.slice(0, -3) : file);
  writeFileSync(path, bytes);
  return { path, bytes: bytes.length };
}

/** What SECURITY.md promises of a file of so many bytes. */
export const promised = (bytes: number): Pick<Outcome, "milliseconds" | "megabytes"> => ({
  milliseconds: 2000 + (50 * bytes) / 1e6,
  megabytes: 200 + (4 * bytes) / 1e6,
});

/** On a busy machine the same work takes up to twice the time, and the collector comes round later: the least of so many. */
const MOST_RUNS = 6;

async function leastOf(path: string, reader: Reader, bytes: number): Promise<Outcome> {
  const most = promised(bytes);
  let { kind, said, milliseconds, megabytes } = await runOne(path, reader, YOUNG[0]);
  for (let runs = 1; runs < MOST_RUNS && kind !== "crashed"; runs++) {
    if (milliseconds < most.milliseconds && megabytes < most.megabytes) break;
    const again = await runOne(path, reader, YOUNG[runs % YOUNG.length]!);
    [kind, said] = [again.kind, again.said];
    milliseconds = Math.min(milliseconds, again.milliseconds);
    megabytes = Math.min(megabytes, again.megabytes);
  }
  return { kind, said, bytes, milliseconds, megabytes };
}

/** Opens every file of the corpus, each in a process of its own, as many at a time as there are cores. */
export async function runAttacks(attacks: readonly Attack[]): Promise<Map<string, Outcome>> {
  const folder = mkdtempSync(join(tmpdir(), "cellstate-attacks-"));
  const outcomes = new Map<string, Outcome>();
  const waiting = [...attacks];
  const work = async () => {
    for (let attack = waiting.shift(); attack; attack = waiting.shift()) {
      const { path, bytes } = unpack(attack.file, folder);
      outcomes.set(attack.file, await leastOf(path, attack.reader ?? "model", bytes));
      rmSync(path);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  rmSync(folder, { recursive: true });
  return outcomes;
}

/**
 * MiB of young objects before the collector looks through them. With little room memory is what is held, not what the collector
 * has not come round to, and half of the time is the collector's; with more, the time is the reader's own.
 */
const YOUNG = [8, 32] as const;

async function runOne(path: string, reader: Reader, young: number): Promise<Omit<Outcome, "bytes">> {
  const child = spawn(
    process.execPath,
    [`--max-semi-space-size=${young}`, fileURLToPath(import.meta.url), reader, path],
    {
      stdio: ["ignore", "pipe", "pipe"],
      // Only a reader that never ends comes near it.
      timeout: 120_000,
    },
  );
  let [out, errors] = ["", ""];
  child.stdout.on("data", (piece) => (out += piece));
  child.stderr.on("data", (piece) => (errors += piece));
  await new Promise((resolve) => child.on("close", resolve));
  const last = out.trimEnd().split("\n").at(-1);
  if (last) return JSON.parse(last) as Outcome;
  return { kind: "crashed", said: `no outcome: ${errors}`, milliseconds: Infinity, megabytes: Infinity };
}

async function readOne(reader: Reader, path: string): Promise<Omit<Outcome, "bytes">> {
  const start = process.cpuUsage();
  const idle = process.resourceUsage().maxRSS;
  const end = (kind: Outcome["kind"], said: string) => {
    const { user, system } = process.cpuUsage(start);
    const megabytes = (process.resourceUsage().maxRSS - idle) / 1024;
    return { kind, said, milliseconds: (user + system) / 1000, megabytes };
  };
  try {
    return end("opened", await READERS[reader](path));
  } catch (error) {
    return error instanceof InputError
      ? end("refused", error.message)
      : end("crashed", String((error as Error).stack));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [reader, path] = process.argv.slice(2) as [Reader, string];
  console.log(JSON.stringify(await readOne(reader, path)));
}
