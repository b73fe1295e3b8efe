/** What linear models of several outputs are put together of. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atOnce } from "../../../src/base/pieces.js";
import { type Counted, judgedParts, placesHeldOut } from "../../../src/classifier/auto/linear-outputs.js";
import { groupRows, groupStrength, spread } from "../../../src/classifier/auto/ngram-groups.js";
import { blocksOf, outputRecipes } from "../../../src/classifier/auto/output-recipes.js";
import { featureRows, inOrder, select } from "../../../src/tokens/sparse-texts.js";
import { made } from "./linear-material.js";

const { data } = made(50);
const rows = atOnce(
  featureRows(data.texts, data.rows, {
    blocks: ["w1", "w2", "c2"],
    marks: true,
    functionWords: [],
  }),
);

describe("groups of n-grams", () => {
  test("have the rows' n-grams of their blocks, scaled by how many there are, left out or not", () => {
    const some = atOnce(
      select(
        rows,
        Uint8Array.from(rows.blocks, (block, j) => (block !== 0 || j % 3 > 0 ? 1 : 0)),
      ),
    );
    const group = atOnce(groupRows(some, ["w1", "w2"]));
    assert.deepEqual(group.blocks, ["w1", "w2"]);
    assert.deepEqual(
      [...group.places],
      [...some.blocks.keys()].filter((j) => some.blocks[j]! < 2),
    );
    for (let i = 0; i < rows.rows; i++) {
      const own = Array.from(group.rows.ids.subarray(group.rows.starts[i], group.rows.starts[i + 1]));
      const wanted = Array.from(some.ids.subarray(some.starts[i], some.starts[i + 1]));
      assert.deepEqual(
        own.map((id) => group.places[id]),
        wanted.filter((id) => some.blocks[id]! < 2),
      );
      assert.equal(group.scales[i], Math.fround(1 / Math.sqrt(rows.counts[0]![i]! + rows.counts[1]![i]!)));
    }
  });

  test("do not count n-grams of blocks of which none is known, as a reader of the file does not", () => {
    const words = atOnce(
      select(
        rows,
        rows.blocks.map((block) => (block === 0 ? 1 : 0)),
      ),
    );
    const { blocks, scales } = atOnce(groupRows(words, ["w1", "w2"]));
    assert.deepEqual(blocks, ["w1"]);
    for (let i = 0; i < rows.rows; i++) {
      assert.equal(scales[i], Math.fround(1 / Math.sqrt(rows.counts[0]![i]!)));
    }
    assert.deepEqual(atOnce(groupRows(words, ["c2"])).blocks, []);
    assert.ok(atOnce(groupRows(words, ["c2"])).scales.every((scale) => scale === 0));
  });

  test("decide by the largest of their weights, and stand where their n-grams do", () => {
    const columns = [Float32Array.of(1, -5), Float32Array.of(-2, 3)];
    const group = { blocks: ["w1"] as const, places: Uint32Array.of(3, 1), columns, bias: [0, 0] };
    assert.deepEqual([...atOnce(groupStrength(group, 5))], [0, 5, 0, 2, 0]);
    assert.deepEqual([...spread(group, columns[1]!, 5)], [0, 3, 0, -2, 0]);
  });
});

test("features in the order of files are the same features", () => {
  const ordered = atOnce(inOrder(rows));
  const named = ({ ids, hashes, starts }: typeof rows, i: number) =>
    Array.from(ids.subarray(starts[i], starts[i + 1]), (id) => hashes[id]);
  for (let i = 0; i < rows.rows; i++) assert.deepEqual(named(ordered, i), named(rows, i));
});

test("no block is in two groups of a recipe; of many outputs words alone are tried", () => {
  for (const long of [false, true]) {
    for (const recipe of outputRecipes(long, 5)) {
      assert.equal(recipe.groups.flat().length, blocksOf([recipe]).length);
    }
    assert.ok(outputRecipes(long, 200).length > 1);
    assert.equal(outputRecipes(long, 201).length, 1);
  }
});

describe("rows held out", () => {
  const folds = [
    { judge: Uint32Array.of(2, 0), fit: Uint32Array.of(1, 3) },
    { judge: Uint32Array.of(1, 3), fit: Uint32Array.of(0, 2) },
  ];
  const counted = (more: Partial<Counted>) => ({ folds, material: data, ...more }) as Counted;

  test("are told as places of what was given, of a sample, too", () => {
    const drawn = Uint32Array.of(5, 7, 11, 13);
    assert.deepEqual([...placesHeldOut(counted({ drawn }))], [11, 5, 7, 13]);
  });

  test("are parts by fold; of one fold some parts, copies of a text in one", () => {
    assert.deepEqual([...judgedParts(counted({}), 1)], [0, 0, 1, 1]);
    const one = [{ judge: data.rows.slice(0, 40), fit: data.rows.slice(40) }];
    const bundles = Int32Array.from({ length: 50 }, (_, row) => row >> 1);
    const parts = judgedParts(counted({ folds: one, material: { ...data, bundles } }), 1);
    assert.ok(new Set(parts).size > 2);
    for (let i = 0; i < 40; i += 2) assert.equal(parts[i], parts[i + 1]);
    const single = judgedParts(
      counted({ folds: one, material: { ...data, bundles: new Int32Array(50) } }),
      1,
    );
    assert.ok(new Set(single).size > 1);
  });
});
