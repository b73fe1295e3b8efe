/** What is chosen for a cell before it learns, and which choices there are: as many for every cell. */
import { finiteNumber, inputError, oneOf, wholeNumber } from "../base/errors.js";
import { type CellName, cellOf } from "./cells.js";

/**
 * How the gates that keep a memory start. "keras": a forget gate's bias of 1 and a GRU's of 0, so that a fresh cell
 * loses half of what it holds within a few steps. "chrono" (Tallec and Ollivier 2018): biases log u with u uniform from
 * 1 to T − 1, so that fresh cells forget over 1 to T steps. A number: the bias itself (Gers et al. 2000; Jozefowicz et
 * al. 2015).
 */
export type GateStart = "keras" | "chrono" | number;
/** The words among them. */
export const GATE_STARTS = ["keras", "chrono"] as const;

/** What a run is made with, besides its task's sizes. */
export interface Setting {
  /** Of Adam. */
  learningRate: number;
  /** The recurrent kernel starts as so many times an orthogonal matrix; an IRNN's, so many times the identity. */
  gain: number;
  /** How the gates that keep a memory start. */
  gateStart: GateStart;
  /** Norm that all gradients together are scaled down to; null: they are left as they are. */
  clipnorm: number | null;
  /** Steps that gradients go back before they are cut off; null: all of them. */
  truncation: number | null;
}

/** What was chosen for one cell at one lag of a task: a row of the table. */
export interface Choice {
  task: string;
  lag: number;
  cell: CellName;
  /** Settings that were tried. */
  tried: number;
  setting: Setting;
}

/** Keras's defaults: Adam's, the layers', no clipping, and no truncation. */
export const KERAS: Readonly<Setting> = {
  ...{ learningRate: 0.001, gain: 1, gateStart: "keras" },
  ...{ clipnorm: null, truncation: null },
};

const RATES = [0.001, 0.002, 0.005, 0.01];
/** Where a cell has no gates to start, more of the other starts are tried in their place. */
const GAINS = { gated: [0.5, 1], plain: [0.8, 0.9, 1, 1.1], identity: [0.5, 0.9, 1, 1.1] };
/** Of all that are searched; off in Keras's defaults and by `--clipnorm none`. */
const CLIPNORM = 1;

/** The settings that a search tries for a cell, crossed: of equal number for every cell. */
export function candidates(cell: CellName): Setting[] {
  const gated = cellOf(cell).gates !== undefined;
  const gains = gated ? GAINS.gated : cell === "irnn" ? GAINS.identity : GAINS.plain;
  const starts: readonly GateStart[] = gated ? GATE_STARTS : ["keras"];
  return RATES.flatMap((learningRate) =>
    gains.flatMap((gain) =>
      starts.map((gateStart) => ({ learningRate, gain, gateStart, clipnorm: CLIPNORM, truncation: null })),
    ),
  );
}

/** What of a setting a caller gave. */
export type GivenSetting = { [Key in keyof Setting]?: Setting[Key] | undefined };
const KEYS = Object.keys(KERAS) as (keyof Setting)[];

/** Keras's defaults with what was given in their place; null where nothing was. @throws InputError */
export function givenSetting(given: GivenSetting): Setting | null {
  const named = KEYS.filter((key) => given[key] !== undefined);
  if (named.length === 0) return null;
  return checkSetting({ ...KERAS, ...Object.fromEntries(named.map((key) => [key, given[key]])) });
}

/** @throws InputError for what is no setting */
export function checkSetting({ learningRate, gain, gateStart, clipnorm, truncation }: Setting): Setting {
  return {
    learningRate: above0(learningRate, "lab learningRate"),
    gain: finiteNumber(gain, "lab gain", 0),
    gateStart:
      typeof gateStart === "number"
        ? finiteNumber(gateStart, "lab gateStart")
        : oneOf(gateStart, GATE_STARTS, "lab gateStart"),
    clipnorm: clipnorm === null ? null : above0(clipnorm, "lab clipnorm"),
    truncation: truncation === null ? null : wholeNumber(truncation, "lab truncation", 1),
  };
}

function above0(value: number, where: string): number {
  if (finiteNumber(value, where) > 0) return value;
  throw inputError({ expected: "a number above 0", where, received: value });
}

/** What may be swept, one value after another, with all else as it is. */
export const SWEEPS = {
  "forget-bias": { key: "gateStart", values: [-2, -1, 0, 1, 2, 3, 4, 6] },
  gain: { key: "gain", values: [0.5, 0.8, 0.9, 1, 1.1, 1.3] },
  clipnorm: { key: "clipnorm", values: [0.01, 0.1, 1, 10, null] },
  truncation: { key: "truncation", values: [5, 10, 20, 50, 100, null] },
  "learning-rate": { key: "learningRate", values: [0.0003, 0.001, 0.002, 0.005, 0.01, 0.03] },
} as const satisfies Record<string, { key: keyof Setting; values: readonly (number | null)[] }>;

/** What may be swept. */
export type SweepName = keyof typeof SWEEPS;
/** What may be swept. */
export const SWEEP_NAMES = Object.keys(SWEEPS) as SweepName[];

/** A setting in a few words, for the cell it is of: "Adam 0.002, gain 1, gates chrono, norm at most 1". */
export function describeSetting(cell: CellName, setting: Setting): string {
  const { learningRate, gain, gateStart, clipnorm, truncation } = setting;
  return [
    `Adam ${learningRate}`,
    `gain ${gain}`,
    ...(cellOf(cell).gates ? [`gates ${gateStart}`] : []),
    clipnorm === null ? "no clipping" : `norm at most ${clipnorm}`,
    ...(truncation === null ? [] : [`${truncation} steps back`]),
  ].join(", ");
}

export const sameSetting = (one: Setting, other: Setting): boolean =>
  KEYS.every((key) => one[key] === other[key]);
