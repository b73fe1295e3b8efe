/** What `train --checkpoint` does when a checkpoint is damaged or cannot be written. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { decodeCheckpoint, loadModel, type WeightArray } from "../../src/index.js";
import { csv, reviews, small } from "./data.js";
import { cellstate } from "./run.js";

let folder = "";
let wanted: WeightArray[] = [];
const train = (out: string, ...flags: string[]) =>
  cellstate(["train", "data.csv", ...small("--epochs", "4", "--out", out, ...flags)], {
    cwd: folder,
  });
const weightsOf = async (file: string) => (await loadModel(join(folder, file))).getWeights();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-checkpoints-"));
  writeFileSync(join(folder, "data.csv"), csv(reviews(60)));
  const { code, stderr } = await train("whole.keras", "--checkpoint", "kept");
  assert.equal(code, 0, stderr);
  wanted = await weightsOf("whole.keras");
});
after(() => rm(folder, { recursive: true }));

const NEWEST = "checkpoint.cellstate";
const BEFORE = "checkpoint-before.cellstate";

/** A folder with the checkpoints of the whole run, changed. */
function checkpoints(name: string, change: (file: (name: string) => string) => void): string {
  mkdirSync(join(folder, name));
  for (const file of [NEWEST, BEFORE]) {
    writeFileSync(join(folder, name, file), readFileSync(join(folder, "kept", file)));
  }
  change((file) => join(folder, name, file));
  return name;
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at < 0 ? bytes.length + at : at]! ^= 1;
  writeFileSync(file, bytes);
}

describe("a damaged checkpoint", () => {
  test("gives way to the one before it, and the run ends as if nothing had been", async () => {
    const read = (file: string) => decodeCheckpoint(readFileSync(join(folder, "kept", file)), file);
    assert.equal(read(BEFORE).epoch, read(NEWEST).epoch - 1);
    const changes: [string, (file: (name: string) => string) => void, RegExp][] = [
      [
        "flipped",
        (file) => flip(file(NEWEST), 2000),
        /checkpoint\.cellstate: expected .* matches its checksum/,
      ],
      [
        "cut",
        (file) => writeFileSync(file(NEWEST), readFileSync(file(NEWEST)).subarray(0, 500)),
        /damaged one/,
      ],
      ["emptied", (file) => writeFileSync(file(NEWEST), ""), /a checkpoint of Cellstate's/],
      ["gone", (file) => rmSync(file(NEWEST)), /checkpoint\.cellstate: missing/],
    ];
    for (const [name, change, message] of changes) {
      const kept = checkpoints(name, change);
      const { code, stderr } = await train(`${name}.keras`, "--checkpoint", kept, "--resume");
      assert.equal(code, 0, stderr);
      assert.match(stderr, message);
      assert.match(stderr, /Going on from the checkpoint before it, .*checkpoint-before\.cellstate/);
      assert.deepEqual(await weightsOf(`${name}.keras`), wanted, name);
    }
  });

  test("with none before it, or that damaged too, is refused in one line", async () => {
    const changes: [string, (file: (name: string) => string) => void][] = [
      ["both", (file) => [flip(file(NEWEST), -1), flip(file(BEFORE), 40)]],
      ["alone", (file) => [flip(file(NEWEST), 3000), rmSync(file(BEFORE))]],
      ["braces", (file) => [writeFileSync(file(NEWEST), "{}"), writeFileSync(file(BEFORE), "null")]],
      ["older", (file) => [writeFileSync(file(NEWEST), "cellstate-checkpoint-1\n{}"), rmSync(file(BEFORE))]],
    ];
    for (const [name, change] of changes) {
      const { code, stderr } = await train(
        `${name}.keras`,
        "--checkpoint",
        checkpoints(name, change),
        "--resume",
      );
      assert.equal(code, 2, stderr);
      const said = stderr.split("\n").filter((line) => line.startsWith("cellstate: "));
      assert.equal(said.length, 1, stderr);
      assert.match(said[0]!, /checkpoint\.cellstate: expected .*Start afresh|start afresh/);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  });
});

describe("a checkpoint that cannot be written", () => {
  test("is said each time, and training goes on to its end", async () => {
    mkdirSync(join(folder, "blocked", "checkpoint-next.cellstate"), { recursive: true });
    const { code, stderr } = await train("blocked.keras", "--checkpoint", "blocked");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /The checkpoint could not be saved, and training goes on\./);
    assert.match(stderr, /could not be saved \(4 times so far\)/);
    assert.deepEqual(await weightsOf("blocked.keras"), wanted);
  });

  test("on a full disk likewise, where the one before it stays whole; and a full disk at the end loses no training", async (t) => {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]);
    if (mounted.status !== 0) return t.skip("a small disk can only be mounted by root");
    try {
      mkdirSync(join(disk, "kept"));
      const earlier = readFileSync(join(folder, "kept", BEFORE));
      writeFileSync(join(disk, "kept", NEWEST), earlier);
      const filler = join(disk, "filler");
      writeFileSync(filler, new Uint8Array(2 ** 21 - Math.ceil(earlier.length / 4096) * 4096 - 65_536));
      const full = await train("full.keras", "--checkpoint", "disk/kept", "--resume");
      assert.equal(full.code, 0, full.stderr);
      assert.match(full.stderr, /could not be saved, and training goes on\. .*ENOSPC/);
      assert.deepEqual(await weightsOf("full.keras"), wanted);
      assert.deepEqual(readFileSync(join(disk, "kept", NEWEST)), earlier);
      assert.deepEqual(readdirSync(join(disk, "kept")), [NEWEST]);

      const end = await train("disk/end.keras", "--checkpoint", "elsewhere");
      assert.equal(end.code, 1, end.stderr);
      assert.match(end.stderr, /end\.keras: could not be written \(ENOSPC.*with --resume: .* in elsewhere\./);
      rmSync(filler);
      const again = await train("disk/end.keras", "--checkpoint", "elsewhere", "--resume");
      assert.equal(again.code, 0, again.stderr);
      assert.deepEqual(await weightsOf("disk/end.keras"), wanted);
    } finally {
      spawnSync("umount", [disk]);
    }
  });
});
