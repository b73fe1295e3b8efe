import { describe, test } from "node:test";
import { assertGradient, assertOutput } from "./compare.js";
import { buildModel, ENGINES, flatten } from "./models.js";
import { decode, decodeRows, type Encoded, readVectors } from "./vectors.js";

interface ActivationCase {
  name: string;
  activation: string;
  input: Encoded;
  output: Encoded;
  outputGradient: Encoded;
  inputGradient: Encoded;
}

const { cases } = readVectors<ActivationCase>("activations");

/**
 * The gradient through an activation for a given gradient of its output d: under a mean squared error with the
 * targets out − d · size / 2, the loss hands back d itself.
 */
function inputGradient(c: ActivationCase, model: ReturnType<typeof buildModel>, out: number[]): Float32Array {
  const [rows, features] = c.input.shape as [number, number];
  const d = decode(c.outputGradient);
  const target = Array.from({ length: rows }, (_, r) =>
    out.slice(r * features, (r + 1) * features).map((y, f) => y - (d[r * features + f]! * d.length) / 2),
  );
  return model.gradients(decodeRows(c.input), target).inputs[0]!;
}

for (const engine of ENGINES) {
  describe(`activations as in Keras, ${engine} engine`, () => {
    for (const c of cases) {
      test(c.name, () => {
        const features = c.input.shape[1]!;
        const model = buildModel(
          [
            ["input", { shape: [features] }],
            ["activation", { activation: c.activation }],
          ],
          engine,
        );
        model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
        const out = flatten(model.predict(decodeRows(c.input)));
        assertOutput(out, decode(c.output), c.name);
        assertGradient(inputGradient(c, model, out), decode(c.inputGradient), `${c.name}: gradient`);
      });
    }
  });
}
