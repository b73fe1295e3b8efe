/** The lab's LSTM as a layer: what it has, and that it stays in the lab. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InputError } from "../../src/base/errors.js";
import { writeModelModule, writeOnnx, writeSafetensors, writeTfjs } from "../../src/formats.js";
import { writeKeras, writeKerasH5 } from "../../src/keras.js";
import { CELL_NAMES, type CellName, cellOf } from "../../src/lab/cells.js";
import { taskNamed } from "../../src/lab/index.js";
import { labNetwork } from "../../src/lab/network.js";
import { KERAS } from "../../src/lab/setting.js";
import { LAYER_KINDS } from "../../src/layers/kinds.js";

const task = taskNamed("order2");
const network = (cell: CellName, setting = KERAS) =>
  labNetwork(task, task.sizes(8), cell, 5, setting, { engine: "reference", seed: 2 });
const LAB = CELL_NAMES.filter((cell) => !LAYER_KINDS.has(network(cell).layers[0]!.className));

describe("the lab's cells", () => {
  test("count only weights that they have", () => {
    const [I, U] = [8, 5];
    const rows = (gates: number, peepholes: number) => gates * U * (I + U + 1) + peepholes * U;
    const counts: Record<string, number> = {
      ...{ "lstm-1997": rows(3, 0), "lstm-peephole": rows(4, 3), "lstm-nig": rows(3, 2) },
      ...{ "lstm-nfg": rows(3, 2), "lstm-nog": rows(3, 2), "lstm-niaf": rows(4, 3) },
      ...{ "lstm-noaf": rows(4, 3), "lstm-cifg": rows(3, 2) },
    };
    assert.deepEqual(LAB, Object.keys(counts));
    for (const cell of LAB) {
      const own = network(cell).layers[0]!.parameters.reduce(
        (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
        0,
      );
      assert.equal(own, counts[cell], cell);
    }
  });

  test("start the gates that they have, and no other", () => {
    const bias = (cell: CellName, gateStart: "keras" | "chrono") =>
      Array.from(network(cell, { ...KERAS, gateStart }).getWeights()[2]!.data);
    assert.deepEqual(bias("lstm-nig", "keras").slice(0, 6), [1, 1, 1, 1, 1, 0]);
    assert.ok(bias("lstm-1997", "keras").every((value) => value === 0));
    const [without, kept] = [bias("lstm-1997", "chrono"), bias("lstm-nig", "chrono")];
    assert.ok(
      without.slice(0, 5).every((value) => value < 0) && without.slice(5).every((value) => value === 0),
    );
    assert.ok(kept.slice(0, 5).every((value) => value > 0) && kept.slice(5).every((value) => value === 0));
  });

  for (const cell of LAB) {
    test(`${cell}: learns, and answers the same in prediction as in training`, () => {
      const model = network(cell, { ...KERAS, learningRate: 0.05 });
      const sizes = task.sizes(8);
      const x = {
        data: Float32Array.from({ length: 4 * sizes.steps * 8 }, (_, k) => Math.sin(k)),
        rows: 4,
        shape: [sizes.steps, 8],
      };
      const y = {
        data: Float32Array.from([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]),
        rows: 4,
        shape: [4],
      };
      const { data } = model.predictFlat(x);
      const loss = -[0, 5, 10, 15].reduce((sum, k) => sum + Math.log(data[k]!), 0) / 4;
      assert.ok(Math.abs(model.gradients(x, y).loss - loss) < 1e-5);
      for (let step = 0; step < 120; step++) model.trainOnBatch(x, y);
      assert.ok(model.gradients(x, y).loss < loss / 2);
    });

    test(`${cell}: no file holds it, and each says why`, () => {
      const model = network(cell);
      for (const write of [
        writeKeras,
        writeKerasH5,
        writeSafetensors,
        writeTfjs,
        writeOnnx,
        writeModelModule,
      ]) {
        assert.throws(
          () => write(model),
          (error: Error) => {
            assert.ok(error instanceof InputError, `${write.name}: ${error.stack}`);
            assert.match(error.message, /LabLSTM|lab_lstm/);
            return true;
          },
        );
      }
    });
  }

  test("are known to no reader", () => {
    assert.equal(LAYER_KINDS.has("LabLSTM"), false);
    assert.equal(cellOf("lstm-peephole").title, "peephole LSTM");
  });
});
