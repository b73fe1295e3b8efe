/**
 * What every environment is to do, as files of a project: train a small network, keep it and load it, open a file of
 * Keras's, ask which words decided; and say in one line of JSON what came of it.
 */
import { readCases, readSample } from "../../files/samples.js";
import { decode } from "../../golden/vectors.js";

/** The line. */
export interface Report {
  engine: string;
  /** Whether this runtime's WebAssembly fuses multiply-add. */
  fused: boolean;
  /** Whether threads can share memory: of a page, what the server's headers allow. */
  isolated: boolean;
  /** Workers that were begun, of a page. */
  workers: number;
  /** The trained network's answer. */
  label: string;
  /** Scores of trained network. */
  scores: number[];
  /** What Keras's file answers. */
  outputs: number[];
  /** What each word did for the answer. */
  words: number[];
  /** The trained weights, a hash of their bits. */
  weights: number;
}

const flagship = readCases("keras_files.json").find(({ name }) => name === "flagship")!;
const row = (flagship.input as number[][])[0]!;

/** What Keras itself answered to that row. */
export const KERAS_OUTPUTS: number[] = [...decode(flagship.output).subarray(0, 1)];

/** The names that the program imports the package by. */
type Names = Record<"index" | "predict" | "explain", string>;
const BY_NAME: Names = { index: "cellstate", predict: "cellstate/predict", explain: "cellstate/explain" };

/** A module that exports `report`. @param settings further ones of the engine, as JavaScript */
export const work = (names: Names = BY_NAME, settings = "{}"): string => `
import { TextClassifier } from "${names.index}";
import { attribute, readSentence } from "${names.explain}";
import { loadModel } from "${names.predict}";

const begun = { workers: 0 };
if (typeof document === "object") {
  const Worker = globalThis.Worker;
  globalThis.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      begun.workers++;
    }
  };
}

const rows = ["free prize", "see you"].flatMap((text, k) =>
  Array.from({ length: 20 }, (_, i) => ({ text: text + " " + i, label: k === 0 ? "spam" : "ham" })),
);
const training = { model: "lstm", epochs: 6, learningRate: 0.02, length: 8, vocabulary: 50, seed: 1 };
const keras = Uint8Array.from(atob("${readSample("flagship.keras").toString("base64")}"), (letter) => letter.charCodeAt(0));
const row = ${JSON.stringify(row)};

// (a, c) → a · a + c by f32x4.relaxed_madd: fused, nothing is rounded in between. Some runtimes have it, and do not fuse.
const MULTIPLY_ADD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 125, 125, 1, 125, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0,
  10, 22, 1, 20, 0, 32, 0, 253, 19, 32, 0, 253, 19, 32, 1, 253, 19, 253, 133, 2, 253, 31, 0, 11];

function isFused() {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(MULTIPLY_ADD)));
    return exports.f(1 + 2 ** -12, -(1 + 2 ** -11)) !== 0;
  } catch {
    return false;
  }
}

function hash(arrays) {
  let sum = 0x811c9dc5;
  for (const { data } of arrays)
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum;
}

export async function report() {
  const settings = ${settings};
  const trained = await TextClassifier.train(rows, { ...training, ...settings });
  const back = await TextClassifier.load(await trained.toBytes(), settings);
  const answer = back.predict("free prize");
  const { ids } = readSentence(back.vectorizer, "free prize", back.length);
  const asked = await loadModel(keras, settings);
  return JSON.stringify({
    engine: asked.engineName,
    fused: isFused(),
    isolated: globalThis.crossOriginIsolated === true,
    workers: begun.workers,
    label: answer.label,
    scores: Object.values(answer.scores),
    outputs: asked.predict([row]).flat(Infinity),
    words: (await attribute(back.model, ids)).words.map(({ integratedGradients }) => integratedGradients),
    weights: hash(back.model.getWeights()),
  });
}
`;

export const PRINT = `import { report } from "./work.js";\nreport().then((line) => console.log(line));\n`;
