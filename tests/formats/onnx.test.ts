import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "../../src/formats/onnx/onnx-pb.js";
import { writeOnnx } from "../../src/formats/onnx/write.js";
import { InputError, layers, type Model, sequential } from "../../src/index.js";
import { assertClose } from "../golden/compare.js";
import { flatten, type GoldenModel, goldenModels } from "./golden-models.js";

interface OrtTensor {
  data: Float32Array;
  dims: number[];
}
interface Ort {
  InferenceSession: {
    create(
      bytes: Uint8Array,
      options: object,
    ): Promise<{
      inputNames: string[];
      run(feeds: Record<string, OrtTensor>): Promise<{ output: OrtTensor }>;
    }>;
  };
  Tensor: new (type: string, data: Float32Array | Int32Array, dims: number[]) => OrtTensor;
}

/** ONNX Runtime, where there is a build of it for this machine. */
function runtime(): Ort | null {
  try {
    return createRequire(import.meta.url)("onnxruntime-node") as Ort;
  } catch {
    return null;
  }
}
const ort = runtime();
const skip = ort ? false : "onnxruntime-node has no build for this machine";

const shapeOf = (rows: unknown): number[] => (Array.isArray(rows) ? [rows.length, ...shapeOf(rows[0])] : []);

async function answer(bytes: Uint8Array, model: Model, inputs: unknown[]): Promise<OrtTensor> {
  const session = await ort!.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const { graph } = fromBinary(ModelProtoSchema, bytes);
  const feeds = inputs.map((rows, i) => {
    const { name, type } = graph!.input[i]!;
    const numbers = flatten(rows as unknown[]);
    const ids = type!.value.value!.elemType === 6;
    const data = ids ? Int32Array.from(numbers) : Float32Array.from(numbers);
    return [name, new ort!.Tensor(ids ? "int32" : "float32", data, shapeOf(rows))] as const;
  });
  assert.equal(feeds.length, model.inputShapes.length);
  return (await session.run(Object.fromEntries(feeds))).output;
}

const CELL_ACTIVATION = /expected an activation that ONNX's recurrent nodes have .*keep the model as \.keras/;
/** Cases that are refused, and why. */
const REFUSED: readonly [name: RegExp, why: RegExp][] = [
  [
    /^(simple_rnn|lstm|gru|bidirectional): .*(selu|exponential|relu6|hardTanh|silu|gelu|mish|mixed)/i,
    CELL_ACTIVATION,
  ],
];

