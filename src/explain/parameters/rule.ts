/** What a layer kind says about its parameters: the numbers that the count depends on, the formula, the usual slips. */
import type { Layer, Shape } from "../../layers/layer.js";
import type { Expression } from "./expression.js";

/** What ids stand for: words or n-grams, or what of words an automatic classifier's networks read beside them. */
export type IdKind = "word" | "word-beginning" | "word-ending" | "word-shape" | "n-gram";

/** A layer whose numbers reach another, changed at most by layers without weights. */
export interface Feeder {
  readonly name: string;
  /** Numbers in each step or row that it reads, and that it puts out. */
  readonly reads: number;
  readonly puts: number;
  /** What one of its directions puts out, where it lays two side by side. */
  readonly oneWay: number | null;
}

/** A layer where it stands in its model. */
export interface LayerFacts {
  readonly layer: Layer;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  /** The layer whose output it takes: "embedding", or "input". */
  readonly before: string;
  /** Steps in a row of the model's input, where it reads sequences of known length. */
  readonly steps: number | null;
  /** The last layer with weights on the way to it; null where none is. */
  readonly feeder: Feeder | null;
  /** Numbers a step or row that layers on the way to it put out, nearest first; not what it reads itself. */
  readonly earlier: readonly { readonly name: string; readonly size: number }[];
  /** What the ids of an Embedding stand for. */
  readonly ids: IdKind;
  /** Rows of the model's first Embedding. */
  readonly vocabulary: number | null;
  /** Derivations of layers inside this one (Bidirectional, TimeDistributed). */
  derive(inner: Layer, inputs: readonly Shape[]): Derived;
}

/**
 * A slip: fields of the recipe filled in wrongly, or arithmetic of its own. Those that are usual may come together where
 * they touch different fields; rare ones and other arithmetic stand alone, as numbers that many slips could give say nothing.
 */
export type Slip<R> = SlipWords &
  ({ readonly change: Partial<R>; readonly rare?: boolean } | { readonly arithmetic: Expression });

/** What a slip is called, the same in every layer where one may make it, and a sentence on it. */
export interface SlipWords {
  /** "bias left out" */
  readonly name: string;
  /** "the bias was left out" */
  readonly says: string;
}

/** A wrong count and the slips that lead to it. */
export interface Mistake {
  readonly slips: readonly SlipWords[];
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
          slips: chosen.map(({ name, says }) => ({ name, says })),
          expression: arithmeticOf(chosen) ?? count(Object.assign({}, right, ...chosen.map(changeOf))),
        })),
    };
  };
}

const arithmeticOf = <R>([slip]: readonly Slip<R>[]) =>
  slip && "arithmetic" in slip ? slip.arithmetic : null;
const changeOf = <R>(slip: Slip<R>): Partial<R> => ("change" in slip ? slip.change : {});

function together<R>(a: Slip<R>, b: Slip<R>): boolean {
  if ("arithmetic" in a || "arithmetic" in b || a.rare || b.rare) return false;
  return Object.keys(a.change).every((field) => !(field in b.change));
}

/** Every choice of one to `most` slips that can come together, fewest first. */
function combinations<R>(slips: readonly Slip<R>[], most: number): Slip<R>[][] {
  let level: { chosen: Slip<R>[]; next: number }[] = [{ chosen: [], next: 0 }];
  const all: Slip<R>[][] = [];
  for (let size = 1; size <= most; size++) {
    level = level.flatMap(({ chosen, next }) =>
      slips.slice(next).flatMap((slip, i) => {
        if (chosen.some((other) => !together(other, slip))) return [];
        return [{ chosen: [...chosen, slip], next: next + i + 1 }];
      }),
    );
    all.push(...level.map(({ chosen }) => chosen));
  }
  return all;
}
