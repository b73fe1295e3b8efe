/** Input: declares the shape of a model's input. It has no calls of its own; the plan puts the data in place. */
import { configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { type LayerOptions, type Resolved, shape } from "./options.js";

/** Options of `layers.input`. */
export interface InputOptions extends LayerOptions {
  /** Without the batch axis: [T] of token ids, [F] features, or [T, F]; null where the number of steps varies. */
  shape: Shape;
}

export const inputOptions = { shape: shape() };

export const inputKind: LayerKind<"InputLayer"> = {
  className: "InputLayer",
  options: inputOptions,
  make: input,
  mask: "ends",
  isInput: true,
  unlisted: true,
  keras: { arguments: "shape | batch_shape sparse ragged input_tensor tensor optional", aliases: ["Input"] },
};

export class Input extends Layer {
  override get kind(): LayerKind {
    return inputKind;
  }
  override readonly options: Resolved<InputOptions, typeof inputOptions>;

  constructor(given: InputOptions) {
    super(given);
    this.options = configure(inputOptions, given, this.className);
  }

  override outputShape(): Shape {
    return this.options.shape;
  }

  override plan(_b: unknown, [x]: readonly Tensor[]): Tensor {
    return x!;
  }
}

/**
 * The shape of a model's input. A sequential model may begin with one; a graph of layers begins with one an input.
 *
 * @example
 * const ids = layers.input({ shape: [null] });
 * const out = layers.dense({ units: 1 }).apply(layers.lstm({ units: 8 }).apply(embedding.apply(ids)));
 */
export function input(options: InputOptions): Input {
  return new Input(options);
}
