/** The logarithm of softmax over the features, as a layer of the lab alone: Keras has it as an activation, and no file of ours holds it. */
import {
  type Builder,
  configure,
  Layer,
  type LayerKind,
  rowsOf,
  type Shape,
  type Tensor,
} from "../layers/layer.js";
import type { LayerOptions } from "../layers/options.js";

const logSoftmaxKind: LayerKind<"LabLogSoftmax"> = {
  className: "LabLogSoftmax",
  options: {},
  make: logSoftmax,
  mask: "passes",
};

class LogSoftmax extends Layer {
  override get kind(): typeof logSoftmaxKind {
    return logSoftmaxKind;
  }

  constructor(given: LayerOptions = {}) {
    super(given);
    configure({}, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    return input!;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const out = b.tensor(x!.shape, { mask: x!.mask, wantsGradient: x!.wantsGradient });
    const rows = { N: rowsOf(b, x!), F: x!.shape.at(-1)! };
    b.call("logSoftmaxForward", { out: out.at, x: b.read(x!), ...rows });
    b.backward(() => {
      const dx = out.gradient && b.gradientOf(x!);
      if (dx) b.call("logSoftmaxBackward", { dx, dOut: out.gradient, out: out.at, ...rows });
    });
    return out;
  }
}

/** x_j − log Σ_k exp(x_k) over the features; the shape stays. @throws InputError for options that it does not take */
export function logSoftmax(options: LayerOptions = {}): Layer {
  return new LogSoftmax(options);
}
