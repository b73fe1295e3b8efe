/** Checks a person's parameter counts, and names the slip that leads to a wrong one. */
import { listOf, objectOf, textOf } from "../base/arguments.js";
import { didYouMean, inputError, wholeNumber } from "../base/errors.js";
import type { Model } from "../model/model.js";
import { evaluate, substitutionOf } from "./parameters/expression.js";
import { type Cause, type Explanation, explainLayer, explainSum, sumOf } from "./parameters/slips.js";
import { deriveParameters, type LayerDerivation } from "./parameters.js";

/** A parameter count that someone expects, as in an exercise. */
export interface Expectation {
  /** A layer's name, its class ("lstm") where the model has one of them, several ("dense+dense_1"), or "total". */
  layer: string;
  /** The count expected. */
  count: number;
}

/** Whether the expected count is that of the layer, or of the layers together, and how one may have come to another. */
export interface Verdict extends Expectation {
  /** Whether it is. */
  right: boolean;
  /** The count that it should be. */
  actual: number;
  /** "4 × ((16 + 32) × 32 + 32) = 6,272" */
  derivation: string;
  /** What went wrong: the slips, and the arithmetic that then gives the expected count; null where none is known. */
  cause: Cause | null;
  /** Several explanations that would give the expected count, none likelier than the others, which are not named. */
  undecided: number;
}

/** What is said of an undecided verdict. */
export const UNDECIDED =
  "Several explanations would give it, none likelier than the others, so none is named.";

const FORM = "LAYER=COUNT or LAYER+LAYER=COUNT, as in lstm=6272";

/** Reads "lstm=6272" or "dense + dense_1 = 8,705". @throws InputError on another form */
export function parseExpectation(text: string): Expectation {
  textOf(text, "expectation");
  const [, layer, digits] = /^(.+)=\s*([\d,_ ]+)$/.exec(text.trim()) ?? [];
  if (layer === undefined || digits === undefined) {
    throw inputError({ expected: FORM, where: "expectation", received: text });
  }
  return {
    layer: layer.trim(),
    count: wholeNumber(Number(digits.replace(/[,_ ]/g, "")), `expectation ${layer.trim()}`),
  };
}

/**
 * Holds expected counts of parameters, of layers by name or kind, of several together or of the "total", against the
 * model's own; a wrong one is told the slip that leads to it, where one is known.
 * @throws InputError on a layer that the model has not, has several of, or that is named twice
 */
export function checkExpectations(model: Model, expectations: readonly Expectation[]): Verdict[] {
  listOf(expectations, "expectations", (given, where) => {
    const { layer, count } = objectOf(given as Expectation, where, "{ layer, count }");
    textOf(layer, `${where} layer`);
    wholeNumber(count, `${where} count`);
  });
  const all = deriveParameters(model);
  return expectations.map((expectation) => judge(expectation, all));
}

function judge({ layer, count }: Expectation, all: readonly LayerDerivation[]): Verdict {
  const asked = plain(layer) === "total" ? all : layersOf(all, layer);
  const one = asked.length === 1 && plain(layer) !== "total" ? asked[0]! : null;
  const { value: actual, text } = one
    ? { value: countOf(one), text: substitutionOf(one.derived.expression) }
    : sumOf(asked.map(countOf));
  const right = count === actual;
  const nothing: Explanation = { cause: null, undecided: 0 };
  const explained = right ? nothing : one ? explainLayer(one, count, all) : explainSum(asked, count, all);
  return { layer, count, actual, right, derivation: text, ...explained };
}

const plain = (name: string) => name.toLowerCase().replace(/[_\s]/g, "");
const countOf = ({ derived }: LayerDerivation) => evaluate(derived.expression);

/** One layer, or several with + between them; a layer whose own name has a + in it is itself. */
function layersOf(all: readonly LayerDerivation[], text: string): LayerDerivation[] {
  const parts = all.some(({ layer }) => layer.name === text)
    ? [text]
    : text.split("+").map((part) => part.trim());
  if (parts.includes("")) throw inputError({ expected: FORM, where: "expectations", received: text });
  const found = parts.map((part) => find(all, part));
  const twice = found.find((one, i) => found.indexOf(one) !== i);
  if (!twice) return found;
  throw inputError({ expected: `${twice.layer.name} once`, where: "expectations", received: text });
}

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
