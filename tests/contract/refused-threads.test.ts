/** Where the system starts fewer threads than were asked for, the native engine says how many there are, and computes the same. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { nativeAddon } from "../../src/engines/registry.js";
import { compile } from "./native-driver.js";

const found = nativeAddon();
const skip =
  ("missing" in found && found.missing) ||
  (process.platform !== "linux" && "LD_PRELOAD is Linux's") ||
  (spawnSync("gcc", ["--version"]).status !== 0 && "gcc is not there");

/** Trains on four threads, and prints what the model has to say of them. */
const TRAINING = `
  import { trainingRows, smallNetwork } from ${JSON.stringify(new URL("../browser/training.js", import.meta.url).href)};
  const said = [];
  const model = smallNetwork({ engine: "native", threads: 4, onWarning: (text) => said.push(text) });
  const { x, y } = trainingRows();
  const asked = model.threads;
  // A batch of as many shards as there are to be threads.
  await model.fit(x, y, { epochs: 2, batchSize: 64 });
  model.predict(x);
  const weights = model.getWeights().map(({ data }) => Array.from(data));
  console.log(JSON.stringify({ asked, threads: model.threads, notes: model.notes, said, weights }));
`;

interface Told {
  asked: number;
  threads: number;
  notes: string[];
  said: string[];
  weights: number[][];
}

function trained(preload?: string): Told {
  const env = preload === undefined ? process.env : { ...process.env, LD_PRELOAD: preload };
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", TRAINING], {
    ...{ encoding: "utf8", env },
  });
  assert.equal(stderr, "");
  return JSON.parse(stdout) as Told;
}

describe("threads of the native engine that the system refuses", { skip }, () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "cellstate-threads-"));
    compile(
      join(folder, "refuse.so"),
      ["tests/contract/refuse-threads.c"],
      ["-shared", "-fPIC", "-ldl", "-Wl,--no-as-needed"],
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("are told by a warning, and by `threads`; the weights are the same bits", () => {
    const all = trained();
    assert.deepEqual([all.asked, all.threads, all.notes, all.said], [4, 4, [], []]);
    const few = trained(join(folder, "refuse.so"));
    assert.deepEqual([few.asked, few.threads], [4, 2]);
    assert.match(few.notes[0]!, /^engine: 2 of 4 threads, as the system starts no more \(.+\)/);
    assert.deepEqual(few.said, few.notes);
    assert.deepEqual(few.weights, all.weights);
  });
});
