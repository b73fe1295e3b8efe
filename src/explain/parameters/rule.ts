/** What a layer kind says about its parameters: the numbers that the count depends on, the formula, the usual slips. */
import type { Layer, Shape } from "../../layers/layer.js";
import type { Expression } from "./expression.js";

/** What ids stand for: words or n-grams, or what of words an automatic classifier's networks read beside them. */
export type IdKind = "word" | "word-beginning" | "word-ending" | "word-shape" | "n-gram";

/** A layer where it stands in its model. */
export interface LayerFacts {
  readonly layer: Layer;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  /** The layer whose output it takes: "embedding", or "input". */
  readonly before: string;
  /** Steps in a row of the model's input, where it reads sequences of known length. */
  readonly steps: number | null;
  /** What the ids of an Embedding stand for. */
  readonly ids: IdKind;
  /** Rows of the model's first Embedding. */
  readonly vocabulary: number | null;
  /** Derivations of layers inside this one (Bidirectional, TimeDistributed). */
  derive(inner: Layer, inputs: readonly Shape[]): Derived;
}

/** One field of the recipe set to a wrong value, and how to say so. */
export type Slip<R> = { [K in keyof R]: { field: K; value: R[K]; says: string } }[keyof R];

/** A wrong count and the slips that lead to it. */
export interface Mistake {
  readonly slips: readonly string[];
  readonly expression: Expression;
}

export interface Derived {
  readonly expression: Expression;
  readonly notes: readonly string[];
  /** Every wrong count that one, two or three slips together give; of equally many slips the likelier first. */
  mistakes(): Mistake[];
}

/** The entry of one layer kind. R is its recipe: what a person fills in, and may fill in wrongly. */
export interface RuleDefinition<R> {
  recipe(facts: LayerFacts): R;
  count(recipe: R): Expression;
  slips?(facts: LayerFacts, recipe: R): readonly Slip<R>[];
  /** Sentences worth knowing about this count. */
  notes?(facts: LayerFacts, recipe: R): readonly string[];
}

export type ParameterRule = (facts: LayerFacts) => Derived;

const MOST_SLIPS = 3;

export function defineRule<R extends object>({
  recipe,
  count,
  slips,
  notes,
}: RuleDefinition<R>): ParameterRule {
  return (facts) => {
    const right = recipe(facts);
    return {
      expression: count(right),
      notes: notes?.(facts, right) ?? [],
      mistakes: () =>
        combinations(slips?.(facts, right) ?? [], MOST_SLIPS).map((chosen) => ({
          slips: chosen.map(({ says }) => says),
          expression: count({
            ...right,
            ...Object.fromEntries(chosen.map(({ field, value }) => [field, value])),
          }),
        })),
    };
  };
}

/** Every choice of one to `most` slips that touch different fields, fewest first. */
function combinations<R>(slips: readonly Slip<R>[], most: number): Slip<R>[][] {
  let level: { chosen: Slip<R>[]; next: number }[] = [{ chosen: [], next: 0 }];
  const all: Slip<R>[][] = [];
  for (let size = 1; size <= most; size++) {
    level = level.flatMap(({ chosen, next }) =>
      slips.slice(next).flatMap((slip, i) => {
        if (chosen.some(({ field }) => field === slip.field)) return [];
        return [{ chosen: [...chosen, slip], next: next + i + 1 }];
      }),
    );
    all.push(...level.map(({ chosen }) => chosen));
  }
  return all;
}
