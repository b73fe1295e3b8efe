/** What people count wrongly in SimpleRNN, LSTM and GRU. */
import { type Expression, type Leaf, named, number, plus, times } from "./expression.js";
import { inputSlips } from "./inputs.js";
import type { Recipe } from "./recurrent-recipe.js";
import type { LayerFacts, Slip } from "./rule.js";

type Slips = readonly Slip<Recipe>[];

export const networksOf = (n: number) => number(n, "networks counted");

/** Another cell's count: its networks and its biases. */
const anotherCell = (
  cell: string,
  networks: Recipe["networks"],
  biases: 1 | 2,
  says: string,
): Slip<Recipe> => {
  return { name: `${cell}'s count`, says, rare: true, change: { networks, biases } };
};

const twoBiases = (says: string): Slip<Recipe> => {
  return { name: "two biases", says, change: { biases: 2 } };
};
const cudnnBiases = twoBiases(
  "two biases were counted, as PyTorch and cuDNN keep them; Keras keeps their sum",
);
const factorLeftOut = (factor: number, networks: string): Slip<Recipe> => {
  const says = `the factor ${factor} was left out: ${networks} each have weights of their own`;
  return { name: "factor left out", says, change: { networks: null } };
};
const only = (n: number, gates: string): Slip<Recipe> => {
  const says = `only the ${gates} gates were counted; the candidate has weights too`;
  return { name: "gates alone", says, change: { networks: networksOf(n) } };
};

/** By kind: a count of biases as in the recipe, 0 without. */
export const CELL_SLIPS = {
  SimpleRNN: (): Slips => [
    {
      name: "an LSTM's networks",
      says: "an LSTM's four networks were counted; a SimpleRNN is one",
      change: { networks: networksOf(4) },
    },
    {
      name: "a GRU's networks",
      says: "a GRU's three networks were counted; a SimpleRNN is one",
      change: { networks: networksOf(3) },
    },
    anotherCell(
      "a GRU",
      networksOf(3),
      2,
      "a GRU's count, three networks with two biases each; a SimpleRNN is one",
    ),
    cudnnBiases,
  ],
  LSTM: ({ biases }: Recipe): Slips => [
    factorLeftOut(4, "forget, input, candidate and output"),
    only(3, "three"),
    ...(biases !== 0
      ? [
          anotherCell(
            "a GRU",
            networksOf(3),
            2,
            "a GRU's count, three networks with two biases each; an LSTM has four",
          ),
          cudnnBiases,
        ]
      : []),
    {
      name: "c seen",
      says: "the gates were taken to see c too, as with peepholes; Keras's see xₜ and hₜ₋₁",
      rare: true,
      change: { peepholes: true },
    },
  ],
  GRU: ({ biases }: Recipe): Slips => [
    factorLeftOut(3, "update, reset and candidate"),
    {
      name: "an LSTM's networks",
      says: "an LSTM's four networks were counted; a GRU has three",
      change: { networks: networksOf(4) },
    },
    ...(biases === 2 ? GRU_RESET_AFTER : []),
    only(2, "two"),
    ...(biases === 1 ? [twoBiases("two biases were counted, as with reset_after; this GRU has one")] : []),
  ],
} as const;

const GRU_RESET_AFTER: Slips = [
  {
    name: "second bias left out",
    says: "one bias a network was counted; with reset_after (Keras's default) a GRU keeps two",
    change: { biases: 1 },
  },
  anotherCell(
    "an LSTM",
    networksOf(4),
    1,
    "an LSTM's count, four networks with one bias each; a GRU has three, with two",
  ),
  anotherCell(
    "a SimpleRNN",
    null,
    1,
    "a SimpleRNN's count, one network with one bias; a GRU has three, with two",
  ),
];

export function commonSlips(facts: LayerFacts, recipe: Recipe): Slips {
  const inputs = recipe.inputs as Leaf;
  return [
    ...biasSlips(recipe, inputs),
    {
      name: "recurrent kernel left out",
      says: "the recurrent kernel, which sees hₜ₋₁, was left out",
      change: { recurrent: false },
    },
    {
      name: "kernel left out",
      says: "the kernel, which sees xₜ, was left out",
      rare: true,
      change: { inputs: null },
    },
    ...inputSlips<Recipe>(facts, inputs),
    ...stepSlips(facts),
    ...widthSlips(recipe, inputs),
    ...doubled(recipe),
  ];
}

function doubled({ biases }: Recipe): Slips {
  const whole = number(2, "times it was counted");
  const all: Slip<Recipe> = {
    name: "counted twice",
    says: "all was counted twice, as a Bidirectional has it; this layer reads one way",
    rare: true,
    change: { whole },
  };
  if (biases === 0) return [all];
  const says = "both kernels were counted twice, and the bias not at all";
  return [all, { name: "kernels twice", says, rare: true, change: { whole, biases: 0 } }];
}

function biasSlips({ networks, units, biases }: Recipe, inputs: Leaf): Slips {
  const bias = (name: string, says: string, of: Expression): Slip<Recipe> => {
    return { name, says, rare: true, change: { biases: of } };
  };
  if (biases === 0) return [bias("bias counted", "a bias was counted; this layer has use_bias=False", units)];
  const kernels = times(plus(inputs, units), units);
  return [
    { name: "bias left out", says: "the bias was left out", change: { biases: 0 } },
    ...(networks
      ? [
          {
            name: "bias of one network",
            says: `the bias of one network was counted; all ${networks.value} have one`,
            arithmetic: plus(times(networks, kernels), units),
          },
        ]
      : []),
    bias(
      "one number of bias",
      "one number of bias a network was counted; there is one a unit",
      number(1, "one bias a network"),
    ),
    bias("bias by inputs", "the bias was counted by inputs; there is one a unit", inputs),
  ];
}

function stepSlips({ steps }: LayerFacts): Slips {
  if (steps === null) return [];
  const T = named("T", steps, "time steps");
  return [
    {
      name: "times the steps",
      says: `multiplied by the ${steps} time steps; the same weights serve them all`,
      change: { whole: T },
    },
    {
      name: "time steps for units",
      says: `the ${steps} time steps were taken for units`,
      rare: true,
      change: { units: T },
    },
  ];
}

function widthSlips({ networks, units, biases }: Recipe, inputs: Leaf): Slips {
  const says = `multiplied by the ${inputs.value} inputs in place of the ${units.value} units`;
  const one = plus(inputs, units, number(1, "its bias"));
  return [
    { name: "times the inputs", says, change: { width: inputs } },
    ...(biases === 1
      ? [
          {
            name: "times the inputs",
            says: `${says}, and so the bias`,
            rare: true,
            change: { width: inputs, biases: inputs },
          },
        ]
      : []),
    {
      name: "times all it sees",
      says: `multiplied by all ${inputs.value + units.value} numbers that it sees in place of the ${units.value} units`,
      rare: true,
      change: { width: plus(inputs, units) },
    },
    {
      name: "inputs for units",
      says: `${inputs.value} inputs were taken for units`,
      rare: true,
      change: { units: named("U", inputs.value, units.meaning) },
    },
    {
      name: "units left out",
      says: `one unit a network was counted; there are ${units.value}`,
      arithmetic: networks ? times(networks, one) : one,
    },
  ];
}
