/** The products that a cell's equations add up, with their factors by name. */

import type { Cell } from "./cells/cell.js";
import { GruCell } from "./cells/gru.js";
import type { RecurrentLayer } from "./cells/layers.js";
import { letterOf, stateLetter, symbolOf } from "./cells/names.js";
import type { Matrix } from "./cells/vector.js";
import { stateBefore, type TraceStep } from "./steps.js";
import { at as atStep, odot, phi } from "./tex.js";
import type { UnitPart } from "./units/parts.js";

/** A number of a recurrent layer: which part of it, which unit, at which place of the row. */
export interface NumberPlace {
  /** Place in the row, from 0. */
  at: number;
  /** A gate, the candidate or a state. */
  part: UnitPart;
  /** Which unit, from 0. */
  unit: number;
}

/**
 * What a product stands for: of a network input (x·W), recurrent (h·R) and bias; of a state what is kept of it, what is
 * written, and what is shown of the cell state.
 */
export type TermGroup = "input" | "recurrent" | "bias" | "kept" | "written" | "shown";

/** One factor of a product. */
export interface NumberFactor {
  /** TeX: "W_{f,3,12}". */
  tex: string;
  /** What it is worth here. */
  value: number;
  /** Whether it is learned; else it comes from the row. */
  weight: boolean;
  /** Where it is a number of this layer itself: which; null where it is not, and of states before the first step. */
  number: NumberPlace | null;
}

/** One product. */
export interface NumberTerm {
  /** What it stands for. */
  group: TermGroup;
  /** Which of the inputs, or of the units of h, it is of; null of a bias and of states. */
  index: number | null;
  /** What is multiplied. */
  factors: NumberFactor[];
  /** Their product. */
  value: number;
}

/** The terms of a number, and the TeX of their groups. */
export interface Terms {
  terms: NumberTerm[];
  tex: Partial<Record<TermGroup, string>>;
}

/** What is taken apart. */
export interface TermsOf {
  cell: Cell;
  layer: RecurrentLayer;
  steps: readonly TraceStep[];
  /** The step, in processing order. */
  s: number;
  unit: number;
}

const term = (group: TermGroup, index: number | null, ...factors: NumberFactor[]): NumberTerm => ({
  ...{ group, index, factors },
  value: factors.reduce((product, { value }) => product * value, 1),
});

const weightOf = (letter: string, own: string, places: readonly number[], value: number): NumberFactor => ({
  tex: `${letter}_{${[...(own ? [own] : []), ...places].join(",")}}`,
  ...{ value, weight: true, number: null },
});

const entry = ({ columns, data }: Matrix, row: number, column: number) => data[row * columns + column]!;

/** The numbers of the cell at a step, and of the states that it began with. */
class Numbers {
  readonly #before: { hidden: readonly number[]; cell?: readonly number[] };
  /** Where the states that came in were made; null at the beginning. */
  readonly #from: number | null;

  constructor(private readonly of: TermsOf) {
    const { cell, steps, s } = of;
    this.#before = stateBefore(cell, steps, s);
    // Masked steps only hand on what they were given.
    this.#from = steps.slice(0, s).findLast(({ masked }) => !masked)?.t ?? null;
  }

  get step(): TraceStep {
    return this.of.steps[this.of.s]!;
  }

  gate(part: UnitPart, unit: number): NumberFactor {
    const tex = `${symbolOf(this.of.cell.kind, part)}_{t,${unit}}`;
    return this.#own(tex, this.step.gates[part]![unit]!, { at: this.step.t, part, unit });
  }

  before(part: "hidden" | "cell", unit: number): NumberFactor {
    const from = this.#from;
    const place = from === null ? null : { at: from, part, unit };
    return this.#own(`${stateLetter(part)}_{t-1,${unit}}`, this.#before[part]![unit]!, place);
  }

  state(tex: string, value: number, unit: number): NumberFactor {
    return this.#own(tex, value, { at: this.step.t, part: "cell", unit });
  }

