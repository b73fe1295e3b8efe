/**
 * `mpirun cellstate predict MODEL DATA --out FILE`: each process scores a part of the table's rows and writes it beside the
 * file; the first puts the parts together. What is written and said is what one process writes and says.
 */
import { createHash } from "node:crypto";
import { realpath, rm, stat } from "node:fs/promises";
import { basename } from "node:path";
import { InputError, inputError } from "../base/errors.js";
import { readBytes, removeAbandoned, temporaryBeside } from "../base/node-files.js";
import { count } from "../base/numbers.js";
import { printable } from "../base/text.js";
import type { AnswerOptions } from "../classifier/answer.js";
import { type RangeScan, spansOf } from "../data/borders.js";
import { PartedText } from "../data/parts.js";
import type { ReadOptions } from "../data/read.js";
import { ProcessGroup } from "../processes/group.js";
import type { MpiCommunicator } from "../processes/mpi.js";
import { type AnyTextModel, askingOf } from "./asking.js";
import { note } from "./context.js";
import { rejecting } from "./data.js";
import { refuseEnding, type ScoringFlags } from "./scored-tables.js";
import { readingOf, Scoring, type Tally } from "./scoring.js";
import { append, type NextPart, openPart, type PartSink, partBeside } from "./sink.js";
import { isFirst, theProcesses } from "./together.js";
import { status } from "./ui/status.js";

/** A model with the file that it was read from. */
interface FromFile {
  path: string;
  model: AnyTextModel;
}

/**
 * Labels the rows of a table, with others.
 * @throws InputError as `scoreTable`, for a table that cannot be read in parts, and where processes see other files
 */
export async function scoreTogether(
  { path, model }: FromFile,
  data: string,
  flags: ScoringFlags,
  answering: AnswerOptions,
  communicator: MpiCommunicator,
): Promise<void> {
  refuseEnding(flags.out!, flags.json ?? false);
  const rejects = await rejectsOf(flags, data);
  const begun: Begun[] = rejects ? [rejects] : [];
  try {
    const text = await PartedText.open(data, readingOf(flags, rejects?.take));
    const { description } = text;
    const group = new ProcessGroup(communicator);
    note(printable(`${description.name}: ${description.found}`));
    note(printable(`  ${theProcesses(communicator, model.model.threads)}`));
    status.clear();
    await refuseUnlike(group, path, data, text);
    const cuts = text.cuts(group.size);
    const scans = told<RangeScan>(group, await text.scan(cuts[group.rank]!, cuts[group.rank + 1]!));
    const part = await openPart(flags.out!);
    begun.push(part);
    const names = told<Names>(group, { out: part.name, rejects: rejects?.name ?? null });
    const unseen = await unseenPart(group, names, flags);
    if (unseen) throw await abandonedByAll(group, begun, unseen);
    const records = text.read(spansOf(scans, text.size)[group.rank]!, scans);
    const scoring = new Scoring({ records, description }, askingOf(model, answering, flags.scores), flags);
    const { done, failure } = await scoredByAll(group, scoring, part);
    if (failure !== null) throw await abandonedByAll(group, begun, failure);
    await text.close();
    if (!isFirst) return;
    await takeRejects(flags, names);
    await part.putInPlace(behind(done, names, scoring));
    for (const line of scoring.notes()) note(printable(`${description.name}: ${line}`));
    note(printable(`Wrote ${flags.out}`));
  } catch (error) {
    for (const each of begun) await each.abandon();
    throw error;
  }
}

/** What all processes have to say, in their order. */
function told<T>(group: ProcessGroup, own: T): T[] {
  const bytes = new TextEncoder().encode(JSON.stringify(own));
  return group.gatherAny(bytes).map((other) => JSON.parse(new TextDecoder().decode(other)) as T);
}

/** A process's parts, by their names in the folders of the files. */
interface Names {
  out: string;
  rejects: string | null;
}

type Begun = Pick<PartSink, "abandon">;

/** Where a process puts the rows that cannot be used: the first into the file itself, the others beside it. */
interface RejectsPart {
  take: ReadOptions["onReject"];
  name: string | null;
  abandon(): Promise<void>;
}

async function rejectsOf(flags: ScoringFlags, data: string): Promise<RejectsPart | null> {
  if (flags.rejects === undefined) return null;
  if (isFirst) {
    const take = rejecting(flags, data);
    await removeAbandoned(await realpath(flags.rejects), (await stat(flags.rejects)).mtimeMs);
    return { take, name: null, abandon: async () => {} };
  }
  const name = basename(temporaryBeside(flags.rejects));
  const file = await partBeside(flags.rejects, name);
  return {
    take: rejecting({ rejects: file }, data, true),
    name,
    abandon: () => rm(file, { force: true }),
  };
}

