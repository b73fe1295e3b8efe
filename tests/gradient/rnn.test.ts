/** Backward of RNN over stacked cells by central differences. */
import { test } from "node:test";
import { layers } from "../../src/index.js";
import { checkGradients } from "./checker.js";
import { onSteps, onWords } from "./layer-cases.js";
import { modelSubject } from "./models.js";

/** Weights deep in a stack move the loss little: a wider step, so that rounding is smaller still. */
const LOOSE = { step: 3e-5, tolerance: 1e-5 };

const stack = (goBackwards: boolean, returnSequences: boolean) => () => {
  const cells = [
    layers.lstmCell({ units: 3, dropout: 0.2, recurrentDropout: 0.2 }),
    layers.gruCell({ units: 2 }),
    layers.simpleRNNCell({ units: 3 }),
  ];
  return layers.rnn({ cell: layers.stackedRNNCells({ cells }), goBackwards, returnSequences });
};

for (const [name, on] of Object.entries({ plain: onSteps, masked: onWords })) {
  for (const backwards of [false, true]) {
    test(`stacked cells, ${name}, backwards: ${backwards}`, () => {
      checkGradients(modelSubject(on(stack(backwards, false))()), LOOSE);
      checkGradients(modelSubject(on(stack(backwards, true), () => layers.flatten())()), LOOSE);
    });
  }
  test(`stacked cells, ${name}, both ways`, () => {
    const both = () => layers.bidirectional({ layer: stack(false, true)() });
    checkGradients(modelSubject(on(both, () => layers.flatten())()), LOOSE);
  });
}
