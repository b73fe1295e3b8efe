/** What one imports is what one ships: the size of every entry, and of some names by themselves, has a budget. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ENTRIES } from "./api.js";
import { type Size, sizeOf } from "./sizes.js";

/** 1,000 bytes, gzipped: a little above what was measured (zlib packs differently on other processors). They are lowered as the package shrinks, never raised unsaid. */
const ENTRY_BUDGETS: Record<string, number> = {
  cellstate: 231,
  "cellstate/explain": 228,
  "cellstate/formats": 259,
  "cellstate/keras": 207,
  "cellstate/lab": 167,
  "cellstate/predict": 41,
};

/** The goal is 150. That of loading and predicting alone is 75, one build of the kernels included, which is 37 more. */
const TRAINING_BUDGET = 161;

const NAME_BUDGETS: Record<string, [entry: string, budget: number]> = {
  Vectorizer: ["cellstate", 6],
  cellAnatomy: ["cellstate/explain", 8.3],
};

const table: string[] = [];

function within({ plain, gzipped, later }: Size, budget: number, what: string): void {
  const [a, b, c] = [plain, gzipped, later].map((bytes) => (bytes / 1000).toFixed(1).padStart(7));
  table.push(`${what.padEnd(22)}${a}${b}${c}${String(budget).padStart(8)}`);
  assert.ok(gzipped <= 1000 * budget, `${what}: ${gzipped} bytes gzipped, the budget is ${budget} KB`);
}

describe("sizes in a browser's bundle", () => {
  after(() => {
    console.log(`KB, minified      plain   gzipped   later   budget\n${table.join("\n")}`);
  });

  test("every entry has a budget", () => {
    assert.deepEqual(Object.keys(ENTRY_BUDGETS).sort(), ENTRIES.map(({ name }) => name).sort());
  });

  for (const [entry, budget] of Object.entries(ENTRY_BUDGETS)) {
    test(`${entry}, all of it`, async () => {
      within(await sizeOf(`import * as all from "${entry}"; console.log(all);`), budget, entry);
    });
  }

  test("building and training networks", async () => {
    const size = await sizeOf(
      'import { layers, sequential } from "cellstate"; console.log(layers, sequential);',
    );
    within(size, TRAINING_BUDGET, "layers, sequential");
  });

  for (const [name, [entry, budget]] of Object.entries(NAME_BUDGETS)) {
    test(`${name} by itself`, async () => {
      within(await sizeOf(`import { ${name} } from "${entry}"; console.log(${name});`, false), budget, name);
    });
  }
});
