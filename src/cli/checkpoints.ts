/** Checkpoints of `cellstate train` in a folder: the newest and, should that one be damaged, the one before it. */
import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { InputError, inputError } from "../base/errors.js";
import { checkWritable, readBytes, writeAtomic } from "../base/node-files.js";
import type { Communicator } from "../processes/communicator.js";
import { ProcessGroup } from "../processes/group.js";
import { decodeCheckpoint, encodeCheckpoint } from "../train/checkpoint.js";
import type { TrainingState } from "../train/training-state.js";
import { note } from "./context.js";

const newest = (folder: string) => join(folder, "checkpoint.cellstate");
const before = (folder: string) => join(folder, "checkpoint-before.cellstate");

/** The state that a run goes on from, read by the first of its processes for all; null where there is none. */
export async function stateToResume(
  folder: string,
  communicator: Communicator | null,
): Promise<TrainingState | null> {
  if (!communicator) return readCheckpoint(folder);
  const state = communicator.rank === 0 ? await readCheckpoint(folder) : null;
  const bytes = new ProcessGroup(communicator).share(state ? encodeCheckpoint(state) : new Uint8Array(0));
  return bytes.length === 0 ? null : decodeCheckpoint(bytes, folder);
}

/** Makes the folder where there is none. @throws InputError where checkpoints could not be kept in it */
export async function openCheckpoints(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const received = (error as Error).message;
    throw inputError({ expected: "a folder that can be made", where: `--checkpoint ${folder}`, received });
  }
  await checkWritable(newest(folder));
}

/**
 * Whenever it ends, a whole checkpoint is there under one of the two names: what was the newest steps back only once the
 * one to follow it is on the disk.
 */
export async function keepCheckpoint(folder: string, state: TrainingState): Promise<void> {
  const next = join(folder, "checkpoint-next.cellstate");
  await writeAtomic(next, encodeCheckpoint(state));
  await rename(newest(folder), before(folder)).catch(unlessMissing);
  await rename(next, newest(folder));
}

/** The newest state that is whole; null where there is no checkpoint yet. @throws InputError where all are damaged */
export async function readCheckpoint(folder: string): Promise<TrainingState | null> {
  const wrong: string[] = [];
  for (const file of [newest(folder), before(folder)]) {
    try {
      const state = await readState(file);
      if (!state) continue;
      if (file === before(folder)) {
        note(
          `${wrong[0] ?? `${newest(folder)}: missing.`}\nGoing on from the checkpoint before it, ${file}.`,
        );
      }
      return state;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      wrong.push(error.message);
    }
  }
  if (wrong.length > 0) throw new InputError(wrong.join(" "));
  note(`${folder}: no checkpoint yet, so this starts from the beginning.`);
  return null;
}

/** Whether a run could go on from this folder. */
export const hasCheckpoint = (folder: string): boolean =>
  existsSync(newest(folder)) || existsSync(before(folder));

async function readState(file: string): Promise<TrainingState | null> {
  return existsSync(file) ? decodeCheckpoint(await readBytes(file), file) : null;
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
