/** What a checkpoint's run is known by: as it was written by earlier versions, to the letter, or none could be resumed. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Loss,
  layers,
  losses,
  type Optimizer,
  optimizers,
  schedules,
  sequential,
} from "../../src/index.js";

async function fingerprint(optimizer: Optimizer, loss: Loss): Promise<string> {
  const model = sequential(
    [layers.input({ shape: [2] }), layers.dense({ units: 1, activation: "sigmoid" })],
    { engine: "reference" },
  );
  model.compile({ optimizer, loss, metrics: [] });
  let found = "";
  await model.fit([[1, 2]], [1], {
    callbacks: [{ onTrainEnd: (progress) => void (found = progress.state().fingerprint) }],
  });
  model.dispose();
  return found;
}

const BETAS = '"beta1":0.9,"beta2":0.999,"amsgrad":false';
const NO_LIMITS = '"clipnorm":null,"clipvalue":null,"globalClipnorm":null,"gradientAccumulationSteps":null';
const OPTIMIZERS: [optimizer: Optimizer, text: string][] = [
  [
    optimizers.sgd({ momentum: 0.8, nesterov: true }),
    `{"momentum":0.8,"nesterov":true,"rho":0.9,"epsilon":1e-7,"centered":false,${BETAS},"learningRate":0.01,"weightDecay":null,${NO_LIMITS},"name":"sgd"}`,
  ],
  [
    optimizers.rmsprop({
      centered: true,
      learningRate: schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 }),
    }),
    `{"momentum":0,"nesterov":false,"rho":0.9,"epsilon":1e-7,"centered":true,${BETAS},"learningRate":{"initialLearningRate":0.1,"decaySteps":10,"decayRate":0.5,"staircase":false,"name":"exponentialDecay"},"weightDecay":null,${NO_LIMITS},"name":"rmsprop"}`,
  ],
  [
    optimizers.adam({ beta2: 0.99, amsgrad: true, gradientAccumulationSteps: 2 }),
    '{"momentum":0,"nesterov":false,"rho":0.9,"epsilon":1e-7,"centered":false,"beta1":0.9,"beta2":0.99,"amsgrad":true,"learningRate":0.001,"weightDecay":null,"clipnorm":null,"clipvalue":null,"globalClipnorm":null,"gradientAccumulationSteps":2,"name":"adam"}',
  ],
  [
    optimizers.adam({ sparse: true }),
    `{"momentum":0,"nesterov":false,"rho":0.9,"epsilon":1e-7,"centered":false,${BETAS},"learningRate":0.001,"weightDecay":null,${NO_LIMITS},"sparse":true,"name":"adam"}`,
  ],
  [
    optimizers.adamw({ globalClipnorm: 0.5, clipnorm: 0 }),
    `{"momentum":0,"nesterov":false,"rho":0.9,"epsilon":1e-7,"centered":false,${BETAS},"learningRate":0.001,"weightDecay":0.004,"clipnorm":null,"clipvalue":null,"globalClipnorm":0.5,"gradientAccumulationSteps":null,"name":"adamw"}`,
  ],
];
const LOSSES: [loss: Loss, text: string][] = [
  [
    losses.binaryCrossentropy({ labelSmoothing: 0.1 }),
    '{"name":"binaryCrossentropy","fromLogits":false,"labelSmoothing":0.1,"path":"logits","reduction":"mean"}',
  ],
  [
    losses.meanSquaredError({ reduction: "sum" }),
    '{"name":"meanSquaredError","fromLogits":false,"labelSmoothing":0,"path":"logits","reduction":"sum"}',
  ],
];

describe("the fingerprint of a run", () => {
  for (const [optimizer, text] of OPTIMIZERS) {
    test(`has ${optimizer.name} with the settings of all optimizers`, async () => {
      const found = await fingerprint(optimizer, losses.binaryCrossentropy());
      assert.ok(found.includes(`"optimizer":${text},"loss":{`), found);
    });
  }
  for (const [loss, text] of LOSSES) {
    test(`has ${loss.name} with all its settings, and nothing else`, async () => {
      const found = await fingerprint(optimizers.adam(), loss);
      assert.ok(found.includes(`,"loss":${text},"metrics":[],`), found);
    });
  }
});
