/** Checkpoints whose checksum is right and whose contents are not: refused, or gone on from to whole numbers. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Json } from "../../src/base/json.js";
import {
  callbacks,
  decodeCheckpoint,
  encodeCheckpoint,
  layers,
  sequential,
  TrainingError,
  type TrainingState,
} from "../../src/index.js";
import { fuzz } from "../files/fuzzing.js";
import { type Dice, damage, damageJson } from "../files/mutate.js";
import { arraysOf, assembled, headerOf } from "./checkpoint-files.js";

const X = [[0.5], [1], [2]];

function fit(more: object) {
  const model = sequential(
    [layers.input({ shape: [1] }), layers.dense({ units: 2 }), layers.dense({ units: 1 })],
    {
      engine: "reference",
    },
  );
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  const early = callbacks.earlyStopping({ monitor: "loss", patience: 9, restoreBestWeights: true });
  return { model, done: model.fit(X, X, { epochs: 2, batchSize: 1, callbacks: [early], ...more }) };
}

const states: TrainingState[] = [];
const keep = callbacks.checkpoint((state) => void states.push(state), 0);
const early = callbacks.earlyStopping({ monitor: "loss", patience: 9, restoreBestWeights: true });
await fit({ callbacks: [early, keep] }).done;
const files = states.map(encodeCheckpoint);

async function goOn(bytes: Uint8Array): Promise<void> {
  const { model, done } = fit({ resume: decodeCheckpoint(bytes, "checkpoint.cellstate") });
  try {
    await done;
  } catch (error) {
    // Numbers may be too large to train on; that is said as it is of any run.
    if (!(error instanceof TrainingError)) throw error;
  } finally {
    model.dispose();
  }
}

/** Bytes under their own checksum: none opens but as it was. */
async function openOnlyWhole(bytes: Uint8Array): Promise<void> {
  decodeCheckpoint(bytes, "checkpoint.cellstate");
  assert.ok(files.some((file) => Buffer.compare(file, bytes) === 0));
}

function otherHeader(dice: Dice): Uint8Array {
  const bytes = dice.pick(files);
  return assembled(bytes, damageJson(headerOf(bytes) as Json, dice), arraysOf(bytes));
}

function otherArrays(dice: Dice): Uint8Array {
  const bytes = dice.pick(files);
  return assembled(bytes, headerOf(bytes), damage(arraysOf(bytes), dice));
}

describe("checkpoints that are sound around what is wrong in them", () => {
  fuzz(
    {
      "bytes, as they come": { make: (dice) => damage(dice.pick(files), dice), open: openOnlyWhole },
      "another header": { make: otherHeader, open: goOn },
      "other arrays": { make: otherArrays, open: goOn },
    },
    2,
  );
});
