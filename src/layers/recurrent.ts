/** What SimpleRNN, LSTM and GRU share: options, weights, shapes, and the way into a plan. */
import type { ActivationName } from "../kernels/activations.js";
import type { Initializer, InitializerName } from "./initializers.js";
import {
  type Builder,
  Layer,
  type Parameter,
  parameter,
  type Shape,
  sequenceShape,
  type Tensor,
} from "./layer.js";
import {
  cellActivation,
  count,
  flag,
  initializer,
  type KernelOptions,
  type LayerOptions,
  only,
  type Regularizer,
  type Resolved,
  rate,
  regularizer,
} from "./options.js";
import { type CellCalls, planRecurrent } from "./recurrent-plan.js";
import { truncated } from "./truncated.js";

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

/** Options of every recurrent layer. */
export interface RecurrentOptions extends CellOptions, SequenceOptions {}

export const recurrentOptions = { ...cellOptions, ...sequenceOptions };

/** Keras's arguments for a cell's weights and dropout. */
export const CELL_ARGUMENTS =
  "kernel_initializer recurrent_initializer bias_initializer kernel_regularizer recurrent_regularizer bias_regularizer kernel_constraint recurrent_constraint bias_constraint dropout recurrent_dropout seed";
/** What Keras 2's recurrent layers took besides. */
export const OLD_SEQUENCE_ARGUMENTS = "time_major implementation input_length";
/** Keras's arguments for how a cell is run over a sequence. */
export const SEQUENCE_ARGUMENTS = `return_sequences return_state go_backwards stateful unroll use_cudnn ${OLD_SEQUENCE_ARGUMENTS}`;

/** A recurrent layer of one cell: kernel [I][G·U], recurrent kernel [U][G·U], bias [G·U], for G networks side by side. */
export abstract class RecurrentLayer extends Layer {
  abstract override readonly options: Resolved<RecurrentOptions, typeof recurrentOptions>;
  /** G: the gates and the candidate. */
  protected abstract readonly networks: number;

  /**
   * Steps that gradients go back before they are cut off (truncated back-propagation through time); null: all. No
   * option: Keras has none, and no file holds it.
   */
  truncation: number | null = null;

  /** The kernel calls of its cell. */
  protected abstract cell(b: Builder): CellCalls;

  /** The bias, where there is one. */
  protected bias(shape: readonly number[] = [this.networks * this.options.units]): Parameter {
    const { biasInitializer, biasRegularizer } = this.options;
    return parameter("bias", shape, biasInitializer, { regularizer: biasRegularizer });
  }

  override build([input]: readonly Shape[]): void {
    const o = this.options;
    const [I, width] = [sequenceShape(input!, this).features, this.networks * o.units];
    const kernel = parameter("kernel", [I, width], o.kernelInitializer, { regularizer: o.kernelRegularizer });
    const recurrent = parameter("recurrent_kernel", [o.units, width], o.recurrentInitializer, {
      regularizer: o.recurrentRegularizer,
    });
    this.parameters = [kernel, recurrent, ...(o.useBias ? [this.bias()] : [])];
  }

  override outputShape([input]: readonly Shape[]): Shape {
    const { units, returnSequences } = this.options;
    return returnSequences ? [sequenceShape(input!, this).steps, units] : [units];
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const cell = this.cell(b);
    const { truncation } = this;
    return planRecurrent(
      b,
      this,
      x!,
      this.networks,
      truncation === null ? cell : truncated(cell, b, truncation),
    );
  }
}
