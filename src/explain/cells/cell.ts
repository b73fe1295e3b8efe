/** What the three kinds of cell have in common for explanations: one step forward, one step back, and their names. */
import type { CellKind, StateName } from "./names.js";
import { add, type Matrix, timesMatrix, type Vector } from "./vector.js";

/** A gate's, or the candidate's, own small network: z = x·W + h₋₁·R + b. */
export interface NetworkWeights {
  /** W [I][U] */
  readonly kernel: Matrix;
  /** R [U][U] */
  readonly recurrent: Matrix;
  /** b [U] */
  readonly bias: Vector;
  /** b′ [U], added to h₋₁·R: zeros but in a GRU with resetAfter. */
  readonly recurrentBias: Vector;
}

/** z = x·W + h₋₁·R + b + b′ */
export function preActivation(x: Vector, h: Vector, network: NetworkWeights): number[] {
  const { kernel, recurrent, bias, recurrentBias } = network;
  return add(timesMatrix(x, kernel), timesMatrix(h, recurrent), bias, recurrentBias);
}

/** An activation φ as the views need it: any that is elementwise, told by what it is given, as many give one value twice. */
export interface Activation {
  f(z: number): number;
  /** φ′(z), of the pre-activation z. */
  slope(z: number): number;
}

/** What a cell hands on to the next step. */
export interface State {
  /** [U] h_t, the output. */
  readonly hidden: Vector;
  /** [U] c_t, in an LSTM only. */
  readonly cell?: Vector;
}

/** What one step computed. */
export interface Step extends State {
  /** Activated values [U] by network: input, forget, candidate and output in an LSTM; update, reset and candidate in a GRU; none in a SimpleRNN. */
  readonly gates: Readonly<Record<string, Vector>>;
  /** Pre-activations z [U] by network, of a SimpleRNN's one, too: what activations were given and slopes are of. */
  readonly preActivations: Readonly<Record<string, Vector>>;
  /** What a GRU's candidate sees of h_{t−1}. */
  readonly recurrentPart?: Vector;
}

/** What becomes of a part's values [U] once they are computed: where some are held at others, all that follows goes by those. */
export type Hold = (part: string, values: number[]) => number[];

/** As they were computed. */
export const asComputed: Hold = (_, values) => values;

/** How gradients go back through one step. */
export interface StepGradient {
  /** Total ∂E/∂ of the carried state: c_t in an LSTM, else h_t. */
  readonly total: Vector;
  /** What of it reaches the carried state of the step before without passing any network; null in a SimpleRNN. */
  readonly direct: Vector | null;
  /** What reaches h_{t−1} through each network. */
  readonly throughNetworks: Readonly<Record<string, Vector>>;
  /** What reaches x_t. */
  readonly dx: Vector;
}

/** m_t = keep ⊙ m_{t−1} + write: the part of a cell that remembers. */
export interface MemoryStep {
  readonly keep: Vector;
  readonly write: Vector;
}

export interface Cell {
  readonly kind: CellKind;
  /** The layer's name: "lstm", "bidirectional/forward_lstm". */
  readonly layer: string;
  readonly inputs: number;
  readonly units: number;
  /** Its networks in Keras's order. */
  readonly networks: readonly string[];
  readonly weights: Readonly<Record<string, NetworkWeights>>;
  /** The state that the direct path carries. */
  readonly carried: StateName;
  /** @param hold asked of every network and state, by name, as soon as it is computed */
  step(x: Vector, previous: State, hold?: Hold): Step;
  /**
   * @param dh total ∂E/∂h_t
   * @param dc ∂E/∂c_t by way of c_{t+1} alone (LSTM)
   */
  back(now: Step, previous: State, dh: Vector, dc: Vector): StepGradient;
  /** Null in a SimpleRNN, which rewrites its whole state at every step. */
  memory(now: Step): MemoryStep | null;
  /** h from the gates of a step and its carried state: o ⊙ φ(c) in an LSTM, else the state itself. */
  emit(gates: Step["gates"], carried: Vector): Vector;
  /** ∂h/∂c elementwise, o ⊙ φ′(c), in an LSTM; null where h itself is carried. */
  outputSlope(now: Step): Vector | null;
}
