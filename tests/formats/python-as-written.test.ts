/**
 * Scripts and notebooks in the forms in which people write them (as-written/): read, they come to the parameters that
 * Keras counts (make_as_written.py). What only running them would tell is asked for, all of it at once.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { LackingValues } from "../../src/formats/python/lacks.js";
import { notebookScript } from "../../src/formats/python/notebook.js";
import { readKerasScript } from "../../src/model/script.js";

const FOLDER = new URL("../../../tests/formats/", import.meta.url);
const told = JSON.parse(readFileSync(new URL("golden/as_written.json", FOLDER), "utf8")) as Record<
  string,
  { total: number; defines: Record<string, number> }
>;

function read(file: string, definitions: Record<string, number> = {}) {
  const bytes = readFileSync(new URL(`as-written/${file}`, FOLDER));
  const text = file.endsWith(".ipynb") ? notebookScript(bytes, file) : bytes.toString("utf8");
  return readKerasScript(text, { file, definitions, engine: "reference" });
}

describe("scripts and notebooks as people write them", () => {
  test("each is told of", () => {
    assert.deepEqual(readdirSync(new URL("as-written/", FOLDER)).sort(), Object.keys(told).sort());
    assert.equal(Object.keys(told).length, 40);
  });

  for (const [file, { total, defines }] of Object.entries(told)) {
    test(`${file}: ${total} parameters`, () => {
      const { model } = read(file, defines);
      assert.equal(model.countParams(), total);
      model.dispose();
    });
    if (Object.keys(defines).length === 0) continue;
    test(`${file}: asks for what it lacks, and for nothing else`, () => {
      assert.throws(
        () => read(file),
        (error: Error) => {
          assert.ok(error instanceof LackingValues, `${error.stack}`);
          const asked = new Set(error.lacks.map(({ define }) => define));
          assert.deepEqual(
            [...asked].sort(),
            Object.keys(defines)
              .map((text) => `${text}=VALUE`)
              .sort(),
          );
          for (const text of Object.keys(defines))
            assert.ok(error.message.includes(`${text}=VALUE`), error.message);
          return true;
        },
      );
    });
  }
});
