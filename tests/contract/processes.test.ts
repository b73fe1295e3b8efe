/** Threads seen from outside: they neither keep a process alive nor burn time while there is nothing to do. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { nativeAddon } from "../../src/engine/index.js";

const ENGINE = new URL("../../src/engine/index.js", import.meta.url).href;

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
  const native = nativeAddon();
  for (const engine of ["native", "wasm"]) {
    const skip = engine === "native" && "missing" in native && native.missing;
    test(`${engine}: ends by itself, and rests while idle`, { skip }, () => {
      const { status, signal, stdout, stderr } = spawnSync(
        process.execPath,
        ["--input-type=module", "--eval", script(engine)],
        { encoding: "utf8", timeout: 30_000 },
      );
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
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--input-type=module", "--eval", worker],
      {
        encoding: "utf8",
        timeout: 60_000,
      },
    );
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "on\n", stderr: "" });
  });
});
