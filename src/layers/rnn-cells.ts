/** Cells by themselves: what `layers.rnn` runs over a sequence, one or several, one above the other. */
import { inputError } from "../base/errors.js";
import { type GruCellOptions, gruCellOptions } from "./gru.js";
import { configure, Layer, type Shape, type Tensor } from "./layer.js";
import { type LstmCellOptions, lstmCellOptions } from "./lstm.js";
import type { LayerOptions, RequiredOption, Resolved } from "./options.js";
import { type CellOptions, cellOptions } from "./recurrent.js";

/** A step of a recurrence; by itself it is no layer of a model. */
abstract class RecurrentCell extends Layer {
  abstract override readonly className: string;

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

export class SimpleRNNCell extends RecurrentCell {
  readonly className = "SimpleRNNCell";
  override readonly options: Resolved<CellOptions, typeof cellOptions>;

  constructor(given: CellOptions) {
    super(given);
    this.options = configure(cellOptions, given, this.className);
  }
}

export class LSTMCell extends RecurrentCell {
  readonly className = "LSTMCell";
  override readonly options: Resolved<LstmCellOptions, typeof lstmCellOptions>;

  constructor(given: LstmCellOptions) {
    super(given);
    this.options = configure(lstmCellOptions, given, this.className);
  }
}

export class GRUCell extends RecurrentCell {
  readonly className = "GRUCell";
  override readonly options: Resolved<GruCellOptions, typeof gruCellOptions>;

  constructor(given: GruCellOptions) {
    super(given);
    this.options = configure(gruCellOptions, given, this.className);
  }
}

export type Cell = SimpleRNNCell | LSTMCell | GRUCell;

export const isCell = (value: unknown): value is Cell =>
  value instanceof SimpleRNNCell || value instanceof LSTMCell || value instanceof GRUCell;

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

export class StackedRNNCells extends RecurrentCell {
  readonly className = "StackedRNNCells";
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
