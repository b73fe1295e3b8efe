/**
 * What each layer has: the writers that take it and the explanations that know it, seen by asking them. A layer that
 * gets or loses one shows here: the table in docs/formats.md says which.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { InputError } from "../../src/base/errors.js";
import { openCells } from "../../src/explain/cells/open.js";
import { explainParameters } from "../../src/explain/index.js";
import { PARAMETER_RULES } from "../../src/explain/parameters/layers.js";
import { writeModelModule, writeOnnx, writeSafetensors, writeTfjs } from "../../src/formats.js";
import { type Layer, layers, type Model, model, type Shape, sequential } from "../../src/index.js";
import { writeKeras, writeKerasH5 } from "../../src/keras.js";
import { LAYER_KINDS } from "../../src/layers/kinds.js";

const ROOT = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");

/** A table of a page of docs, by its first column's head: its rows, the head first. */
function tableIn(page: string, first: string): string[] {
  const lines = read(`docs/${page}`).split("\n");
  const from = lines.findIndex((line) => line.startsWith(`| ${first} |`));
  const length = lines.slice(from).findIndex((line) => !line.startsWith("|"));
  const [head, , ...rows] = lines.slice(from, from + length);
  return [head!, ...rows];
}

const COLUMNS =
  "| layer | `.keras`, `.h5`, `.safetensors` | `.json` | `.onnx` | `.mjs` | parameters by a rule of its own | cell explained |";

// ---- a small model around each layer ------------------------------------------------------------------------

const VECTOR: Shape = [4];
const SEQUENCE: Shape = [6, 4];
/** As TensorFlow.js has it: with the reset gate before the product. */
const GRU = { units: 2, resetAfter: false };
const input = (shape: Shape) => layers.input({ shape });
const chain = (shape: Shape, ...list: Layer[]) =>
  sequential([input(shape), ...list], { engine: "reference" });
const merged = (layer: Layer, shape = VECTOR) => {
  const [x, y] = [input(shape), input(shape)];
  return model({ inputs: [x, y], outputs: layer.apply([x, y]), engine: "reference" });
};

const { lstm, gru, simpleRNN, rnn, lstmCell, gruCell, simpleRNNCell } = layers;
const MODELS: Record<string, () => Model> = {
  Activation: () => chain(VECTOR, layers.activation({ activation: "tanh" })),
  Add: () => merged(layers.add()),
  Attention: () => merged(layers.attention({ useScale: true }), SEQUENCE),
  Average: () => merged(layers.average()),
  AveragePooling1D: () => chain(SEQUENCE, layers.averagePooling1D({ poolSize: 2 })),
  BatchNormalization: () => chain(VECTOR, layers.batchNormalization()),
  Bidirectional: () => chain(SEQUENCE, layers.bidirectional({ layer: lstm({ units: 2 }) })),
  Concatenate: () => merged(layers.concatenate()),
  Conv1D: () => chain(SEQUENCE, layers.conv1D({ filters: 2, kernelSize: 3 })),
  Dense: () => chain(VECTOR, layers.dense({ units: 2 })),
  Dropout: () => chain(VECTOR, layers.dropout({ rate: 0.5 })),
  ELU: () => chain(VECTOR, layers.elu()),
  Embedding: () => chain([6], layers.embedding({ inputDim: 5, outputDim: 3 })),
  Flatten: () => chain(SEQUENCE, layers.flatten()),
  GRU: () => chain(SEQUENCE, gru(GRU)),
  GRUCell: () => chain(SEQUENCE, rnn({ cell: gruCell(GRU) })),
  GlobalAveragePooling1D: () => chain(SEQUENCE, layers.globalAveragePooling1D()),
  GlobalMaxPooling1D: () => chain(SEQUENCE, layers.globalMaxPooling1D()),
  InputLayer: () => chain(VECTOR, layers.dense({ units: 2 })),
  LSTM: () => chain(SEQUENCE, lstm({ units: 2 })),
  LSTMCell: () => chain(SEQUENCE, rnn({ cell: lstmCell({ units: 2 }) })),
  LayerNormalization: () => chain(VECTOR, layers.layerNormalization()),
  LeakyReLU: () => chain(VECTOR, layers.leakyReLU()),
  Masking: () => chain(SEQUENCE, layers.masking()),
  MaxPooling1D: () => chain(SEQUENCE, layers.maxPooling1D()),
  Maximum: () => merged(layers.maximum()),
  Minimum: () => merged(layers.minimum()),
  Multiply: () => merged(layers.multiply()),
  PReLU: () => chain(VECTOR, layers.prelu()),
  Permute: () => chain(SEQUENCE, layers.permute({ dims: [2, 1] })),
  RNN: () => chain(SEQUENCE, rnn({ cell: lstmCell({ units: 2 }) })),
  ReLU: () => chain(VECTOR, layers.relu()),
  RepeatVector: () => chain(VECTOR, layers.repeatVector({ n: 3 })),
  Reshape: () => chain(SEQUENCE, layers.reshape({ targetShape: [4, 6] })),
  SimpleRNN: () => chain(SEQUENCE, simpleRNN({ units: 2 })),
  SimpleRNNCell: () => chain(SEQUENCE, rnn({ cell: simpleRNNCell({ units: 2 }) })),
  Softmax: () => chain(VECTOR, layers.softmax()),
  SpatialDropout1D: () => chain(SEQUENCE, layers.spatialDropout1D({ rate: 0.5 })),
  StackedRNNCells: () => chain(SEQUENCE, rnn({ cell: [lstmCell({ units: 2 }), gruCell({ units: 2 })] })),
  Subtract: () => merged(layers.subtract()),
  TextVectorization: () =>
    sequential(
      [
        layers.textVectorization({ vocabulary: ["", "[UNK]", "good"], outputSequenceLength: 6 }),
        layers.embedding({ inputDim: 3, outputDim: 2 }),
      ],
      { engine: "reference" },
    ),
  TimeDistributed: () => chain(SEQUENCE, layers.timeDistributed({ layer: layers.dense({ units: 2 }) })),
  ZeroPadding1D: () => chain(SEQUENCE, layers.zeroPadding1D()),
};

