/** Layers that read a row from its end, those within a Bidirectional, masks and padding: defaults follow the reading. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cellView } from "../../src/explain/cell-view.js";
import { openCells } from "../../src/explain/cells/open.js";
import { gradientView } from "../../src/explain/gradient-view.js";
import { sentenceOfIds } from "../../src/explain/sentence.js";
import { lastRead } from "../../src/explain/steps.js";
import { trace } from "../../src/explain/trace.js";
import { unroll } from "../../src/explain/unroll.js";
import { layers, sequential } from "../../src/index.js";
import { anyCase, shake } from "./models.js";

test("any layer of any model: by default the word read last is written out, over as many steps as there are", () => {
  fc.assert(
    fc.property(anyCase, fc.boolean(), ({ model, row }, behind) => {
      const ids = behind ? row.toReversed() : row;
      const { words } = sentenceOfIds(ids);
      for (const open of openCells(model)) {
        const { layer } = open.cell;
        const { steps } = trace(model, ids).layers.find((traced) => traced.layer === layer)!;
        const real = steps.filter(({ masked }) => !masked);
        if (real.length === 0) continue;
        const at = lastRead(steps, words);
        const read = real.filter(({ t }) => words[t] !== "");
        assert.equal(at, read.at(-1)?.t);
        const unrolled = unroll(model, ids, { layer, at });
        const place = at === undefined ? real.length - 1 : real.findIndex(({ t }) => t === at);
        assert.equal(unrolled.k, Math.min(2, place + 1));
        assert.deepEqual(
          unrolled.times,
          real
            .slice(place - unrolled.k + 1, place + 1)
            .map(({ t }) => t)
            .toReversed(),
        );
        assert.ok(unrolled.residual < 1e-11);
        assert.equal(unrolled.goBackwards, open.layer.options.goBackwards !== open.turned);
      }
    }),
    { numRuns: 60 },
  );
});

/** Words in the middle: padding comes before and behind. */
const ids = [0, 0, 5, 7, 2, 9, 0];
const sentence = sentenceOfIds(ids);

function reading(goBackwards: boolean) {
  return shake(
    sequential([
      layers.embedding({ inputDim: 12, outputDim: 3, inputLength: 7 }),
      layers.lstm({ units: 3, goBackwards }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]),
    4,
  );
}

for (const goBackwards of [false, true]) {
  test(`goBackwards ${goBackwards}: views are of the word read last, and have a gain for each word`, async () => {
    const model = reading(goBackwards);
    const last = goBackwards ? 2 : 5;
    assert.equal(cellView(model, sentence).words[cellView(model, sentence).chosen]!.t, last);
    const view = await gradientView(model, sentence, { study: { seed: 0 } });
    const order = goBackwards ? [5, 4, 3, 2] : [2, 3, 4, 5];
    assert.deepEqual(
      view.words.map(({ t }) => t),
      order,
    );
    assert.equal(view.words[view.chosen]!.t, last);
    const [before, after] = goBackwards ? [1, 2] : [2, 1];
    assert.equal(view.padding.steps, before);
    assert.equal(view.padding.after, after);
    assert.equal(view.gains.steps.length, 4);
    assert.equal(view.gains.products.length, 4);
    // No gradient outgrows the gains of the steps after it: those of padding behind the words count.
    const end = view.gains.products.at(-1)!;
    assert.notEqual(end, 1);
    // The study reads the row from the first word on, whichever way the layer does.
    assert.deepEqual(view.study!.times, [2, 3, 4, 5, 6]);
  });
}
