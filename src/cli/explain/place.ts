/** `--at`: a word, or a step that is no word, as people count them: from 1, padding left out. */
import { Option } from "commander";
import { inputError } from "../../base/errors.js";
import { openCell } from "../../explain/cells/open.js";
import { countedPlaces, rangesOf, rowOf, type Sentence } from "../../explain/sentence.js";
import type { TraceStep } from "../../explain/steps.js";
import { trace } from "../../explain/trace.js";
import type { Model } from "../../model/model.js";
import { whole } from "../context.js";

/** @param what is done with the word: "to go back from" */
export const atOption = (what: string): Option =>
  new Option(
    "--at <n>",
    `the word (or step of numbers) ${what}, counted from 1 (default: the one read last)`,
  ).argParser(whole("at", 1));

/** What a recurrent layer does on a sentence, step by step. */
export function stepsRead(model: Model, sentence: Sentence, layer: string | undefined): readonly TraceStep[] {
  const name = openCell(model, layer).cell.layer;
  return trace(model, rowOf(sentence)).layers.find((traced) => traced.layer === name)!.steps;
}

/** The places of words, or of steps that are no words. @throws InputError for a row of padding */
export function countedIn(sentence: Sentence, steps: number): number[] {
  const places = countedPlaces(sentence, steps);
  if (places.length > 0) return places;
  throw paddingAlone();
}

const paddingAlone = () =>
  inputError({ expected: "a word to explain", where: "row", received: "padding alone" });

/** The place in the layer's row of what `--at` counts to; undefined without it. */
export function placeOf(
  { at, layer }: { at?: number; layer?: string },
  model: Model,
  sentence: Sentence,
): number | undefined {
  if (at === undefined) return undefined;
  const steps = stepsRead(model, sentence, layer);
  const places = countedIn(sentence, steps.length);
  const read = new Set(steps.filter(({ masked }) => !masked).map(({ t }) => t));
  const valid = places.flatMap((t, k) => (read.has(t) ? [k + 1] : []));
  if (valid.includes(at)) return places[at - 1];
  if (valid.length === 0) throw paddingAlone();
  const what = sentence.words.length === steps.length ? "word" : "step";
  throw inputError({
    expected: `a ${what} that the layer reads, ${rangesOf(valid)}`,
    where: "--at",
    received: at,
  });
}
