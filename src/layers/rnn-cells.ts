/** Cells by themselves: what `layers.rnn` runs over a sequence, one or several, one above the other. */
import { inputError } from "../base/errors.js";
import { gruCellOptions } from "./gru.js";
import { configure, Layer, type Shape, type Tensor } from "./layer.js";
import { lstmCellOptions } from "./lstm.js";
import type { Given, Option, Resolved } from "./options.js";
import { cellOptions } from "./recurrent.js";

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
  override readonly options: Resolved<typeof cellOptions>;

  constructor(given: Given<typeof cellOptions>) {
    super(given);
    this.options = configure(cellOptions, given, this.className);
  }
}

export class LSTMCell extends RecurrentCell {
  readonly className = "LSTMCell";
  override readonly options: Resolved<typeof lstmCellOptions>;

  constructor(given: Given<typeof lstmCellOptions>) {
    super(given);
    this.options = configure(lstmCellOptions, given, this.className);
  }
}

export class GRUCell extends RecurrentCell {
  readonly className = "GRUCell";
  override readonly options: Resolved<typeof gruCellOptions>;

  constructor(given: Given<typeof gruCellOptions>) {
    super(given);
    this.options = configure(gruCellOptions, given, this.className);
  }
}

export type Cell = SimpleRNNCell | LSTMCell | GRUCell;

export const isCell = (value: unknown): value is Cell =>
  value instanceof SimpleRNNCell || value instanceof LSTMCell || value instanceof GRUCell;

const someCells: Option<readonly Layer[], readonly Cell[]> & { readonly required: true } = {
  fallback: undefined,
  required: true,
  resolve(value, where) {
    if (Array.isArray(value) && value.length > 0 && value.every(isCell)) return value;
    const expected = "a list of cells (lstmCell, gruCell, simpleRNNCell)";
    throw inputError({ expected, where, received: value });
  },
};

export const stackedRNNCellsOptions = {
  /** From the input upwards: each reads the output of the one before. */
  cells: someCells,
};

export class StackedRNNCells extends RecurrentCell {
  readonly className = "StackedRNNCells";
  override readonly options: Resolved<typeof stackedRNNCellsOptions>;

  constructor(given: Given<typeof stackedRNNCellsOptions>) {
    super(given);
    this.options = configure(stackedRNNCellsOptions, given, this.className);
  }
}

export const simpleRNNCell = (given: Given<typeof cellOptions>) => new SimpleRNNCell(given);
export const lstmCell = (given: Given<typeof lstmCellOptions>) => new LSTMCell(given);
export const gruCell = (given: Given<typeof gruCellOptions>) => new GRUCell(given);
export const stackedRNNCells = (given: Given<typeof stackedRNNCellsOptions>) => new StackedRNNCells(given);
