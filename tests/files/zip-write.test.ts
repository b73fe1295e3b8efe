/** Archives that are written: what is deflated, what is stored, and that whatever is written is read. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { unzipSync } from "fflate";
import { readZip } from "../../src/formats/zip.js";
import { writeZip } from "../../src/formats/zip-write.js";
import { layers, loadModel, sequential } from "../../src/index.js";
import { writeKeras } from "../../src/keras.js";
import { Random } from "../../src/kernels/philox.js";

function drawn(length: number, most: number): Uint8Array {
  const random = new Random(1, 62);
  return Uint8Array.from({ length }, (_, i) => Math.floor(most * random.uniform(i)));
}

/** Copies too far apart for deflate to see that they are. */
function tiled(block: Uint8Array, times: number): Uint8Array {
  const all = new Uint8Array(times * block.length);
  for (let k = 0; k < times; k++) all.set(block, k * block.length);
  return all;
}

/** Bytes that the archive takes beyond those of its members, about. */
const OVERHEAD = 400;

describe("members", () => {
  for (const [what, bytes, share] of [
    ["small ones are stored", new Uint8Array(2 ** 15 - 1), 1],
    ["what deflate hardly shortens is stored", drawn(2 ** 17, 220), 1],
    ["what it does shorten is deflated", drawn(2 ** 17, 16), 0.65],
    ["what it shortens beyond what readers bear is stored", new Uint8Array(2 ** 20), 1],
    ["what is large is deflated, too", drawn(2 ** 24 + 1, 4), 0.35],
    ["what is larger than readers bear to unpack is stored", tiled(drawn(2 ** 20, 4), 64), 1],
  ] as const) {
    test(what, () => {
      const archive = writeZip([
        ["a/first", bytes],
        ["second", drawn(100, 256)],
      ]);
      const bound = share * bytes.length + OVERHEAD;
      assert.ok(archive.length <= bound && (share < 1 || archive.length > bytes.length), `${archive.length}`);
      const members = readZip(archive, "file");
      assert.deepEqual([...members.keys()], ["a/first", "second"]);
      assert.ok(Buffer.from(members.get("a/first")!.read()).equals(bytes));
      assert.ok(Buffer.from(unzipSync(archive)["a/first"]!).equals(bytes));
    });
  }

  test("one that is stored for its sake leaves others deflated", () => {
    const [zeros, few] = [new Uint8Array(2 ** 20), drawn(2 ** 17, 16)];
    const archive = writeZip([
      ["zeros", zeros],
      ["few", few],
    ]);
    const saved = zeros.length + few.length - archive.length;
    assert.ok(saved > 0.35 * few.length && saved < few.length / 2);
    assert.deepEqual(readZip(archive, "file").get("few")!.read(), few);
  });
});

test("networks of zeros come back from their archives", async () => {
  for (const inputDim of [1000, 100_000, 1_000_000]) {
    const model = sequential(
      [
        layers.embedding({ inputDim, outputDim: 8, inputLength: 4, embeddingsInitializer: "zeros" }),
        layers.flatten(),
        layers.dense({ units: 1 }),
      ],
      { engine: "reference" },
    );
    const loaded = await loadModel(writeKeras(model), { engine: "reference" });
    assert.equal(loaded.countParams(), model.countParams());
    loaded.dispose();
    model.dispose();
  }
});