/** @throws InputError where a process reads another table or model than the first */
async function refuseUnlike(
  group: ProcessGroup,
  path: string,
  data: string,
  { size, description }: PartedText,
): Promise<void> {
  const { mtimeMs } = await stat(data);
  const { name, format, dialect, encoding, columns, text } = description;
  const found = JSON.stringify([format, dialect, encoding, columns, text]);
  const own: Record<string, string> = {
    [`${name} of the same size and date`]: `${size} bytes of ${new Date(mtimeMs).toISOString()}`,
    [`${path} with the same bytes`]: `sha256 ${digest(await readBytes(path))}`,
    [`${name} read in the same way`]: digest(found),
  };
  const all = told(group, own);
  for (const [what, first] of Object.entries(all[0]!)) {
    const rank = all.findIndex((other) => other[what] !== first);
    if (rank < 0) continue;
    const other = all[rank]![what] ?? "another";
    throw inputError({
      expected: `${what} in every process, found ${first} in process 0 and ${other} in process ${rank}`,
      where: `${group.size} processes`,
      next: "Their hosts read one disk, by the same path.",
    });
  }
}

const digest = (of: string | Uint8Array): string =>
  createHash("sha256").update(of).digest("hex").slice(0, 16);

/** What is to be said where the first process does not see the parts that the others have begun. */
async function unseenPart(
  group: ProcessGroup,
  names: readonly Names[],
  { out, rejects }: ScoringFlags,
): Promise<InputError | null> {
  const begun = names.flatMap((own, rank) => [
    { rank, option: "--out", file: out!, name: own.out },
    ...(own.rejects === null ? [] : [{ rank, option: "--rejects", file: rejects!, name: own.rejects }]),
  ]);
  const isThere = async ({ file, name }: { file: string; name: string }) =>
    stat(await partBeside(file, name)).then(
      () => true,
      () => false,
    );
  const there = isFirst ? await Promise.all(begun.map(isThere)) : [];
  const missing = begun[told(group, there)[0]!.indexOf(false)];
  if (!missing) return null;
  return inputError({
    expected: "a folder that all processes share",
    where: `${missing.option} ${missing.file}`,
    received: `one in which process 0 does not see what process ${missing.rank} has begun to write`,
    next: "Name a folder on a disk that their hosts share.",
  });
}

/** What became of a process's part: its counts, or why it has none; `input`: that is the user's to mend. */
interface Done {
  tally: Tally;
  failure: { message: string; typed: string | undefined; input: boolean } | null;
}

/**
 * Scores this process's rows, and waits for the others.
 * @returns what became of all parts, and what ended the first that did not come to its end: one process would have met that
 */
async function scoredByAll(
  group: ProcessGroup,
  scoring: Scoring,
  part: PartSink,
): Promise<{ done: Done[]; failure: unknown }> {
  let failure: unknown = null;
  try {
    const { rank, size } = group;
    for await (const piece of scoring.pieces({ begins: rank === 0, ends: rank === size - 1 })) {
      if (isFirst)
        status.show(`  answering ${count(scoring.rows)} in the first of ${size} parts`, "answering");
      await part.write(piece);
    }
    await part.close();
  } catch (error) {
    failure = error;
  }
  const done = told<Done>(group, {
    tally: scoring.tally(),
    failure: failure === null ? null : failureOf(failure),
  });
  const rank = done.findIndex((one) => one.failure !== null);
  const first = rank === group.rank ? failure : rank < 0 ? null : failureIn(done[rank]!.failure!, rank);
  return { done, failure: first };
}

/** Removes what was begun, in all processes: the first that ends after a failure ends the others. */
async function abandonedByAll(
  group: ProcessGroup,
  begun: readonly Begun[],
  failure: unknown,
): Promise<unknown> {
  for (const each of begun) await each.abandon();
  group.gather(new Uint8Array(1));
  return failure;
}

function failureOf(error: unknown): Done["failure"] {
  const input = error instanceof InputError;
  const { message } = error instanceof Error ? error : new Error(String(error));
  return { message, typed: input ? error.typed : undefined, input };
}

function failureIn({ message, typed, input }: NonNullable<Done["failure"]>, rank: number): Error {
  if (!input) return new Error(`process ${rank}: ${message}`);
  const error = new InputError(message);
  if (typed !== undefined) error.typed = typed;
  return error;
}

/** The others' parts; what they counted is added to the first's. */
function behind(done: readonly Done[], names: readonly Names[], scoring: Scoring): NextPart[] {
  return done.slice(1).map(({ tally }, i) => {
    const joint = scoring.written > 0 && tally.rows > tally.unusable ? scoring.joint : "";
    scoring.add(tally);
    return { name: names[i + 1]!.out, joint };
  });
}

/** Puts the others' rows that cannot be used behind those of the first. */
async function takeRejects({ rejects }: ScoringFlags, names: readonly Names[]): Promise<void> {
  const parts = names.flatMap((own) => (own.rejects === null ? [] : [{ name: own.rejects, joint: "" }]));
  if (rejects !== undefined) await append(rejects, rejects, parts);
}
