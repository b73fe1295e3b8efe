/**
 * The packed package in every environment that it is said to run in, without configuration: in each the same program
 * (program.ts) has to come to the same answers. `npm run test:ecosystem` runs those that are quick, `-- --all` all of
 * them, `-- WORD` those with the word in their name.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Seen } from "../../browser/console.js";
import { isChosen, isWhole } from "./choice.js";
import { KERAS_OUTPUTS, type Report } from "./program.js";
import { ROWS, type Row, SECONDS } from "./rows.js";
import { bench } from "./shared.js";

/** Float32, and sums in another order. */
const TOLERANCE = 1e-6;

const rows = ROWS.filter(({ name }) => isChosen(name));
/** The first report of runtimes that compute in one way: all others of them have its bits. */
const first = new Map<boolean, [name: string, report: Report]>();
const table: string[] = [];

function isClose(actual: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (const [i, value] of actual.entries()) {
    const apart = Math.abs(value - expected[i]!);
    assert.ok(apart <= TOLERANCE, `${what} ${i}: ${value} is ${apart} from ${expected[i]}`);
  }
}

function check(row: Row, { line, problems }: Seen): Report {
  const report = JSON.parse(line) as Report;
  const unexpected = problems.filter((problem) => !row.problems?.test(problem));
  assert.deepEqual(unexpected, [], "errors in the console");
  assert.equal(report.engine, row.engine ?? "wasm");
  assert.equal(report.isolated, row.threads === true);
  assert.equal(report.workers > 0, row.threads === true, `${report.workers} workers`);
  assert.equal(report.label, "spam");
  isClose(report.outputs, KERAS_OUTPUTS, "output, beside Keras's,");
  for (const [name, other] of first.values()) {
    isClose(report.scores, other.scores, `score, beside that of ${name},`);
    isClose(report.words, other.words, `word, beside that of ${name},`);
  }
  if (report.engine === "wasm") {
    if (!first.has(report.fused)) first.set(report.fused, [row.name, report]);
    const [name, same] = first.get(report.fused)!;
    assert.equal(report.weights, same.weights, `other bits than ${name}`);
  }
  return report;
}

describe("without configuration", { skip: rows.length === 0 && "none is asked for" }, () => {
  const run = rows.filter(({ long }) => isWhole || !long);
  bench.need(...run.flatMap(({ tools = [] }) => tools));
  before(() => bench.ready());
  after(async () => {
    await bench.endBrowser();
    console.log(table.join("\n"));
  });

  for (const row of rows) {
    const skip = !run.includes(row) && "takes long: `npm run test:ecosystem -- --all` runs it";
    test(row.name, { skip }, async (t) => {
      const { name, tools = [], files, browser = false } = row;
      const lack = bench.lack(tools, browser);
      if (lack !== null) return t.skip(lack);
      // What a page has not said by then, it will not say.
      const timer = setTimeout(() => void bench.endBrowser(), SECONDS * 1000);
      t.after(() => clearTimeout(timer));
      const started = performance.now();
      const seen = await row.run({ bench, folder: bench.project(name, files) });
      const [report] = seen.map((one) => check(row, one));
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const versions = tools.map((tool) => bench.version(tool)).join(", ");
      const bits = report!.engine === "wasm" && (report!.fused ? "fused" : "not fused");
      table.push(
        [name.padEnd(46), `${seconds.padStart(5)} s`, report!.engine, bits, versions]
          .filter(Boolean)
          .join("  "),
      );
    });
  }
});
