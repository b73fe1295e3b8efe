/** Rows padded in front are taken up behind their padding: the same bits as computing every step. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Layer, layers, sequential } from "../../src/index.js";
import { testedEngines } from "./engines.js";

const STEPS = 23;
const UNITS = 19;

const CELLS: Record<string, () => Layer> = {
  lstm: () => layers.lstm({ units: UNITS }),
  gru: () => layers.gru({ units: UNITS }),
  "gru without resetAfter": () => layers.gru({ units: UNITS, resetAfter: false, returnSequences: true }),
  simpleRNN: () => layers.simpleRNN({ units: UNITS, returnSequences: true }),
  "bidirectional lstm": () =>
    layers.bidirectional({ layer: layers.lstm({ units: UNITS, returnSequences: true }) }),
};

/** Row r has r steps of padding, then words from 2 to 29. */
const rows = (padding: number) =>
  Array.from({ length: STEPS + 1 }, (_, r) =>
    Array.from({ length: STEPS }, (_, t) => (t < r ? padding : 2 + ((r * 13 + t * 7) % 28))),
  );

for (const { label, create, missing } of testedEngines()) {
  describe(label, { skip: missing }, () => {
    for (const [name, cell] of Object.entries(CELLS)) {
      test(`${name}: padding skipped, and as words like any other`, () => {
        const embedding = layers.embedding({ inputDim: 30, outputDim: 5, inputLength: STEPS });
        const model = sequential([embedding, cell()], { seed: 4, engine: create() });
        const [table, ...others] = model.getWeights().map(({ data }) => data.slice());
        // Word 1 means what padding means, but is none.
        table!.copyWithin(5, 0, 5);
        model.setWeights([table!, ...others]);
        const skipped = model.predictFlat(rows(0)).data.slice();
        assert.deepEqual(skipped, model.predictFlat(rows(1)).data);
        for (const r of [0, 3, STEPS]) {
          const alone = model.predictFlat([rows(0)[r]!]).data;
          assert.deepEqual(alone, skipped.subarray(r * alone.length, (r + 1) * alone.length));
        }
        assert.notDeepEqual(skipped.subarray(0, UNITS), skipped.subarray(-UNITS));
        model.dispose();
      });
    }
  });
}
