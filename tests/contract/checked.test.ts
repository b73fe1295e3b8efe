/** Debug builds name the kernel and the argument of every call that its declaration does not allow. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Arena, view } from "../../src/engines/arena.js";
import type { Call } from "../../src/engines/engine.js";
import { WASM_BUILDS } from "../../src/engines/engines.js";
import { ReferenceEngine } from "../../src/engines/reference.js";
import { WasmEngine } from "../../src/engines/wasm.js";
import type { WasmBuild } from "../../src/engines/wasm-module.js";
import { ACTIVATIONS } from "../../src/kernels/activations.js";
import { CHECKED_BUILD } from "./engines.js";
import { type Case, define, noise, placeCase, Values } from "./harness.js";
import { buildable, compileDriver, record, root } from "./native-driver.js";
import { recurrentCases } from "./recurrent-cases.js";

/** I and U so far apart that one taken for the other shows. */
const sizes = { N: 1000, I: 600, U: 3 };
const dense: Case = (() => {
  const v = new Values(1);
  return define("denseForward", "to go wrong", 0, {
    out: noise(sizes.N * sizes.U),
    x: v.normal(sizes.N * sizes.I),
    kernel: v.normal(sizes.I * sizes.U),
    bias: v.normal(sizes.U),
    ...sizes,
    activation: ACTIVATIONS.tanh.id,
  });
})();

/** What is wrong with a call, and how that is said. `replaced` is given the memory's length. */
const FAULTS: readonly {
  what: string;
  replaced: (bytes: number) => Record<string, number>;
  says: RegExp;
  /** Caught before the call is encoded. */
  encoded?: false;
}[] = [
  {
    what: "a pointer so near the end that its elements are past it",
    replaced: (bytes) => ({ x: bytes - 64 }),
    says: /dense_?forward x reaches past the end of the memory/i,
  },
  {
    what: "working room that reaches past the end",
    replaced: (bytes) => ({ scratch: bytes - 64 }),
    says: /dense_?forward scratch reaches past the end/i,
  },
  {
    what: "a null pointer",
    replaced: () => ({ kernel: 0 }),
    says: /dense_?forward kernel is a null pointer/i,
    encoded: false,
  },
  {
    what: "swapped sizes",
    replaced: () => ({ I: sizes.U, U: sizes.I }),
    says: /dense_?forward scratch reaches past the end/i,
  },
  { what: "a negative size", replaced: () => ({ U: -1 }), says: /dense_?forward U is negative/i },
  {
    what: "a pointer between elements",
    replaced: () => ({ out: 66 }),
    says: /dense_?forward out is not aligned/i,
  },
  {
    what: "working room off its cache line",
    replaced: () => ({ scratch: 68 }),
    says: /dense_?forward scratch is not aligned/i,
  },
];

describe("wasm, checked", () => {
  const engine = new WasmEngine(CHECKED_BUILD, 1);
  after(() => engine.dispose());
  for (const { what, replaced, says, encoded = true } of FAULTS) {
    if (!encoded) continue;
    test(what, () => {
      const arena = new Arena(engine);
      const { call } = placeCase(arena, dense);
      arena.commit();
      const wrong = { ...call, args: { ...call.args, ...replaced(engine.buffer.byteLength) } } as Call;
      const program = engine.load([[[wrong]]]);
      assert.throws(() => program.run(), says);
      program.dispose();
    });
  }

  test("a flag that is none", () => {
    const arena = new Arena(engine);
    const at = arena.allocate(16);
    arena.commit();
    view(engine, at, 16).fill(1);
    const call: Call = { kernel: "sumSquares", args: { out: at, x: at, length: 1, accumulate: 2 } };
    assert.throws(() => engine.load([[[call]]]).run(), /sum_squares accumulate is neither 0 nor 1/);
  });
});

test("wasm: kernels that trap use up no stack", () => {
  const engine = new WasmEngine(WASM_BUILDS.simd, 1);
  const arena = new Arena(engine);
  const { call } = placeCase(arena, recurrentCases().find(({ kernel }) => kernel === "lstmForward")!);
  arena.commit();
  const wrong = { ...call, args: { ...call.args, scratch: engine.buffer.byteLength - 64 } } as Call;
  const [good, bad] = [engine.load([[[call]]]), engine.load([[[wrong]]])];
  // Of 64 KiB, some 350 bytes each.
  for (let i = 0; i < 1000; i++) assert.throws(() => bad.run());
  good.run();
  engine.dispose();
});

