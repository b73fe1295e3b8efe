/**
 * Pooling over steps, each feature by itself:
 *   max      out_s = max x_t        average  out_s = Σ m_t x_t / Σ m_t
 * over the steps t of window s that lie within the sequence; m is the mask, or 1. The global ones have one window over
 * all steps. In Keras GlobalAveragePooling1D alone heeds a mask, and of a row without any valid step it makes NaN.
 */
import type { Pointer } from "../kernels/declare.js";
import {
  type Builder,
  configure,
  Layer,
  type LayerKind,
  type Shape,
  sequenceShape,
  type Tensor,
} from "./layer.js";
import { along, choice, flag, given, type LayerOptions, type Resolved } from "./options.js";
import { stepsBefore, windowCount } from "./windows.js";

interface Windows {
  S: number;
  size: number;
  stride: number;
  before: number;
}

/** Windows' maxima: [T, F] to [S, F]. */
export function planMaxPool(
  b: Builder,
  x: Tensor,
  out: Tensor,
  windows: Windows,
  ties: "first" | "share",
): void {
  const [T, F] = x.shape as [number, number];
  const args = { x: b.read(x), T, N: b.B * F, ...windows };
  b.call("maxPoolForward", { out: out.at, ...args });
  b.backward(() => {
    const dx = out.gradient && b.gradientOf(x);
    const share = ties === "share" ? 1 : 0;
    if (dx) b.call("maxPoolBackward", { dx, dOut: out.gradient, out: out.at, ...args, share });
  });
}

function planAveragePool(b: Builder, x: Tensor, out: Tensor, windows: Windows, mask: Pointer): void {
  const [T, F] = x.shape as [number, number];
  const sizes = { mask, B: b.B, T, F, ...windows };
  b.call("averagePoolForward", { out: out.at, x: b.read(x), ...sizes });
  b.backward(() => {
    const dx = out.gradient && b.gradientOf(x);
    if (dx) b.call("averagePoolBackward", { dx, dOut: out.gradient, ...sizes });
  });
}

// ---- over all steps ---------------------------------------------------------------------------------------

/** Options of `layers.globalMaxPooling1D` and `layers.globalAveragePooling1D`. */
export interface GlobalPooling1DOptions extends LayerOptions {
  /** Puts out [1, F] instead of [F]. Default false. */
  keepdims?: boolean;
}

export const globalPoolingOptions = { keepdims: flag(false) };

abstract class GlobalPooling extends Layer {
  abstract override readonly options: Resolved<GlobalPooling1DOptions, typeof globalPoolingOptions>;

  override outputShape([input]: readonly Shape[]): Shape {
    const { features } = sequenceShape(input!, this);
    return this.options.keepdims ? [1, features] : [features];
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const [T, F] = x!.shape as [number, number];
    const out = b.tensor(this.options.keepdims ? [1, F] : [F], { wantsGradient: x!.wantsGradient });
    this.pool(b, x!, out, { S: 1, size: T, stride: 1, before: 0 });
    return out;
  }

  abstract pool(b: Builder, x: Tensor, out: Tensor, windows: Windows): void;
}

export const globalMaxPooling1DKind: LayerKind<"GlobalMaxPooling1D"> = {
  className: "GlobalMaxPooling1D",
  options: globalPoolingOptions,
  make: globalMaxPooling1D,
  mask: "ends",
  keras: { arguments: "| data_format keepdims", aliases: ["GlobalMaxPool1D"] },
};

export class GlobalMaxPooling1D extends GlobalPooling {
  override get kind(): typeof globalMaxPooling1DKind {
    return globalMaxPooling1DKind;
  }
  override readonly options: Resolved<GlobalPooling1DOptions, typeof globalPoolingOptions>;

  constructor(given: GlobalPooling1DOptions = {}) {
    super(given);
    this.options = configure(globalPoolingOptions, given, this.className);
  }

  override pool(b: Builder, x: Tensor, out: Tensor, windows: Windows): void {
    // Keras takes the maximum by a reduction, whose gradient equal values share.
    planMaxPool(b, x, out, windows, "share");
  }
}

export const globalAveragePooling1DKind: LayerKind<"GlobalAveragePooling1D"> = {
  className: "GlobalAveragePooling1D",
  options: globalPoolingOptions,
  make: globalAveragePooling1D,
  mask: "ends",
  heedsMask: true,
  needsSteps: true,
  keras: { arguments: "| data_format keepdims", aliases: ["GlobalAvgPool1D"] },
};

export class GlobalAveragePooling1D extends GlobalPooling {
  override get kind(): typeof globalAveragePooling1DKind {
    return globalAveragePooling1DKind;
  }
  override readonly options: Resolved<GlobalPooling1DOptions, typeof globalPoolingOptions>;

  constructor(given: GlobalPooling1DOptions = {}) {
    super(given);
    this.options = configure(globalPoolingOptions, given, this.className);
  }

  override pool(b: Builder, x: Tensor, out: Tensor, windows: Windows): void {
    planAveragePool(b, x, out, windows, x.mask);
  }
}

// ---- over windows -----------------------------------------------------------------------------------------

