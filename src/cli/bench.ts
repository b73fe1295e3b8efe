/** cellstate bench: times this machine on the flagship network. */

import { availableParallelism, cpus } from "node:os";
import type { Command } from "commander";
import { count } from "../base/numbers.js";
import { printableJson } from "../base/text.js";
import { ENGINES } from "../engines/engines.js";
import type { EngineChoice, EngineName } from "../engines/registry.js";
import { engineOptions, note, say, whole } from "./context.js";
import { flagshipTasks } from "./flagship-tasks.js";
import { interleave, type Timing } from "./measure.js";
import { table } from "./ui/table.js";

interface Flags {
  engine: EngineChoice;
  threads?: number;
  rounds: number;
  json?: boolean;
}

export interface BenchRow {
  engine: EngineName;
  threads: number;
  what: "train step" | "predict";
  batch: number;
  medianMs: number;
  minMs: number;
}

export function benchCommand(program: Command): void {
  const command = program
    .command("bench")
    .description("time this machine: the flagship's training step and predictions, each engine in turn")
    .option("--rounds <n>", "measurements of each kind", whole("rounds", 1), 15)
    .option("--json", "one JSON object in place of a table");
  engineOptions(command).action(async (flags: Flags) => {
    const rows = measure(flags);
    if (flags.json) say(printableJson({ rows }));
    else say(benchText(rows));
  });
}

/** Engines and thread counts: what was asked for, or every engine here, on one thread and on all. */
function settings({ engine, threads }: Flags): { engine: EngineName; threads: number }[] {
  const engines = engine === "auto" ? ENGINES.synchronous() : [engine];
  const cores = availableParallelism();
  return engines.flatMap((name) => {
    const counts = threads ? [threads] : name === "reference" || cores === 1 ? [1] : [1, cores];
    return counts.map((n) => ({ engine: name, threads: n }));
  });
}

function measure(flags: Flags): BenchRow[] {
  note(
    `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${availableParallelism()} cores, Node ${process.version}`,
  );
  const tasks = settings(flags).flatMap(({ engine, threads }) =>
    flagshipTasks(engine, threads).map((task) => ({ ...task, engine, threads })),
  );
  try {
    const timings = interleave(tasks, flags.rounds, (done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${flags.rounds} rounds `);
    });
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    return tasks.map(({ engine, threads, what, batch }, i) => ({
      engine,
      threads,
      what,
      batch,
      ...rounded(timings[i]!),
    }));
  } finally {
    for (const task of tasks) task.dispose();
  }
}

const rounded = ({ medianMs, minMs }: Timing): Timing => ({
  medianMs: Number(medianMs.toPrecision(4)),
  minMs: Number(minMs.toPrecision(4)),
});

function benchText(rows: readonly BenchRow[]): string {
  const cells = rows.map(({ engine, threads, what, batch, medianMs, minMs }) => [
    `${engine}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    what,
    String(batch),
    medianMs.toFixed(3),
    minMs.toFixed(3),
    count(Math.round((1000 * batch) / medianMs)),
  ]);
  return table([["engine", "what", "rows", "median ms", "least ms", "rows/s"], ...cells]);
}
