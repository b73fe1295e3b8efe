/** Cells by themselves: what `layers.rnn` runs over a sequence, one or several, one above the other. */
import { inputError } from "../base/errors.js";
import { type GruCellOptions, gru, gruCellOptions } from "./gru.js";
import { configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { type LstmCellOptions, lstm, lstmCellOptions } from "./lstm.js";
import type { LayerOptions, RequiredOption, Resolved } from "./options.js";
import {
  CELL_ARGUMENTS,
  type CellOptions,
  cellOptions,
  type RecurrentLayer,
  type SequenceOptions,
} from "./recurrent.js";
import { simpleRNN } from "./simple-rnn.js";

/** A step of a recurrence, or several; by itself it is no layer of a model. */
abstract class Steps extends Layer {
  override outputShape(): Shape {
    throw inputError({
      expected: `layers.rnn({ cell }) around it, which runs it over a sequence`,
      where: `${this.className} ${this.name}`,
      received: "a cell by itself",
    });
  }

  override plan(): Tensor {
    throw new Error(`${this.className} is planned by the RNN that runs it`);
  }
}

/** One cell. */
export abstract class Cell extends Steps {
  abstract override readonly options: Resolved<CellOptions, typeof cellOptions>;

  /** The layer that runs it over a sequence, whose options are its own and how it is run. */
  abstract over(sequence: SequenceOptions): RecurrentLayer;
}

export const simpleRNNCellKind: LayerKind<"SimpleRNNCell"> = {
  className: "SimpleRNNCell",
  options: cellOptions,
  make: simpleRNNCell,
  mask: "ends",
  keras: { arguments: `units activation use_bias | ${CELL_ARGUMENTS}` },
};

export class SimpleRNNCell extends Cell {
  override get kind(): typeof simpleRNNCellKind {
    return simpleRNNCellKind;
  }
  override readonly options: Resolved<CellOptions, typeof cellOptions>;

  constructor(given: CellOptions) {
    super(given);
    this.options = configure(cellOptions, given, this.className);
  }

  override over(sequence: SequenceOptions): RecurrentLayer {
    return simpleRNN({ ...this.options, ...sequence });
  }
}

export const lstmCellKind: LayerKind<"LSTMCell"> = {
  className: "LSTMCell",
  options: lstmCellOptions,
  make: lstmCell,
  mask: "ends",
  keras: {
    arguments: `units activation recurrent_activation use_bias | unit_forget_bias ${CELL_ARGUMENTS} implementation`,
  },
};

export class LSTMCell extends Cell {
  override get kind(): typeof lstmCellKind {
    return lstmCellKind;
  }
  override readonly options: Resolved<LstmCellOptions, typeof lstmCellOptions>;

  constructor(given: LstmCellOptions) {
    super(given);
    this.options = configure(lstmCellOptions, given, this.className);
  }

  override over(sequence: SequenceOptions): RecurrentLayer {
    return lstm({ ...this.options, ...sequence });
  }
}

export const gruCellKind: LayerKind<"GRUCell"> = {
  className: "GRUCell",
  options: gruCellOptions,
  make: gruCell,
  mask: "ends",
  keras: {
    arguments: `units activation recurrent_activation use_bias | ${CELL_ARGUMENTS} reset_after implementation`,
  },
};

export class GRUCell extends Cell {
  override get kind(): typeof gruCellKind {
    return gruCellKind;
  }
  override readonly options: Resolved<GruCellOptions, typeof gruCellOptions>;

  constructor(given: GruCellOptions) {
    super(given);
    this.options = configure(gruCellOptions, given, this.className);
  }

  override over(sequence: SequenceOptions): RecurrentLayer {
    return gru({ ...this.options, ...sequence });
  }
}

const isCell = (value: unknown): value is Cell => value instanceof Cell;

const someCells: RequiredOption<readonly Layer[], readonly Cell[]> = {
  fallback: undefined,
  required: true,
  resolve(value, where) {
    if (Array.isArray(value) && value.length > 0 && value.every(isCell)) return value;
    const expected = "a list of cells (lstmCell, gruCell, simpleRNNCell)";
    throw inputError({ expected, where, received: value });
  },
};

/** Options of `layers.stackedRNNCells`. */
export interface StackedRNNCellsOptions extends LayerOptions {
  /** From the input upwards, at least one: each reads the output of the one before. */
  cells: readonly Layer[];
}

export const stackedRNNCellsOptions = { cells: someCells };

export const stackedRNNCellsKind: LayerKind<"StackedRNNCells"> = {
  className: "StackedRNNCells",
  options: stackedRNNCellsOptions,
  make: stackedRNNCells,
  mask: "ends",
  keras: { arguments: "cells", inner: { cells: "cells" } },
};

export class StackedRNNCells extends Steps {
  override get kind(): typeof stackedRNNCellsKind {
    return stackedRNNCellsKind;
  }
  override readonly options: Resolved<StackedRNNCellsOptions, typeof stackedRNNCellsOptions>;

  constructor(given: StackedRNNCellsOptions) {
    super(given);
    this.options = configure(stackedRNNCellsOptions, given, this.className);
  }
}

/**
 * One step of a plain recurrent layer, for `layers.rnn`: h_t = φ(x_t·W + h_{t−1}·R + b).
 *
 * @example layers.rnn({ cell: layers.simpleRNNCell({ units: 32 }) })
 */
export function simpleRNNCell(options: CellOptions): SimpleRNNCell {
  return new SimpleRNNCell(options);
}

/**
 * One step of an LSTM, for `layers.rnn`, which then is `layers.lstm`.
 *
 * @example layers.rnn({ cell: layers.lstmCell({ units: 32 }) })
 */
export function lstmCell(options: LstmCellOptions): LSTMCell {
  return new LSTMCell(options);
}

/**
 * One step of a GRU, for `layers.rnn`, which then is `layers.gru`.
 *
 * @example layers.rnn({ cell: layers.gruCell({ units: 32 }) })
 */
export function gruCell(options: GruCellOptions): GRUCell {
  return new GRUCell(options);
}

/**
 * Cells one above the other, for `layers.rnn`: within a step each reads the output of the one before. A list of cells
 * given to `layers.rnn` is the same.
 *
 * @example
 * const cells = [layers.gruCell({ units: 32 }), layers.gruCell({ units: 16 })];
 * layers.rnn({ cell: layers.stackedRNNCells({ cells }) });
 */
export function stackedRNNCells(options: StackedRNNCellsOptions): StackedRNNCells {
  return new StackedRNNCells(options);
}
