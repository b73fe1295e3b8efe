/** The package as its users import it: every entry that package.json names, by its name. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";

const require = createRequire(import.meta.url);
const { exports: entries } = JSON.parse(
  readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
) as { exports: Record<string, string | { require: { default: string }; default: string }> };

/** What each entry is there for. */
const NAMES: Record<string, string[]> = {
  ".": [
    "TextClassifier",
    "sequential",
    "model",
    "layers",
    "loadModel",
    "losses",
    "optimizers",
    "schedules",
    "callbacks",
  ],
  "./data": ["readTable", "readLabelled", "readTexts"],
  "./explain": ["explainParameters", "unroll", "gradientFlow", "attribute", "draw"],
  "./formats": ["writeOnnx", "writeModelModule", "writeClassifierModule", "writeTfjs", "writeSafetensors"],
  "./keras": ["readKeras", "readKerasWeights", "readShardedKerasWeights", "writeKeras", "writeKerasH5"],
  "./lab": ["runLab"],
  "./predict": ["loadModel", "loadClassifier"],
  "./report": ["modelCard"],
  "./tune": ["tune", "choice", "uniform", "logUniform", "integer"],
};

describe("the package's entries", () => {
  test("are the ones that are tested here", () => {
    assert.deepEqual(
      Object.keys(entries).sort(),
      [...Object.keys(NAMES), "./style.css", "./package.json"].sort(),
    );
  });

  for (const [entry, names] of Object.entries(NAMES)) {
    test(`cellstate${entry.slice(1)}`, async () => {
      const module = (await import(`cellstate${entry.slice(1)}`)) as Record<string, unknown>;
      for (const name of names) assert.ok(module[name] !== undefined, `${entry} has no ${name}`);
      assert.equal(require(`cellstate${entry.slice(1)}`), module, "require leads elsewhere");
    });
  }

  test("what entries hand out is one and the same library", async () => {
    const entry = (name: string): Promise<unknown> => import(name);
    const { layers, sequential } = (await entry("cellstate")) as typeof import("../../src/index.js");
    const keras = (await entry("cellstate/keras")) as typeof import("../../src/keras.js");
    const formats = (await entry("cellstate/formats")) as typeof import("../../src/formats.js");
    const network = sequential([layers.input({ shape: [3] }), layers.dense({ units: 2 })], { seed: 1 });
    const { model } = keras.readKeras(keras.writeKeras(network));
    const back = await formats.loadModel(formats.writeSafetensors(network));
    const rows = [[0.5, -1, 2]];
    assert.deepEqual(model.predict(rows), network.predict(rows));
    assert.deepEqual(back.predict(rows), network.predict(rows));
  });

  describe("where require cannot load ES modules", () => {
    /** Runs what `require` of an entry leads to, with a `require` that throws. */
    const run = (entry: string, error: unknown) => {
      const target = entries[entry];
      assert.ok(typeof target === "object");
      const text = readFileSync(new URL(`../../../${target.require.default}`, import.meta.url), "utf8");
      new Function("require", "module", text)(() => {
        throw error;
      }, {});
    };
    const refusals = [
      Object.assign(new Error("not supported"), { code: "ERR_REQUIRE_ESM" }),
      new SyntaxError("Cannot use import statement outside a module"),
    ];

    for (const entry of Object.keys(NAMES)) {
      const name = `cellstate${entry.slice(1)}`;
      test(`${name} says what to write`, () => {
        const message = `${name} is an ES module, which this require cannot load: write \`await import("${name}")\`, and run Jest with NODE_OPTIONS=--experimental-vm-modules.`;
        for (const cause of refusals) assert.throws(() => run(entry, cause), { message, cause });
      });
    }

    test("any other error comes through", () => {
      const error = new TypeError("of the module's own");
      assert.throws(() => run(".", error), error);
    });
  });
});
