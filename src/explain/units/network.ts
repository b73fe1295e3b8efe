/** Who is asked about its units: a network, what reads its texts, and what its outputs are called. */
import { instanceOf, objectOf, textsOf } from "../../base/arguments.js";
import { inputError, wholeNumber } from "../../base/errors.js";
import { readsIds } from "../../layers/traits.js";
import { builtModelOf } from "../../model/given.js";
import type { Model } from "../../model/model.js";
import { checkLabels, checkLength, checkVocabularyFits } from "../../network/text-fits.js";
import { MOST_IDS } from "../../tokens/options.js";
import { Vectorizer } from "../../tokens/vectorizer.js";
import { TokenReader } from "./tokens.js";

/**
 * A network with what reads its texts. A TextClassifier, MultiLabelClassifier or TextRegressor is one, unless it is automatic; a
 * network alone is `{ model }`, and its rows are ids.
 */
export interface TextNetwork {
  /** The network: rows of T ids in. */
  readonly model: Model;
  /** Turns texts into ids; without it rows are of ids. */
  readonly vectorizer?: Vectorizer;
  /** T, ids in a row. Default: as many as the model's input takes. */
  readonly length?: number;
  /** [outputs] what they stand for (of one output: what 0 and 1 do), where a text has one label. */
  readonly labels?: readonly string[];
}

/** What texts are held against. */
export interface Targets {
  names: readonly string[];
  /** 1 and 0 by label; else an amount. */
  binary: boolean;
}

/** How a text's targets are read and its answer judged: by one label, by any number of them, by an amount. */
export type TargetKind = "label" | "labels" | "amount";

/** A network that was looked at. */
export interface OpenNetwork {
  model: Model;
  reader: TokenReader;
  /** Null where the outputs are not said to stand for anything. */
  kind: TargetKind | null;
  targets: Targets;
  /** Of one output: the first label is answered up to it. */
  threshold: number;
}

/** What a regressor's one output is called. */
const AMOUNT = ["amount"];

/** @throws InputError for what is no network that reads texts, or ids, as words in order */
export function openNetwork(given: TextNetwork, where: string): OpenNetwork {
  const { model: network, labels, ...rest } = known(given, where);
  const model = builtModelOf(network, `${where} model`);
  const { vectorizer } = rest;
  if (vectorizer !== undefined) {
    instanceOf(vectorizer, Vectorizer, `${where} vectorizer`, "a Vectorizer");
    checkVocabularyFits(model, vectorizer, where);
  }
  const [shape, ...others] = model.inputShapes;
  if (others.length > 0 || shape?.length !== 1 || !model.layers.some(readsIds)) {
    throw inputError({
      expected: "a network of one input, a row of ids for an Embedding",
      where: `${where} model ${model.name}`,
      received: others.length > 0 ? `${others.length + 1} inputs` : `an input of ${JSON.stringify(shape)}`,
    });
  }
  const length = wholeNumber(rest.length ?? shape[0], `${where} length`, 1, MOST_IDS);
  checkLength(model, length, `${where} length`);
  const names = labels === undefined ? undefined : textsOf(labels, `${where} labels`);
  const kind = kindOf(given, names !== undefined);
  if (names && kind === "label") checkLabels(model, names, `${where} labels`);
  const { threshold } = given as { threshold?: unknown };
  return {
    ...{ model, kind, reader: new TokenReader(vectorizer ?? null, length) },
    targets: { names: kind === "amount" ? AMOUNT : (names ?? []), binary: kind !== "amount" },
    threshold: typeof threshold === "number" ? threshold : 0.5,
  };
}

/** What of it is looked at; an automatic one says itself that it has no vectorizer. */
function known(given: TextNetwork, where: string): TextNetwork {
  const expected = "a classifier or regressor whose network reads words, or { model, vectorizer, labels }";
  const { model, vectorizer, length, labels } = objectOf(given, where, expected);
  return {
    model,
    ...(vectorizer === undefined ? {} : { vectorizer }),
    ...(length === undefined ? {} : { length }),
    ...(labels === undefined ? {} : { labels }),
  };
}

/** By what sets them apart, so that nothing of training is needed here: thresholds a label; answers without labels. */
function kindOf(given: object, named: boolean): TargetKind | null {
  if (named) return "thresholds" in given ? "labels" : "label";
  return "predict" in given ? "amount" : null;
}
