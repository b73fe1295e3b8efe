/** What engines promise beyond their kernels: selection, memory, programs, threads that come and go. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { InputError } from "../../src/base/errors.js";
import { Arena } from "../../src/engines/arena.js";
import type { Call, Engine, Phase } from "../../src/engines/engine.js";
import { ENGINES } from "../../src/engines/engines.js";
import { checkAddon } from "../../src/engines/native.js";
import { Engines, nativeAddon } from "../../src/engines/registry.js";
import * as binary from "../../src/engines/wasm-binary.js";
import { WasmBuilds } from "../../src/engines/wasm-module.js";
import { poolSize } from "../../src/engines/wasm-pool.js";
import { layers, sequential } from "../../src/index.js";
import { DelayedEngine } from "./delayed-engine.js";
import { contractEngines } from "./engines.js";
import { read } from "./harness.js";

const fill = (out: number, length: number, value: number): Call => ({
  kernel: "fill",
  args: { out, length, value },
});
const add = (out: number, x: number, length: number): Call => ({ kernel: "add", args: { out, x, length } });

/** As a page's security policy does. */
function forbid(this: unknown): never {
  throw new WebAssembly.CompileError("violates the Content Security policy");
}

describe("selection", () => {
  test("auto is an engine that runs, and says its name", () => {
    const engine = ENGINES.create();
    assert.ok(["native", "wasm", "reference"].includes(engine.name));
    engine.dispose();
  });

  test("an unknown name is refused with the choices", () => {
    assert.throws(() => ENGINES.create({ engine: "nativ" as "native" }), {
      name: "InputError",
      message: /auto, native, wasm, reference.*Did you mean native/,
    });
  });

  test("so are threads that are no number", () => {
    for (const threads of [0, -1, 1.5, 1e9]) {
      assert.throws(() => ENGINES.create({ engine: "reference", threads }), InputError);
    }
  });

  test("an engine that answers later is refused by name where nobody waits for it", () => {
    const engine = new DelayedEngine();
    assert.equal(ENGINES.create({ engine }), engine);
    const refused = { name: "InputError", message: /an engine that answers at once.*delayed/ };
    assert.throws(() => ENGINES.createSynchronous({ engine }), refused);
    const model = sequential([layers.input({ shape: [3] }), layers.dense({ units: 1 })], { engine });
    assert.throws(() => model.predict([[1, 2, 3]]), refused);
  });

  test("where WebAssembly may not be compiled, auto does without, and wasm is refused with the reason", (t) => {
    t.mock.method(WebAssembly, "Module", forbid);
    const forbidden = new Engines(new WasmBuilds(binary, "all"));
    assert.deepEqual(
      forbidden.available(),
      ENGINES.available().filter((name) => name !== "wasm"),
    );
    assert.throws(() => forbidden.create({ engine: "wasm" }), {
      name: "InputError",
      message:
        /It cannot: WebAssembly may not be compiled here \(violates the Content Security policy\).*'wasm-unsafe-eval'/,
    });
  });

  test("where there is no WebAssembly, that is the reason", (t) => {
    const { WebAssembly } = globalThis;
    t.after(() => Object.assign(globalThis, { WebAssembly }));
    // As `node --jitless` does.
    Reflect.deleteProperty(globalThis, "WebAssembly");
    const without = new Engines(new WasmBuilds(binary, "all"));
    assert.throws(() => without.create({ engine: "wasm" }), {
      name: "InputError",
      message: /It cannot: this runtime has no WebAssembly \(Node with --jitless/,
    });
  });

  test("an addon built from another kernels.h is not used", (t) => {
    const found = nativeAddon();
    if ("missing" in found) return t.skip(found.missing);
    const stale = checkAddon({ ...found.addon, abi: found.addon.abi ^ 1 });
    assert.match("missing" in stale ? stale.missing : "", /another version.*build-native/);
  });
});

/** So many elements of an engine's memory. */
const reals = (engine: Engine, at: number, length: number) => read(engine, at, new Float32Array(length));

for (const { label, create, missing } of contractEngines()) {
  describe(label, { skip: missing }, () => {
    const engines: Engine[] = [];
    const make = (threads = 1): Engine => {
      const engine = create(threads);
      engines.push(engine);
      return engine;
    };
    after(() => engines.forEach((engine) => void engine.dispose()));

    test("memory grows zero-filled and keeps what it holds", async () => {
      const engine = make();
      const arena = new Arena(engine);
      const first = arena.allocate(100);
      arena.commit();
      engine.write(first, new Float32Array(100).fill(7));
      const second = arena.allocate(5_000_000);
      arena.commit();
      assert.ok((await reals(engine, first, 100)).every((value) => value === 7));
      assert.ok((await reals(engine, second, 5_000_000)).every((value) => value === 0));
    });

    test("a program runs on in memory that has grown", async () => {
      const engine = make(2);
      const arena = new Arena(engine);
      const at = arena.allocate(64);
      arena.commit();
      // Each its half: tasks of a phase run in any order.
      const program = engine.load([[[fill(at, 32, 2)], [fill(at + 128, 32, 3)]]]);
      await program.run();
      arena.allocate(3_000_000);
      arena.commit();
      engine.write(at, new Float32Array(64));
      await program.run();
      const values = await reals(engine, at, 64);
      assert.deepEqual([values[0], values[40]], [2, 3]);
    });

    test("phases run in order, calls of a task too, on one thread and on several", async () => {
      for (const threads of [1, 2, 3]) {
        const engine = make(threads);
        const arena = new Arena(engine);
        const parts = Array.from({ length: 40 }, () => arena.allocate(16));
        const sum = arena.allocate(16);
        arena.commit();
        const phases: Phase[] = [
          parts.map((at, i) => [fill(at, 16, 1), fill(at, 16, i + 1)]),
          [[fill(sum, 16, 0), ...parts.map((at) => add(sum, at, 16))]],
          parts.map((at) => [add(at, sum, 16)]),
        ];
        const program = engine.load(phases);
        for (let run = 0; run < 300; run++) await program.run();
        assert.equal((await reals(engine, sum, 16))[15], 820);
        const values = await Promise.all(parts.map((at) => reals(engine, at, 16)));
        assert.deepEqual(
          values.map((part) => part[3]),
          parts.map((_, i) => i + 821),
        );
      }
    });

    test("a program longer than the engine's room for programs runs whole", async () => {
      const engine = make(2);
      const arena = new Arena(engine);
      const at = arena.allocate(64);
      arena.commit();
      const one = add(at, at + 128, 1);
      const task = (length: number): Call[] => Array.from({ length }, () => one);
      const program = engine.load([[task(150_000)], [task(1), task(0)], [task(100_000)]]);
      engine.write(at + 128, Float32Array.of(1));
      await program.run();
      assert.equal((await reals(engine, at, 1))[0], 250_001);
    });

    test("missing arguments and null pointers are caught before anything runs", async () => {
      const engine = make();
      assert.throws(() => engine.load([[[fill(0, 1, 1)]]]), /fill out is a null pointer/);
      assert.throws(() => engine.load([[[fill(64, Number.NaN, 1)]]]), /fill length has no value/);
      const past = engine.load([[[fill(2 ** 31, 1, 1)]]]);
      await assert.rejects(async () => past.run());
    });

    test("a disposed program or engine does not run", async () => {
      const engine = make(2);
      engine.reserve(engine.base + 128);
      const program = engine.load([[[fill(engine.base, 16, 1)], [fill(engine.base + 64, 16, 1)]]]);
      await program.run();
      const other = engine.load([[[fill(engine.base, 16, 1)]]]);
      program.dispose();
      await assert.rejects(async () => program.run(), /disposed/);
      engine.dispose();
      await assert.rejects(async () => other.run(), /disposed/);
      engine.dispose();
    });
  });
}

describe("threads", () => {
  const native = nativeAddon();
  const kinds = [
    {
      name: "native" as const,
      size: () => ("addon" in native ? native.addon.poolSize() : 0),
      skip: "missing" in native && native.missing,
    },
    { name: "wasm" as const, size: poolSize, skip: false as const },
  ];
  for (const { name, size, skip } of kinds) {
    test(`${name}: engines share one pool, which ends with the last of them`, { skip }, () => {
      const run = (engine: Engine) => {
        engine.reserve(engine.base + 1024);
        const tasks = Array.from({ length: 8 }, (_, i) => [fill(engine.base + 64 * i, 16, 1)]);
        engine.load([tasks]).run();
      };
      const before = size();
      const three = ENGINES.create({ engine: name, threads: 3 });
      const four = ENGINES.create({ engine: name, threads: 4 });
      assert.equal(size(), before, "no thread before there is work for it");
      run(three);
      assert.equal(size(), 2);
      run(four);
      assert.equal(size(), 3);
      three.dispose();
      run(four);
      assert.equal(size(), 3);
      four.dispose();
      assert.equal(size(), 0);
    });
  }
});
