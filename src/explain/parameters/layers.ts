/** Parameters of the layers with weights around the recurrent ones, and the table of all rules. */
import type { Bidirectional } from "../../layers/bidirectional.js";
import type { Shape } from "../../layers/layer.js";
import { type Expression, evaluate, formulaOf, type Leaf, named, number, plus, times } from "./expression.js";
import { gruRule, lstmRule, simpleRnnRule } from "./recurrent.js";
import { rnnRule } from "./rnn.js";
import {
  type Derived,
  defineRule,
  type IdKind,
  type LayerFacts,
  type ParameterRule,
  type Slip,
} from "./rule.js";
import { nothing, WEIGHTLESS_RULES } from "./weightless.js";

const features = (shape: Shape | undefined): number => shape?.at(-1) ?? 0;
const has = (facts: LayerFacts, parameter: string) =>
  facts.layer.parameters.some(({ name }) => name === parameter);

// ---- Embedding --------------------------------------------------------------------------------------------

interface Table {
  rows: Leaf;
  width: Leaf;
  /** Time steps, when they were multiplied in. */
  steps: Leaf | null;
  bias: boolean;
}

/** What a table has besides its words or n-grams, and what a row of it is. */
const TABLE_WORDS: Record<IdKind, { others: string; added: string; vector: string }> = {
  word: { others: "unknown words", added: "unknown", vector: "a word's vector" },
  "word-beginning": { others: "unknown ones", added: "unknown", vector: "a beginning's vector" },
  "word-ending": { others: "unknown ones", added: "unknown", vector: "an ending's vector" },
  "word-shape": { others: "unknown ones", added: "unknown", vector: "a shape's vector" },
  "n-gram": { others: "what every text has", added: "what every text has", vector: "an n-gram's row" },
};

const embeddingRule = defineRule<Table>({
  recipe({ layer, ids }) {
    const { inputDim, outputDim } = layer.options as { inputDim: number; outputDim: number };
    const { others, vector } = TABLE_WORDS[ids];
    return {
      rows: named("V", inputDim, `rows: one for every ${ids} id, padding and ${others} included`),
      width: named("F", outputDim, `numbers in ${vector}`),
      steps: null,
      bias: false,
    };
  },
  count: ({ rows, width, steps, bias }) =>
    plus(times(rows, ...(steps ? [steps] : []), width), ...(bias ? [width] : [])),
  slips({ steps, ids }, { rows }) {
    const V = (value: number) => named("V", value, rows.meaning);
    const slips: Slip<Table>[] = [
      {
        field: "rows",
        value: V(rows.value + 1),
        says: "the vocabulary was counted plus 1; input_dim already is the number of rows",
      },
      {
        field: "rows",
        value: V(rows.value + 2),
        says: `padding and ${TABLE_WORDS[ids].added} were added again; input_dim already has them`,
      },
      { field: "rows", value: V(rows.value - 1), says: "the row of padding (id 0) was left out" },
      {
        field: "bias",
        value: true,
        says: "a bias was counted; an Embedding is a table of rows and has none",
      },
    ];
    if (steps === null) return slips;
    const T = named("T", steps, "time steps");
    return [
      ...slips,
      { field: "steps", value: T, says: `multiplied by the ${steps} time steps; one table serves them all` },
      { field: "rows", value: T, says: `the ${steps} time steps were taken for the vocabulary` },
      { field: "width", value: T, says: `the ${steps} time steps were taken for the width of a vector` },
    ];
  },
  notes: ({ ids }) => [`A table: every ${ids} id has its row. The number of time steps does not enter.`],
});

// ---- Dense and Conv1D -------------------------------------------------------------------------------------

interface Affine {
  /** Places of the window that a unit sees; null for a Dense layer, which has none. */
  window: Leaf | null;
  inputs: Leaf;
  units: Leaf;
  bias: Leaf | null;
}

const affine = ({ window, inputs, units, bias }: Affine): Expression =>
  plus(times(...(window ? [window] : []), inputs, units), ...(bias ? [bias] : []));