const isRefused = ({ model }: GoldenModel): string | null => {
  try {
    writeOnnx(model);
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
};

describe("ONNX Runtime answers as Keras does", { skip }, () => {
  let run = 0;
  for (const golden of goldenModels()) {
    const { name, model, input, inputs, output } = golden;
    const refusal = isRefused(golden);
    if (refusal !== null) {
      test(`${name} is refused with the reason`, () => {
        assert.ok(
          REFUSED.some(([which, why]) => which.test(name) && why.test(refusal)),
          refusal,
        );
      });
      continue;
    }
    run++;
    test(name, async () => {
      const found = await answer(writeOnnx(model), model, inputs === 1 ? [input] : input);
      assertClose(found.data, output, name, { absolute: 1e-5, relative: 1e-5 });
    });
  }
  test("most cases are written", () => assert.ok(run > 200, `${run}`));
});

const CELLS = {
  lstm: layers.lstm,
  gru: layers.gru,
  simpleRNN: layers.simpleRNN,
  oldGru: (o: { units: number }) => layers.gru({ ...o, resetAfter: false }),
  stacked: ({ units, ...o }: { units: number }) => {
    const cells = [
      layers.lstmCell({ units: 3 }),
      layers.simpleRNNCell({ units: 2 }),
      layers.gruCell({ units }),
    ];
    return layers.rnn({ cell: layers.stackedRNNCells({ cells }), ...o });
  },
};

/** Hidden steps in front, behind, in between, everywhere and nowhere. */
const ROWS = [
  [0, 0, 3, 9, 4],
  [5, 1, 7, 0, 0],
  [2, 0, 8, 0, 6],
  [0, 0, 0, 0, 0],
  [1, 2, 3, 4, 5],
  [0, 6, 0, 0, 0],
];

describe("masks of every pattern, in any number of rows and steps", { skip }, () => {
  for (const [name, cell] of Object.entries(CELLS)) {
    for (const returnSequences of [false, true]) {
      for (const [goBackwards, zeroOutputForMask] of [
        [false, false],
        [true, false],
        [true, true],
      ]) {
        const options = { units: 4, returnSequences, goBackwards, zeroOutputForMask };
        test(`${name} ${JSON.stringify(options)}`, async () => {
          const model = sequential(
            [layers.embedding({ inputDim: 10, outputDim: 3, maskZero: true }), cell(options)],
            { seed: 3, engine: "reference" },
          );
          const bytes = writeOnnx(model);
          for (const rows of [ROWS, ROWS.slice(1, 2).map((row) => row.slice(0, 4))]) {
            const wanted = flatten(model.predict(rows));
            assertClose((await answer(bytes, model, [rows])).data, wanted, name, { absolute: 1e-5 });
          }
        });
      }
    }
  }
});

test("layers over steps whose number is free", { skip }, async () => {
  const model = sequential(
    [
      layers.input({ shape: [null, 3] }),
      layers.conv1D({ filters: 4, kernelSize: 4, strides: 2, padding: "same" }),
      layers.conv1D({ filters: 6, kernelSize: 3, dilationRate: 2, padding: "causal", groups: 2 }),
      layers.zeroPadding1D({ padding: [1, 2] }),
      layers.timeDistributed({ layer: layers.prelu({ alphaInitializer: "glorotUniform" }) }),
      layers.prelu({ alphaInitializer: "glorotUniform", sharedAxes: [1] }),
      layers.reshape({ targetShape: [-1, 3] }),
      layers.permute({ dims: [2, 1] }),
      layers.permute({ dims: [2, 1] }),
      layers.softmax({ axis: 1 }),
    ],
    { seed: 7, engine: "reference" },
  );
  const bytes = writeOnnx(model);
  for (const steps of [1, 6, 9]) {
    const rows = [0, 1].map((r) =>
      Array.from({ length: steps }, (_, t) => [0, 1, 2].map((f) => Math.sin(r + 3 * t + 5 * f))),
    );
    const wanted = flatten(model.predict(rows));
    assertClose((await answer(bytes, model, [rows])).data, wanted, `${steps} steps`, { absolute: 1e-5 });
  }
});

test("features far from 0 are normalised as well as others", { skip }, async () => {
  const model = sequential([layers.input({ shape: [16] }), layers.layerNormalization()], {
    engine: "reference",
  });
  const rows = [0, 10, 1000, 10_000].map((far) => Array.from({ length: 16 }, (_, f) => far + ((f * 7) % 5)));
  const { data } = await answer(writeOnnx(model), model, [rows]);
  assertClose(data, flatten(model.predict(rows)), "normalised", { absolute: 1e-5 });
});

test("a model has one native node a recurrent layer, no loops, a free batch and its texts beside it", () => {
  const model = sequential(
    [
      layers.embedding({ inputDim: 10, outputDim: 3, inputLength: 6 }),
      layers.lstm({ units: 4, returnSequences: true }),
      layers.gru({ units: 4 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { engine: "reference", name: "small" },
  );
  const { graph, opsetImport, metadataProps } = fromBinary(
    ModelProtoSchema,
    writeOnnx(model, { extras: { labels: ["ham", "spam"] } }),
  );
  const ops = graph!.node.map(({ opType }) => opType);
  assert.deepEqual(
    ops.filter((op) => ["LSTM", "GRU", "RNN", "Loop", "Scan", "If"].includes(op)),
    ["LSTM", "GRU"],
  );
  assert.deepEqual(
    opsetImport.map(({ version }) => version),
    [17n],
  );
  const dims = graph!.input[0]!.type!.value.value!.shape!.dim.map(({ value }) => value.value);
  assert.deepEqual(dims, ["batch", 6n]);
  assert.deepEqual(
    metadataProps.map(({ key, value }) => [key, JSON.parse(value)]),
    [["cellstate", { labels: ["ham", "spam"] }]],
  );
});

test("a Softmax behind a mask is refused as in prediction", () => {
  const masked = layers.embedding({ inputDim: 10, outputDim: 3, inputLength: 6, maskZero: true });
  const model = sequential([masked, layers.softmax({ name: "odd" })], { engine: "reference" });
  assert.throws(() => writeOnnx(model), /input of Softmax odd: expected a sequence without a mask/);
});
