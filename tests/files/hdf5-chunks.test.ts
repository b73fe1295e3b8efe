import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readHdf5 } from "../../src/formats/hdf5/reader.js";
import { type DatasetPlan, Image, type StoredChunk } from "./hdf5-image.js";

const values = Float32Array.from({ length: 54 }, (_, i) => i + 1);
const plan: DatasetPlan = { name: "d", shape: [9, 6], values, layout: "tree", chunk: [4, 4], filters: [] };

/** The dataset's values when its six chunks, at (0, 0), (0, 4) … (8, 4), were changed before they went into the tree. */
function read(change: (chunks: StoredChunk[]) => StoredChunk[], more: Partial<DatasetPlan> = {}) {
  const whole = { newer: true, links: "compact", datasets: [{ ...plan, ...more }], attributes: [] } as const;
  const image = new Image({ ...whole, datasets: [...whole.datasets], attributes: [] }, change);
  return readHdf5(image.sealed(), "f").datasets.get("d")!.read();
}

const at = (i: number, offset: number[]) => (chunks: StoredChunk[]) =>
  chunks.map((chunk, j) => (i === j ? { ...chunk, offset } : chunk));

describe("every element of a chunked dataset is written exactly once", () => {
  test("chunks in their places, those at the edges cut to the shape", () => {
    assert.deepEqual(
      read((chunks) => chunks),
      values,
    );
    for (const filters of [[1], [2, 1], [3], [3, 1]])
      assert.deepEqual(
        read((chunks) => chunks, { filters }),
        values,
      );
  });

  const PLACE =
    /f: d: expected each chunk of \(4, 4\) in its own place of \(9, 6\) but received "(one|another) at/;
  const WRONG: Record<string, [(chunks: StoredChunk[]) => StoredChunk[], RegExp]> = {
    "two chunks with one offset": [at(1, [0, 0]), PLACE],
    "a chunk far away": [at(5, [800, 400]), PLACE],
    "a chunk behind the last": [at(5, [12, 0]), PLACE],
    "a chunk off the grid": [at(1, [0, 3]), PLACE],
    "a chunk that is not there": [
      (chunks) => chunks.slice(1),
      /expected 6 chunks for its shape \(9, 6\) but received 5/,
    ],
    "a chunk more": [(chunks) => [...chunks, chunks[5]!], PLACE],
    "chunks out of order": [(chunks) => [chunks[1]!, chunks[0]!, ...chunks.slice(2)], /an index in order/],
    "a chunk of another size": [
      (chunks) => chunks.map((c, i) => (i === 3 ? { ...c, bytes: c.bytes.subarray(0, 60) } : c)),
      /expected chunks of 64 bytes but received 60/,
    ],
  };
  for (const [what, [change, message]] of Object.entries(WRONG)) {
    test(`${what} is refused`, () => assert.throws(() => read(change), message));
  }

  test("a chunk's mask leaves filters out for it alone, checksums included", () => {
    const plain = new Uint8Array(Float32Array.from({ length: 16 }, (_, i) => 100 + i).buffer);
    const left = (filters: number[], mask: number) =>
      read((chunks) => chunks.map((c, i) => (i === 0 ? { ...c, bytes: plain, mask } : c)), { filters })[0];
    assert.equal(left([2, 1], 3), 100);
    assert.equal(left([3, 1], 3), 100);
    assert.throws(() => left([2, 1], 1), /f: d: expected intact compressed data/);
  });

  test("a checksum that folds to 65535 is the library's", () => {
    const folded = Float32Array.from({ length: 54 }, () => 0);
    // The words 0xffff and 0: their sum is 65535, which a division would take for 0.
    new Uint8Array(folded.buffer).set([0xff, 0xff, 0, 0]);
    assert.deepEqual(
      read((chunks) => chunks, { values: folded, filters: [3] }),
      folded,
    );
  });
});
