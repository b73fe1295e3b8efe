/** cellstate summary: the data behind the table is the table's. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { layers, sequential } from "../../src/index.js";
import { writeKeras } from "../../src/keras.js";
import { cellstate } from "./run.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-summary-"));
after(() => rmSync(folder, { recursive: true }));

test("--json counts the optimizer's variables, as the table does", async () => {
  const model = sequential([layers.input({ shape: [3] }), layers.dense({ units: 2 })], {
    engine: "reference",
  });
  model.compile({ loss: "meanSquaredError", optimizer: "adam" });
  model.trainOnBatch([[1, 2, 3]], [[0, 1]]);
  const file = join(folder, "m.keras");
  writeFileSync(file, writeKeras(model));
  const [table, json] = [await cellstate(["summary", file]), await cellstate(["summary", file, "--json"])];
  // 8 weights, two slots each, the step and the learning rate.
  assert.match(table.stdout, /Optimizer params: 18 /);
  assert.equal((JSON.parse(json.stdout) as { optimizerParams: number }).optimizerParams, 18);
});
