/** Random small models: gradients by central differences, and inference equal to the training forward pass. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ActivationName, type CompileOptions, type Layer, layers, losses } from "../../src/index.js";
import { checkGradients } from "./checker.js";
import { exampleIds, exampleRows, type ModelCase, modelSubject } from "./models.js";

/** Smooth ones only: a difference that straddles a kink says nothing. */
const SMOOTH: ActivationName[] = [
  "tanh",
  "sigmoid",
  "softplus",
  "softsign",
  "silu",
  "gelu",
  "mish",
  "softmax",
];
const smooth = fc.constantFrom(...SMOOTH);
const ofCells = fc.constantFrom(...SMOOTH.filter((name) => name !== "softmax"));
const rate = fc.constantFrom(0, 0, 0.2);
const units = fc.integer({ min: 2, max: 4 });
const penalty = fc.constantFrom(null, null, { l2: 0.1 });

type Cell = (options: Parameters<typeof layers.simpleRNN>[0]) => Layer;
const cells: Cell[] = [
  (options) => layers.simpleRNN(options),
  (options) => layers.lstm(options),
  (options) => layers.gru(options),
  (options) => layers.gru({ ...options, resetAfter: false }),
];

const recurrent = (returnSequences: boolean) =>
  fc
    .record({
      options: fc.record({
        ...{ units, goBackwards: fc.boolean(), useBias: fc.boolean(), dropout: rate, recurrentDropout: rate },
        ...{ kernelRegularizer: penalty, recurrentRegularizer: penalty, activation: ofCells },
      }),
      make: fc.constantFrom(...cells),
      mergeMode: fc.constantFrom(null, null, "concat" as const, "mul" as const),
    })
    .map(({ options, make, mergeMode }) => () => {
      const one = make({ ...options, returnSequences, goBackwards: options.goBackwards && !mergeMode });
      return mergeMode ? layers.bidirectional({ layer: one, mergeMode }) : one;
    });

const elementwise = fc.oneof(
  smooth.map((activation) => () => layers.activation({ activation }) as Layer),
  rate.map((r) => () => layers.dropout({ rate: r }) as Layer),
  fc
    .record({ units, activation: smooth, useBias: fc.boolean(), kernelRegularizer: penalty })
    .map((options) => () => layers.dense(options) as Layer),
);

type Front = { first: () => Layer; rows: (n: number) => ModelCase["x"]; sequence: boolean };
const front = fc.constantFrom<Front>(
  {
    first: () => layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 4 }),
    rows: (n) => exampleIds(n, 4, 5),
    sequence: true,
  },
  {
    first: () => layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 4, maskZero: true }),
    rows: (n) => exampleIds(n, 4, 5),
    sequence: true,
  },
  { first: () => layers.input({ shape: [3, 2] }), rows: (n) => exampleRows(n, 2, 3), sequence: true },
  { first: () => layers.input({ shape: [4] }), rows: (n) => exampleRows(n, 4), sequence: false },
);

type Back = { last: () => Layer; y: (n: number) => ModelCase["y"]; loss: CompileOptions["loss"] };
const classes = (n: number, of: number) => Array.from({ length: n }, (_, r) => (r * 5 + 1) % of);
const hot = (n: number) => classes(n, 3).map((label) => [0, 1, 2].map((k) => (k === label ? 0.9 : 0.05)));
const dense = (size: number, activation: ActivationName) => () => layers.dense({ units: size, activation });
const path = fc.constantFrom("logits" as const, "probabilities" as const);
const labelSmoothing = fc.constantFrom(0, 0.1);
const back = fc.oneof(
  fc.record({ path, labelSmoothing }).map(
    (o): Back => ({
      last: dense(1, "sigmoid"),
      y: (n) => classes(n, 2),
      loss: losses.binaryCrossentropy(o),
    }),
  ),
  fc
    .record({ path, labelSmoothing })
    .map((o): Back => ({ last: dense(3, "softmax"), y: hot, loss: losses.categoricalCrossentropy(o) })),
  path.map(
    (p): Back => ({
      last: dense(3, "softmax"),
      y: (n) => classes(n, 3),
      loss: losses.sparseCategoricalCrossentropy({ path: p }),
    }),
  ),
  fc.constant<Back>({ last: dense(3, "linear"), y: hot, loss: "meanSquaredError" }),
);

const models = fc
  .record({
    front,
    body: fc.array(fc.oneof(recurrent(true), elementwise), { maxLength: 2 }),
    // A sequence ends in a cell or is flattened.
    reduce: fc.oneof(
      recurrent(false),
      fc.constantFrom<() => Layer>(
        () => layers.flatten(),
        () => layers.globalAveragePooling1D(),
        () => layers.globalMaxPooling1D(),
      ),
    ),
    head: fc.array(elementwise, { maxLength: 1 }),
    back,
    rows: fc.constantFrom(3, 5, 17),
    weighted: fc.boolean(),
  })
  .map(({ front: f, body, reduce, head, back: end, rows, weighted }): (() => ModelCase) => {
    const steps = f.sequence ? [...body, reduce, ...head] : head;
    const make = (): ModelCase => ({
      layers: [f.first(), ...steps.map((make) => make()), end.last()],
      ...{ x: f.rows(rows), y: end.y(rows), loss: end.loss },
      ...(weighted && { options: { sampleWeight: Array.from({ length: rows }, (_, i) => 0.5 + (i % 3)) } }),
    });
    return Object.assign(make, { [fc.toStringMethod]: () => describe(make()) });
  });

/** A model as a counterexample shows it. */
const describe = ({ layers: list = [], loss }: ModelCase) =>
  JSON.stringify([...list.map(({ className, options }) => [className, options]), loss]);

/** Gradients deep in a model may be small: a wider step, so that rounding is smaller still. */
const LOOSE = { step: 3e-5, tolerance: 3e-5, smallest: 1e-4 };

const hasDropout = ({ layers: list = [] }: ModelCase) =>
  list
    .flatMap((layer) => [layer, ...layer.inner])
    .some(({ options }) =>
      Object.entries(options).some(([key, value]) => /rate|dropout/i.test(key) && value > 0),
    );

test("gradients of random models; inference agrees with training where nothing is dropped", () => {
  let [checked, vanished, compared] = [0, 0, 0];
  fc.assert(
    fc.property(models, (make) => {
      const given = make();
      const subject = modelSubject(given);
      const reports = checkGradients(subject, { mayVanish: () => true, ...LOOSE });
      checked += reports.length;
      vanished += reports.filter(({ scale }) => scale < LOOSE.smallest).length;
      if (hasDropout(given)) return;
      subject.loss();
      const trained = subject.outputs();
      const { data } = subject.model.predictFlat(given.x);
      assert.equal(data.length, trained.length);
      data.forEach((value, i) => {
        assert.ok(Math.abs(value - trained[i]!) < 1e-6, `output ${i}: ${value}, in training ${trained[i]}`);
      });
      compared++;
    }),
    { numRuns: 100, seed: 4, includeErrorInReport: true },
  );
  assert.ok(vanished < checked / 20, `${vanished} of ${checked} gradients vanished`);
  assert.ok(compared > 10, `only ${compared} models without dropout`);
});
