/** Parameters of Dense and Conv1D: a weight for each input of each unit, and a bias a unit. */
import type { Shape } from "../../layers/layer.js";
import { type Expression, type Leaf, named, number, plus, times } from "./expression.js";
import { inputSlips } from "./inputs.js";
import { defineRule, type LayerFacts, type Slip } from "./rule.js";

interface Affine {
  /** Places of the window that a unit sees; null for a Dense layer, which has none. */
  window: Expression | null;
  inputs: Expression;
  units: Leaf;
  /** One a unit, none, or what else was counted. */
  bias: "units" | Expression | null;
  /** What the whole was multiplied with. */
  steps: Leaf | null;
}

function affine({ window, inputs, units, bias, steps }: Affine): Expression {
  const kernel = times(...(window ? [window] : []), inputs, units);
  const layer = plus(kernel, ...(bias ? [bias === "units" ? units : bias] : []));
  return steps ? times(steps, layer) : layer;
}

const widthOf = (shape: Shape | undefined): number => shape?.at(-1) ?? 0;
const one = (meaning: string) => number(1, meaning);

function biasSlips({ bias, units }: Affine, inputs: Leaf): Slip<Affine>[] {
  if (bias === null) {
    const says = "a bias was counted; this layer has use_bias=False";
    return [{ name: "bias counted", says, change: { bias: units } }];
  }
  return [
    { name: "bias left out", says: "the bias was left out", change: { bias: null } },
    {
      name: "one bias in all",
      says: "one bias was counted for all units; each has its own",
      change: { bias: one("one bias in all") },
    },
    {
      name: "bias by inputs",
      says: "the bias was counted by inputs; there is one a unit",
      change: { bias: inputs },
    },
    {
      name: "bias twice",
      says: "the bias was counted twice; there is one a unit",
      rare: true,
      change: { bias: times(number(2, "biases a unit"), units) },
    },
  ];
}

function affineSlips(facts: LayerFacts, recipe: Affine): Slip<Affine>[] {
  const { steps } = facts;
  const inputs = recipe.inputs as Leaf;
  const T = steps === null ? null : named("T", steps, "time steps");
  const taken = inputSlips<Affine>(facts, inputs);
  if (!T) return [...biasSlips(recipe, inputs), ...taken];
  return [
    ...biasSlips(recipe, inputs),
    ...taken,
    {
      name: "whole sequence read",
      says: `its input was taken for the whole sequence, ${T.value} × ${inputs.value} numbers`,
      change: { inputs: named("I", T.value * inputs.value, inputs.meaning) },
    },
    {
      name: "times the steps",
      says: `multiplied by the ${T.value} time steps; the same weights serve them all`,
      change: { steps: T },
    },
  ];
}

function unitSlips({ units }: Affine): Slip<Affine>[] {
  const U = (value: number) => named("U", value, units.meaning);
  if (units.value === 1) {
    const says = "two output units were counted, one a class; one that puts out a probability is enough";
    return [{ name: "two output units", says, change: { units: U(2) } }];
  }
  if (units.value > 2) return [];
  const says = "one output unit was counted; there is one a class";
  return [{ name: "one output unit", says, change: { units: U(1) } }];
}

export const denseRule = defineRule<Affine>({
  recipe(facts) {
    const units = named("U", widthOf(facts.output), "units: numbers it puts out");
    const inputs = named("I", widthOf(facts.inputs[0]), `numbers it sees, from ${facts.before}`);
    return { window: null, inputs, units, bias: biasOf(facts), steps: null };
  },
  count: affine,
  slips(facts, recipe) {
    const { inputs, units } = recipe;
    const seen = plus(inputs, units);
    return [
      ...unitSlips(recipe),
      ...affineSlips(facts, recipe),
      {
        name: "counted as recurrent",
        says: "it was counted as a recurrent layer, which also sees its own units; a Dense layer sees its input alone",
        rare: true,
        change: { inputs: seen },
      },
      {
        name: "weights left out",
        says: "inputs and units were added; every unit has a weight for every input",
        arithmetic: seen,
      },
    ];
  },
  notes: ({ inputs: [shape] }) =>
    shape?.length === 2
      ? ["The same weights are used at every time step, so the number of steps does not enter."]
      : ["Every unit sees every input and has one bias."],
});

export const conv1dRule = defineRule<Affine>({
  recipe(facts) {
    const kernel = facts.layer.parameters.find(({ name }) => name === "kernel")!.shape;
    return {
      window: named("K", kernel[0]!, "steps in the window"),
      inputs: named("I", kernel[1]!, `numbers in each step that a filter sees, from ${facts.before}`),
      units: named("U", widthOf(facts.output), "filters: numbers it puts out a step"),
      bias: biasOf(facts),
      steps: null,
    };
  },
  count: affine,
  slips(facts, recipe) {
    const window = recipe.window as Leaf;
    const places = facts.output.length === 2 ? facts.output[0] : null;
    const P = places == null ? null : named("P", places, "places of the window");
    return [
      {
        name: "window left out",
        says: "the width of the window was left out",
        change: { window: null },
      },
      {
        name: "one input a step",
        says: "the inputs of a step were taken for one number",
        rare: true,
        change: { inputs: one("one input a step") },
      },
      ...affineSlips(facts, recipe),
      ...(P
        ? [
            {
              name: "times the places",
              says: `multiplied by the ${P.value} places of the window; one set of weights slides over them`,
              change: { steps: P },
            },
          ]
        : []),
      {
        name: "square window",
        says: "the window was counted as a square, as an image's is; over steps it has one length",
        rare: true,
        change: { window: times(window, window) },
      },
    ];
  },
  notes: () => ["One window of weights slides over the steps, so their number does not enter."],
});

const biasOf = ({ layer }: LayerFacts) =>
  layer.parameters.some(({ name }) => name === "bias") ? "units" : null;
