/** WebAssembly that is compiled ahead, may not be compiled, or was compiled elsewhere; and threads that do not start. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { WASM_BUILDS } from "../../src/engines/engines.js";
import { checkGiven } from "../../src/engines/given-kernels.js";
import { Engines, nativeAddon, type PrepareOptions } from "../../src/engines/registry.js";
import * as all from "../../src/engines/wasm-binary.js";
import { WasmBuilds } from "../../src/engines/wasm-module.js";
import { InputError, layers, type PreparedEngine, prepareEngine, sequential } from "../../src/index.js";
import { writeKeras } from "../../src/keras.js";
import { abiHash } from "../../src/kernels/abi.js";
import "./engines.js";

const compiledFile = (name: string) =>
  new WebAssembly.Module(readFileSync(new URL(`../../src/engines/${name}.wasm`, import.meta.url)));

/** Engines of their own, with nothing compiled yet. */
const fresh = () => new Engines(new WasmBuilds(all, "all"));

/** A module of nothing but a custom section. */
function sectionOnly(name: string, contents: string): WebAssembly.Module {
  const section = [name.length, ...Buffer.from(name + contents)];
  return new WebAssembly.Module(
    Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 0, section.length, ...section]),
  );
}

/** The kernels with the hash of another interface. */
function ofAnotherVersion(): WebAssembly.Module {
  const bytes = readFileSync(new URL("../../src/engines/kernels.wasm", import.meta.url));
  const hash = String(abiHash());
  bytes.write(
    hash.replace(/\d/g, (digit) => String(9 - Number(digit))),
    bytes.lastIndexOf(hash),
  );
  return new WebAssembly.Module(bytes);
}

/** As a page's main thread in some browsers: nothing large is compiled at once. */
function refuseAtOnce(this: unknown): never {
  throw new RangeError("compile is disallowed on the main thread if the buffer is larger than 4KB");
}

describe("kernels are compiled ahead", () => {
  test("where they may not be compiled at once; without waiting the reason says what to wait for", async (t) => {
    t.mock.method(WebAssembly, "Module", refuseAtOnce);
    const engines = fresh();
    assert.throws(() => engines.create({ engine: "wasm", threads: 1 }), {
      name: "InputError",
      message:
        /It cannot: this thread may not compile WebAssembly while it waits \(.*4KB\): `await prepareEngine\(\)` first/,
    });
    await engines.ready({ engine: "wasm", threads: 1 });
    const engine = engines.create({ engine: "wasm", threads: 1 });
    assert.equal(engine.name, "wasm");
    // Shared memory takes a module of its own.
    assert.throws(() => engines.create({ engine: "wasm", threads: 2 }), /await prepareEngine/);
    await engines.ready({ engine: "wasm", threads: 2 });
    const two = engines.create({ engine: "wasm", threads: 2 });
    assert.equal(two.threads, 2);
    for (const made of [engine, two]) made.dispose();
  });

  test("once, and not where there is nothing to wait for", async () => {
    const engines = fresh();
    const first = engines.ready({ engine: "wasm", threads: 1 });
    assert.ok(first);
    assert.equal(engines.ready({ engine: "wasm", threads: 1 }), first);
    await first;
    assert.equal(engines.ready({ engine: "wasm", threads: 1 }), undefined);
    assert.equal(engines.ready({ engine: "reference" }), undefined);
    const native = "addon" in nativeAddon();
    assert.equal(engines.ready({ threads: 2 }) === undefined, native);
    const made = fresh();
    made.create({ engine: "wasm", threads: 1 }).dispose();
    assert.equal(made.ready({ engine: "wasm", threads: 1 }), undefined);
  });

  test("by whatever may wait: fit, evaluate and predictAsync of a new model", async (t) => {
    const x = [[1, 2, 3]];
    const make = () => {
      const engines = fresh();
      const network = sequential([layers.input({ shape: [3] }), layers.dense({ units: 1 })], {
        engine: "wasm",
        threads: 1,
      });
      network.compile({ loss: "meanSquaredError" });
      return { network, engines };
    };
    const uses = {
      fit: (network: ReturnType<typeof make>["network"]) => network.fit(x, [1]),
      evaluate: (network: ReturnType<typeof make>["network"]) => network.evaluate(x, [1]),
      predictAsync: (network: ReturnType<typeof make>["network"]) => network.predictAsync(x),
    };
    for (const [name, use] of Object.entries(uses)) {
      let asked = 0;
      const ready = t.mock.method(WASM_BUILDS, "ready", async () => void asked++);
      const { network } = make();
      await use(network);
      assert.equal(asked, 1, name);
      await use(network);
      assert.equal(asked, 1, `${name}, once there is an engine`);
      network.dispose();
      ready.mock.restore();
    }
  });

  test("a failure of that is the reason why there is none", async (t) => {
    t.mock.method(WebAssembly, "compile", async () => {
      throw new EvalError("code generation disallowed by embedder");
    });
    const engines = fresh();
    await engines.ready({ engine: "wasm", threads: 1 });
    assert.throws(
      () => engines.create({ engine: "wasm", threads: 1 }),
      /may not be compiled here \(code generation disallowed by embedder\): .*prepareEngine\(\{ kernels \}\)/,
    );
  });
});

