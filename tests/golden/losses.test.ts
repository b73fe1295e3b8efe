import { describe, test } from "node:test";
import { type Loss, losses } from "../../src/index.js";
import { assertGradient, assertLoss } from "./compare.js";
import { buildModel, ENGINES, type TestedEngine } from "./models.js";
import { decode, decodeRows, type Encoded, readVectors } from "./vectors.js";

interface LossCase {
  name: string;
  loss: string;
  options: { fromLogits?: boolean; labelSmoothing?: number };
  /** Of the last layer: sigmoid or softmax, or linear where the input is the output. */
  activation: string;
  input: Encoded;
  target: number[][] | Encoded;
  sampleWeight?: Encoded;
  value: number;
  inputGradient: Encoded;
}

/** TensorFlow takes a loss from the logits before the last activation, JAX from its clipped output. */
type Path = "logits" | "probabilities";

function check(c: LossCase, path: Path, engine: TestedEngine): void {
  const model = buildModel(
    [
      ["input", { shape: [c.input.shape[1]] }],
      ["activation", { activation: c.activation }],
    ],
    engine,
  );
  const make = losses as unknown as Record<string, (options: object) => Loss>;
  // A squared error has the one way.
  const options = c.loss === "meanSquaredError" ? c.options : { ...c.options, path };
  model.compile({ optimizer: "sgd", loss: make[c.loss]!(options) });
  const y = Array.isArray(c.target) ? c.target : decodeRows(c.target);
  const sampleWeight = c.sampleWeight && decode(c.sampleWeight);
  const found = model.gradients(decodeRows(c.input), y, sampleWeight ? { sampleWeight } : {});
  assertLoss(found.loss, c.value, c.name);
  assertGradient(found.inputs[0]!, decode(c.inputGradient), `${c.name}: gradient`);
}

for (const engine of ENGINES) {
  for (const backend of ["tensorflow", "jax"]) {
    const { cases, path } = readVectors<LossCase, { path: Path }>(`losses_${backend}`);
    describe(`losses as in Keras on ${backend}, ${engine} engine`, () => {
      for (const c of cases) test(c.name, () => check(c, path, engine));
    });
  }
}
