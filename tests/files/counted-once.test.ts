/** What a file says twice, or says with a number that is none, is refused instead of guessed. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Hdf5Group } from "../../src/formats/hdf5/reader.js";
import { pathStore } from "../../src/formats/keras/weights-store.js";
import { readTokenizer } from "../../src/formats/vocabulary/tokenizer.js";

const dataset = (path: string) => ({
  path,
  shape: [1],
  type: "float32",
  read: () => new Float32Array(1),
  attributes: new Map(),
});

describe("said once", () => {
  test("two paths that are one after backslashes", () => {
    const paths = ["layers\\dense\\vars\\0", "layers/dense/vars/0"];
    const datasets = new Map(paths.map((path) => [path, dataset(path)]));
    const root: Hdf5Group = { path: "", attributes: new Map(), groups: new Map(), datasets };
    assert.throws(() => pathStore([root], "w.h5"), /w\.h5: expected one array at layers\/dense\/vars\/0/);
  });

  test("num_words that is no number of words", () => {
    const read = (size: number) =>
      readTokenizer(
        new Map<string, unknown>([
          ["word_index", new Map([["a", 1]])],
          ["num_words", size],
        ]),
        "pickle",
        "t.pkl",
      );
    for (const size of [Number.NaN, Infinity, -Infinity, 0]) {
      assert.throws(() => read(size), /t\.pkl: num_words: expected a number from 1 or null but received/);
    }
    assert.equal(read(5).words.length, 2);
  });
});
