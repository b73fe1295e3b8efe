/** A trace as typed arrays, which cross from a worker without being copied; and back. */
import type { CellKind } from "../explain/cells/names.js";
import type { TraceStep } from "../explain/steps.js";
import type { LayerTrace, Trace } from "../explain/trace.js";

/** A recurrent layer's gates and states at every step of a row, in float64: rows of units one after another, step by step. */
export interface LayerArrays {
  /** The layer's name: "lstm", "bidirectional/forward_lstm". */
  readonly layer: string;
  /** Keras's class name. */
  readonly kind: CellKind;
  /** I: numbers read at a step. */
  readonly inputs: number;
  /** U: numbers in the state. */
  readonly units: number;
  /** Whether it reads the row from its end. */
  readonly goBackwards: boolean;
  /** [T] in processing order: the place in the row that each step read. */
  readonly t: Uint32Array;
  /** [T] 1 for steps that were skipped: states carry through, and gates are NaN. */
  readonly masked: Uint8Array;
  /** [T][I] what each step read. */
  readonly x: Float64Array;
  /** [T][U] by name: hidden (h), and of an LSTM cell (c). */
  readonly states: Readonly<Record<string, Float64Array>>;
  /** [T][U] by name: input (i), forget (f), candidate (g), output (o); update, reset, candidate of a GRU. */
  readonly gates: Readonly<Record<string, Float64Array>>;
  /** [T][U] by the gate's name: what its activation was given. */
  readonly preActivations: Readonly<Record<string, Float64Array>>;
  /** [T][U] of a GRU: h₋₁·R + b′ of its candidate; null where the cell has none. */
  readonly recurrentPart: Float64Array | null;
}

/** What every recurrent layer of a model does on one row. */
export interface TraceArrays {
  /** [F] the model's output on this row. */
  readonly output: Float64Array;
  /** Its recurrent layers in order; a Bidirectional's two count as two. */
  readonly layers: readonly LayerArrays[];
  /** Largest difference between these states and those of the engine's forward pass. */
  readonly residual: number;
}

type Rows = readonly (readonly number[] | undefined)[];

/** [T][width], NaN where a step has none. */
function packed(rows: Rows, width: number): Float64Array {
  const out = new Float64Array(rows.length * width).fill(Number.NaN);
  for (const [s, row] of rows.entries()) if (row) out.set(row, s * width);
  return out;
}

/** Rows by name, of all names that any step has. */
function packedByName(
  steps: readonly TraceStep[],
  of: (step: TraceStep) => Readonly<Record<string, readonly number[]>>,
  width: number,
): Record<string, Float64Array> {
  const names = new Set(steps.flatMap((step) => Object.keys(of(step))));
  return Object.fromEntries(
    Array.from(names, (name) => [
      name,
      packed(
        steps.map((step) => of(step)[name]),
        width,
      ),
    ]),
  );
}

/** A trace as typed arrays. */
export function traceArrays({ output, layers, residual }: Trace): TraceArrays {
  return { output: Float64Array.from(output), layers: layers.map(layerArrays), residual };
}

function layerArrays({ steps, ...about }: LayerTrace): LayerArrays {
  const { inputs, units } = about;
  const states = (step: TraceStep) => ({ hidden: step.hidden, ...(step.cell ? { cell: step.cell } : {}) });
  const hasPart = steps.some(({ recurrentPart }) => recurrentPart);
  return {
    ...about,
    t: Uint32Array.from(steps, ({ t }) => t),
    masked: Uint8Array.from(steps, ({ masked }) => Number(masked)),
    x: packed(
      steps.map(({ x }) => x),
      inputs,
    ),
    states: packedByName(steps, states, units),
    gates: packedByName(steps, ({ gates }) => gates, units),
    preActivations: packedByName(steps, ({ preActivations }) => preActivations, units),
    recurrentPart: hasPart
      ? packed(
          steps.map(({ recurrentPart }) => recurrentPart),
          units,
        )
      : null,
  };
}

/** The trace that the arrays were made of, as `trace` of cellstate/explain gives it: for pictures, and for reading step by step. */
export function traceOfArrays({ output, layers, residual }: TraceArrays): Trace {
  return { output: [...output], layers: layers.map(layerTrace), residual };
}

function layerTrace({
  t,
  masked,
  x,
  states,
  gates,
  preActivations,
  recurrentPart,
  ...about
}: LayerArrays): LayerTrace {
  const { inputs, units } = about;
  const row = (from: Float64Array, s: number, width: number) => [
    ...from.subarray(s * width, (s + 1) * width),
  ];
  const rows = (of: Readonly<Record<string, Float64Array>>, s: number) =>
    Object.fromEntries(Object.entries(of).map(([name, values]) => [name, row(values, s, units)]));
  const steps = Array.from(t, (place, s): TraceStep => {
    const isMasked = masked[s] === 1;
    const { hidden, cell } = rows(states, s);
    return {
      ...{ t: place, masked: isMasked, x: row(x, s, inputs), hidden: hidden! },
      ...(cell ? { cell } : {}),
      ...(isMasked
        ? { gates: {}, preActivations: {} }
        : { gates: rows(gates, s), preActivations: rows(preActivations, s) }),
      ...(recurrentPart && !isMasked ? { recurrentPart: row(recurrentPart, s, units) } : {}),
    };
  });
  return { ...about, steps };
}
