/** Training leaks nothing. A file of its own, so that no other test's garbage is counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { EngineName } from "../../src/engine/contract.js";
import { availableEngines } from "../../src/engine/index.js";
import { layers, sequential } from "../../src/index.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const X = Array.from({ length: 20 }, (_, r) => Array.from({ length: 4 }, (_, t) => (r * 5 + t * 3) % 9));
const Y = X.map((_, r) => r % 2);
const BLOCKS = 5;
const FITS = 200;

async function bytesInUse(): Promise<number> {
  for (let i = 0; i < 2; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    collect();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

for (const engine of availableEngines()) {
  test(`${engine}: 1,000 fits and as many predictions take no more memory than a few`, () => steady(engine));
}

async function steady(engine: EngineName): Promise<void> {
  const model = sequential(
    [
      layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true }),
      layers.lstm({ units: 5, dropout: 0.2, recurrentDropout: 0.2 }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { engine },
  );
  model.compile({ loss: "binaryCrossentropy" });
  const round = async () => {
    await model.fit(X, Y, { batchSize: 8, validationSplit: 0.2 });
    model.predict(X);
  };
  await round();
  const { buffer } = model.runtime.engine;
  const mark = model.runtime.arena.mark();
  const used: number[] = [];
  for (let block = 0; block < BLOCKS; block++) {
    for (let i = 0; i < FITS; i++) await round();
    used.push(await bytesInUse());
  }
  assert.equal(model.runtime.engine.buffer, buffer, "the engine's memory has not grown");
  assert.equal(model.runtime.arena.mark(), mark);
  // The compiler's own books grow and shrink by some ten thousand bytes; a leak grows in block after block. The least object that a
  // fit might leave behind, its weights kept for going back to, would be 1.5 KB.
  const growths = used.slice(1).map((bytes, i) => bytes - used[i]!);
  const median = growths.sort((a, b) => a - b)[Math.floor(growths.length / 2)]!;
  assert.ok(median < 400 * FITS, `memory grows by ${median} bytes in ${FITS} fits: ${used}`);
  model.dispose();
}
