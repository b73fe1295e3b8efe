/** Experiments in workers, a cell in each: the numbers of one experiment in this thread. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CELL_NAMES,
  type CellName,
  type LabProgress,
  type LabResult,
  runLab,
  TASKS,
} from "../../src/lab/index.js";
import { mergedResults } from "../../src/lab/merge.js";
import { createLab } from "../../src/worker/index.js";

const CELLS: readonly CellName[] = ["rnn", "gru", "lstm"];
const SMALL = { lags: [3, 4], cells: CELLS, seeds: 2, seed: 5, sequences: 128, engine: "reference" } as const;

/** What does not hang on the machine. */
const numbersOf = ({ seconds: _, threads: _threads, runs, ...rest }: LabResult) => ({
  ...rest,
  runs: runs.map(({ seconds: _seconds, ...run }) => run),
});

test("cell by cell in workers, an experiment comes to what it does in one thread", async () => {
  const told: LabProgress[] = [];
  const result = await createLab({ workers: 2 }).run("latch", {
    ...SMALL,
    onProgress: (progress) => void told.push(progress),
  });
  assert.deepEqual(numbersOf(result), numbersOf(await runLab("latch", { ...SMALL, threads: 1 })));
  // Three cells, two lags, chosen settings and Keras's, two seeds.
  assert.equal(result.runs.length, 24);
  assert.deepEqual(new Set(told.map(({ cell }) => cell)), new Set(SMALL.cells));
  assert.deepEqual(
    told.filter(({ finished }) => finished).map(({ done, total }) => [done, total]),
    Array.from({ length: 24 }, (_, k) => [k + 1, 24]),
  );
});

test("a signal ends it, and what was finished is its result", async () => {
  const controller = new AbortController();
  const result = await createLab({ workers: 1 }).run("latch", {
    ...{ ...SMALL, signal: controller.signal },
    onProgress: ({ finished }) => finished && controller.abort(),
  });
  assert.equal(result.complete, false);
  assert.ok(result.runs.length >= 1 && result.runs.length < 24, `${result.runs.length} runs`);
  assert.deepEqual(result.cells, [...SMALL.cells]);
});

test("what makes no experiment is refused as by runLab, and ends no process", async () => {
  const lab = createLab();
  await assert.rejects(
    lab.run("latch", { cells: ["rnn", "rnn"] }),
    /lab cells: expected at least one, and each once/,
  );
  await assert.rejects(lab.run("lacth"), /lab task: .*latch/);
  await assert.rejects(lab.run("latch", { units: 0 }), /lab units/);
  await assert.rejects(lab.run("latch", { threads: 2 } as object), /lab.*threads/);
  assert.throws(() => createLab({ workers: 0 }), /createLab workers/);
  assert.throws(() => createLab({ cores: 2 } as object), /createLab.*cores/);
});

test("results of single cells are laid out as those of one experiment", async () => {
  const options = { ...SMALL, sequences: 64, seeds: 1, threads: 1 };
  const parts: LabResult[] = [];
  for (const cell of SMALL.cells)
    parts.push(await runLab("adding", { ...options, lags: [5, 9], cells: [cell] }));
  const whole = await runLab("adding", { ...options, lags: [5, 9] });
  assert.deepEqual(numbersOf(mergedResults(parts)), numbersOf(whole));
});

test("says what there is, and shows a result as the library's pages do", async () => {
  const lab = createLab();
  const { tasks, cells } = await lab.facts();
  assert.deepEqual(
    tasks.map(({ name }) => name),
    TASKS.map(({ name }) => name),
  );
  assert.deepEqual(
    cells.map(({ name }) => name),
    [...CELL_NAMES],
  );
  const result = await runLab("latch", { ...SMALL, lags: [3], cells: ["rnn"], seeds: 1, threads: 1 });
  const { chart, table, page, words } = await lab.show(result);
  assert.match(chart, /^<svg .*Latch/is);
  assert.equal(table.rows.length, result.summary.length);
  assert.ok(table.rows.every((row) => row.length === table.headers.length));
  assert.ok(page.includes(words[0]!.slice(0, 20)));
});
