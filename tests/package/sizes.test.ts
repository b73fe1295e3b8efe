/** What one imports is what one ships: the size of every entry, and of some names by themselves, has a budget. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ENTRIES, NODE_ONLY } from "./api.js";
import { type Size, sizeOf } from "./sizes.js";

/** 1,000 bytes, gzipped: a little above what was measured (zlib packs differently on other processors). They are lowered as the package shrinks, never raised unsaid. */
const ENTRY_BUDGETS: Record<string, number> = {
  cellstate: 276,
  "cellstate/data": 30,
  "cellstate/explain": 282,
  "cellstate/formats": 271,
  "cellstate/keras": 190,
  "cellstate/lab": 184,
  "cellstate/predict": 62,
  "cellstate/report": 291,
  "cellstate/tune": 251,
  "cellstate/worker": 10.3,
};

const TRAINING_BUDGET = 145;

/** What runs in a worker before it is asked anything. */
const WORKER_BUDGET = 61;

/** The kernels that come with predicting, once a file is there; cellstate/predict and these together stay below 75. */
const INFERENCE_KERNELS_BUDGET = 20;

const NAME_BUDGETS: Record<string, [entry: string, budget: number]> = {
  Vectorizer: ["cellstate", 6.6],
  cellAnatomy: ["cellstate/explain", 10.1],
  formula: ["cellstate/explain", 6.8],
};

const table: string[] = [];

function within({ plain, gzipped, later }: Size, budget: number, what: string): void {
  const [a, b, c] = [plain, gzipped, later].map((bytes) => (bytes / 1000).toFixed(1).padStart(7));
  table.push(`${what.padEnd(22)}${a}${b}${c}${String(budget).padStart(8)}`);
  assert.ok(gzipped <= 1000 * budget, `${what}: ${gzipped} bytes gzipped, the budget is ${budget} KB`);
}

/** Kernels that check their calls are larger, and nobody ships them. */
const skip = process.env["CELLSTATE_KERNELS"] === "checked" && "the kernels are a debug build";

describe("sizes in a browser's bundle", { skip }, () => {
  after(() => {
    console.log(`KB, minified      plain   gzipped   later   budget\n${table.join("\n")}`);
  });

  test("every entry has a budget", () => {
    const pages = ENTRIES.map(({ name }) => name).filter(
      (name) => !NODE_ONLY.includes(name.replace("cellstate", ".")),
    );
    assert.deepEqual(Object.keys(ENTRY_BUDGETS).sort(), pages.sort());
  });

  for (const [entry, budget] of Object.entries(ENTRY_BUDGETS)) {
    test(`${entry}, all of it`, async () => {
      within(await sizeOf(`import * as all from "${entry}"; console.log(all);`), budget, entry);
    });
  }

  test("the program of a worker", async () => {
    within(await sizeOf('import "cellstate/worker-program";'), WORKER_BUDGET, "a worker's program");
  });

  test("building and training networks", async () => {
    const size = await sizeOf(
      'import { layers, sequential } from "cellstate"; console.log(layers, sequential);',
    );
    within(size, TRAINING_BUDGET, "layers, sequential");
  });

  test("kernels for answering", async () => {
    const size = await sizeOf(
      'import { packed } from "./dist/src/engines/wasm-inference-binary.js"; console.log(packed);',
    );
    within(size, INFERENCE_KERNELS_BUDGET, "kernels, answering");
  });

  for (const [name, [entry, budget]] of Object.entries(NAME_BUDGETS)) {
    test(`${name} by itself`, async () => {
      within(await sizeOf(`import { ${name} } from "${entry}"; console.log(${name});`, false), budget, name);
    });
  }
});
