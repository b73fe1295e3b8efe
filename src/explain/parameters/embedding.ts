/** Parameters of Embedding: a table of rows. */
import { type Leaf, named, plus, times } from "./expression.js";
import { defineRule, type IdKind, type Slip } from "./rule.js";

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

export const embeddingRule = defineRule<Table>({
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
  slips({ steps, ids }, { rows, width }) {
    const V = (value: number) => named("V", value, rows.meaning);
    const slips: Slip<Table>[] = [
      {
        name: "one row added",
        says: "the vocabulary was counted plus 1; input_dim already is the number of rows",
        change: { rows: V(rows.value + 1) },
      },
      {
        name: "two rows added",
        says: `padding and ${TABLE_WORDS[ids].added} were added again; input_dim already has them`,
        change: { rows: V(rows.value + 2) },
      },
      {
        name: "padding left out",
        says: "the row of padding (id 0) was left out",
        change: { rows: V(rows.value - 1) },
      },
      {
        name: "bias counted",
        says: "a bias was counted; an Embedding is a table of rows and has none",
        change: { bias: true },
      },
      {
        name: "rows alone",
        says: `its rows were counted; each has ${width.value} numbers`,
        arithmetic: rows,
      },
    ];
    return steps === null ? slips : [...slips, ...stepSlips(named("T", steps, "time steps"), rows, width)];
  },
  notes: ({ ids }) => [`A table: every ${ids} id has its row. The number of time steps does not enter.`],
});

const stepSlips = (T: Leaf, rows: Leaf, width: Leaf): Slip<Table>[] => [
  {
    name: "times the steps",
    says: `multiplied by the ${T.value} time steps; one table serves them all`,
    change: { steps: T },
  },
  {
    name: "time steps for the vocabulary",
    says: `the ${T.value} time steps were taken for the vocabulary`,
    change: { rows: T },
  },
  {
    name: "time steps for the width",
    says: `the ${T.value} time steps were taken for the width of a vector`,
    change: { width: T },
  },
  {
    name: "a table of places",
    says: `a vector for each of the ${T.value} places was added; an Embedding knows words only`,
    arithmetic: plus(times(rows, width), times(T, width)),
  },
];
