/** What of a cell is looked at, and which of its numbers are held: all of it is in the address. */
import { computed } from "@preact/signals";
import type { CellView, Intervention, PartSeries, UnitPart } from "cellstate/explain";
import { routed } from "./route.js";
import { idsOf, settled } from "./sentence.js";
import { subject } from "./subject.js";

/** The layer; none: the library's choice. */
export const layer = routed("cell");
const part = routed("part");
const unit = routed("unit");
const word = routed("word");
const holding = routed("hold");

// What was chosen in one model means nothing in another.
let before = subject.peek();
subject.subscribe((now) => {
  if (before && now !== before) for (const value of [layer, part, unit, word, holding]) value.value = "";
  before = now ?? before;
});

/** What the model reads: the sentence, or of a network without words the numbers typed in its place. */
export const row = computed<string | readonly number[] | Error>(() => {
  if (subject.value?.model.kind !== "network") return settled.value;
  try {
    return idsOf(settled.value);
  } catch (error) {
    return error as Error;
  }
});

/** A number that is held while the sentence is read. */
export interface Held {
  layer: string;
  part: UnitPart;
  /** Which of the words, from 0: places in a padded row move as one types. */
  word: number;
  unit: number;
  value: number;
}

const same = (a: Held, b: Held) =>
  a.layer === b.layer && a.part === b.part && a.word === b.word && a.unit === b.unit;

/** part,word,unit,value,layer; … */
export const held = computed<readonly Held[]>(() =>
  holding.value.split(";").flatMap((text): Held[] => {
    const [own, at, of, value, ...name] = text.split(",");
    const numbers = [at, of, value].map((each) =>
      each === undefined || each === "" ? Number.NaN : Number(each),
    );
    const [place, index, amount] = numbers as [number, number, number];
    const fits =
      [place, index].every((each) => Number.isInteger(each) && each >= 0) && Number.isFinite(amount);
    if (!own || !fits || name.length === 0) return [];
    return [{ part: own as UnitPart, word: place, unit: index, value: amount, layer: name.join(",") }];
  }),
);

function keep(all: readonly Held[]): void {
  holding.value = all.map((one) => [one.part, one.word, one.unit, one.value, one.layer].join(",")).join(";");
}

/** Holds a number at a value, in place of what it was held at before. */
export const hold = (one: Held): void => keep([...held.peek().filter((other) => !same(one, other)), one]);
export const letGo = (one: Held): void => keep(held.peek().filter((other) => !same(one, other)));
export const letAllGo = (): void => keep([]);

const whole = (text: string, below: number): number | null =>
  /^\d+$/.test(text) && Number(text) < below ? Number(text) : null;

/** What is chosen of a view: the part, the word and the unit, each where there is such a one. */
export interface Chosen {
  part: PartSeries;
  word: number;
  unit: number;
}

export function chosenOf({ series, words, chosen, units, anatomy }: CellView): Chosen {
  return {
    part: series.find(({ id }) => id === part.value) ?? series[0]!,
    word: whole(word.value, words.length) ?? chosen,
    unit: whole(unit.value, anatomy.units) ?? units[0]!.unit,
  };
}

/** Chooses by what is given of it. */
export function choose(given: { part?: string; word?: number; unit?: number }): void {
  if (given.part !== undefined) part.value = given.part;
  if (given.word !== undefined) word.value = String(given.word);
  if (given.unit !== undefined) unit.value = String(given.unit);
}

/** Those of the held numbers that the sentence has words for, as the library takes them; and how many it has not. */
export function interventionsOf(view: CellView): { given: Intervention[]; left: number } {
  const { words, anatomy, series, layers } = view;
  const fits = held.value.filter(
    (one) =>
      one.word < words.length &&
      layers.includes(one.layer) &&
      (one.layer !== anatomy.layer || (one.unit < anatomy.units && series.some(({ id }) => id === one.part))),
  );
  const given = fits.map(({ word: at, ...one }) => ({ ...one, at: words[at]!.t }));
  return { given, left: held.value.length - given.length };
}

/** The view with the numbers that came of held ones in place of those that were. */
export function asHeld(view: CellView, after: AfterLayer | null): CellView {
  if (!after) return view;
  const steps = view.words.map(({ t }) => after.steps.findIndex((step) => step.t === t));
  if (steps.includes(-1)) return view;
  const valuesAt = (s: number, id: string): number[] => {
    const { gates, hidden, cell } = after.steps[s]!;
    return [...(id === "cell" ? cell! : (gates[id] ?? hidden))];
  };
  const series = view.series.map((part) => ({
    ...part,
    values: steps.map((s) => valuesAt(s, part.id)),
    before: part.before && steps.map((s, k) => (s > 0 ? valuesAt(s - 1, part.id) : part.before![k]!)),
  }));
  return { ...view, series };
}

/** A layer's steps with numbers held. */
export interface AfterLayer {
  layer: string;
  steps: readonly {
    t: number;
    gates: Readonly<Record<string, readonly number[]>>;
    hidden: readonly number[];
    cell?: readonly number[];
  }[];
}

/** One unit at one word, as pictures take it. */
export function unitView(view: CellView, at: { word: number; unit: number }): CellView {
  const { series } = view;
  const values = Object.fromEntries(series.map(({ id, values }) => [id, values[at.word]![at.unit]!]));
  const came = series.flatMap(({ id, before }) =>
    before ? [[id, before[at.word]![at.unit]!] as const] : [],
  );
  return { ...view, chosen: at.word, units: [{ unit: at.unit, values, before: Object.fromEntries(came) }] };
}
