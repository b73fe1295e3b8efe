/** A recurrent layer at work on a sentence: its parts, their values at every word, and some units at one step. */
import { indicesOf } from "../base/arguments.js";
import { inputError, knownOptions } from "../base/errors.js";
import type { Model } from "../model/model.js";
import { type CellAnatomy, cellAnatomy } from "./anatomy.js";
import { openCell, openCells } from "./cells/open.js";
import { zeros } from "./cells/vector.js";
import { Probe } from "./probe.js";
import {
  checkSentence,
  rangesOf,
  rowOf,
  type Sentence,
  stepName,
  type Word,
  wordAt,
  wordsAt,
} from "./sentence.js";
import { stepsOf, type TraceStep, valuesOf } from "./steps.js";

/** One part's values over the words. */
export interface PartSeries {
  /** The part of the anatomy. */
  id: string;
  /** Its name there. */
  name: string;
  /** TeX. */
  symbol: string;
  /** [words][U] */
  values: number[][];
  /** Gates lie between 0 and 1; states and candidates can be negative. */
  signed: boolean;
  /** Handed on to the next step. */
  state: boolean;
  /** [words][U] of a state, what came in from the step before; null of others. */
  before: number[][] | null;
}

/** The values of one unit at one step. */
export interface UnitValues {
  /** Which unit, from 0. */
  unit: number;
  /** By part, as the anatomy names them. */
  values: Record<string, number>;
  /** By state: what came in from the step before. */
  before: Record<string, number>;
}

/** A cell at work on a text: the values of its parts over the words, and of some units at one of them. */
export interface CellView {
  /** What the parts are. */
  anatomy: CellAnatomy;
  /** Every recurrent layer of the model by name, first to last: what `layer` may be. */
  layers: string[];
  /** Words in the order of the row; steps of padding are left out. */
  words: Word[];
  /** Steps of padding that are left out. */
  skipped: number;
  /** Every part's values over the words. */
  series: PartSeries[];
  /** Which of the words the values are of. */
  chosen: number;
  /** The values of single units at the chosen word. */
  units: UnitValues[];
}

/** Options of `cellView`. */
export interface CellViewOptions {
  /** A recurrent layer's name; the last by default. */
  layer?: string;
  /** Place in the row, from 0; that of the word read last by default. */
  at?: number;
  /** Units to show the values of; those whose memory is largest there by default. */
  units?: readonly number[];
}

const MOST_UNITS = 5;

/**
 * Shows a recurrent layer at work on a sentence: the values of its parts at every word, and of some units at one.
 * @throws InputError where layer, place or units are not there
 */
export function cellView(model: Model, sentence: Sentence, options: CellViewOptions = {}): CellView {
  checkSentence(sentence);
  knownOptions(options, ["layer", "at", "units"], "cellView");
  if (options.units !== undefined) indicesOf(options.units, "cellView units");
  const open = openCell(model, options.layer);
  const { cell, layer } = open;
  const probe = new Probe(model);
  try {
    const steps = stepsOf(open, probe.run([rowOf(sentence)]));
    const anatomy = cellAnatomy(layer, cell.inputs, cell.layer);
    const read = steps.filter(({ t, masked }) => !masked && wordAt(sentence, t, steps.length) !== "");
    const shown = [...read].sort((a, b) => a.t - b.t);
    const words = wordsAt(
      sentence,
      shown.map(({ t }) => t),
      steps.length,
    );
    const chosen = chooseWord(words, options.at ?? read.at(-1)?.t);
    const series = anatomy.parts.flatMap((part): PartSeries[] => {
      // A SimpleRNN's one network gives its state itself.
      if (part.network && cell.kind === "SimpleRNN") return [];
      const { id, name, symbol } = part;
      const kind = { signed: part.network?.range !== "0 to 1", state: !part.network };
      const before = part.network ? null : shown.map((step) => cameIn(steps, step, id, cell.units));
      return [{ id, name, symbol, ...kind, values: shown.map((step) => [...valuesOf(step, id)]), before }];
    });
    return {
      anatomy,
      layers: openCells(model).map((each) => each.cell.layer),
      words,
      skipped: steps.length - shown.length,
      series,
      chosen,
      units: unitValues(series, chosen, chooseUnits(series, chosen, options.units, cell.units)),
    };
  } finally {
    probe.dispose();
  }
}

/** Where the values are of, in words: “film”, word 3 of 7; or step 3 of 5. */
export function chosenPhrase({ words, chosen, skipped }: CellView, excerpt = (word: string) => word): string {
  const { word, t } = words[chosen]!;
  if (word === stepName(t)) return `${word} of ${words.length + skipped}`;
  return `“${excerpt(word)}”, word ${chosen + 1} of ${words.length}`;
}

function chooseWord(words: readonly Word[], at: number | undefined): number {
  const place = words.findIndex(({ t }) => t === at);
  if (place >= 0) return place;
  if (words.length === 0) {
    throw inputError({ expected: "a word to show values of", where: "row", received: "padding alone" });
  }
  throw inputError({
    expected: `the place of a word in the row (${rangesOf(words.map(({ t }) => t))})`,
    where: "at",
    received: at ?? "none",
  });
}

function chooseUnits(
  series: readonly PartSeries[],
  chosen: number,
  units: readonly number[] | undefined,
  U: number,
): readonly number[] {
  for (const unit of units ?? []) {
    if (!Number.isInteger(unit) || unit < 0 || unit >= U) {
      throw inputError({
        expected: `units from 0 to ${U - 1}`,
        where: "units",
        received: unit,
        typed: { where: "--units" },
      });
    }
  }
  if (units && units.length > 0) return units;
  const memory = (series.find(({ id }) => id === "cell") ?? series.at(-1)!).values[chosen]!;
  const order = zeros(U).map((_, u) => u);
  order.sort((a, b) => Math.abs(memory[b]!) - Math.abs(memory[a]!) || a - b);
  return order.slice(0, MOST_UNITS);
}

/** [U] what a state was before a step. */
function cameIn(steps: readonly TraceStep[], step: TraceStep, id: string, U: number): number[] {
  const before = steps[steps.indexOf(step) - 1];
  return before ? [...valuesOf(before, id)] : zeros(U);
}

function unitValues(series: readonly PartSeries[], chosen: number, units: readonly number[]): UnitValues[] {
  return units.map((unit) => ({
    unit,
    values: Object.fromEntries(series.map(({ id, values }) => [id, values[chosen]![unit]!])),
    before: Object.fromEntries(
      series.flatMap(({ id, before }) => (before ? [[id, before[chosen]![unit]!] as const] : [])),
    ),
  }));
}
