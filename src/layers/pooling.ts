/**
 * Pooling over steps, each feature by itself:
 *   max      out_s = max x_t        average  out_s = Σ m_t x_t / Σ m_t
 * over the steps t of window s that lie within the sequence; m is the mask, or 1. The global ones have one window over
 * all steps. In Keras GlobalAveragePooling1D alone heeds a mask, and of a row without any valid step it makes NaN.
 */
import type { Pointer } from "../kernels/declare.js";
import { type Builder, configure, Layer, type Shape, sequenceShape, type Tensor } from "./layer.js";
import { along, choice, flag, type Given, given, type Resolved } from "./options.js";
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

export const globalPoolingOptions = {
  /** [1, features] instead of [features]. */
  keepdims: flag(false),
};

abstract class GlobalPooling extends Layer {
  abstract override readonly className: string;
  abstract override readonly options: Resolved<typeof globalPoolingOptions>;

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

export class GlobalMaxPooling1D extends GlobalPooling {
  readonly className = "GlobalMaxPooling1D";
  override readonly options: Resolved<typeof globalPoolingOptions>;

  constructor(given: Given<typeof globalPoolingOptions> = {}) {
    super(given);
    this.options = configure(globalPoolingOptions, given, this.className);
  }

  override pool(b: Builder, x: Tensor, out: Tensor, windows: Windows): void {
    // Keras takes the maximum by a reduction, whose gradient equal values share.
    planMaxPool(b, x, out, windows, "share");
  }
}

export class GlobalAveragePooling1D extends GlobalPooling {
  readonly className = "GlobalAveragePooling1D";
  override readonly options: Resolved<typeof globalPoolingOptions>;

  constructor(given: Given<typeof globalPoolingOptions> = {}) {
    super(given);
    this.options = configure(globalPoolingOptions, given, this.className);
  }

  override pool(b: Builder, x: Tensor, out: Tensor, windows: Windows): void {
    planAveragePool(b, x, out, windows, x.mask);
  }
}

// ---- over windows -----------------------------------------------------------------------------------------

export const poolingOptions = {
  /** Steps a window covers. */
  poolSize: along(2),
  /** Steps from one window to the next; as many as it covers where null. */
  strides: along(null),
  padding: choice("valid", ["valid", "same"]),
};

/** In Keras the one kind has a default and the other has none. */
export const averagePoolingOptions = { ...poolingOptions, poolSize: given(along(2)) };

abstract class Pooling extends Layer {
  abstract override readonly className: string;
  abstract override readonly options: Resolved<typeof poolingOptions>;

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

export class MaxPooling1D extends Pooling {
  readonly className = "MaxPooling1D";
  override readonly options: Resolved<typeof poolingOptions>;

  constructor(given: Given<typeof poolingOptions> = {}) {
    super(given);
    this.options = configure(poolingOptions, given, this.className);
  }

  override pool(b: Builder, x: Tensor, out: Tensor, windows: Windows): void {
    planMaxPool(b, x, out, windows, "first");
  }
}

export class AveragePooling1D extends Pooling {
  readonly className = "AveragePooling1D";
  override readonly options: Resolved<typeof averagePoolingOptions>;

  constructor(given: Given<typeof averagePoolingOptions>) {
    super(given);
    this.options = configure(averagePoolingOptions, given, this.className);
  }

  override pool(b: Builder, x: Tensor, out: Tensor, windows: Windows): void {
    planAveragePool(b, x, out, windows, 0);
  }
}

type GlobalOptions = Given<typeof globalPoolingOptions>;
type Options = Given<typeof poolingOptions>;
export const globalMaxPooling1D = (given: GlobalOptions = {}) => new GlobalMaxPooling1D(given);
export const globalAveragePooling1D = (given: GlobalOptions = {}) => new GlobalAveragePooling1D(given);
export const maxPooling1D = (given: Options = {}) => new MaxPooling1D(given);
export const averagePooling1D = (given: Given<typeof averagePoolingOptions>) => new AveragePooling1D(given);