function affineSlips(facts: LayerFacts, { inputs, units, bias }: Affine): Slip<Affine>[] {
  const I = (value: number) => named("I", value, inputs.meaning);
  const slips: Slip<Affine>[] = bias
    ? [
        { field: "bias", value: null, says: "the bias was left out" },
        {
          field: "bias",
          value: number(1, "one bias in all"),
          says: "one bias was counted for all units; each has its own",
        },
        { field: "bias", value: inputs, says: "the bias was counted by inputs; there is one a unit" },
      ]
    : [{ field: "bias", value: units, says: "a bias was counted; this layer has use_bias=False" }];
  const { steps } = facts;
  if (steps === null) return slips;
  return [
    ...slips,
    {
      field: "inputs",
      value: I(steps * inputs.value),
      says: `its input was taken for the whole sequence, ${steps} × ${inputs.value} numbers`,
    },
    { field: "inputs", value: I(steps), says: `the ${steps} time steps were taken for its inputs` },
  ];
}

function unitsOf(facts: LayerFacts): Leaf {
  return named("U", features(facts.output), "units: numbers it puts out");
}

const denseRule = defineRule<Affine>({
  recipe(facts) {
    const units = unitsOf(facts);
    const inputs = named("I", features(facts.inputs[0]), `numbers it sees, from ${facts.before}`);
    return { window: null, inputs, units, bias: has(facts, "bias") ? units : null };
  },
  count: affine,
  slips: affineSlips,
  notes: ({ inputs: [shape] }) =>
    shape?.length === 2
      ? ["The same weights are used at every time step, so the number of steps does not enter."]
      : ["Every unit sees every input and has one bias."],
});

const conv1dRule = defineRule<Affine>({
  recipe(facts) {
    const kernel = facts.layer.parameters.find(({ name }) => name === "kernel")!.shape;
    const units = named("U", features(facts.output), "filters: numbers it puts out a step");
    return {
      window: named("K", kernel[0]!, "steps in the window"),
      inputs: named("I", kernel[1]!, `numbers in each step that a filter sees, from ${facts.before}`),
      units,
      bias: has(facts, "bias") ? units : null,
    };
  },
  count: affine,
  slips: (facts, recipe) => [
    { field: "window", value: null, says: "the width of the window was left out" },
    {
      field: "inputs",
      value: number(1, "one input a step"),
      says: "the inputs of a step were taken for one number",
    },
    ...affineSlips(facts, recipe),
  ],
  notes: () => ["One window of weights slides over the steps, so their number does not enter."],
});

// ---- normalisation ----------------------------------------------------------------------------------------

interface Vectors {
  vectors: Leaf;
  features: Leaf;
}

/** So many vectors of F numbers; which ones follows from the variables that the layer declares. */
function normalisationRule(usual: readonly Slip<Vectors>[], note: string): ParameterRule {
  return defineRule<Vectors>({
    recipe({ layer, inputs }) {
      const names = layer.parameters.map(({ name }) => name.replaceAll("_", " "));
      return {
        vectors: number(names.length, `vectors: ${names.join(", ")}`),
        features: named("F", features(inputs[0]), "numbers in each step or row"),
      };
    },
    count: ({ vectors, features }) => times(vectors, features),
    slips: (_, { vectors }) => usual.filter(({ value }) => value.value !== vectors.value),
    notes: () => [note],
  });
}

const vectors = (n: number, says: string): Slip<Vectors> => {
  return { field: "vectors", value: number(n, "vectors"), says };
};

const batchNormalizationRule = normalisationRule(
  [
    vectors(2, "only scale and shift were counted; the moving mean and variance are in the total too"),
    vectors(1, "only one of its vectors was counted"),
  ],
  "Scale and shift are learned; the moving mean and variance are kept beside them, counted as non-trainable.",
);

const layerNormalizationRule = normalisationRule(
  [
    vectors(4, "moving mean and variance were counted; LayerNormalization keeps none"),
    vectors(1, "only one of its vectors was counted"),
  ],
  "It normalises each row by itself, so it keeps no moving mean or variance.",
);

// ---- Attention --------------------------------------------------------------------------------------------

