/** Trainings that several processes must make as one does. */
import {
  callbacks,
  type FitOptions,
  type Layer,
  layers,
  losses,
  type Model,
  metrics,
  optimizers,
  sequential,
} from "../../src/index.js";
import type { Communicator } from "../../src/processes/communicator.js";
import type { TrainingState } from "../../src/train/training-state.js";

/** What a process has in the end. */
export interface Outcome {
  /** All weights. */
  weights: number[];
  history: Record<string, number[]>;
  stopped: string | null;
  /** What fit threw. */
  error: string | null;
  /** The state after the step that a scenario names. */
  state?: TrainingState;
  transfers?: number;
  sent?: number;
}

interface Scenario {
  layers: () => Layer[];
  compile: Parameters<Model["compile"]>[0];
  fit: Omit<FitOptions, "communicator">;
  rows?: number;
  classes?: number;
  engine?: "native" | "wasm" | "reference" | "auto";
  threads?: number;
  /** Something else in one of the processes. */
  differing?: (rank: number) => { scale?: number; offset?: number; abortAt?: number };
}

const text = (units = 5): Layer[] => [
  layers.embedding({ inputDim: 40, outputDim: 6, maskZero: true }),
  layers.lstm({ units, dropout: 0.2, recurrentDropout: 0.2 }),
  layers.dropout({ rate: 0.2 }),
];
const yesNo = (units?: number): Layer[] => [
  ...text(units),
  layers.dense({ units: 1, activation: "sigmoid" }),
];
const binary = { loss: "binaryCrossentropy" } as const;
const adam = optimizers.adam({ learningRate: 0.02 });

