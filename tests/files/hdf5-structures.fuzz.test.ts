/** HDF5 files whose lengths, addresses and counts are bent to each other, under checksums that match. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Hdf5Group, readHdf5 } from "../../src/formats/hdf5/reader.js";
import { fuzz } from "./fuzzing.js";
import { Image, somePlan } from "./hdf5-image.js";
import { Dice } from "./mutate.js";

/** Reads everything; what is read has the size that its shape declares. */
function readAll(bytes: Uint8Array): Hdf5Group {
  const root = readHdf5(bytes, "fuzz");
  const visit = (group: Hdf5Group): void => {
    for (const child of group.groups.values()) visit(child);
    for (const dataset of group.datasets.values()) {
      const count = dataset.shape.reduce((product, size) => product * size, 1);
      assert.equal(dataset.read().length, count, dataset.path);
    }
  };
  visit(root);
  return root;
}

describe("HDF5 structures bent under matching checksums", () => {
  test("what is not bent is read as it was meant", () => {
    for (let seed = 1; seed <= 150; seed++) {
      const plan = somePlan(new Dice(seed));
      const root = readAll(new Image(plan).sealed());
      assert.equal(root.datasets.size, plan.datasets.length, `seed ${seed}`);
      for (const { name, shape, values } of plan.datasets) {
        const dataset = root.datasets.get(name)!;
        assert.deepEqual([dataset.shape, dataset.read()], [shape, values], `seed ${seed} ${name}`);
      }
      assert.deepEqual(
        [...root.attributes],
        plan.attributes.map(([name, value]) => [name, value]),
        `seed ${seed}`,
      );
    }
  });

  fuzz(
    {
      "numbers of every structure": {
        make: (dice) => new Image(somePlan(dice)).bent(dice),
        open: (bytes) => void readAll(bytes),
      },
    },
    3,
  );
});
