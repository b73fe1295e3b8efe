/**
 * Engines seen from outside: threads neither keep a process alive nor burn time while there is nothing to do, and
 * memory does not grow.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { nativeAddon } from "../../src/engine/index.js";

const ENGINE = new URL("../../src/engine/index.js", import.meta.url).href;
const CELLSTATE = new URL("../../src/index.js", import.meta.url).href;
const native = nativeAddon();
const skipped = (engine: string) => engine === "native" && "missing" in native && native.missing;

const run = (code: string) =>
  spawnSync(process.execPath, ["--expose-gc", "--input-type=module", "--eval", code], {
    encoding: "utf8",
    timeout: 120_000,
  });

/** Leaves an engine with two helpers behind, undisposed, and prints the milliseconds of processor time of an idle second. */
const script = (engine: string) => `
  import { createEngine } from ${JSON.stringify(ENGINE)};
  const engine = createEngine({ engine: "${engine}", threads: 3 });
  engine.reserve(engine.base + 2 ** 20);
  const tasks = Array.from({ length: 8 }, (_, i) => [
    { kernel: "fill", args: { out: engine.base + i * 2 ** 16, length: 2 ** 14, value: 1 } },
  ]);
  const program = engine.load([tasks]);
  for (let i = 0; i < 500; i++) program.run();
  // Workers start meanwhile.
  await new Promise((done) => setTimeout(done, 300));
  for (let i = 0; i < 500; i++) program.run();
  const before = process.cpuUsage();
  await new Promise((done) => setTimeout(done, 1000));
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1000);
`;

describe("a process with helpers", () => {
  for (const engine of ["native", "wasm"]) {
    test(`${engine}: ends by itself, and rests while idle`, { skip: skipped(engine) }, () => {
      const { status, signal, stdout, stderr } = run(script(engine));
      assert.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: "" });
      assert.ok(Number(stdout) < 200, `${stdout.trim()} ms of processor time in an idle second`);
    });
  }

  test("native: a Node worker that used helpers can end while the process goes on", (t) => {
    if ("missing" in native) return t.skip(native.missing);
    const worker = `
      import { Worker } from "node:worker_threads";
      const code = ${JSON.stringify(script("native"))};
      for (let i = 0; i < 2; i++) {
        const worker = new Worker(new URL("data:text/javascript," + encodeURIComponent(code)), { stdout: true });
        await new Promise((done, fail) => worker.on("exit", done).on("error", fail));
      }
      console.log("on");
    `;
    const { status, stdout, stderr } = run(worker);
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "on\n", stderr: "" });
  });
});

/** Prints how many bytes a thousand calls of fit leave behind, twice, and by how many the engine's memory grew. */
const growth = (engine: string) => `
  import { createEngine } from ${JSON.stringify(ENGINE)};
  import { layers, sequential } from ${JSON.stringify(CELLSTATE)};
  const engine = createEngine({ engine: "${engine}", threads: 2 });
  const x = Array.from({ length: 40 }, (_, r) => Array.from({ length: 6 }, (_, t) => (r * 7 + t * 5) % 20));
  const y = x.map((_, r) => r % 2);
  const model = sequential([
    layers.embedding({ inputDim: 20, outputDim: 4, inputLength: 6 }),
    layers.lstm({ units: 5, dropout: 0.1, recurrentDropout: 0.1 }),
    layers.dropout({ rate: 0.1 }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ], { engine });
  model.compile({ loss: "binaryCrossentropy" });
  // Buffers are swept after a collection, in the background.
  const used = async () => {
    for (let i = 0; i < 3; i++) {
      gc();
      await new Promise((done) => setTimeout(done, 20));
    }
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return heapUsed + external + arrayBuffers;
  };
  const fit = async (times) => {
    for (let i = 0; i < times; i++) await model.fit(x, y, { epochs: 1, batchSize: 32 });
  };
  await fit(300);
  const bytes = engine.buffer.byteLength;
  const levels = [await used()];
  for (let half = 0; half < 2; half++) {
    await fit(1000);
    levels.push(await used());
  }
  const heap = [levels[1] - levels[0], levels[2] - levels[1]];
  console.log(JSON.stringify({ heap, memory: engine.buffer.byteLength - bytes }));
`;

describe("a thousand calls of fit", () => {
  for (const engine of ["native", "wasm"]) {
    test(`${engine}: neither the engine's memory nor the heap grows`, { skip: skipped(engine) }, () => {
      const { stdout, stderr } = run(growth(engine));
      assert.equal(stderr, "");
      const { heap, memory } = JSON.parse(stdout) as { heap: number[]; memory: number };
      assert.equal(memory, 0);
      // Compiled code settles some time, by some 100 KB; a leak shows in both thousands, at 200 bytes a call.
      assert.ok(Math.min(...heap) < 200_000, `${heap} bytes more`);
    });
  }
});
