/** The processes of one command line, where mpirun started several: all compute, and the first alone speaks and writes. */
import { hostname } from "node:os";
import { Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { type InputError, inputError } from "../base/errors.js";
import type { EngineChoice } from "../engines/registry.js";
import { SHARD_ROWS } from "../network/plan.js";
import { launchOf } from "../processes/launch.js";
import type { MpiCommunicator } from "../processes/mpi.js";
import { EXIT } from "./exit.js";
import type { ProgressStream } from "./terminal.js";

const launch = launchOf(process.env);

/** Whether this process is one of several. */
export const several = launch !== null && launch.size > 1;

/** Whether this process speaks and writes: it is alone, or the first. */
export const isFirst = launch === null || launch.rank === 0;

/** How many of the processes share this host, as far as the launcher says. */
export const onHost = launch?.onHost ?? 1;

/** Where progress is drawn: by the first alone. */
export const progressStream: ProgressStream = isFirst
  ? process.stderr
  : new Writable({ write: (_chunk, _encoding, done) => done() });

/** Commands that several processes do together. */
const TOGETHER: ReadonlySet<string> = new Set(["train", "tune", "predict"]);

/** What the first process would say by itself has time to be said. */
const LATER_MS = 3000;
/** What was said has time to pass through the launcher, which drops the rest where it ends all (MPICH's does). */
const SAID_MS = 250;

/** The first has so long to save what there is after a signal. */
const INTERRUPTED_MS = 60_000;

let joined: MpiCommunicator | null = null;
const complaints: string[] = [];
let refused = false;

/** What every process comes to by its arguments: the first says it, the others end in silence. */
export function refusedByAll(error: InputError): InputError {
  refused = true;
  return error;
}

/** @throws InputError for a command of which several processes would do the same several times */
export function refuseSeveral(command: string | undefined): void {
  if (!several || command === undefined || command.startsWith("-") || TOGETHER.has(command)) return;
  throw refusedByAll(
    inputError({
      expected: `a command that several processes do together: ${[...TOGETHER].join(", ")}`,
      where: `${launch!.size} processes`,
      received: command,
      next: "Run it without mpirun.",
    }),
  );
}

/** Joins the others; null where there are none. @throws InputError where MPI cannot be had */
export async function joinProcesses(): Promise<MpiCommunicator | null> {
  if (!several) return null;
  const { openMpi } = await import("../processes/mpi.js");
  joined ??= await openMpi();
  return joined;
}

/** By default the cores of a host are shared by its processes. The reference engine has one thread. */
export const threadsAmong = (
  communicator: MpiCommunicator | null,
  { engine }: { engine: EngineChoice },
): { threads?: number } => (communicator && engine !== "reference" ? { threads: communicator.threads } : {});

/** What users should know of the processes; and where a network is trained in batches of so many rows, of those. */
export function processesText(communicator: MpiCommunicator, batchSize = Infinity): string {
  const { size } = communicator;
  const parts = Math.ceil(batchSize / SHARD_ROWS);
  const idle =
    parts < size
      ? `; a batch of ${batchSize} rows has ${parts} ${parts === 1 ? "part" : "parts"} of ${SHARD_ROWS}, which leaves ${size - parts} of them without work: --batch-size ${SHARD_ROWS * size} or more gives all of them work`
      : "";
  return `${theProcesses(communicator)}${idle}`;
}

/** "2 processes (Open MPI v4.1.4), here of 1 thread" @param threads of this one. Default: its share */
export const theProcesses = ({ size, library, threads: own }: MpiCommunicator, threads = own): string =>
  `${size} processes (${library}), here of ${threads} ${threads === 1 ? "thread" : "threads"}`;

/** What another process than the first has to complain of: said at its end, if the first has not ended all by then. */
export const complain = (text: string): void => void complaints.push(text);

/**
 * Whoever heard of the signal between two steps ends, though others may wait for it in the next: the first ends all, once
 * it has saved what there is; another does where the first is one of those that wait.
 */
async function endInterrupted(communicator: MpiCommunicator): Promise<void> {
  await wait(isFirst ? SAID_MS : INTERRUPTED_MS);
  communicator.abort(EXIT.interrupted);
}

/**
 * The end of this process. After a failure it is the end of all of them: at once where the first has said what failed, or
 * another has something of its own to say. One that has nothing to say waits for the first, which may be saving what there is.
 */
export async function endTogether(code: number): Promise<void> {
  const failed = code !== EXIT.done && code !== EXIT.interrupted;
  const speaks = failed && !isFirst && complaints.length > 0 && !refused;
  // Launchers end all once one has failed.
  if (!isFirst && failed && (speaks || !joined)) await wait(LATER_MS);
  if (speaks) {
    for (const text of complaints) {
      process.stderr.write(`process ${launch!.rank} of ${launch!.size}, on ${hostname()}: ${text}\n`);
    }
  }
  if (!joined) return;
  if (code === EXIT.interrupted) return endInterrupted(joined);
  if (!failed || !(isFirst || speaks)) return joined.close();
  await wait(SAID_MS);
  joined.abort(code);
}
