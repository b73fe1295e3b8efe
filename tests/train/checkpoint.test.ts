import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeCheckpoint, encodeCheckpoint, InputError, type TrainingState } from "../../src/index.js";

const state: TrainingState = {
  epoch: 2,
  batch: 3,
  lossSum: 0.1 + 0.2,
  rowsSeen: 24,
  outputs: Float32Array.of(0.25, -0, Number.MIN_VALUE),
  history: [{ loss: 0.5, accuracy: 1 / 3 }],
  weights: Float32Array.from({ length: 1000 }, (_, i) => Math.fround(Math.sin(i))),
  optimizer: { iterations: 17, learningRate: 0.001, slots: [Float32Array.of(1, 2), Float32Array.of(3)] },
  callbacks: { early: { values: { best: null, wait: 1 }, arrays: { best: Float32Array.of(9) } } },
  stopped: null,
  fingerprint: 'größe "1"',
};

test("a checkpoint comes back to the bit, from a Buffer that is part of a pool too", () => {
  const bytes = encodeCheckpoint(state);
  assert.deepEqual(decodeCheckpoint(bytes, "test"), state);
  const pooled = Buffer.concat([Buffer.from("x"), bytes]).subarray(1);
  assert.deepEqual(decodeCheckpoint(pooled, "test"), state);
});

test("a checkpoint that is cut short or is none is refused", () => {
  const bytes = encodeCheckpoint(state);
  for (let length = 0; length < bytes.length; length += 97) {
    assert.throws(() => decodeCheckpoint(bytes.subarray(0, length), "test"), InputError, `cut at ${length}`);
  }
  assert.throws(
    () => decodeCheckpoint(new TextEncoder().encode("hello, this is something else"), "test"),
    InputError,
  );
});
