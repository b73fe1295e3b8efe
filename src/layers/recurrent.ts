/** Options that SimpleRNN, LSTM and GRU share. */
import { cellActivation, count, flag, initializer, only, rate, regularizer } from "./options.js";

/** Options of every recurrent cell; Keras's defaults. */
export const cellOptions = {
  /** U, the size of the state. */
  units: count(),
  activation: cellActivation("tanh"),
  useBias: flag(true),
  kernelInitializer: initializer("glorotUniform"),
  recurrentInitializer: initializer("orthogonal"),
  biasInitializer: initializer("zeros"),
  kernelRegularizer: regularizer(),
  recurrentRegularizer: regularizer(),
  biasRegularizer: regularizer(),
  /** Of the input, one mask for all time steps. */
  dropout: rate(0),
  /** Of the previous output, one mask for all time steps. */
  recurrentDropout: rate(0),
};

/** How a cell is run over a sequence. */
export const sequenceOptions = {
  /** The output of every step instead of the last. */
  returnSequences: flag(false),
  returnState: only(
    false,
    "A layer has one output here. The last output of an LSTM is its state h; explain's traces show c.",
  ),
  /** From the last time step to the first; the sequence comes out in that order. */
  goBackwards: flag(false),
  /** Kept for files and scripts that say so; every batch starts from fresh states all the same. */
  stateful: flag(false),
  /** The output of a hidden step is 0 instead of the one before it. */
  zeroOutputForMask: flag(false),
};

/** Options of every recurrent layer. */
export const recurrentOptions = { ...cellOptions, ...sequenceOptions };
