/** Parameters of the layers with weights around the recurrent ones, and the table of all rules. */
import type { Bidirectional } from "../../layers/bidirectional.js";
import type { Shape } from "../../layers/layer.js";
import { conv1dRule, denseRule } from "./affine.js";
import { embeddingRule } from "./embedding.js";
import { type Expression, evaluate, formulaOf, type Leaf, named, number, plus, times } from "./expression.js";
import { gruRule, lstmRule, simpleRnnRule } from "./recurrent.js";
import { rnnRule } from "./rnn.js";
import { type Derived, defineRule, type ParameterRule, type Slip } from "./rule.js";
import { nothing, WEIGHTLESS_RULES } from "./weightless.js";

const features = (shape: Shape | undefined): number => shape?.at(-1) ?? 0;

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
    slips: () => usual,
    notes: () => [note],
  });
}

const vectors = (n: number, name: string, says: string): Slip<Vectors> => {
  return { name, says, change: { vectors: number(n, "vectors") } };
};

const batchNormalizationRule = normalisationRule(
  [
    vectors(
      2,
      "moving statistics left out",
      "only scale and shift were counted; the moving mean and variance are in the total too",
    ),
    vectors(1, "one vector alone", "only one of its vectors was counted"),
  ],
  "Scale and shift are learned; the moving mean and variance are kept beside them, counted as non-trainable.",
);

const layerNormalizationRule = normalisationRule(
  [
    vectors(
      4,
      "moving statistics counted",
      "moving mean and variance were counted; LayerNormalization keeps none",
    ),
    vectors(1, "one vector alone", "only one of its vectors was counted"),
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
    const slip = (name: string, says: string, counted: Leaf) => ({
      name,
      says,
      change: { numbers: counted },
    });
    return [
      slip(
        "a number a feature",
        "a number a feature was counted",
        named("I", I, "numbers in a query or key"),
      ),
      slip(
        "queries times keys",
        "weights between queries and keys were counted; it multiplies them with each other",
        number(I * I, "a matrix of queries and keys"),
      ),
      ...(numbers.value === 0
        ? [slip("scale counted", "a scale was counted; it has none", number(1, "a scale"))]
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
  const oneWay = {
    name: "one direction",
    says: "only one direction was counted; each has weights of its own",
  };
  return {
    expression: together(forward.expression, backward.expression),
    notes: [
      "Two layers of the same shape share nothing: each direction has its own weights.",
      ...forward.notes,
    ],
    mistakes: () => [
      { slips: [oneWay], expression: forward.expression },
      // Each slip in one direction is made in the other too, where they are alike.
      ...forward.mistakes().map(({ slips, expression }) => ({
        slips,
        expression: together(expression, backward.expression),
      })),
      ...forward.mistakes().map(({ slips, expression }) => ({ slips: [oneWay, ...slips], expression })),
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
