/**
 * A process of its own that trains and predicts over and over and prints how much memory is in use now and then; run with
 * --expose-gc --single-threaded, so that a collection is over when it returns, whatever else the machine is doing.
 * Arguments: engine, then (optional) bytes that each round keeps on purpose.
 */

import { direct } from "../../src/engines/engine.js";
import type { EngineName } from "../../src/engines/registry.js";
import { layers, sequential } from "../../src/index.js";
import { trainerOf } from "../../src/model/model.js";

export interface MemoryUse {
  /** Bytes of the JavaScript heap and of buffers beside it, after each `roundsBetween` rounds. */
  heap: number[];
  /** Bytes of the engine's memory at the end more than after the first round. */
  engineGrowth: number;
  /** Bytes placed in it, likewise. */
  arenaGrowth: number;
}

export const ROUNDS_BETWEEN = 50;
const POINTS = 21;
/** Until the compiler has settled: what it knows of the code lies in the heap too. */
const WARM_UP = 300;

const X = Array.from({ length: 20 }, (_, r) => Array.from({ length: 4 }, (_, t) => (r * 5 + t * 3) % 9));
const Y = X.map((_, r) => r % 2);

function bytesInUse(): number {
  for (let i = 0; i < 2; i++) globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function use(engine: EngineName, kept: number): Promise<MemoryUse> {
  const model = sequential(
    [
      layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true }),
      layers.lstm({ units: 5, dropout: 0.2, recurrentDropout: 0.2 }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { engine, threads: 2 },
  );
  model.compile({ loss: "binaryCrossentropy" });
  const leak: Uint8Array[] = [];
  const round = async () => {
    await model.fit(X, Y, { batchSize: 8, validationSplit: 0.2 });
    model.predict(X);
    if (kept > 0) leak.push(new Uint8Array(kept));
  };
  await round();
  const { engine: used, arena } = trainerOf(model).network.runtime;
  const memory = direct(used);
  const [bytes, mark] = [memory.buffer.byteLength, arena.mark()];
  for (let i = 0; i < WARM_UP; i++) await round();
  const heap = [bytesInUse()];
  while (heap.length < POINTS) {
    for (let i = 0; i < ROUNDS_BETWEEN; i++) await round();
    heap.push(bytesInUse());
  }
  const growth = { engineGrowth: memory.buffer.byteLength - bytes, arenaGrowth: arena.mark() - mark };
  model.dispose();
  return { heap, ...growth };
}

const [engine, kept] = process.argv.slice(2);
if (engine) console.log(JSON.stringify(await use(engine as EngineName, Number(kept ?? 0))));
