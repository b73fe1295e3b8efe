/**
 * Which slip leads to a wrong count. A slip is named where its arithmetic gives exactly that count:
 * - one slip before two, two before three;
 * - of several that by themselves do, the first in the layer's list, which stands in order of likelihood;
 * - of several that do only together, none: numbers meet by chance, and a wrong name teaches nothing.
 */
import type { LayerDerivation } from "../parameters.js";
import { evaluate, substitutionOf, thousands } from "./expression.js";
import type { Mistake, SlipWords } from "./rule.js";

/** The slips behind a wrong count. */
export interface Cause {
  /** Each with what it is called and a sentence on it; several that come together. */
  slips: SlipWords[];
  /** What then gives the count: "256 × 2 + 2 = 514". */
  arithmetic: string;
}

/** The cause of a wrong count, or how many there may be. */
export interface Explanation {
  /** Null where none is known, or several are. */
  cause: Cause | null;
  /** How many, none likelier than the others. */
  undecided: number;
}

const countOf = ({ derived }: LayerDerivation) => evaluate(derived.expression);

/** A sum and how it is written: "8,448 + 257 = 8,705"; what is 0 is left out. */
export function sumOf(counts: readonly number[]): { value: number; text: string } {
  const value = counts.reduce((a, b) => a + b, 0);
  const counted = counts.filter((count) => count > 0).map(thousands);
  return {
    value,
    text: counted.length > 1 ? `${counted.join(" + ")} = ${thousands(value)}` : thousands(value),
  };
}

/** The slips behind a layer's wrong count; then, that it is another layer's; then slips that come together. */
export function explainLayer(
  { layer, derived }: LayerDerivation,
  count: number,
  all: readonly LayerDerivation[],
): Explanation {
  const fitting = derived.mistakes().filter(({ expression }) => evaluate(expression) === count);
  const [single] = fitting.filter(({ slips }) => slips.length === 1);
  if (single) return named(causeOf(single));
  const other = count > 0 && all.find((each) => each.layer !== layer && countOf(each) === count);
  if (other) {
    const says = `that is the count of ${other.layer.name}`;
    const slip = { name: "another layer's count", says };
    return named({ slips: [slip], arithmetic: substitutionOf(other.derived.expression) });
  }
  const fewest = Math.min(...fitting.map(({ slips }) => slips.length));
  return only(fitting.filter(({ slips }) => slips.length === fewest).map(causeOf));
}

const causeOf = ({ slips, expression }: Mistake): Cause => {
  return { slips: [...slips], arithmetic: substitutionOf(expression) };
};

const named = (cause: Cause): Explanation => ({ cause, undecided: 0 });

/** The one explanation, or how many there are. */
function only(causes: readonly Cause[]): Explanation {
  return causes.length === 1 ? named(causes[0]!) : { cause: null, undecided: causes.length };
}

/** The slips behind a wrong sum over layers, the likeliest sort first; of a sort that explains it in several ways, none. */
export function explainSum(
  asked: readonly LayerDerivation[],
  count: number,
  all: readonly LayerDerivation[],
): Explanation {
  const { value: actual } = sumOf(asked.map(countOf));
  const sorts = [leftOut, countedToo, slipInAll, slipInOne];
  for (const sort of sorts) {
    const causes = sort(asked, count, actual, all);
    if (causes.length > 0) return only(causes);
  }
  return only([]);
}

type Sort = (
  asked: readonly LayerDerivation[],
  count: number,
  actual: number,
  all: readonly LayerDerivation[],
) => Cause[];

const leftOut: Sort = (asked, count, actual) =>
  asked
    .filter((each) => countOf(each) === actual - count)
    .map(({ layer }) => ({
      slips: [{ name: "a layer left out", says: `${layer.name} was left out` }],
      arithmetic: `${thousands(actual)} − ${thousands(actual - count)} = ${thousands(count)}`,
    }));

const countedToo: Sort = (asked, count, actual, all) =>
  all
    .filter((each) => countOf(each) === count - actual)
    .map((each) => ({
      slips: [
        asked.includes(each)
          ? { name: "a layer counted twice", says: `${each.layer.name} was counted twice` }
          : { name: "another layer counted", says: `${each.layer.name} was counted too` },
      ],
      arithmetic: `${thousands(actual)} + ${thousands(count - actual)} = ${thousands(count)}`,
    }));

const singles = ({ derived }: LayerDerivation) =>
  derived.mistakes().filter(({ slips }) => slips.length === 1);

/** One and the same slip in every layer where it may be made. */
const slipInAll: Sort = (asked, count) => {
  const perLayer = asked.map((each) => ({ each, mistakes: singles(each) }));
  const names = new Set(perLayer.flatMap(({ mistakes }) => mistakes.map(({ slips }) => slips[0]!.name)));
  return [...names].flatMap((name): Cause[] => {
    const made = perLayer.map(({ each, mistakes }) => ({
      each,
      mistake: mistakes.find(({ slips }) => slips[0]!.name === name),
    }));
    const making = made.filter(({ mistake }) => mistake);
    if (making.length < 2) return [];
    const sum = sumOf(
      made.map(({ each, mistake }) => (mistake ? evaluate(mistake.expression) : countOf(each))),
    );
    if (sum.value !== count) return [];
    const says = `in ${making.map(({ each }) => each.layer.name).join(", ")}: ${name}`;
    return [{ slips: [{ name, says }], arithmetic: sum.text }];
  });
};

/** One slip in one layer: the likeliest of it. */
const slipInOne: Sort = (asked, count, actual) =>
  asked.flatMap((each): Cause[] => {
    const instead = countOf(each) + count - actual;
    const mistake = singles(each).find(({ expression }) => evaluate(expression) === instead);
    if (!mistake) return [];
    const { slips, arithmetic } = causeOf(mistake);
    return [
      {
        slips: slips.map(({ name, says }) => ({ name, says: `${each.layer.name}: ${says}` })),
        arithmetic: `${arithmetic} in place of ${thousands(countOf(each))}`,
      },
    ];
  });