describe("wasm, in a worker", () => {
  /** What comes of a wrong call beside long right ones, whichever thread draws it; until a worker has. */
  function wordsOf(build: WasmBuild, replaced: (bytes: number) => Record<string, number>) {
    const engine = new WasmEngine(build, 2);
    try {
      const arena = new Arena(engine);
      const { call } = placeCase(arena, dense);
      arena.commit();
      const wrong = { ...call, args: { ...call.args, ...replaced(engine.buffer.byteLength) } } as Call;
      const right = new Array<Call>(10).fill(call);
      const [good, bad] = [engine.load([[right, right]]), engine.load([[right, [wrong]]])];
      const words = { caller: "", worker: "" };
      for (let tries = 0; tries < 1000 && !(words.worker && words.caller); tries++) {
        assert.throws(
          () => bad.run(),
          (error: Error) => {
            const byWorker = !/wasm-kernels|wasm:/.test(error.stack!);
            words[byWorker ? "worker" : "caller"] = error.message;
            return true;
          },
        );
        good.run();
      }
      return words;
    } finally {
      engine.dispose();
    }
  }

  for (const { what, replaced, says, encoded = true } of FAULTS) {
    if (!encoded) continue;
    test(what, () => {
      const { worker, caller } = wordsOf(CHECKED_BUILD, replaced);
      assert.match(worker, says);
      assert.equal(worker, caller);
    });
  }

  test("a trap", () => {
    const { worker, caller } = wordsOf(WASM_BUILDS.simd, (bytes) => ({ x: bytes - 64 }));
    // In those words unless CELLSTATE_KERNELS=checked made these kernels, too, say what is wrong.
    assert.match(worker, /memory access out of bounds|dense_forward x reaches past the end of the memory/);
    assert.equal(worker, caller);
  });

  test("that the caller failed, too, is not remembered", () => {
    const engine = new WasmEngine(CHECKED_BUILD, 2);
    const arena = new Arena(engine);
    const { call } = placeCase(arena, dense);
    arena.commit();
    const slow = new Array<Call>(5).fill(call);
    const wrong = { ...call, args: { ...call.args, U: -1 } } as Call;
    const bad = engine.load([
      [
        [...slow, wrong],
        [...slow, wrong],
      ],
    ]);
    const good = engine.load([[slow, slow]]);
    for (let tries = 0; tries < 20; tries++) {
      assert.throws(() => bad.run(), /dense_forward U is negative/);
      good.run();
    }
    engine.dispose();
  });
});

test("the reference engine checks sizes as well", () => {
  const engine = new ReferenceEngine();
  const arena = new Arena(engine);
  const { call } = placeCase(arena, dense);
  arena.commit();
  const run = (replaced: Record<string, number>) =>
    engine.load([[[{ ...call, args: { ...call.args, ...replaced } } as Call]]]).run();
  run({});
  assert.throws(() => run({ x: engine.buffer.byteLength - 64 }), /denseForward x reaches past the end/);
  assert.throws(() => run({ I: sizes.U, U: sizes.I }), /denseForward scratch reaches past the end/);
  assert.throws(() => run({ out: 66 }), /denseForward out is not aligned/);
  assert.throws(() => run({ U: -1 }), /denseForward U is negative/);
});

const { variants, skip } = buildable();

describe("native, checked", { skip }, () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "cellstate-checked-"));
    compileDriver(join(folder, "driver"), variants[0]!);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (driver: string, parts: Uint8Array[]) =>
    spawnSync(join(folder, driver), { input: Buffer.concat(parts), encoding: "utf8" });
  /** The memory that a case takes, as its record begins with it. */
  const bytesOf = (one: Case) => new DataView(record(one)[0]!.slice().buffer).getUint32(0, true);

  test("the call as it should be", () => {
    const { status, stdout, stderr } = run("driver", record(dense));
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "1\n", stderr: "" });
  });

  for (const { what, replaced, says } of FAULTS) {
    test(what, () => {
      const { status, stderr } = run("driver", record(dense, replaced(bytesOf(dense))));
      assert.equal(status, 4);
      assert.match(stderr, says);
    });
  }

  test("a kernel that takes more working room than its declaration says", () => {
    const kernels = join(folder, "kernels");
    cpSync(`${root}kernels`, kernels, { recursive: true });
    const header = readFileSync(join(kernels, "kernels.h"), "utf8");
    const less = header.replace(/(dense_backward_scratch\([^}]*return )/, "$1-8 + ");
    assert.notEqual(less, header);
    writeFileSync(join(kernels, "kernels.h"), less);
    compileDriver(join(folder, "less"), variants[0]!, kernels);
    const v = new Values(2);
    const backward = define("denseBackward", "less room", 0, {
      dx: null,
      dKernel: v.normal(sizes.I * sizes.U),
      dBias: null,
      dOut: v.normal(sizes.N * sizes.U),
      out: v.normal(sizes.N * sizes.U),
      x: v.normal(sizes.N * sizes.I),
      kernel: v.normal(sizes.I * sizes.U),
      ...sizes,
      activation: ACTIVATIONS.tanh.id,
    });
    assert.equal(run("driver", record(backward)).status, 0);
    const { status, stderr } = run("less", record(backward));
    assert.equal(status, 4);
    assert.match(stderr, /dense_backward scratch is smaller than what the kernel takes/);
  });
});
