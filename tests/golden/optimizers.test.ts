import { describe, test } from "node:test";
import { type Optimizer, optimizers } from "../../src/index.js";
import { assertClose } from "./compare.js";
import { buildModel, ENGINES, type TestedEngine } from "./models.js";
import { decode, type Encoded, readVectors } from "./vectors.js";

interface OptimizerCase {
  name: string;
  optimizer: string;
  options: object;
  /** The kernel after each step, [steps, I, U], and the bias, [steps, U]. */
  path: [kernel: Encoded, bias: Encoded];
}
interface Given {
  start: [kernel: Encoded, bias: Encoded];
  gradients: [kernel: Encoded, bias: Encoded];
}

const { cases, start, gradients } = readVectors<OptimizerCase, Given>("optimizers");
const [STEPS, I, U] = gradients[0].shape as [number, number, number];
const [kernelGradients, biasGradients] = gradients.map(decode) as [Float32Array, Float32Array];

/** Keras forms 1 − β₂ᵗ in float32, which costs it 6e-6 of every step of Adam; ten steps of 0.05 come to 3e-6. */
const ROUNDING = 5e-6;

/** A unit vector for each kernel row, and a row of zeros that reaches only the bias. */
const UNIT_ROWS = Array.from({ length: I + 1 }, (_, r) =>
  Array.from({ length: I }, (_, i) => (i === r ? 1 : 0)),
);

/**
 * Targets that give a dense layer exactly the gradients of this step: on unit rows, the mean squared error's gradient
 * of kernel row r is 2 / (rows · U) times the residual of row r; the zero row makes up what the bias still lacks.
 */
function targets(kernel: Float32Array, bias: Float32Array, step: number): number[][] {
  const scale = ((I + 1) * U) / 2;
  const residuals = Array.from({ length: I }, (_, r) =>
    Array.from({ length: U }, (_, u) => kernelGradients[(step * I + r) * U + u]! * scale),
  );
  const rest = Array.from(
    { length: U },
    (_, u) => biasGradients[step * U + u]! * scale - residuals.reduce((sum, row) => sum + row[u]!, 0),
  );
  return [...residuals, rest].map((row, r) =>
    row.map((residual, u) => Math.fround((r < I ? kernel[r * U + u]! : 0) + bias[u]!) - residual),
  );
}

function check(c: OptimizerCase, engine: TestedEngine): void {
  const model = buildModel(
    [
      ["input", { shape: [I] }],
      ["dense", { units: U }],
    ],
    engine,
    start,
  );
  const make = optimizers as unknown as Record<string, (options: object) => Optimizer>;
  model.compile({ optimizer: make[c.optimizer]!(c.options), loss: "meanSquaredError" });
  const [kernels, biases] = c.path.map(decode) as [Float32Array, Float32Array];
  for (let step = 0; step < STEPS; step++) {
    const [kernel, bias] = model.getWeights();
    model.trainOnBatch(UNIT_ROWS, targets(kernel!.data, bias!.data, step));
    const [movedKernel, movedBias] = model.getWeights();
    const where = `${c.name}, step ${step + 1}`;
    const tolerance = { absolute: ROUNDING };
    assertClose(
      movedKernel!.data,
      kernels.subarray(step * I * U, (step + 1) * I * U),
      `${where}: kernel`,
      tolerance,
    );
    assertClose(movedBias!.data, biases.subarray(step * U, (step + 1) * U), `${where}: bias`, tolerance);
  }
}

for (const engine of ENGINES) {
  describe(`optimizers as in Keras, ${engine} engine`, () => {
    for (const c of cases) test(c.name, () => check(c, engine));
  });
}