/** Options that pooling over windows has either way. */
interface PoolingOptions extends LayerOptions {
  /** Steps from one window to the next; null: as many as it covers. Default null. */
  strides?: number | readonly number[] | null;
  /** "valid": whole windows alone; "same": windows at both ends that reach beyond the sequence. Default "valid". */
  padding?: "valid" | "same";
}

/** Options of `layers.maxPooling1D`. */
export interface MaxPooling1DOptions extends PoolingOptions {
  /** Steps a window covers: a number, or a list of one as Keras writes it. Default 2. */
  poolSize?: number | readonly number[];
}

/** Options of `layers.averagePooling1D`. In Keras the one kind has a default window and the other has none. */
export interface AveragePooling1DOptions extends PoolingOptions {
  /** Steps a window covers: a number, or a list of one as Keras writes it. */
  poolSize: number | readonly number[];
}

export const poolingOptions = {
  poolSize: along(2),
  strides: along(null),
  padding: choice("valid", ["valid", "same"]),
};

export const averagePoolingOptions = { ...poolingOptions, poolSize: given(along(2)) };

abstract class Pooling extends Layer {
  abstract override readonly options: Resolved<MaxPooling1DOptions, typeof poolingOptions>;

  private windows(T: number | null): Omit<Windows, "S"> & { S: number | null } {
    const { poolSize: size, strides, padding } = this.options;
    const stride = strides ?? size;
    const S = windowCount(T, { span: size, stride, padding }, this);
    const before = S === null ? 0 : stepsBefore(T!, S, { span: size, stride, padding });
    return { S, size, stride, before };
  }

  override outputShape([input]: readonly Shape[]): Shape {
    const { steps, features } = sequenceShape(input!, this);
    return [this.windows(steps).S, features];
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const [T, F] = x!.shape as [number, number];
    const windows = this.windows(T) as Windows;
    const out = b.tensor([windows.S, F], { wantsGradient: x!.wantsGradient });
    this.pool(b, x!, out, windows);
    return out;
  }

  abstract pool(b: Builder, x: Tensor, out: Tensor, windows: Windows): void;
}

export const maxPooling1DKind: LayerKind<"MaxPooling1D"> = {
  className: "MaxPooling1D",
  options: poolingOptions,
  make: maxPooling1D,
  mask: "ends",
  keras: { arguments: "pool_size strides padding | data_format", aliases: ["MaxPool1D"] },
};

export class MaxPooling1D extends Pooling {
  override get kind(): typeof maxPooling1DKind {
    return maxPooling1DKind;
  }
  override readonly options: Resolved<MaxPooling1DOptions, typeof poolingOptions>;

  constructor(given: MaxPooling1DOptions = {}) {
    super(given);
    this.options = configure(poolingOptions, given, this.className);
  }

  override pool(b: Builder, x: Tensor, out: Tensor, windows: Windows): void {
    planMaxPool(b, x, out, windows, "first");
  }
}

export const averagePooling1DKind: LayerKind<"AveragePooling1D"> = {
  className: "AveragePooling1D",
  options: averagePoolingOptions,
  make: averagePooling1D,
  mask: "ends",
  keras: { arguments: "pool_size strides padding | data_format", aliases: ["AvgPool1D"] },
};

export class AveragePooling1D extends Pooling {
  override get kind(): typeof averagePooling1DKind {
    return averagePooling1DKind;
  }
  override readonly options: Resolved<AveragePooling1DOptions, typeof averagePoolingOptions>;

  constructor(given: AveragePooling1DOptions) {
    super(given);
    this.options = configure(averagePoolingOptions, given, this.className);
  }

  override pool(b: Builder, x: Tensor, out: Tensor, windows: Windows): void {
    planAveragePool(b, x, out, windows, 0);
  }
}

/**
 * Each feature's largest value over all steps of a sequence: [T, F] to [F]. A mask is not heeded and ends here, as in
 * Keras.
 */
export function globalMaxPooling1D(options: GlobalPooling1DOptions = {}): GlobalMaxPooling1D {
  return new GlobalMaxPooling1D(options);
}

/**
 * Each feature's mean over the steps of a sequence: [T, F] to [F]. Steps that a mask hides are left out; of a row
 * without any other it makes NaN, as Keras does. The mask ends here.
 */
export function globalAveragePooling1D(options: GlobalPooling1DOptions = {}): GlobalAveragePooling1D {
  return new GlobalAveragePooling1D(options);
}

/**
 * Each feature's largest value in windows of steps: [T, F] to [S, F], S = ⌊(T − poolSize) / strides⌋ + 1 with padding
 * "valid", else ⌈T / strides⌉. A mask is not heeded and ends here, as in Keras.
 */
export function maxPooling1D(options: MaxPooling1DOptions = {}): MaxPooling1D {
  return new MaxPooling1D(options);
}

/**
 * Each feature's mean in windows of steps: [T, F] to [S, F], S as for `maxPooling1D`; steps beyond the sequence are
 * left out. A mask is not heeded and ends here, as in Keras.
 */
export function averagePooling1D(options: AveragePooling1DOptions): AveragePooling1D {
  return new AveragePooling1D(options);
}
