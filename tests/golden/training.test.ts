import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type LossName, type Optimizer, optimizers } from "../../src/index.js";
import { assertClose } from "./compare.js";
import { buildModel, ENGINES, flatten, type TestedEngine } from "./models.js";
import { decode, type Encoded, type ModelSpec, readVectors } from "./vectors.js";

interface TrainingCase {
  name: string;
  model: ModelSpec;
  /** Which of the data sets. */
  data: string;
  optimizer: [name: string, options: object];
  loss: LossName;
  batchSize: number;
  weighted?: boolean;
  classWeight?: Record<number, number>;
  weights: Encoded[];
  finalWeights?: Encoded[];
  /** Step by step: the loss of each batch before its update, and the outputs of all rows at the end. */
  losses?: number[];
  finalOutput?: Encoded;
  /** A whole fit. */
  epochs?: number;
  validationSplit?: number;
  history?: Record<"loss" | "accuracy" | "valLoss" | "valAccuracy", number[]>;
  evaluation?: { loss: number; accuracy: number };
}
interface DataSet {
  x: number[][];
  y: number[];
  sampleWeight: Encoded | null;
}

/** What 50 steps may part from Keras, of values of order one. */
const TRAINING = { absolute: 1e-4 };

function prepare(c: TrainingCase, data: DataSet, engine: TestedEngine) {
  const model = buildModel(c.model, engine, c.weights);
  const make = optimizers as unknown as Record<string, (options: object) => Optimizer>;
  model.compile({ optimizer: make[c.optimizer[0]]!(c.optimizer[1]), loss: c.loss, metrics: ["accuracy"] });
  const classes = c.model.at(-1)![1]["units"] as number;
  const y = data.y.map((label) =>
    c.loss === "categoricalCrossentropy"
      ? Array.from({ length: classes }, (_, k) => (k === label ? 1 : 0))
      : [label],
  );
  const sampleWeight = c.weighted ? decode(data.sampleWeight!) : null;
  return { model, y, sampleWeight };
}

function followSteps(c: TrainingCase, data: DataSet, engine: TestedEngine): void {
  const { model, y, sampleWeight } = prepare(c, data, engine);
  const perRound = Math.ceil(data.x.length / c.batchSize);
  const found = c.losses!.map((_, step) => {
    const from = (step % perRound) * c.batchSize;
    const to = from + c.batchSize;
    return model.trainOnBatch(data.x.slice(from, to), y.slice(from, to), {
      ...(sampleWeight && { sampleWeight: sampleWeight.subarray(from, Math.min(to, data.x.length)) }),
      ...(c.classWeight && { classWeight: c.classWeight }),
    });
  });
  assertClose(found, c.losses!, `${c.name}: losses`, TRAINING);
  assertClose(
    flatten(model.predict(data.x)),
    decode(c.finalOutput!),
    `${c.name}: outputs at the end`,
    TRAINING,
  );
  checkWeights(c, model);
}

function checkWeights(c: TrainingCase, model: ReturnType<typeof buildModel>): void {
  c.finalWeights?.forEach((reference, i) => {
    const { name, data } = model.getWeights()[i]!;
    assertClose(data, decode(reference), `${c.name}: ${name} at the end`, TRAINING);
  });
}

async function followFit(c: TrainingCase, data: DataSet, engine: TestedEngine): Promise<void> {
  const { model, y, sampleWeight } = prepare(c, data, engine);
  const { history } = await model.fit(data.x, y, {
    epochs: c.epochs!,
    batchSize: c.batchSize,
    validationSplit: c.validationSplit!,
    shuffle: false,
    ...(sampleWeight && { sampleWeight }),
    ...(c.classWeight && { classWeight: c.classWeight }),
  });
  const { loss, valLoss, accuracy, valAccuracy } = c.history!;
  assertClose(history.loss!, loss, `${c.name}: loss`, TRAINING);
  assertClose(history.valLoss!, valLoss, `${c.name}: valLoss`, TRAINING);
  assertClose(history.accuracy!, accuracy, `${c.name}: accuracy`, { absolute: 1e-6 });
  assertClose(history.valAccuracy!, valAccuracy, `${c.name}: valAccuracy`, { absolute: 1e-6 });
  checkWeights(c, model);
  const evaluation = await model.evaluate(data.x, y);
  assertClose([evaluation.loss], [c.evaluation!.loss], `${c.name}: evaluated loss`, TRAINING);
  assertClose([evaluation.accuracy!], [c.evaluation!.accuracy], `${c.name}: evaluated accuracy`, {
    absolute: 1e-6,
  });
}

for (const engine of ENGINES) {
  for (const family of ["tensorflow", "jax", "layers"]) {
    const { cases, data } = readVectors<TrainingCase, { data: Record<string, DataSet> }>(
      `training_${family}`,
    );
    describe(`training as Keras, ${family}, ${engine} engine`, () => {
      for (const c of cases) {
        const set = data[c.data]!;
        assert.ok(c.losses || c.history, `${c.name}: is neither steps nor a fit`);
        test(c.name, () => (c.losses ? followSteps(c, set, engine) : followFit(c, set, engine)));
      }
    });
  }
}
