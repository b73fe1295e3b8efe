/** Input: declares the shape of a model's input. It has no calls of its own; the plan puts the data in place. */
import { configure, Layer, type Shape, type Tensor } from "./layer.js";
import { type Given, type Resolved, shape } from "./options.js";

export const inputOptions = {
  /** Without the batch axis: [steps] of token ids, [features], or [steps, features]; null where steps vary. */
  shape: shape(),
};

export class Input extends Layer {
  readonly className: string = "InputLayer";
  override readonly options: Resolved<typeof inputOptions>;
  override readonly isInput = true;

  constructor(given: Given<typeof inputOptions>) {
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

export const input = (given: Given<typeof inputOptions>): Input => new Input(given);
