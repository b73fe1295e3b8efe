/** What the browser is to do, and Node beside it: train a small network and say what came of it. */
import {
  type EngineOptions,
  layers,
  loadModel,
  type Model,
  sequential,
  TextClassifier,
} from "../../src/index.js";

const STEPS = 12;

export interface Outcome {
  engine: string;
  /** FNV-1a of the weights' bits. */
  weights: number;
}

/** The flagship in small, compiled. */
export function smallNetwork(options: EngineOptions): Model {
  const model = sequential(
    [
      layers.embedding({ inputDim: 40, outputDim: 6, inputLength: STEPS }),
      layers.lstm({ units: 11, dropout: 0.1, recurrentDropout: 0.1 }),
      layers.dropout({ rate: 0.1 }),
      layers.dense({ units: 9, activation: "sigmoid" }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 3, ...options },
  );
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  return model;
}

/** Rows of four shards. */
export function trainingRows(): { x: number[][]; y: number[] } {
  const x = Array.from({ length: 64 }, (_, r) =>
    Array.from({ length: STEPS }, (_, t) => (r * 31 + t * 17 + r * t) % 40),
  );
  return { x, y: x.map((row) => (row.includes(7) ? 1 : 0)) };
}

/** Trains on two shards of rows a batch. */
export async function trainNetwork(options: EngineOptions): Promise<Outcome> {
  const model = smallNetwork(options);
  const { x, y } = trainingRows();
  await model.fit(x, y, { epochs: 3 });
  const outcome = { engine: model.engineName, weights: hash(model.getWeights().map(({ data }) => data)) };
  model.dispose();
  return outcome;
}

function hash(arrays: readonly Float32Array[]): number {
  let sum = 0x811c9dc5;
  for (const array of arrays) {
    for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) {
      sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
    }
  }
  return sum;
}

/** A classifier of six texts, trained where this runs: its answers. */
export async function classify(): Promise<string[]> {
  const rows = [
    { text: "win a free prize now", label: "spam" },
    { text: "free entry claim your prize", label: "spam" },
    { text: "cash prize waiting claim now", label: "spam" },
    { text: "see you at lunch tomorrow", label: "ham" },
    { text: "are you home for dinner", label: "ham" },
    { text: "call me when you are at work", label: "ham" },
  ];
  const many = Array.from({ length: 20 }, () => rows).flat();
  const classifier = await TextClassifier.train(many, {
    model: "lstm",
    epochs: 12,
    length: 12,
    vocabulary: 60,
    engine: "wasm",
  });
  return rows.map(({ text }) => classifier.predict(text).label);
}

/** The first row of outputs of a Keras file. */
export async function openFile(bytes: Uint8Array, row: readonly number[]): Promise<number[]> {
  const model = await loadModel(bytes, { engine: "wasm" });
  return model.predict([row])[0] as number[];
}
