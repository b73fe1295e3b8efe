/** Word vectors learned elsewhere, as the beginning of a classifier's Embedding. */
import { functionOf, objectOf } from "../base/arguments.js";
import { inputError, wholeNumber } from "../base/errors.js";
import type { FoundVectors } from "../data/vectors/collector.js";
import { readsIds } from "../layers/traits.js";
import type { Model } from "../model/model.js";
import { specialWords } from "../tokens/options.js";
import type { Vectorizer } from "../tokens/vectorizer.js";
import type { TrainOptions, VectorsRecord } from "./options.js";

/** @throws InputError where vectors have no place, or nothing is there to freeze */
export function checkVectors({ model, vectors, freezeVectors }: TrainOptions): void {
  if (freezeVectors !== undefined && typeof freezeVectors !== "boolean") {
    throw inputError({ expected: "true or false", where: "freezeVectors", received: freezeVectors });
  }
  if (vectors === undefined) {
    if (freezeVectors === undefined) return;
    const where = "TextClassifier.train freezeVectors";
    throw inputError({ expected: "to be left out without vectors, where it has no effect", where });
  }
  functionOf(objectOf(vectors, "vectors", "what readVectors gives").collect, "vectors collect");
  wholeNumber(vectors.width, "vectors width", 1);
  if (typeof model === "string" || typeof model === "function" || model === undefined) return;
  throw inputError({
    expected: "to be left out with a model that has its words' vectors already",
    where: "TextClassifier.train vectors",
    next: 'Name a preset (model: "bilstm"), or give a function that makes a new model.',
  });
}

/** Lays the vectors into the model's Embedding, which may be left as it is then. */
export function setVectors(model: Model, { width, table, found }: FoundVectors, frozen: boolean): void {
  const embedding = model.layers.find(readsIds);
  if (!embedding || embedding.options.outputDim !== width) {
    throw inputError({
      expected: `a model whose Embedding has an outputDim of ${width}, as the vectors have`,
      where: "TextClassifier.train model",
      received: embedding?.options.outputDim ?? "a model without an Embedding",
      next: "The function is told it as sizes.width.",
    });
  }
  if (embedding.options.inputDim < found.length) {
    throw inputError({
      expected: `a model whose Embedding has an inputDim of at least ${found.length}, as the vocabulary has words`,
      where: "TextClassifier.train model",
      received: embedding.options.inputDim,
      next: "The function is told it as sizes.vocabulary.",
    });
  }
  const weights = model.getWeights();
  const own = weights.findIndex(({ name }) => name === `${embedding.name}/embeddings`);
  const rows = Float32Array.from(weights[own]!.data);
  for (let id = 0; id < found.length; id++) {
    if (found[id]) rows.set(table.subarray(id * width, (id + 1) * width), id * width);
  }
  model.setWeights(weights.map((each, k) => (k === own ? rows : each)));
  if (frozen) embedding.trainable = false;
}

/** [vocabulary] the words whose vectors are wanted; empty for padding and for the word that stands for unknown ones. */
export function wantedWords({ vocabulary, frontEnd }: Vectorizer): string[] {
  const special = new Set(specialWords(frontEnd));
  return vocabulary.map((word) => (special.has(word) ? "" : word));
}

const MOST_EXAMPLES = 10;

/** What was found, to be kept with the classifier. */
export function vectorsRecord(
  { vectors, freezeVectors = false }: TrainOptions,
  { found, otherCase }: FoundVectors,
  vectorizer: Vectorizer,
): VectorsRecord {
  const { name, format, width } = vectors!;
  const wanted = wantedWords(vectorizer);
  const missing = wanted.filter((word, id) => word !== "" && !found[id]);
  const words = wanted.filter((word) => word !== "").length;
  return {
    ...{ name, format, width, words },
    found: words - missing.length,
    missing: missing.slice(0, MOST_EXAMPLES),
    otherCase: otherCase.size,
    otherCaseExample: [...otherCase][0] ?? null,
    frozen: freezeVectors,
  };
}
