/** cellstate studio: an address, what is served there, and its end. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { layers, loadModel, sequential } from "../../src/index.js";
import { readSample } from "../files/samples.js";
import { STUDIO } from "../studio/page.js";
import { cellstate, type Outcome } from "./run.js";

const inside = mkdtempSync(join(tmpdir(), "cellstate-studio-"));
after(() => rmSync(inside, { recursive: true, force: true }));

/** Starts it, asks something of the address that it prints, and ends it as Ctrl-C does. */
async function studio(args: string[], act: (url: string) => Promise<void>): Promise<Outcome> {
  let acted: Promise<void> | undefined;
  const outcome = await cellstate(["studio", ...args], {
    onStart: (child) =>
      child.stdout!.once("data", (line: Buffer) => {
        acted = act(String(line).trim()).finally(() => void child.kill("SIGINT"));
      }),
  });
  await acted;
  return outcome;
}

test("serves the page and the model until Ctrl-C", {
  skip: !existsSync(STUDIO) && "it is not built",
}, async () => {
  const model = join(inside, "a model & more.keras");
  writeFileSync(model, readSample("flagship.keras"));
  const { code, stderr } = await studio([model, "--no-open"], async (address) => {
    const { origin, hash } = new URL(address);
    const name = new URLSearchParams(hash.slice(1)).get("open")!;
    assert.equal(name, "a model & more.keras");
    assert.match(await (await fetch(origin)).text(), /Cellstate Studio/);
    const served = await fetch(`${origin}/open/${encodeURIComponent(name)}`);
    assert.deepEqual(
      new Uint8Array(await served.arrayBuffer()),
      new Uint8Array(readSample("flagship.keras")),
    );
  });
  assert.equal(code, 130);
  assert.match(stderr, /Ctrl-C ends it/);
});

test("serves the shards that a TensorFlow.js model names", {
  skip: !existsSync(STUDIO) && "it is not built",
}, async () => {
  const model = sequential([layers.input({ shape: [3] }), layers.dense({ units: 2 })]);
  await model.save(join(inside, "model.json"));
  const shards = readdirSync(inside).filter((name) => name.endsWith(".bin"));
  assert.equal(shards.length, 1);
  const { code } = await studio([join(inside, "model.json"), "--no-open"], async (address) => {
    const opened = await loadModel(new URL("open/model.json", address));
    assert.deepEqual(opened.getWeights(), model.getWeights());
  });
  assert.equal(code, 130);
  rmSync(join(inside, shards[0]!));
  const lacking = await cellstate(["studio", "--no-open", join(inside, "model.json")]);
  assert.equal(lacking.code, 2, lacking.stderr);
  assert.match(lacking.stderr, /\.bin/);
});

test("what is no model is refused before a page is served", async () => {
  const file = join(inside, "cut.keras");
  writeFileSync(file, readSample("flagship.keras").subarray(0, 500));
  for (const [args, message] of [
    [[file], /cut\.keras/],
    [[join(inside, "none.keras")], /none\.keras/],
    [["--port", "70000"], /--port: expected .*65535/],
    [["--host", "192.0.2.1"], /--host: expected an address of this machine/],
  ] as const) {
    const { code, stdout, stderr } = await cellstate(["studio", "--no-open", ...args]);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, message);
  }
});
