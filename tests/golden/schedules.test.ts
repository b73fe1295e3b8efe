/** Learning-rate schedules and gradient accumulation against Keras: rates, steps of fit, and files it saved. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  InputError,
  type Model,
  type Optimizer,
  optimizers,
  type Schedule,
  type ScheduleName,
  schedules,
} from "../../src/index.js";
import { scheduledRate } from "../../src/objectives/schedules.js";
import { assertClose } from "./compare.js";
import { buildModel, ENGINES, type TestedEngine } from "./models.js";
import { decode, decodeRows, type Encoded, readVectors } from "./vectors.js";

interface RatesCase {
  name: ScheduleName;
  options: object;
  /** After each of `steps`. */
  rates: Encoded;
}
interface FitCase {
  optimizer: string;
  options: object;
  schedule?: [ScheduleName, object];
  iterations: number;
  loss: number[];
  /** After every fifth step of two epochs, and after the last of a second fit. */
  weights: Encoded;
  /** The rate that follows each step. */
  rates: Encoded;
}
interface Given {
  steps: number[];
  data: { x: Encoded; y: Encoded; weights: Encoded[] };
  fits: FitCase[];
}

const { cases, steps, data, fits } = readVectors<RatesCase, Given>("schedules");

const scheduleOf = (name: ScheduleName, options: object): Schedule =>
  (schedules[name] as (options: object) => Schedule)(options);

describe("schedules: the rates of Keras's, step by step", () => {
  for (const { name, options, rates } of cases) {
    test(`${name} ${JSON.stringify(options)}`, () => {
      const schedule = scheduleOf(name, options);
      const expected = decode(rates);
      steps.forEach((step, i) => {
        const rate = scheduledRate(schedule, step);
        // Powers and cosines of float32 differ in their last bits from one library to the next, once 1 − p is small.
        const tolerance = 4e-7 * 0.1 + 2e-6 * expected[i]!;
        assert.ok(Math.abs(rate - expected[i]!) <= tolerance, `step ${step}: ${rate}, Keras ${expected[i]}`);
      });
    });
  }
});

const ROWS = decodeRows(data.x);
const TARGETS = Array.from(decode(data.y));

function optimizerOf({ optimizer, options, schedule }: FitCase): Optimizer {
  const make = optimizers as unknown as Record<string, (options: object) => Optimizer>;
  return make[optimizer]!({ ...options, ...(schedule ? { learningRate: scheduleOf(...schedule) } : {}) });
}

function compiled(c: FitCase, engine: TestedEngine): Model {
  const model = buildModel(
    [
      ["input", { shape: [5] }],
      ["dense", { units: 3, activation: "tanh" }],
      ["dense", { units: 1 }],
    ],
    engine,
    data.weights,
  );
  model.compile({ optimizer: optimizerOf(c), loss: "meanSquaredError" });
  return model;
}

async function check(c: FitCase, engine: TestedEngine): Promise<void> {
  const model = compiled(c, engine);
  const rates: number[] = [];
  const kept: Float32Array[] = [];
  const watch = {
    onBatchEnd: () => {
      rates.push(model.learningRate);
      kept.push(model.weightSnapshot());
    },
  };
  const options = { batchSize: 4, shuffle: false, callbacks: [watch] };
  const { history } = await model.fit(ROWS, TARGETS, { ...options, epochs: 2 });
  await model.fit(ROWS.slice(0, 9), TARGETS.slice(0, 9), options);
  assert.equal(model.iterations, c.iterations);
  assertClose(Float32Array.from(history["loss"]!), Float32Array.from(c.loss), "loss", { absolute: 2e-5 });
  assertClose(Float32Array.from(rates), decode(c.rates), "rates", { absolute: 1e-7 });
  const [rows, width] = c.weights.shape as [number, number];
  const expected = decode(c.weights);
  for (let r = 0; r < rows; r++) {
    const step = r < rows - 1 ? 5 * r + 4 : 52;
    const wanted = expected.subarray(r * width, (r + 1) * width);
    assertClose(kept[step]!, wanted, `weights after step ${step + 1}`, { absolute: 5e-5 });
  }
}

for (const engine of ENGINES) {
  describe(`fifty-three steps as in Keras, ${engine} engine`, () => {
    for (const c of fits) {
      const rate = c.schedule ? ` by ${c.schedule[0]}` : "";
      test(`${c.optimizer} ${JSON.stringify(c.options)}${rate}`, () => check(c, engine));
    }
  });
}

test("steps that make no step leave the weights as they are", async () => {
  const c = fits.find(({ options }) => JSON.stringify(options).includes('Steps":7'))!;
  const model = compiled(c, "reference");
  const changes: boolean[] = [];
  let before = model.weightSnapshot();
  const watch = {
    onBatchEnd: () => {
      const after = model.weightSnapshot();
      changes.push(after.some((value, i) => value !== before[i]));
      before = after;
    },
  };
  await model.fit(ROWS, TARGETS, { batchSize: 4, shuffle: false, callbacks: [watch] });
  assert.deepEqual(
    changes.map((changed, i) => (changed ? i + 1 : 0)).filter((step) => step > 0),
    [7, 14, 21],
  );
  assert.equal(model.iterations, 25);
});

test("schedules are checked where they are made", () => {
  const first = { initialLearningRate: 0.1, decaySteps: 10 };
  const refused: [() => unknown, RegExp][] = [
    [
      () => schedules.exponentialDecay({ ...first } as never),
      /exponentialDecay decayRate: expected a number/,
    ],
    [() => schedules.exponentialDecay({ ...first, decayRate: 0.5, stairs: true } as never), /"stairs"/],
    [() => schedules.exponentialDecay({ ...first, decayRate: 0.5, staircase: 1 } as never), /true or false/],
    [() => schedules.exponentialDecay({ ...first, decaySteps: 0, decayRate: 0.5 }), /decaySteps.*above 0/],
    [() => schedules.polynomialDecay({ ...first, initialLearningRate: -1 }), /initialLearningRate/],
    [() => schedules.polynomialDecay({ ...first, power: Number.NaN }), /power/],
    [() => schedules.cosineDecay({ ...first, warmupSteps: 3 }), /warmupTarget beside warmupSteps/],
    [() => schedules.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 2, tMul: 0.5 }), /tMul/],
    [() => schedules.piecewiseConstantDecay({ boundaries: [1, 2], values: [1, 2] }), /2 and 2/],
    [() => schedules.piecewiseConstantDecay({ boundaries: [], values: [1] }), /0 and 1/],
    [() => schedules.piecewiseConstantDecay({ boundaries: [2, 1], values: [1, 2, 3] }), /ascending/],
    [
      () => schedules.piecewiseConstantDecay({ boundaries: "3", values: [1, 2] } as never),
      /a list of numbers/,
    ],
    [() => optimizers.adam({ learningRate: { name: "cosinedecay" } as never }), /Did you mean cosineDecay\?/],
    [() => optimizers.adam({ learningRate: "0.1" as never }), /learningRate/],
    [() => optimizers.adam({ learningRate: null as never }), /learningRate/],
    [() => optimizers.adam({ gradientAccumulationSteps: 1 }), /whole number of at least 2/],
    [() => optimizers.adam({ gradientAccumulationSteps: 2.5 }), /whole number of at least 2/],
  ];
  for (const [make, message] of refused) {
    assert.throws(
      make,
      (error) => error instanceof InputError && message.test(error.message),
      String(message),
    );
  }
});
