/** Checks a person's parameter counts, and names the slip that leads to a wrong one. */
import { listOf, objectOf, textOf } from "../base/arguments.js";
import { didYouMean, inputError, wholeNumber } from "../base/errors.js";
import type { Model } from "../model/model.js";
import { evaluate, substitutionOf, thousands } from "./parameters/expression.js";
import type { Mistake } from "./parameters/rule.js";
import { deriveParameters, type LayerDerivation } from "./parameters.js";

/** A parameter count that someone expects, as in an exercise. */
export interface Expectation {
  /** A layer's name, its class ("lstm") where the model has one of them, or "total". */
  layer: string;
  /** The count expected. */
  count: number;
}

/** Whether the expected count is the layer's, and how one may have come to another. */
export interface Verdict extends Expectation {
  /** Whether it is. */
  right: boolean;
  /** The layer's count. */
  actual: number;
  /** "4 × ((16 + 32) × 32 + 32) = 6,272" */
  derivation: string;
  /** What may have gone wrong, likeliest first: the slips and the arithmetic that then gives the expected count. */
  causes: { slips: string[]; arithmetic: string }[];
}

/** Several explanations are rarely better than two. */
const MOST_CAUSES = 2;

/** "lstm=768" */
export function parseExpectation(text: string): Expectation {
  textOf(text, "expectation");
  const [, layer, digits] = /^(.+)=\s*([\d,_ ]+)$/.exec(text.trim()) ?? [];
  if (layer === undefined || digits === undefined) {
    throw inputError({ expected: "LAYER=COUNT, as in lstm=6272", where: "expectation", received: text });
  }
  return {
    layer: layer.trim(),
    count: wholeNumber(Number(digits.replace(/[,_ ]/g, "")), `expectation ${layer}`),
  };
}

/**
 * Holds expected counts of parameters, of layers by name or kind or of the "total", against the model's own; a wrong one
 * is told the slip that leads to it, where one is known.
 * @throws InputError on a layer that the model has not, or has several of
 */
export function checkExpectations(model: Model, expectations: readonly Expectation[]): Verdict[] {
  listOf(expectations, "expectations", (given, where) => {
    const { layer, count } = objectOf(given as Expectation, where, "{ layer, count }");
    textOf(layer, `${where} layer`);
    wholeNumber(count, `${where} count`);
  });
  const derivations = deriveParameters(model);
  return expectations.map((expectation) =>
    plain(expectation.layer) === "total"
      ? checkTotal(expectation, derivations)
      : checkLayer(expectation, find(derivations, expectation.layer)),
  );
}

const plain = (name: string) => name.toLowerCase().replace(/[_\s]/g, "");
const countOf = ({ derived }: LayerDerivation) => evaluate(derived.expression);

function find(derivations: readonly LayerDerivation[], name: string): LayerDerivation {
  const named = derivations.find(({ layer }) => layer.name === name);
  if (named) return named;
  const ofClass = derivations.filter(({ layer }) => plain(layer.className) === plain(name));
  if (ofClass.length === 1) return ofClass[0]!;
  const names = derivations.map(({ layer }) => layer.name);
  throw inputError({
    expected:
      ofClass.length > 1
        ? `one of the ${ofClass.length} layers of that kind by its name`
        : "a layer of the model",
    where: "expectations",
    received: name,
    next: didYouMean(name, names) ?? `Its layers are ${names.join(", ")}; "total" is all of them.`,
  });
}

function checkLayer(expectation: Expectation, derivation: LayerDerivation): Verdict {
  const actual = countOf(derivation);
  return {
    ...expectation,
    actual,
    right: expectation.count === actual,
    derivation: substitutionOf(derivation.derived.expression),
    causes:
      expectation.count === actual ? [] : slipsLeadingTo(derivation, expectation.count).slice(0, MOST_CAUSES),
  };
}

/** Only the shortest explanations: two slips are no news where one is enough. */
function slipsLeadingTo({ derived }: LayerDerivation, count: number): Verdict["causes"] {
  const fitting = derived.mistakes().filter(({ expression }) => evaluate(expression) === count);
  const fewest = Math.min(...fitting.map(({ slips }) => slips.length));
  return fitting.filter(({ slips }) => slips.length === fewest).map(cause);
}

const cause = ({ slips, expression }: Mistake) => ({
  slips: [...slips],
  arithmetic: substitutionOf(expression),
});

function checkTotal(expectation: Expectation, derivations: readonly LayerDerivation[]): Verdict {
  const counts = derivations.map(countOf);
  const actual = counts.reduce((a, b) => a + b, 0);
  const counted = counts.filter((count) => count > 0);
  return {
    ...expectation,
    actual,
    right: expectation.count === actual,
    derivation: `${counted.map(thousands).join(" + ")} = ${thousands(actual)}`,
    causes: totalCauses(expectation.count, actual, derivations).slice(0, MOST_CAUSES),
  };
}

/** One layer left out, or one counted wrongly. */
function totalCauses(
  count: number,
  actual: number,
  derivations: readonly LayerDerivation[],
): Verdict["causes"] {
  if (count === actual) return [];
  const leftOut = derivations
    .filter((derivation) => countOf(derivation) === actual - count)
    .map(({ layer }) => ({
      slips: [`${layer.name} was left out`],
      arithmetic: `${thousands(actual)} − ${thousands(actual - count)} = ${thousands(count)}`,
    }));
  const counted = derivations.flatMap((derivation) => {
    const instead = countOf(derivation) + count - actual;
    return slipsLeadingTo(derivation, instead).map(({ slips, arithmetic }) => ({
      slips: slips.map((says) => `${derivation.layer.name}: ${says}`),
      arithmetic: `${arithmetic} in place of ${thousands(countOf(derivation))}`,
    }));
  });
  return [...leftOut, ...counted.sort((a, b) => a.slips.length - b.slips.length)];
}
