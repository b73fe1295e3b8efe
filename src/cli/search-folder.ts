/** A search in a folder: search.json, what is on record of its trials, and a checkpoint of each, from which it goes on. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { inputError } from "../base/errors.js";
import { isObject, type Json, parseJson } from "../base/json.js";
import { checkWritable, readBytes, writeAtomic } from "../base/node-files.js";
import type { TrialRecord, TrialStore } from "../classifier/tuning/trial.js";
import type { Communicator } from "../processes/communicator.js";
import { ProcessGroup } from "../processes/group.js";
import { decodeCheckpoint, encodeCheckpoint } from "../train/checkpoint.js";
import type { Logs, TrainingState } from "../train/training-state.js";

const FORMAT = "cellstate-search-1";

export interface SearchFolder extends TrialStore {
  /** What an earlier run had on record, by the numbers of trials. */
  readonly recorded: ReadonlyMap<number, TrialRecord>;
}

/**
 * Opens a search, or begins one.
 * @param identity what makes a search this one: its data, space, seed and options
 * @throws InputError where the folder holds another search, a damaged one, or cannot be written
 */
export async function openSearch(folder: string, identity: string): Promise<SearchFolder> {
  const file = join(folder, "search.json");
  const checkpoint = (trial: number) => join(folder, `trial-${String(trial).padStart(3, "0")}.cellstate`);
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw inputError({
      expected: "a folder that can be made",
      where: `--folder ${folder}`,
      received: error.message,
    });
  });
  await checkWritable(file);
  const begun = existsSync(file);
  const recorded = begun ? recordsOf(await readBytes(file), file, identity) : new Map<number, TrialRecord>();
  const write = () => {
    const trials = Object.fromEntries(recorded);
    return writeAtomic(
      file,
      new TextEncoder().encode(`${JSON.stringify({ format: FORMAT, identity, trials })}\n`),
    );
  };
  if (!begun) await write();
  const kept = new Set(begun ? [...recorded.keys()] : []);
  return {
    recorded: new Map(recorded),
    async read(trial) {
      // Of a folder without a record checkpoints may be of anything.
      const own = begun || kept.has(trial);
      const path = checkpoint(trial);
      return own && existsSync(path) ? decodeCheckpoint(await readBytes(path), path) : null;
    },
    async keep(trial, state, record) {
      if (state) await writeAtomic(checkpoint(trial), encodeCheckpoint(state));
      kept.add(trial);
      recorded.set(trial, record);
      await write();
    },
  };
}

/** As `openSearch`, where several processes search: the first keeps the folder, the others what they are told meanwhile. */
export async function openSearchTogether(
  folder: string,
  identity: string,
  communicator: Communicator | null,
): Promise<SearchFolder> {
  if (!communicator) return openSearch(folder, identity);
  const file = join(folder, "search.json");
  const own = communicator.rank === 0 ? await openSearch(folder, identity) : null;
  const bytes = new ProcessGroup(communicator).share(own ? await readBytes(file) : new Uint8Array(0));
  if (own) return own;
  const states = new Map<number, TrainingState>();
  return {
    recorded: recordsOf(bytes, file, identity),
    read: (trial) => states.get(trial) ?? null,
    keep: (trial, state) => {
      if (state) states.set(trial, state);
    },
  };
}

function recordsOf(bytes: Uint8Array, file: string, identity: string): Map<number, TrialRecord> {
  const damaged = (received: string) =>
    inputError({
      expected: "the record of a search",
      where: file,
      received,
      next: "It is damaged: delete the folder, or name another one, to search anew.",
    });
  const json = parseJson(bytes, file);
  if (!isObject(json) || json["format"] !== FORMAT) throw damaged("something else");
  if (json["identity"] !== identity) {
    throw inputError({
      expected: "a search of the same data, space, seed and options",
      where: file,
      received: "another one's record",
      next: "Repeat that search's command, or name another folder.",
    });
  }
  if (!isObject(json["trials"])) throw damaged("no trials");
  const records = new Map<number, TrialRecord>();
  for (const [number, record] of Object.entries(json["trials"])) {
    const read = recordOf(record);
    if (!/^[1-9]\d*$/.test(number) || !read) throw damaged(`a trial ${number} that cannot be read`);
    records.set(Number(number), read);
  }
  return records;
}

/** A trial's record; null where it is none. */
function recordOf(json: Json): TrialRecord | null {
  if (!isObject(json)) return null;
  const { history, stopped, diverged } = json;
  const isReason = (value: Json | undefined) => value === null || typeof value === "string";
  if (!Array.isArray(history) || !isReason(stopped) || !isReason(diverged)) return null;
  const logs = history.map(logsOf);
  if (logs.includes(null)) return null;
  return { history: logs as Logs[], stopped: stopped as string | null, diverged: diverged as string | null };
}

/** JSON has null for what is no finite number. */
function logsOf(json: Json): Logs | null {
  if (!isObject(json)) return null;
  const numbers = Object.entries(json).map(([name, value]) => [name, value === null ? Number.NaN : value]);
  return numbers.every(([, value]) => typeof value === "number")
    ? (Object.fromEntries(numbers) as Logs)
    : null;
}