  #own(tex: string, value: number, number: NumberPlace | null): NumberFactor {
    return { tex, value, weight: false, number };
  }
}

/** What a network adds up before its activation: a product for every input, one for every unit of h_{t−1}, the biases. */
export function networkTerms(of: TermsOf, network: string): Terms {
  const { cell, layer, unit } = of;
  const numbers = new Numbers(of);
  const { kernel, recurrent, bias, recurrentBias } = cell.weights[network]!;
  const own = cell.kind === "SimpleRNN" ? "" : letterOf(cell.kind, network);
  const named = (letter: string) => (own ? `${letter}_{${own}}` : letter);
  const resets = cell instanceof GruCell && network === "candidate" ? cell : null;
  /** What a GRU's reset gate does to what comes of h_{t−1}: after its product with R, or before. */
  const reset = (k: number) => (resets ? [numbers.gate("reset", resets.resetAfter ? unit : k)] : []);
  const terms: NumberTerm[] = [];
  numbers.step.x.forEach((value, k) => {
    const x = { tex: `x_{t,${k}}`, value, weight: false, number: null };
    terms.push(term("input", k, x, weightOf("W", own, [k, unit], entry(kernel, k, unit))));
  });
  for (let k = 0; k < cell.units; k++) {
    const weight = weightOf("R", own, [k, unit], entry(recurrent, k, unit));
    terms.push(term("recurrent", k, ...reset(k), numbers.before("hidden", k), weight));
  }
  const { useBias } = layer.options;
  if (useBias) terms.push(term("bias", null, weightOf("b", own, [unit], bias[unit]!)));
  const second = useBias && cell instanceof GruCell && cell.resetAfter;
  if (second)
    terms.push(term("bias", null, ...reset(unit), weightOf("b'", own, [unit], recurrentBias[unit]!)));
  const [h, r] = [atStep("h", 1), atStep("r", 0)];
  const back = resets
    ? resets.resetAfter
      ? odot(r, `${h} ${named("R")}`)
      : `(${odot(r, h)}) ${named("R")}`
    : "";
  const added = second ? ` + ${resets ? odot(r, named("b'")) : named("b'")}` : "";
  return {
    terms,
    tex: {
      input: `${atStep("x", 0)} ${named("W")}`,
      recurrent: back || `${h} ${named("R")}`,
      bias: `${named("b")}${added}`,
    },
  };
}

/** What a state adds up: what is kept and what is written; of an LSTM's hidden state the one product that it is. */
export function stateTerms(of: TermsOf, part: UnitPart): Terms {
  const { cell, layer, unit } = of;
  const numbers = new Numbers(of);
  const { step } = numbers;
  const fresh = atStep(symbolOf(cell.kind, "candidate"), 0);
  if (part === "cell") {
    return {
      terms: [
        term("kept", null, numbers.gate("forget", unit), numbers.before("cell", unit)),
        term("written", null, numbers.gate("input", unit), numbers.gate("candidate", unit)),
      ],
      tex: {
        kept: odot(atStep("f", 0), atStep("c", 1)),
        written: odot(atStep("i", 0), fresh),
      },
    };
  }
  if (cell.kind === "LSTM") {
    const shown = cell.emit({ output: step.cell!.map(() => 1) }, step.cell!)[unit]!;
    const name = `${phi(layer)}(c_{t,${unit}})`;
    return {
      terms: [term("shown", null, numbers.gate("output", unit), numbers.state(name, shown, unit))],
      tex: { shown: odot(atStep("o", 0), `${phi(layer)}(${atStep("c", 0)})`) },
    };
  }
  const kept = numbers.gate("update", unit);
  const rest = { ...kept, tex: `(1 - ${kept.tex})`, value: 1 - kept.value };
  return {
    terms: [
      term("kept", null, kept, numbers.before("hidden", unit)),
      term("written", null, rest, numbers.gate("candidate", unit)),
    ],
    tex: {
      kept: odot(atStep("z", 0), atStep("h", 1)),
      written: odot(`(1 - ${atStep("z", 0)})`, fresh),
    },
  };
}