export const SCENARIOS = {
  "seven shards, the last one short": {
    layers: yesNo,
    compile: { ...binary, optimizer: adam, metrics: ["accuracy", metrics.binaryCrossentropy()] },
    fit: { batchSize: 100, epochs: 2, validationSplit: 0.3 },
  },
  "fewer shards than processes": {
    layers: yesNo,
    compile: { ...binary, optimizer: adam },
    fit: { batchSize: 20, epochs: 1 },
    rows: 50,
  },
  "two threads each": {
    layers: () => yesNo(33),
    compile: { ...binary, optimizer: adam },
    fit: { batchSize: 128, epochs: 1 },
    threads: 2,
  },
  "the reference engine": {
    layers: yesNo,
    compile: { ...binary, optimizer: adam },
    fit: { batchSize: 64, epochs: 1 },
    engine: "reference",
    rows: 100,
  },
  "the WebAssembly engine": {
    layers: yesNo,
    compile: { ...binary, optimizer: adam },
    fit: { batchSize: 64, epochs: 1 },
    engine: "wasm",
  },
  "classes, weights of rows, clipping by norm, logits": {
    layers: () => [...text(), layers.dense({ units: 4, activation: "softmax" })],
    compile: {
      loss: losses.sparseCategoricalCrossentropy({ path: "logits" }),
      optimizer: optimizers.rmsprop({ learningRate: 0.01, globalClipnorm: 0.1 }),
      metrics: ["accuracy", metrics.sparseCategoricalCrossentropy()],
    },
    fit: { batchSize: 40, epochs: 2, classWeight: { 1: 3, 2: 0.5 }, validationSplit: 0.2 },
    classes: 4,
  },
  "a loss that is a mean by weights": {
    layers: yesNo,
    compile: { loss: losses.binaryCrossentropy({ reduction: "meanWithSampleWeight" }), optimizer: adam },
    fit: { batchSize: 70, epochs: 1, classWeight: { 1: 3 }, validationSplit: 0.2 },
  },
  "penalties, and gradients accumulated": {
    layers: () => [
      layers.embedding({ inputDim: 40, outputDim: 6, embeddingsRegularizer: { l2: 0.01 } }),
      layers.gru({ units: 7, recurrentDropout: 0.1 }),
      layers.dense({ units: 1, activation: "sigmoid", kernelRegularizer: { l1: 0.01 } }),
    ],
    compile: { ...binary, optimizer: optimizers.adam({ learningRate: 0.02, gradientAccumulationSteps: 3 }) },
    fit: { batchSize: 60, epochs: 2 },
  },
  "tables by rows": {
    layers: yesNo,
    compile: { ...binary, optimizer: optimizers.adam({ learningRate: 0.02, sparse: true, clipnorm: 0.05 }) },
    fit: { batchSize: 70, epochs: 2, validationSplit: 0.2 },
  },
  "a layer that sees the whole batch": {
    layers: () => [
      layers.embedding({ inputDim: 40, outputDim: 6 }),
      layers.simpleRNN({ units: 5 }),
      layers.batchNormalization(),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    compile: { ...binary, optimizer: adam },
    fit: { batchSize: 50, epochs: 2, validationSplit: 0.2 },
  },
  "gradients that are large beside the rest": {
    layers: () => yesNo(96),
    compile: { ...binary, optimizer: adam },
    fit: { batchSize: 64, epochs: 1, shuffle: false },
  },
  "early stopping and a plateau": {
    layers: yesNo,
    compile: { ...binary, optimizer: optimizers.adam({ learningRate: 0.3 }) },
    fit: {
      ...{ batchSize: 50, epochs: 12, validationSplit: 0.3 },
      get callbacks() {
        return [
          callbacks.earlyStopping({ patience: 2, restoreBestWeights: true }),
          callbacks.reduceLearningRateOnPlateau({ patience: 1 }),
        ];
      },
    },
  },
  "other rows in one process": {
    layers: yesNo,
    compile: { ...binary, optimizer: adam },
    fit: { batchSize: 64 },
    differing: (rank) => (rank === 1 ? { offset: 1 } : {}),
  },
  "other weights in one process": {
    layers: yesNo,
    compile: { ...binary, optimizer: adam },
    fit: { batchSize: 64 },
    differing: (rank) => (rank === 1 ? { scale: 1.01 } : {}),
  },
  "a signal in one process": {
    layers: yesNo,
    compile: { ...binary, optimizer: adam },
    fit: { batchSize: 40, epochs: 3, validationSplit: 0.2 },
    differing: (rank) => (rank === 1 ? { abortAt: 7 } : {}),
  },
  "a signal in one process, and a layer that sees the whole batch": {
    layers: () => [
      layers.embedding({ inputDim: 40, outputDim: 6 }),
      layers.simpleRNN({ units: 5 }),
      layers.batchNormalization(),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    compile: { ...binary, optimizer: adam },
    fit: { batchSize: 50, epochs: 3 },
    differing: (rank) => (rank === 1 ? { abortAt: 7 } : {}),
  },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

/** One process's part, or all of it without a communicator. */
export async function runScenario(
  name: ScenarioName,
  communicator?: Communicator,
  resume?: TrainingState,
): Promise<Outcome> {
  const scenario: Scenario = SCENARIOS[name];
  const { rows = 220, classes = 2, engine = "auto", threads = 1 } = scenario;
  const { scale = 1, offset = 0, abortAt } = (communicator && scenario.differing?.(communicator.rank)) ?? {};
  const model = sequential(scenario.layers(), {
    seed: 7,
    engine,
    threads: engine === "reference" ? undefined : threads,
  });
  model.compile(scenario.compile);
  const x = Array.from({ length: rows }, (_, r) =>
    Array.from({ length: 6 }, (_, t) => ((r * 7 + t * t * 3 + (r % 5) * t + offset) % 39) + (t < 4 ? 1 : 0)),
  );
  const y = Array.from({ length: rows }, (_, r) => (x[r]![0]! + x[r]![3]!) % classes);
  if (scale !== 1) model.setWeights(model.getWeights().map(({ data }) => data.map((value) => value * scale)));
  const controller = new AbortController();
  let state: TrainingState | undefined;
  const keep = {
    onBatchEnd(progress: { step: number; state(): TrainingState }) {
      if (progress.step === abortAt) controller.abort();
      if (progress.step === 4) state = progress.state();
    },
  };
  try {
    const { history, stopped } = await model.fit(x, y, {
      ...scenario.fit,
      callbacks: [...(scenario.fit.callbacks ?? []), keep],
      signal: controller.signal,
      ...(communicator ? { communicator } : {}),
      ...(resume ? { resume } : {}),
    });
    return { ...weightsOf(model), history, stopped, error: null, ...(state ? { state } : {}) };
  } catch (error) {
    return { ...weightsOf(model), history: {}, stopped: null, error: (error as Error).message };
  } finally {
    model.dispose();
  }
}

const weightsOf = (model: Model) => ({ weights: Array.from(model.weightSnapshot()) });
