/**
 * The corpus of hostile and damaged files: lists of files with what refusing each must say, and a process of its own for
 * each file (attack-reader.ts), which opens it and tells what it came to and what that cost.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { build } from "esbuild";
import type { Outcome, Reader } from "./attack-reader.js";

export interface Attack {
  file: string;
  /** A pattern for the message; null where the file is accepted. */
  refusal: string | null;
  /** Who reads it. */
  reader?: Reader;
}

export interface Attacked extends Outcome {
  /** Of the file as the reader is given it. */
  bytes: number;
}

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const FOLDER = join(ROOT, "tests", "files", "attacks");

/** Every list in the folder: attacks.json, and attacks-*.json. */
export function readAttacks(): Attack[] {
  const lists = readdirSync(FOLDER).filter((name) => /^attacks(-\w+)?\.json$/.test(name));
  return lists.sort().flatMap((name) => JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as Attack[]);
}

/** The file as it was before it was packed, in a folder of its own: what its ending says counts for some readers. */
function unpack(file: string, folder: string): { path: string; bytes: number } {
  const stored = readFileSync(join(FOLDER, file));
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

async function leastOf(program: string, path: string, reader: Reader, bytes: number): Promise<Attacked> {
  const most = promised(bytes);
  let { kind, said, milliseconds, megabytes } = await runOne(program, path, reader, YOUNG[0]);
  for (let runs = 1; runs < MOST_RUNS && kind !== "crashed"; runs++) {
    if (milliseconds < most.milliseconds && megabytes < most.megabytes) break;
    const again = await runOne(program, path, reader, YOUNG[runs % YOUNG.length]!);
    [kind, said] = [again.kind, again.said];
    milliseconds = Math.min(milliseconds, again.milliseconds);
    megabytes = Math.min(megabytes, again.megabytes);
  }
  return { kind, said, bytes, milliseconds, megabytes };
}

/**
 * The reader's process as one file for each reader: a start from the library's hundreds of modules costs more than most
 * files do. Inside the package's folder, where it finds the native engine by its name.
 */
async function bundleReader(folder: string): Promise<string> {
  await build({
    entryPoints: [fileURLToPath(new URL("attack-reader.js", import.meta.url))],
    ...{ bundle: true, splitting: true, outdir: folder, external: ["#native-engine"] },
    ...{ format: "esm", platform: "node", outExtension: { ".js": ".mjs" } },
  });
  return join(folder, "attack-reader.mjs");
}

/** Opens every file of the corpus, each in a process of its own, as many at a time as there are cores. */
export async function runAttacks(attacks: readonly Attack[]): Promise<Map<string, Attacked>> {
  mkdirSync(join(ROOT, "build"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, "build", "attacks-"));
  const program = await bundleReader(folder);
  const outcomes = new Map<string, Attacked>();
  const waiting = [...attacks];
  const work = async () => {
    for (let attack = waiting.shift(); attack; attack = waiting.shift()) {
      const { path, bytes } = unpack(attack.file, folder);
      outcomes.set(attack.file, await leastOf(program, path, attack.reader ?? "model", bytes));
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

async function runOne(program: string, path: string, reader: Reader, young: number): Promise<Outcome> {
  const child = spawn(process.execPath, [`--max-semi-space-size=${young}`, program, reader, path, FOLDER], {
    stdio: ["ignore", "pipe", "pipe"],
    // Only a reader that never ends comes near it.
    timeout: 120_000,
  });
  let [out, errors] = ["", ""];
  child.stdout.on("data", (piece) => (out += piece));
  child.stderr.on("data", (piece) => (errors += piece));
  await new Promise((resolve) => child.on("close", resolve));
  const last = out.trimEnd().split("\n").at(-1);
  if (last) return JSON.parse(last) as Outcome;
  return { kind: "crashed", said: `no outcome: ${errors}`, milliseconds: Infinity, megabytes: Infinity };
}
