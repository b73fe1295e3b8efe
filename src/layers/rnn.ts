/**
 * RNN: a cell run over a sequence, or several one above the other. At a hidden step the states of all of them carry
 * through. RNN of an LSTMCell is an LSTM; of stacked cells it is their layers in turn, in one order of steps.
 */
import { inputError } from "../base/errors.js";
import { adopt, type Builder, configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { reversedMask, viewOf } from "./layout.js";
import { snakeCase } from "./names.js";
import type { RequiredOption, Resolved } from "./options.js";
import { OLD_SEQUENCE_ARGUMENTS, type SequenceOptions, sequenceOptions } from "./recurrent.js";
import { Cell, StackedRNNCells, stackedRNNCells } from "./rnn-cells.js";

const oneCell: RequiredOption<Layer | readonly Layer[], Cell | StackedRNNCells> = {
  fallback: undefined,
  required: true,
  resolve(value, where) {
    if (value instanceof StackedRNNCells || value instanceof Cell) return value;
    if (Array.isArray(value)) return stackedRNNCells({ cells: value });
    const expected = "a cell (lstmCell, gruCell, simpleRNNCell) or stackedRNNCells";
    throw inputError({ expected, where, received: value instanceof Layer ? value.className : value });
  },
};

/** Options of `layers.rnn`. */
export interface RNNOptions extends SequenceOptions {
  /** What is run at every step: a cell, or several one above the other as a list or as `layers.stackedRNNCells`. */
  cell: Layer | readonly Layer[];
}

export const rnnOptions = { cell: oneCell, ...sequenceOptions };

export const rnnKind: LayerKind<"RNN"> = {
  className: "RNN",
  options: rnnOptions,
  make: rnn,
  mask: "passesInSequences",
  heedsMask: true,
  recurrent: true,
  needsBuilding: true,
  keras: {
    arguments: `cell return_sequences return_state go_backwards stateful unroll | zero_output_for_mask ${OLD_SEQUENCE_ARGUMENTS}`,
    inner: { cell: "cell" },
  },
};

export class RNN extends Layer {
  override get kind(): typeof rnnKind {
    return rnnKind;
  }
  override readonly options: Resolved<RNNOptions, typeof rnnOptions>;
  /** A recurrent layer a cell. */
  override readonly inner: readonly Layer[];
  private readonly cells: readonly Cell[];

  constructor(given: RNNOptions) {
    super(given);
    this.options = configure(rnnOptions, given, this.className);
    const { cell, returnSequences, goBackwards, zeroOutputForMask } = this.options;
    const cells = cell instanceof StackedRNNCells ? cell.options.cells : [cell];
    this.cells = cells;
    cell.name ||= snakeCase(cell.className);
    const names = new Map<string, number>();
    this.inner = cells.map((cell, i) => {
      const last = i === cells.length - 1;
      const sequences = {
        returnSequences: !last || returnSequences,
        goBackwards: i === 0 && goBackwards,
        zeroOutputForMask: last && zeroOutputForMask,
      };
      const { trainable } = cell;
      const name = nameOf(cell, names);
      cell.name ||= name;
      return cell.over({ ...sequences, name, trainable });
    });
    checkTrainable(cells);
    this.trainable &&= cell.trainable && cells[0]!.trainable;
  }

  override build(inputs: readonly Shape[]): void {
    let shapes = inputs;
    for (const layer of this.inner) {
      layer.build(shapes);
      shapes = [layer.outputShape(shapes)];
    }
    for (const [i, cell] of this.cells.entries()) cell.parameters = this.inner[i]!.parameters;
    this.parameters = this.inner.flatMap(adopt);
  }

  override outputShape(inputs: readonly Shape[]): Shape {
    return this.inner.reduce<readonly Shape[]>((shapes, layer) => [layer.outputShape(shapes)], inputs)[0]!;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { goBackwards, returnSequences } = this.options;
    const turned = goBackwards && this.inner.length > 1 && x!.mask !== 0;
    let value = x!;
    for (const [i, layer] of this.inner.entries()) {
      // From the first on, steps come in the order of processing: so must their mask.
      if (i === 1 && turned) value = viewOf(b, value, value.shape, reversedMask(b, x!.mask, x!.shape[0]!));
      value = layer.plan(b, [value]);
    }
    // Keras hands the input's mask on as it is.
    return turned && returnSequences ? viewOf(b, value, value.shape, x!.mask) : value;
  }
}

/** A layer learns as a whole or not at all. */
function checkTrainable(cells: readonly Cell[]): void {
  if (cells.every(({ trainable }) => trainable === cells[0]!.trainable)) return;
  throw inputError({
    expected: "cells that are all trainable, or none of them",
    where: "layers.RNN cell",
    received: cells.map(({ trainable }) => trainable),
  });
}

/** "lstm_cell", "lstm_cell_1" … where a cell has no name. */
function nameOf(cell: Cell, taken: Map<string, number>): string {
  const base = cell.name || snakeCase(cell.className);
  const count = taken.get(base) ?? 0;
  taken.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}

/**
 * A cell run over a sequence, or several cells one above the other.
 *
 * Takes a sequence [T, I]; puts out the last cell's last output [U], or with `returnSequences` every one, [T, U]. At a
 * step that a mask hides all states stay as they are; a returned sequence keeps the mask.
 *
 * @example layers.rnn({ cell: [layers.lstmCell({ units: 32 }), layers.lstmCell({ units: 16 })] })
 */
export function rnn(options: RNNOptions): RNN {
  return new RNN(options);
}
