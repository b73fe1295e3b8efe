/** The package as its users import it: every entry that package.json names, by its name. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const ROOT = new URL("../../../", import.meta.url);
interface Entry {
  require: { default: string };
  default: string;
}
const {
  exports: entries,
  browser,
  alias,
} = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8")) as {
  exports: Record<string, string | Entry | { node: Entry; types: string }>;
  browser: string;
  alias: Record<string, string>;
};

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
  "./mpi": ["openMpi"],
  "./predict": ["loadModel", "loadClassifier"],
  "./report": ["modelCard", "reportPage"],
  "./serve": ["createServer", "servePlugin"],
  "./tune": ["tune", "choice", "uniform", "logUniform", "integer"],
  "./worker": ["createTrainer", "createModel"],
};

/** What no page and no bundler for one finds. */
const NODE_ONLY = ["./mpi", "./serve"];
const IN_PAGES = Object.entries(NAMES).filter(([entry]) => !NODE_ONLY.includes(entry));

const FILES = [
  "./engine-worker.js",
  "./kernels.wasm",
  "./kernels-answering.wasm",
  "./kernels-answering-plain.wasm",
  "./kernels-plain.wasm",
  "./worker-program",
  "./style.css",
  "./package.json",
];

describe("the package's entries", () => {
  test("are the ones that are tested here", () => {
    assert.deepEqual(Object.keys(entries).sort(), [...Object.keys(NAMES), ...FILES].sort());
  });

  test("files are there for whoever serves or bundles them", () => {
    for (const path of FILES)
      assert.ok(statSync(require.resolve(`cellstate${path.slice(1)}`)).size > 200, path);
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
      const { require: required } = "node" in target ? target.node : target;
      const text = readFileSync(new URL(required.default, ROOT), "utf8");
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

/** What pages without a bundler load, and Parcel, which reads neither "exports" nor "imports" unless it is told to. */
describe("the entries as modules of a page", () => {
  const web: Record<string, string> = { ".": browser, ...alias };

  test("are those of the package", () => {
    const expected = IN_PAGES.map(([entry]) => [entry, `./dist/web/${entry.slice(2) || "index"}.js`]);
    assert.deepEqual(web, Object.fromEntries(expected));
  });

  test("the worker's program lies where worker.js looks for it", () => {
    const text = readFileSync(new URL(web["./worker"]!, ROOT), "utf8");
    assert.match(text, /new URL\("\.\/program\.js",\s*import\.meta\.url\)/);
    assert.ok(statSync(new URL("dist/web/program.js", ROOT)).size > 0);
  });

  for (const entry of NODE_ONLY) {
    test(`cellstate${entry.slice(1)} is none of them`, async () => {
      const contents = `import "cellstate${entry.slice(1)}";`;
      const stdin = { contents, resolveDir: fileURLToPath(ROOT) };
      const built = build({ stdin, bundle: true, write: false, platform: "browser", logLevel: "silent" });
      await assert.rejects(built, /Could not resolve/);
    });
  }

  for (const [entry, names] of IN_PAGES) {
    test(`cellstate${entry.slice(1)} has what it has elsewhere`, async () => {
      const [here, there] = (await Promise.all([
        import(new URL(web[entry]!, ROOT).href),
        import(`cellstate${entry.slice(1)}`),
      ])) as [object, object];
      assert.deepEqual(Object.keys(here), Object.keys(there));
      assert.ok(names.every((name) => name in here));
    });
  }

  test("import nothing but each other", async () => {
    const { metafile } = await build({
      absWorkingDir: fileURLToPath(ROOT),
      entryPoints: Object.values(web),
      outdir: "out",
      ...{ bundle: true, splitting: true, format: "esm", write: false, metafile: true, logLevel: "silent" },
    });
    const inputs = Object.entries(metafile.inputs);
    assert.ok(inputs.length > Object.keys(web).length);
    assert.deepEqual(
      inputs.flatMap(([file, { imports }]) => [
        ...(file.startsWith("dist/web/") ? [] : [file]),
        ...imports.filter(({ external }) => external).map(({ path }) => path),
      ]),
      [],
    );
  });

  test("say whose work they carry", () => {
    const said = readFileSync(new URL("dist/web/licenses.txt", ROOT), "utf8");
    const fflate = readFileSync(new URL("node_modules/fflate/LICENSE", ROOT), "utf8");
    assert.ok(said.includes(fflate.trim()));
    for (const name of ["d3-scale", "hyparquet", "@bufbuild/protobuf"]) {
      assert.match(said, new RegExp(`^${name} \\d.+\\n\\n[^]*?[Cc]opyright`, "m"));
    }
  });
});
