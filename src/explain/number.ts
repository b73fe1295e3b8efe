/**
 * Where one number of a recurrent cell comes from: the products that its equation adds up, each with the real input, state and
 * weight; their sum; and what the activation makes of it.
 */
import { listOf, objectOf } from "../base/arguments.js";
import { knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import type { Model } from "../model/model.js";
import type { CellKind } from "./cells/names.js";
import { activationOf, openCell } from "./cells/open.js";
import { checkPlace, type Intervention, intervene } from "./intervention.js";
import {
  type NumberPlace,
  type NumberTerm,
  networkTerms,
  stateTerms,
  type TermGroup,
} from "./number-terms.js";
import type { InputRow } from "./probe.js";
import { valuesOf } from "./steps.js";
import { activationNameOf, activationTex } from "./tex.js";
import { trace } from "./trace.js";
import { partsOf } from "./units/parts.js";

/** Which number. */
export interface NumberOptions extends NumberPlace {
  /** A recurrent layer's name; the last by default. */
  layer?: string;
  /** Numbers that are held while the row is read, as `intervene` holds them; none by default. */
  held?: readonly Intervention[];
}

/** The products of one kind, added up. */
export interface TermSum {
  /** Their kind. */
  group: TermGroup;
  /** TeX: "x_{t} W_{f}". */
  tex: string;
  /** Their sum. */
  value: number;
  /** How many there are. */
  terms: number;
}

/** One number of a recurrent cell as what it is computed from. */
export interface ExplainedNumber extends NumberPlace {
  /** The layer's name. */
  layer: string;
  /** Keras's class name. */
  kind: CellKind;
  /** As the trace has it. */
  value: number;
  /** Whether it is held: then `value` is what it is held at, whatever comes of its terms. */
  held: boolean;
  /** The products that are added up, the largest first. */
  terms: NumberTerm[];
  /** The same by their kind, in the order of the equation. */
  sums: TermSum[];
  /** All of them added up: of a network its pre-activation, of a state the state. */
  total: number;
  /** Keras's name of what `total` is put through; null of a state. */
  activation: string | null;
  /** The same as TeX: "\sigma"; "" where there is none. */
  activationTex: string;
  /** What that gives. */
  computed: number;
  /** How far `computed` is from what the trace has; 0 of a held number. */
  residual: number;
}

const WHERE = "explainNumber";

/**
 * Takes one number of a recurrent layer apart: f_t[u] = σ(Σ x_t·W + Σ h_{t−1}·R + b) product by product, in float64; a state
 * as what is kept and what is written. Factors that are numbers of the cell themselves say which, to be asked for in turn.
 * @param number which: place in the row, part, unit
 * @throws InputError where row, layer, place, part or unit are not there, or a mask hides the step
 * @example const { terms, total, computed } = explainNumber(model, ids, { at: 197, part: "forget", unit: 12 })
 */
export function explainNumber(model: Model, row: InputRow, number: NumberOptions): ExplainedNumber {
  knownOptions(number, ["layer", "at", "part", "unit", "held"], WHERE);
  const { cell, layer } = openCell(model, number.layer);
  const part = oneOf(number.part, partsOf(cell.kind), `${WHERE} part`);
  const unit = wholeNumber(number.unit, `${WHERE} unit`, 0, cell.units - 1);
  const at = wholeNumber(number.at, `${WHERE} at`, 0);
  const held: readonly Intervention[] =
    number.held === undefined ? [] : (listOf(number.held, `${WHERE} held`, objectOf) as Intervention[]);
  const { layers } = held.length > 0 ? intervene(model, row, held) : trace(model, row);
  const { steps } = layers.find((traced) => traced.layer === cell.layer)!;
  checkPlace(steps, at, `${WHERE} at`);
  const s = steps.findIndex(({ t }) => t === at);
  const asked = { cell, layer, steps, s, unit };
  const network = part === "hidden" && cell.kind === "SimpleRNN" ? "network" : part;
  const isNetwork = (cell.networks as readonly string[]).includes(network);
  const { terms, tex } = isNetwork ? networkTerms(asked, network) : stateTerms(asked, part);
  const groups = [...new Set(terms.map(({ group }) => group))];
  const sums = groups.map((group): TermSum => {
    const own = terms.filter((term) => term.group === group);
    return { group, tex: tex[group]!, value: sum(own), terms: own.length };
  });
  const total = sum(terms);
  const activation = isNetwork ? activationNameOf(layer, network) : null;
  const computed = activation ? activationOf(activation).f(total) : total;
  const isHeld = held.some(
    (each) =>
      each.at === at &&
      each.part === part &&
      each.unit === unit &&
      openCell(model, each.layer).cell.layer === cell.layer,
  );
  const value = valuesOf(steps[s]!, part)[unit]!;
  return {
    ...{ layer: cell.layer, kind: cell.kind, at, part, unit, value, held: isHeld },
    terms: terms.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)),
    ...{ sums, total, activation, activationTex: activation ? activationTex(activation) : "", computed },
    residual: isHeld ? 0 : Math.abs(computed - value),
  };
}

const sum = (terms: readonly NumberTerm[]): number => terms.reduce((total, { value }) => total + value, 0);
