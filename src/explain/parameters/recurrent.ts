/** Parameters of SimpleRNN, LSTM and GRU: so many small networks, each seeing [x_t, h_{t−1}]. */
import { type Expression, evaluate, type Leaf, named, number, plus, thousands, times } from "./expression.js";
import { defineRule, type LayerFacts, type ParameterRule, type Slip } from "./rule.js";

interface Recipe {
  /** Networks side by side; null for one, which needs no factor. */
  networks: Leaf | null;
  /** Numbers in x_t; null when the kernel was forgotten. */
  inputs: Leaf | null;
  units: Leaf;
  /** Whether h_{t−1} is seen too. */
  recurrent: boolean;
  /** What each network puts out; null for the units, as it should be. */
  width: Leaf | null;
  biases: 0 | 1 | 2;
}

/** networks × ((I + U) × U + U) */
function count({ networks, inputs, units, recurrent, width, biases }: Recipe): Expression {
  const seen = plus(...(inputs ? [inputs] : []), ...(recurrent ? [units] : []));
  const out = width ?? units;
  const bias = biases === 2 ? [times(TWO_BIASES, out)] : biases === 1 ? [out] : [];
  const network = plus(times(seen, out), ...bias);
  return networks ? times(networks, network) : network;
}

const TWO_BIASES = number(2, "biases a network: one beside the kernel, one beside the recurrent kernel");

interface Cell {
  networks: Leaf | null;
  biases(facts: LayerFacts): 1 | 2;
  slips(recipe: Recipe): Slip<Recipe>[];
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
        width: null,
        biases: useBias ? biases(facts) : 0,
      };
    },
    count,
    slips: (facts, recipe) => [...slips(recipe), ...commonSlips(facts, recipe)],
    notes: (facts, recipe) => [...stepsNote(facts), ...notes(facts, recipe)],
  });
}

function commonSlips({ steps, vocabulary }: LayerFacts, { inputs, units, biases }: Recipe): Slip<Recipe>[] {
  const T = steps === null ? null : named("T", steps, "time steps");
  const V = vocabulary === null ? null : named("V", vocabulary, "words in the vocabulary");
  const slips: (Slip<Recipe> | null)[] = [
    biases > 0 ? { field: "biases", value: 0, says: "the bias was left out" } : null,
    { field: "recurrent", value: false, says: "the recurrent kernel, which sees hₜ₋₁, was left out" },
    { field: "inputs", value: null, says: "the kernel, which sees xₜ, was left out" },
    T && { field: "units", value: T, says: `the ${T.value} time steps were taken for units` },
    T && { field: "inputs", value: T, says: `the ${T.value} time steps were taken for the size of xₜ` },
    V && { field: "inputs", value: V, says: "the vocabulary was taken for the size of xₜ" },
    inputs && {
      field: "width",
      value: inputs,
      says: `multiplied by the ${inputs.value} inputs in place of the ${units.value} units`,
    },
  ];
  return slips.filter((slip) => slip !== null);
}

function stepsNote({ steps }: LayerFacts): string[] {
  const many = steps === null ? "The number of time steps" : `The number of time steps (${steps})`;
  return [`${many} does not enter: the same weights serve every step.`];
}

/** What another count would have been, for notes: "6,400". */
const alternative = (recipe: Recipe, change: Partial<Recipe>) =>
  thousands(evaluate(count({ ...recipe, ...change })));

const single: Slip<Recipe> = {
  field: "networks",
  value: null,
  says: "one network was counted in place of all",
};
const many = (n: number, says: string): Slip<Recipe> => {
  return { field: "networks", value: number(n, "networks counted"), says };
};
const twoBiases: Slip<Recipe> = {
  field: "biases",
  value: 2,
  says: "two biases were counted, as PyTorch and cuDNN keep them; Keras keeps their sum",
};

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
  slips: () => [
    many(4, "an LSTM's four networks were counted; a SimpleRNN is one"),
    many(3, "a GRU's three networks were counted; a SimpleRNN is one"),
    twoBiases,
  ],
  notes: (_, recipe) => [
    "One network sees [xₜ, hₜ₋₁] and is the new state.",
    ...cudnnNote("the cell", recipe),
  ],
});

export const lstmRule = recurrentRule({
  networks: number(4, "networks: input gate i, forget gate f, candidate c̃, output gate o"),
  biases: () => 1,
  slips: () => [
    {
      ...single,
      says: "the factor 4 was left out: forget, input, candidate and output each have weights of their own",
    },
    many(3, "only the three gates were counted; the candidate has weights too"),
    twoBiases,
  ],
  notes: (_, recipe) => [
    "Four networks (forget, input, candidate, output) each see [xₜ, hₜ₋₁].",
    ...cudnnNote("the cell", recipe),
  ],
});

export const gruRule = recurrentRule({
  networks: number(3, "networks: update gate z, reset gate r, candidate h̃"),
  biases: ({ layer }) => ((layer.options as { resetAfter: boolean }).resetAfter ? 2 : 1),
  slips: ({ biases }) => [
    {
      ...single,
      says: "the factor 3 was left out: update, reset and candidate each have weights of their own",
    },
    many(4, "an LSTM's four networks were counted; a GRU has three"),
    many(2, "only the two gates were counted; the candidate has weights too"),
    ...(biases === 2
      ? [oneBias]
      : [{ ...twoBiases, says: "two biases were counted, as with reset_after; this GRU has one" }]),
  ],
  notes: (_, recipe) => [
    "Three networks (update, reset, candidate) each see [xₜ, hₜ₋₁].",
    gruBiasNote(recipe),
  ],
});

const oneBias: Slip<Recipe> = {
  field: "biases",
  value: 1,
  says: "one bias a network was counted; with reset_after (Keras's default) a GRU keeps two",
};

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
