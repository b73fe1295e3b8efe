/** Engines seen from outside: threads neither keep a process alive nor burn time while there is nothing to do. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { nativeAddon } from "../../src/engines/registry.js";

const ENGINE = new URL("../../src/engines/engines.js", import.meta.url).href;
const native = nativeAddon();
const skipped = (engine: string) => engine === "native" && "missing" in native && native.missing;

const run = (code: string) =>
  spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    encoding: "utf8",
    timeout: 120_000,
  });

/** Less than a processor's share of a helper that spins. */
const RESTING = 0.2;

/**
 * Leaves an engine with two helpers behind, undisposed, and prints the least share of a processor that it took in half a
 * second of doing nothing. A busy machine starts helpers late, so there is more than one chance; who waits by spinning
 * never rests.
 */
const script = (engine: string) => `
  import { ENGINES } from ${JSON.stringify(ENGINE)};
  const engine = ENGINES.create({ engine: "${engine}", threads: 3 });
  engine.reserve(engine.base + 2 ** 20);
  const tasks = Array.from({ length: 8 }, (_, i) => [
    { kernel: "fill", args: { out: engine.base + i * 2 ** 16, length: 2 ** 14, value: 1 } },
  ]);
  const program = engine.load([tasks]);
  const work = () => {
    for (let i = 0; i < 500; i++) program.run();
  };
  const idle = async () => {
    const [before, from] = [process.cpuUsage(), performance.now()];
    await new Promise((done) => setTimeout(done, 500));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / (performance.now() - from);
  };
  work();
  await idle(); // helpers start meanwhile
  let least = Infinity;
  for (let i = 0; i < 20 && least > ${RESTING}; i++) {
    work();
    least = Math.min(least, await idle());
  }
  console.log(least);
`;

/** Runs until helpers have come, and prints what they left: they come late, and a task may be done before. */
const HELPED = `
  import { ENGINES } from "./engines.js";
  const engine = ENGINES.create({ engine: "wasm", threads: 3 });
  engine.reserve(engine.base + 2 ** 20);
  const places = Array.from({ length: 8 }, (_, i) => engine.base + i * 2 ** 16);
  const program = engine.load([places.map((out) => [{ kernel: "fill", args: { out, length: 2 ** 14, value: 3 } }])]);
  for (let i = 0; i < 20; i++) {
    for (const at of places) new Float32Array(engine.buffer, at, 2 ** 14).fill(0);
    program.run();
    await new Promise((done) => setTimeout(done, 20));
  }
  const values = new Set(places.flatMap((at) => [...new Float32Array(engine.buffer, at, 2 ** 14)]));
  console.log([...values].join(), "helped");
  engine.dispose();
`;

describe("a process with helpers", () => {
  for (const engine of ["native", "wasm"]) {
    test(`${engine}: ends by itself, and rests while idle`, { skip: skipped(engine) }, () => {
      const { status, signal, stdout, stderr } = run(script(engine));
      assert.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: "" });
      assert.ok(Number(stdout) <= RESTING, `${stdout.trim()} of a processor while idle`);
    });
  }

  test("wasm: helpers work in a bundle that renames what it can and keeps names beside", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "cellstate-bundle-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const outfile = join(folder, "helped.mjs");
    await build({
      stdin: { contents: HELPED, resolveDir: fileURLToPath(new URL(".", ENGINE)) },
      ...{ bundle: true, minify: true, keepNames: true, outfile, format: "esm", platform: "node" },
    });
    const { status, stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: "utf8" });
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "3 helped\n", stderr: "" });
  });

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
