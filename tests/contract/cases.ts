/** Every case of the contract. */
import { attentionCases } from "./attention-cases.js";
import { convolutionCases } from "./convolution-cases.js";
import {
  activationCases,
  denseCases,
  dropoutCases,
  embeddingCases,
  memoryCases,
  rectifyCases,
  softmaxCases,
} from "./elementwise-cases.js";
import type { Case } from "./harness.js";
import { choosingCases, layoutCases, poolingCases } from "./layout-cases.js";
import { linearCases } from "./linear-cases.js";
import { normalizationCases } from "./normalization-cases.js";
import { recurrentCases } from "./recurrent-cases.js";
import { recurrentOptionsCases } from "./recurrent-options-cases.js";
import { gradientCases, lossCases, optimizerCases, rowsOfOptimizerCases } from "./training-cases.js";
import { variantCases } from "./variant-cases.js";

export const CASES: readonly Case[] = [
  ...memoryCases(),
  ...embeddingCases(),
  ...denseCases(),
  ...convolutionCases(),
  ...activationCases(),
  ...rectifyCases(),
  ...softmaxCases(),
  ...normalizationCases(),
  ...dropoutCases(),
  ...choosingCases(),
  ...layoutCases(),
  ...poolingCases(),
  ...recurrentCases(),
  ...recurrentOptionsCases(),
  ...attentionCases(),
  ...lossCases(),
  ...optimizerCases(),
  ...rowsOfOptimizerCases(),
  ...gradientCases(),
  ...linearCases(),
  ...variantCases(),
];
