/** Options that SimpleRNN, LSTM and GRU share. */
import type { ActivationName } from "../kernels/activations.js";
import type { Initializer, InitializerName } from "./initializers.js";
import {
  cellActivation,
  count,
  flag,
  initializer,
  type KernelOptions,
  type LayerOptions,
  only,
  type Regularizer,
  rate,
  regularizer,
} from "./options.js";

/** Options of every recurrent cell; Keras's names and defaults. */
export interface CellOptions extends KernelOptions {
  /** U, the size of the state and of what each step puts out: at least 1. */
  units: number;
  /**
   * Of the state (LSTM: of the candidate and of the output; GRU: of the candidate). null is "linear". Default "tanh".
   */
  activation?: ActivationName | null;
  /** What the recurrent kernel, state to gates, is before training. Default "orthogonal". */
  recurrentInitializer?: InitializerName | Initializer;
  /** Penalties { l1, l2 } on the recurrent kernel, added to the loss. Default null. */
  recurrentRegularizer?: Partial<Regularizer> | null;
  /**
   * Share of a step's input that training drops, 0 to 1: one mask for all steps (Gal and Ghahramani 2016). Default 0.
   */
  dropout?: number;
  /** Share of the previous output that training drops, 0 to 1: one mask for all steps. Default 0. */
  recurrentDropout?: number;
}

export const cellOptions = {
  units: count(),
  activation: cellActivation("tanh"),
  useBias: flag(true),
  kernelInitializer: initializer("glorotUniform"),
  recurrentInitializer: initializer("orthogonal"),
  biasInitializer: initializer("zeros"),
  kernelRegularizer: regularizer(),
  recurrentRegularizer: regularizer(),
  biasRegularizer: regularizer(),
  dropout: rate(0),
  recurrentDropout: rate(0),
};

/** How a cell is run over a sequence. */
export interface SequenceOptions extends LayerOptions {
  /** The output of every step, [T, U], instead of the last one's, [U]. Default false. */
  returnSequences?: boolean;
  /** Keras's further outputs, the last states. There is one output here, so false is all it may be. Default false. */
  returnState?: boolean;
  /** Reads from the last step to the first; a returned sequence comes out in that order. Default false. */
  goBackwards?: boolean;
  /** Kept for files and scripts that say so; every batch starts from states of 0 all the same. Default false. */
  stateful?: boolean;
  /** Puts out 0 at steps that a mask hides, instead of the output before them. Default false. */
  zeroOutputForMask?: boolean;
}

export const sequenceOptions = {
  returnSequences: flag(false),
  returnState: only(
    false,
    "A layer has one output here. The last output of an LSTM is its state h; explain's traces show c.",
  ),
  goBackwards: flag(false),
  stateful: flag(false),
  zeroOutputForMask: flag(false),
};