// ---- what takes it ------------------------------------------------------------------------------------------

/** Whether it is taken; refusing it is to be said in words. */
function takes(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return false;
  }
}

const yes = (is: boolean) => (is ? "yes" : "no");

function row(className: string): string {
  const made = MODELS[className]!();
  const keras = [writeKeras, writeKerasH5, writeSafetensors].map((write) => takes(() => write(made)));
  assert.ok(new Set(keras).size === 1, `${className}: Keras's own formats differ`);
  const cells = [
    keras[0]!,
    takes(() => writeTfjs(made)),
    takes(() => writeOnnx(made)),
    takes(() => writeModelModule(made)),
    Object.hasOwn(PARAMETER_RULES, className),
    takes(() => openCells(made)),
  ];
  return `| ${className} | ${cells.map(yes).join(" | ")} |`;
}

/** Those without a model are named by a test of its own. */
const found = [...LAYER_KINDS.keys()]
  .filter((className) => Object.hasOwn(MODELS, className))
  .sort()
  .map(row);

test("no code asks for a layer by its class name: its kind says what it is", () => {
  const source = new URL("src/", ROOT);
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.ts$/.test(name),
  );
  assert.ok(files.length > 100, "src is not where it was");
  const found = files.flatMap((file) =>
    [...readFileSync(new URL(file, source), "utf8").matchAll(/lassName\)? [!=]== "(\w+)"/g)]
      .filter(([, className]) => LAYER_KINDS.has(className!))
      .map(([comparison]) => `${file}: ${comparison}`),
  );
  assert.deepEqual(found, []);
});

describe("what each layer has", () => {
  test("every kind is asked for", () => {
    assert.deepEqual(Object.keys(MODELS).sort(), [...LAYER_KINDS.keys()].sort());
  });

  test("writers and explanations are those of the table in docs/formats.md", () => {
    assert.deepEqual([COLUMNS, ...found], tableIn("formats.md", "layer"));
  });

  test("the files that know Attention are those that docs/architecture.md lists", () => {
    const knowing = ["kernels", "src"].flatMap((folder) =>
      readdirSync(new URL(folder, ROOT), { recursive: true, encoding: "utf8" })
        .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
        .filter((file) => /\.(c|h|ts)$/.test(file) && /\battention/i.test(read(file))),
    );
    const [, ...rows] = tableIn("architecture.md", "file");
    assert.deepEqual(knowing.sort(), rows.map((row) => /`(.+?)`/.exec(row)![1]).sort());
  });

  test("users can make every kind, and nothing else", () => {
    const made = [...LAYER_KINDS.values()].map(({ make }) => make);
    assert.deepEqual(new Set<unknown>(made), new Set(Object.values(layers)));
  });

  for (const [className, { unlisted }] of LAYER_KINDS) {
    test(`${className}: its parameters are explained, and summaries show it`, () => {
      const made = MODELS[className]!();
      assert.equal(explainParameters(made).total, made.countParams());
      const shown = made.layers.some(({ kind }) => kind === LAYER_KINDS.get(className));
      if (shown) assert.ok(made.summary({ lineLength: 160 }).includes(`(${className})`));
      else assert.ok(unlisted || made.layers[0]!.className === "RNN", `${className} is not in its model`);
    });
  }
});