const attentionRule = defineRule<{ numbers: Leaf }>({
  recipe({ layer }) {
    const names = layer.parameters.map(({ name }) => name.replaceAll("_", " "));
    return {
      numbers: number(names.length, names.length > 0 ? `single numbers: ${names.join(", ")}` : "no numbers"),
    };
  },
  count: ({ numbers }) => numbers,
  slips({ inputs }, { numbers }) {
    const I = features(inputs[0]);
    const says = "weights between queries and keys were counted; it multiplies them with each other";
    return [
      {
        field: "numbers",
        value: named("I", I, "numbers in a query or key"),
        says: "a number a feature was counted",
      },
      { field: "numbers", value: number(I * I, "a matrix of queries and keys"), says },
      ...(numbers.value === 0
        ? [
            {
              field: "numbers" as const,
              value: number(1, "a scale"),
              says: "a scale was counted; it has none",
            },
          ]
        : []),
    ];
  },
  notes: ({ layer }) =>
    layer.parameters.length > 0
      ? ["Scores are made of queries and keys themselves; only what multiplies them is learned."]
      : ["Scores are products of queries and keys themselves; nothing is learned."],
});

// ---- wrappers ---------------------------------------------------------------------------------------------

/** Both of its layers; as twice one where they are alike. A person's slips are those of either, or one left out. */
const bidirectionalRule: ParameterRule = ({ layer, inputs, derive }) => {
  const [forward, backward] = (layer as Bidirectional).pair.map((each) => derive(each, inputs)) as [
    Derived,
    Derived,
  ];
  const alike = formulaOf(forward.expression) === formulaOf(backward.expression);
  const both = alike && evaluate(forward.expression) === evaluate(backward.expression);
  const directions = number(2, "directions: one layer reads first to last, one last to first");
  const together = (one: Expression, two: Expression) => (both ? times(directions, one) : plus(one, two));
  const oneWay = "only one direction was counted; each has weights of its own";
  return {
    expression: together(forward.expression, backward.expression),
    notes: [
      "Two layers of the same shape share nothing: each direction has its own weights.",
      ...forward.notes,
    ],
    mistakes: () => [
      { slips: [oneWay], expression: forward.expression },
      ...forward.mistakes().map(({ slips, expression }) => ({ slips: [oneWay, ...slips], expression })),
      ...forward.mistakes().map(({ slips, expression }) => ({
        slips,
        expression: together(expression, backward.expression),
      })),
    ],
  };
};

/** The layer inside, at every step of the sequence. */
const timeDistributedRule: ParameterRule = ({ layer, inputs, derive }) => {
  const inner = derive(layer.inner[0]!, [inputs[0]!.slice(1)]);
  const note = "The layer inside is used at every time step, so the number of steps does not enter.";
  return { ...inner, notes: [note, ...inner.notes] };
};

/** One entry a layer kind, by Keras's class name. */
export const PARAMETER_RULES: Readonly<Record<string, ParameterRule>> = {
  Embedding: embeddingRule,
  SimpleRNN: simpleRnnRule,
  LSTM: lstmRule,
  GRU: gruRule,
  RNN: rnnRule,
  Bidirectional: bidirectionalRule,
  TimeDistributed: timeDistributedRule,
  Attention: attentionRule,
  Dense: denseRule,
  Conv1D: conv1dRule,
  BatchNormalization: batchNormalizationRule,
  LayerNormalization: layerNormalizationRule,
  ...WEIGHTLESS_RULES,
};

/** A layer kind without an entry: the sizes of the variables it declares, added up. */
const declared = defineRule<{ variables: readonly Expression[] }>({
  recipe: ({ layer }) => ({
    variables: layer.parameters.map(({ name, shape }) =>
      times(...shape.map((n) => number(n, `from the shape of ${name}, [${shape.join(", ")}]`))),
    ),
  }),
  count: ({ variables }) => plus(...variables),
});

export function ruleFor(className: string, weights: boolean): ParameterRule {
  return PARAMETER_RULES[className] ?? (weights ? declared : nothing);
}
