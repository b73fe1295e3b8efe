/** Rows of ids and of numbers, as the model reads them. */
import { inputError } from "../../base/errors.js";
import { openCell } from "../../explain/cells/open.js";
import { inputsOf, layOut } from "../../explain/laid.js";
import type { InputRow, OneInput } from "../../explain/probe.js";
import { type Sentence, sentenceOfIds, sentenceOfRow } from "../../explain/sentence.js";
import { readsIds } from "../../layers/traits.js";
import type { Model } from "../../model/model.js";
import type { Vectorizer } from "../../tokens/vectorizer.js";

const takesIds = (model: Model) => model.layers.some(readsIds);

/** @throws InputError for a model of several inputs or of numbers, which no text and no ids are a row of */
export function refuseNumbers(model: Model, name: string, received: string): void {
  const inputs = model.nodes.filter((node) => node.inputs.length === 0);
  if (inputs.length === 1 && takesIds(model)) return;
  const names = inputs.map(
    ({ layer, shape }) => `${layer.name} [${shape.map((n) => n ?? "any").join(", ")}]`,
  );
  throw inputError({
    expected: inputs.length === 1 ? "a row of numbers" : `a row for each of ${inputs.length} inputs`,
    where: name,
    received,
    next: `Give it with --row FILE; it reads ${names.join(" and ")}.`,
  });
}

/**
 * What a file gave, as ids where the model reads those; of several inputs with the words of the one that a recurrent layer
 * reads.
 * @param layer its name; the last by default
 */
export function rowSentence(
  model: Model,
  row: InputRow,
  vectorizer: Vectorizer | undefined,
  layer: string | undefined,
): Sentence {
  if (model.inputShapes.length > 1) {
    const ids = idsRead(model, row as readonly OneInput[], layer);
    return ids ? { ...sentenceOfIds(ids, vectorizer?.vocabulary), row } : sentenceOfRow(row);
  }
  const flat = Array.isArray(row) && row.every((value) => typeof value === "number");
  if (!takesIds(model) || !flat) return sentenceOfRow(row);
  return idSentence(model, row as number[], vectorizer, "--row");
}

/** The ids of the input that a recurrent layer reads; null where it reads numbers, or several inputs together. */
function idsRead(model: Model, row: readonly OneInput[], layer: string | undefined): number[] | null {
  if (layOut(model).cells.length === 0) return null;
  const [input, ...others] = inputsOf(model, openCell(model, layer).from);
  const place = model.nodes.findIndex((node) => node.layer.name === input);
  const ofIds = model.nodes.some((node) => node.inputs.includes(place) && readsIds(node.layer));
  if (others.length > 0 || !ofIds) return null;
  const inputs = model.nodes.filter((node) => node.inputs.length === 0);
  return row[inputs.findIndex((node) => node.layer.name === input)] as number[];
}

/** Ids as a row of the length that the model reads, padded in front. */
export function idSentence(
  model: Model,
  ids: readonly number[],
  vectorizer?: Vectorizer,
  where = "--ids",
): Sentence {
  const length = model.inputShapes[0]?.[0] ?? ids.length;
  if (ids.length > length) {
    throw inputError({ expected: `at most ${length} ids`, where, received: ids.length });
  }
  const row = [...new Array<number>(length - ids.length).fill(0), ...ids];
  return sentenceOfIds(row, vectorizer?.vocabulary);
}
