/** TimeDistributed: one layer, with one set of weights, on every step of a sequence by itself. */
import { inputError } from "../base/errors.js";
import {
  adopt,
  type Builder,
  configure,
  Layer,
  type LayerKind,
  type Shape,
  sequenceShape,
  type Tensor,
} from "./layer.js";
import { viewOf } from "./layout.js";
import { snakeCase } from "./names.js";
import type { LayerOptions, RequiredOption, Resolved } from "./options.js";

const rowLayer: RequiredOption<Layer> = {
  fallback: undefined,
  required: true,
  resolve(value, where) {
    if (value instanceof Layer && !value.isInput) return value;
    throw inputError({ expected: "a layer, as layers.dense({ units: 1 }) makes", where, received: value });
  },
};

/** Options of `layers.timeDistributed`. */
export interface TimeDistributedOptions extends LayerOptions {
  /** Takes and puts out one vector a step: Dense, Dropout, an activation … */
  layer: Layer;
}

export const timeDistributedOptions = { layer: rowLayer };

export const timeDistributedKind: LayerKind<"TimeDistributed"> = {
  className: "TimeDistributed",
  options: timeDistributedOptions,
  make: timeDistributed,
  mask: "passes",
  heedsMask: true,
  needsBuilding: true,
  keras: { arguments: "layer", inner: { layer: "layer" } },
};

export class TimeDistributed extends Layer {
  override get kind(): typeof timeDistributedKind {
    return timeDistributedKind;
  }
  override readonly options: Resolved<TimeDistributedOptions, typeof timeDistributedOptions>;
  override readonly inner: readonly Layer[];

  constructor(given: TimeDistributedOptions) {
    super(given);
    this.options = configure(timeDistributedOptions, given, this.className);
    const { layer } = this.options;
    layer.name ||= snakeCase(layer.className);
    this.inner = [layer, ...layer.inner];
    this.trainable &&= layer.trainable;
  }

  override build([input]: readonly Shape[]): void {
    const { layer } = this.options;
    layer.build([[sequenceShape(input!, this).features]]);
    this.parameters = adopt(layer);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    const { steps, features } = sequenceShape(input!, this);
    const { layer } = this.options;
    const shape = layer.outputShape([[features]]);
    if (shape.length === 1) return [steps, shape[0]!];
    throw inputError({
      expected: "a layer that puts out one vector a step",
      where: `TimeDistributed ${this.name} layer`,
      received: `${layer.className} with the output [${shape.join(", ")}]`,
    });
  }

  override get crossesRows(): boolean {
    return this.options.layer.crossesRows;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const [T, F] = x!.shape as [number, number];
    const { layer } = this.options;
    if (b.training && !b.frozen && layer.crossesRows) {
      throw inputError({
        expected: `${layer.className} by itself, or with trainable: false`,
        where: `TimeDistributed ${this.name} layer`,
        received: `${layer.className} in training`,
        next: "Keras takes its statistics of each step apart; by itself it takes them of all steps together.",
      });
    }
    // [T][B][F] are T·B rows of F. Rows are numbered so that no two of a batch share their random numbers.
    const rows = b.asRows(T * b.B, T * b.firstRow);
    const out = layer.plan(rows, [viewOf(b, x!, [F])]);
    const steps = (tensor: Tensor) => viewOf(rows, tensor, [T, tensor.shape[0]!], x!.mask);
    const { logits } = out;
    return Object.assign(steps(out), logits && { logits: { of: logits.of, tensor: steps(logits.tensor) } });
  }
}

/**
 * One layer, with one set of weights, on every step of a sequence by itself: [T, F] to [T, U]. Keeps the mask.
 *
 * @example layers.timeDistributed({ layer: layers.dense({ units: 8 }) })
 */
export function timeDistributed(options: TimeDistributedOptions): TimeDistributed {
  return new TimeDistributed(options);
}