const model = sequential(
  [layers.embedding({ inputDim: 9, outputDim: 3, inputLength: 4 }), layers.lstm({ units: 5 })],
  { engine: "reference", seed: 2 },
);
const rows = Array.from({ length: 40 }, (_, r) => [1, 2, 3, r % 9]);
const file = writeKeras(model);
const expected = model.predictFlat(rows).data;

const near = (found: ArrayLike<number>, expected: ArrayLike<number>) => {
  assert.equal(found.length, expected.length);
  assert.ok(Array.from(found).every((value, i) => Math.abs(value - expected[i]!) < 1e-6));
};

interface Computed {
  prepared: PreparedEngine;
  engineName: string;
  threads: number;
  outputs: Float32Array;
  notes: readonly string[];
  warnings: string[];
}

/** A model answers in a context that compiles no WebAssembly, from a bundle as a worker of a server's edge has it. */
async function inContext(
  entry: "index" | "predict",
  kernels: WebAssembly.Module | undefined,
): Promise<Computed> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../src/${entry}.js`, import.meta.url))],
    ...{ bundle: true, platform: "browser", format: "iife", globalName: "library", write: false },
  });
  const warnings: string[] = [];
  const given = {
    TextDecoder,
    TextEncoder,
    atob,
    URL,
    Blob,
    Response,
    performance,
    setTimeout,
    clearTimeout,
  };
  const console = { warn: (text: string) => void warnings.push(text) };
  const sandbox = createContext(
    { ...given, console, kernels, file, rows },
    { codeGeneration: { strings: false, wasm: false } },
  );
  const program = `(async () => {
    const prepared = await library.prepareEngine(kernels ? { kernels } : {});
    const model = await library.loadModel(file, { threads: 3 });
    const { data } = model.predictFlat(rows);
    model.predictFlat(rows);
    const other = await library.loadModel(file);
    other.predictFlat(rows);
    const { engineName, threads, notes } = model;
    return { prepared, engineName, threads, outputs: data, notes };
  })()`;
  runInContext(outputFiles[0]!.text, sandbox);
  const { prepared, notes, ...found } = (await runInContext(program, sandbox)) as Computed;
  // Lists of that context are of another class.
  return { ...found, notes: [...notes], prepared: { ...prepared, notes: [...prepared.notes] }, warnings };
}

describe("kernels that were compiled elsewhere", () => {
  const FILES = ["kernels", "kernels-plain", "kernels-answering", "kernels-answering-plain"];

  test("compute where nothing may be compiled, on one thread, which the engine says", async () => {
    for (const name of FILES) {
      const entry = name.includes("answering") ? "predict" : "index";
      const { prepared, engineName, threads, outputs, warnings } = await inContext(entry, compiledFile(name));
      assert.deepEqual([prepared.engineName, prepared.threads, prepared.notes], ["wasm", 1, []]);
      assert.deepEqual([engineName, threads, warnings], ["wasm", 1, []]);
      near(outputs, expected);
    }
  });

  test("without them the reference computes, which says so once, with what it costs and what helps", async () => {
    for (const entry of ["index", "predict"] as const) {
      const { prepared, engineName, threads, outputs, warnings, notes } = await inContext(entry, undefined);
      assert.deepEqual([engineName, threads], ["reference", 1]);
      assert.equal(warnings.length, 1);
      assert.match(
        warnings[0]!,
        /^engine: .*reference.*times as long as WebAssembly: WebAssembly may not be compiled here \(.*disallowed by embedder\): .*'wasm-unsafe-eval'.*prepareEngine\(\{ kernels \}\)/,
      );
      assert.deepEqual([prepared.notes, notes], [warnings, warnings]);
      near(outputs, expected);
    }
  });

  test("the files are the kernels of this version, those without relaxed SIMD run everywhere", () => {
    for (const name of FILES) {
      const [section] = WebAssembly.Module.customSections(compiledFile(name), "cellstate");
      const set = name.includes("answering") ? "answering" : "all";
      assert.equal(new TextDecoder().decode(section), `${abiHash()} ${set}`);
      checkGiven(compiledFile(name), "answering");
    }
    const fused = (name: string) =>
      readFileSync(new URL(`../../src/engines/${name}.wasm`, import.meta.url)).includes(
        Buffer.from([0xfd, 0x85, 0x02]),
      );
    assert.deepEqual(FILES.map(fused), [true, false, true, false]);
  });

  test("are refused by name where they are others", async () => {
    const REFUSED: [unknown, RegExp][] = [
      [
        readFileSync(new URL("../../src/engines/kernels.wasm", import.meta.url)),
        /a WebAssembly\.Module of cellstate\/kernels\.wasm/,
      ],
      [{}, /prepareEngine kernels/],
      [sectionOnly("other", "x"), /received "a module that is not Cellstate's"/],
      [ofAnotherVersion(), /received "kernels of another version of Cellstate"/],
      [sectionOnly("cellstate", `${abiHash()} all`), /received "a module that is not Cellstate's"/],
      [
        compiledFile("kernels-answering"),
        /of cellstate\/kernels\.wasm but received "kernels that cannot train"/,
      ],
    ];
    for (const [kernels, message] of REFUSED) {
      await assert.rejects(
        prepareEngine({ kernels } as PrepareOptions),
        (error) => error instanceof InputError && message.test(error.message),
        String(message),
      );
    }
  });
});

test("prepareEngine says what models will compute with, and refuses what is no address", async () => {
  const found = await prepareEngine();
  const model = sequential([layers.input({ shape: [3] }), layers.dense({ units: 1 })]);
  assert.deepEqual(found, { engineName: model.engineName, threads: model.threads, notes: [] });
  for (const workerUrl of [5, "", {}, null]) {
    await assert.rejects(
      prepareEngine({ workerUrl } as never),
      /prepareEngine workerUrl: expected the address/,
    );
  }
  await assert.rejects(prepareEngine({ worker: "/w.js" } as never), /an option among kernels, workerUrl/);
  model.dispose();
});

test("where Node may start no threads, the work is done without them, and that is said once", () => {
  const library = new URL("../../src/index.js", import.meta.url).href;
  const script = `import { layers, sequential } from ${JSON.stringify(library)};
    const make = (threads) => {
      const model = sequential([layers.embedding({ inputDim: 9, outputDim: 4, inputLength: 5 }), layers.lstm({ units: 8 }),
        layers.dense({ units: 1 })], { engine: "wasm", threads, seed: 1 });
      model.compile({ loss: "meanSquaredError" });
      return model;
    };
    const x = Array.from({ length: 64 }, (_, r) => [1, 2, 3, 4, r % 9]);
    const [one, three] = [make(1), make(3)];
    const asked = three.threads;
    for (const model of [one, three]) await model.fit(x, x.map((row) => row[4]), { batchSize: 64 });
    const [a, b] = [one, three].map((model) => JSON.stringify(model.predict(x)));
    const other = make(2);
    other.predict(x);
    other.predict(x);
    console.log(JSON.stringify({ asked, threads: three.threads, other: other.threads, same: a === b, notes: three.notes }));`;
  const flag =
    process.version.startsWith("v20.") || process.version.startsWith("v22.")
      ? "--experimental-permission"
      : "--permission";
  const run = spawnSync(
    process.execPath,
    [flag, "--allow-fs-read=*", "--no-warnings", "--input-type=module", "-e", script],
    {
      encoding: "utf8",
    },
  );
  assert.equal(run.status, 0, run.stderr);
  const { notes, ...found } = JSON.parse(run.stdout) as { notes: string[] };
  assert.deepEqual(found, { asked: 3, threads: 1, other: 1, same: true });
  assert.equal(notes.length, 1);
  assert.match(
    notes[0]!,
    /^engine: fewer threads than 3, as a worker failed: Access to this API has been restricted/,
  );
  const said = run.stderr.trim().split("\n");
  assert.equal(said.length, 2, run.stderr);
  assert.equal(said[0], notes[0]);
  assert.match(said[1]!, /fewer threads than 2/);
});
