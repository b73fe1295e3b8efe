/** Layers without weights: nothing to count, and what a person may count all the same. */
import type { Shape } from "../../layers/layer.js";
import { type Expression, NOTHING, named, plus, times } from "./expression.js";
import { defineRule, type LayerFacts, type ParameterRule } from "./rule.js";

const shapeText = (shape: Shape) => `[${shape.map((size) => size ?? "any").join(", ")}]`;

/** What a person may count where there is nothing to count. */
interface Empty {
  counted: Expression;
}

function weightless(notes: (facts: LayerFacts) => string[]): ParameterRule {
  return defineRule<Empty>({
    recipe: () => ({ counted: NOTHING }),
    count: ({ counted }) => counted,
    slips({ inputs, output, steps }) {
      const inputSize = size(inputs[0] ?? []);
      const outputSize = size(output);
      const out = named("n", outputSize, "numbers it puts out");
      const through = times(named("m", inputSize, "numbers it takes in"), out);
      const slip = (name: string, says: string, counted: Expression) => ({ name, says, change: { counted } });
      return [
        slip("output counted", "its numbers were counted as weights; it has none", out),
        slip("weights counted", "weights between input and output were counted; it has none", through),
        slip("counted as Dense", "it was counted as a Dense layer; it has no weights", plus(through, out)),
        ...(steps === null || output.length > 1
          ? []
          : [
              slip(
                "steps counted",
                `the numbers of all ${steps} steps in a row were counted: it gets one vector, and none are weights`,
                times(named("T", steps, "time steps"), out),
              ),
            ]),
      ];
    },
    notes,
  });
}

const size = (shape: Shape) => shape.reduce<number>((product, n) => product * (n ?? 1), 1);

const flattenRule = weightless(({ inputs: [input], output, before }) => {
  if (input?.length === 1) {
    return [
      `Its input, from ${before}, is already one vector ${shapeText(input)}, so Flatten changes nothing: ` +
        `${shapeText(output)} comes out. It would matter after return_sequences=True, where it lays the steps in a row.`,
    ];
  }
  return [
    `It lays the steps in a row: ${shapeText(input ?? [])} becomes ${shapeText(output)}. Nothing is learned.`,
  ];
});

const dropoutRule = weightless(({ layer }) => {
  const { rate } = layer.options as { rate?: number };
  const share = rate === undefined ? "a share" : `${Math.round(rate * 1000) / 10}%`;
  return [
    `In training it zeroes ${share} of its input at random and scales up the rest; nothing is learned.`,
  ];
});

const concatenateRule = weightless(({ inputs, output }) => [
  `It puts its inputs side by side: ${inputs.map(shapeText).join(" and ")} become ${shapeText(output)}. Nothing is learned.`,
]);

const merging = (does: string) =>
  weightless(({ inputs }) => [
    `It ${does} its ${inputs.length} inputs, number by number; all have shape ${shapeText(inputs[0] ?? [])}. Nothing is learned.`,
  ]);

const pooling = (takes: string) =>
  weightless(({ inputs: [input], output }) => [
    `It takes ${takes}: ${shapeText(input ?? [])} becomes ${shapeText(output)}. Nothing is learned.`,
  ]);

export const nothing = weightless(() => ["It computes from its input alone; nothing is learned."]);

/** By Keras's class name. */
export const WEIGHTLESS_RULES: Readonly<Record<string, ParameterRule>> = {
  Flatten: flattenRule,
  Dropout: dropoutRule,
  SpatialDropout1D: dropoutRule,
  Concatenate: concatenateRule,
  Add: merging("adds up"),
  Subtract: merging("subtracts"),
  Multiply: merging("multiplies"),
  Average: merging("averages"),
  Maximum: merging("takes the largest of"),
  Minimum: merging("takes the smallest of"),
  GlobalAveragePooling1D: pooling("each number's mean over all steps"),
  GlobalMaxPooling1D: pooling("each number's largest value over all steps"),
  AveragePooling1D: pooling("each number's mean over a window of steps"),
  MaxPooling1D: pooling("each number's largest value over a window of steps"),
};
