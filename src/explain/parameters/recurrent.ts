/** Parameters of SimpleRNN, LSTM and GRU: so many small networks, each seeing [x_t, h_{t−1}]. */
import { evaluate, type Leaf, named, number, thousands } from "./expression.js";
import { count, type Recipe } from "./recurrent-recipe.js";
import { CELL_SLIPS, commonSlips } from "./recurrent-slips.js";
import { defineRule, type LayerFacts, type ParameterRule, type Slip } from "./rule.js";

interface Cell {
  networks: Leaf | null;
  biases(facts: LayerFacts): 1 | 2;
  slips(recipe: Recipe): readonly Slip<Recipe>[];
  notes(facts: LayerFacts, recipe: Recipe): string[];
}

function recurrentRule({ networks, biases, slips, notes }: Cell): ParameterRule {
  return defineRule<Recipe>({
    recipe(facts) {
      const { units, useBias } = facts.layer.options as { units: number; useBias: boolean };
      return {
        networks,
        inputs: named("I", facts.inputs[0]?.at(-1) ?? 0, `numbers in each xₜ, from ${facts.before}`),
        units: named("U", units, "units: numbers in the hidden state h"),
        recurrent: true,
        peepholes: false,
        width: null,
        biases: useBias ? biases(facts) : 0,
        whole: null,
      };
    },
    count,
    slips: (facts, recipe) => [...slips(recipe), ...commonSlips(facts, recipe)],
    notes: (facts, recipe) => [...stepsNote(facts), ...notes(facts, recipe)],
  });
}

function stepsNote({ steps }: LayerFacts): string[] {
  const many = steps === null ? "The number of time steps" : `The number of time steps (${steps})`;
  return [`${many} does not enter: the same weights serve every step.`];
}

/** What another count would have been, for notes: "6,400". */
const alternative = (recipe: Recipe, change: Partial<Recipe>) =>
  thousands(evaluate(count({ ...recipe, ...change })));

/** Why PyTorch and cuDNN count more: two biases that only ever act as their sum. */
function cudnnNote(name: string, recipe: Recipe): string[] {
  if (recipe.biases !== 1) return [];
  return [
    `PyTorch and cuDNN keep two biases a network, one beside each kernel; ${name} only ever adds the two, so Keras ` +
      `keeps one. They would count ${alternative(recipe, { biases: 2 })}.`,
  ];
}

export const simpleRnnRule = recurrentRule({
  networks: null,
  biases: () => 1,
  slips: CELL_SLIPS.SimpleRNN,
  notes: (_, recipe) => [
    "One network sees [xₜ, hₜ₋₁] and is the new state.",
    ...cudnnNote("the cell", recipe),
  ],
});

export const lstmRule = recurrentRule({
  networks: number(4, "networks: input gate i, forget gate f, candidate c̃, output gate o"),
  biases: () => 1,
  slips: CELL_SLIPS.LSTM,
  notes: (_, recipe) => [
    "Four networks (forget, input, candidate, output) each see [xₜ, hₜ₋₁].",
    ...cudnnNote("the cell", recipe),
  ],
});

export const gruRule = recurrentRule({
  networks: number(3, "networks: update gate z, reset gate r, candidate h̃"),
  biases: ({ layer }) => ((layer.options as { resetAfter: boolean }).resetAfter ? 2 : 1),
  slips: CELL_SLIPS.GRU,
  notes: (_, recipe) => [
    "Three networks (update, reset, candidate) each see [xₜ, hₜ₋₁].",
    gruBiasNote(recipe),
  ],
});

function gruBiasNote(recipe: Recipe): string {
  if (recipe.biases === 0) return "It has no bias.";
  if (recipe.biases === 1) {
    return (
      "The reset gate acts before the product with the recurrent kernel (reset_after=False, the 2014 paper), so one " +
      `bias a network is enough. With reset_after it would be ${alternative(recipe, { biases: 2 })}.`
    );
  }
  return (
    "With reset_after the reset gate multiplies the recurrent part, its bias included, so the two biases no longer " +
    `merge and both are kept, as in cuDNN and PyTorch. With reset_after=False it would be ${alternative(recipe, { biases: 1 })}.`
  );
}
