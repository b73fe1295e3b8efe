/**
 * What if: a row read again with some of a cell's numbers held at other values, and all that follows computed from them.
 * Nothing is estimated: the equations are run anew from there, in float64.
 */
import { listOf, objectOf } from "../base/arguments.js";
import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import type { Model } from "../model/model.js";
import { asComputed, type Hold } from "./cells/cell.js";
import { openCell, openCells } from "./cells/open.js";
import { type InputRow, Probe } from "./probe.js";
import { ownOutput, stepsOf } from "./steps.js";
import { type LayerTrace, layerTrace, type Trace } from "./trace.js";
import { partsOf, type UnitPart } from "./units/parts.js";

/** One number of a cell held at a value while a row is read. */
export interface Intervention {
  /** A recurrent layer's name; the last by default. */
  layer?: string;
  /** Place in the row, from 0. */
  at: number;
  /** A gate, the candidate or a state. */
  part: UnitPart;
  /** Which unit, from 0. */
  unit: number;
  /** What it is held at. */
  value: number;
}

/** What a row comes to with some numbers held. */
export interface Intervened extends Pick<Trace, "output" | "layers"> {
  /** The model's output with nothing held. */
  outputBefore: number[];
  /** The same of what its last sigmoid or softmax is given: it tells apart what that flattens. */
  scores: number[];
  /** Those with nothing held. */
  scoresBefore: number[];
}

/**
 * Reads a row with some numbers of recurrent cells held: a gate's, the candidate's or a state's of single units at single
 * places. Everything that follows from them is computed anew, in the same step, at later steps and in later layers; a held
 * number stays as it was asked for.
 * @throws InputError where the row, a layer, place, part or unit does not fit; where a step that a mask hides is to be
 * changed, or one number is held at two values
 */
export function intervene(model: Model, row: InputRow, interventions: readonly Intervention[]): Intervened {
  const held = heldOf(model, interventions);
  const opened = [...held.keys()];
  const [plain, probe] = [new Probe(model), new Probe(model, opened)];
  try {
    const before = plain.run([row]);
    const given = opened.map((layer) => [before.at(layer).values.flat()]);
    const cells = openCells(model);
    const holdsOf = (layer: string) => held.get(layer) ?? new Map<number, Hold>();
    const read = () => {
      const run = probe.run([row], { given });
      const steps = (open: (typeof cells)[number]) => {
        const holds = holdsOf(open.cell.layer);
        return stepsOf(open, run, (t) => holds.get(t) ?? asComputed);
      };
      return { run, steps };
    };
    // First to last: what one layer puts out changes what the next reads.
    for (const open of cells) {
      const place = opened.indexOf(open.cell.layer);
      if (place < 0) continue;
      const steps = read().steps(open);
      checkPlaces(open.cell.layer, [...holdsOf(open.cell.layer).keys()], steps);
      given[place] = [ownOutput(open, steps).flat()];
    }
    const after = read();
    const layers = cells.map((open): LayerTrace => layerTrace(open, after.steps(open)));
    const [{ output, scores }, was] = [after.run.ending(), before.ending()];
    return { output, scores, outputBefore: was.output, scoresBefore: was.scores, layers };
  } finally {
    plain.dispose();
    probe.dispose();
  }
}

/** By layer and place, what is held there. */
function heldOf(
  model: Model,
  interventions: readonly Intervention[],
): ReadonlyMap<string, ReadonlyMap<number, Hold>> {
  const values = new Map<string, Map<number, Map<string, Map<number, number>>>>();
  for (const [k, each] of listOf(interventions, "intervene interventions", objectOf).entries()) {
    const where = `interventions ${k}`;
    const given = each as Intervention;
    knownOptions(given, ["layer", "at", "part", "unit", "value"], where);
    const { cell } = openCell(model, given.layer);
    const part = oneOf(given.part, partsOf(cell.kind), `${where} part`);
    const unit = wholeNumber(given.unit, `${where} unit`, 0, cell.units - 1);
    const at = wholeNumber(given.at, `${where} at`, 0);
    const value = finiteNumber(given.value, `${where} value`);
    const units = inner(inner(inner(values, cell.layer), at), part);
    if (units.has(unit) && units.get(unit) !== value) {
      const received = `${units.get(unit)} and ${value}`;
      throw inputError({ expected: `one value for unit ${unit} of ${part} at ${at}`, where, received });
    }
    units.set(unit, value);
  }
  return new Map([...values].map(([layer, places]) => [layer, mapped(places, holdOf)]));
}

/** The map under a key, made where there is none. */
function inner<K, L, V>(outer: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const found = outer.get(key) ?? new Map<L, V>();
  outer.set(key, found);
  return found;
}

const mapped = <K, V, W>(map: ReadonlyMap<K, V>, f: (value: V) => W): Map<K, W> =>
  new Map([...map].map(([key, value]) => [key, f(value)]));

const holdOf =
  (parts: ReadonlyMap<string, ReadonlyMap<number, number>>): Hold =>
  (part, computed) => {
    const held = parts.get(part);
    return held ? computed.map((value, unit) => held.get(unit) ?? value) : computed;
  };

function checkPlaces(layer: string, places: readonly number[], steps: LayerTrace["steps"]): void {
  for (const at of places) checkPlace(steps, at, `interventions at, of ${layer}`);
}

/** @throws InputError where no step reads that place, or a mask hides it */
export function checkPlace(steps: LayerTrace["steps"], at: number, where: string): void {
  const step = steps.find(({ t }) => t === at);
  if (step && !step.masked) return;
  throw inputError({
    expected: step ? "a place that the layer reads" : `a place in the row, from 0 to ${steps.length - 1}`,
    where,
    received: step ? `${at}, which a mask hides` : at,
  });
}
