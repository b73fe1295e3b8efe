/** Layers that lay out the numbers of a row otherwise, and one layer on every step. As in Keras, most end masks. */
import type { Permute } from "../../layers/permute.js";
import type { RepeatVector } from "../../layers/repeat-vector.js";
import type { Reshape } from "../../layers/reshape.js";
import type { TimeDistributed } from "../../layers/time-distributed.js";
import type { ZeroPadding1D } from "../../layers/zero-padding1d.js";
import type { Place, Tensor } from "./place.js";

export function repeatVector({ layer, g }: Place<RepeatVector>, x: Tensor): Tensor {
  const step = g.node("Unsqueeze", [x.name, g.integers(1)]);
  const name = g.node("Expand", [step, g.integers(1, layer.options.n, 1)]);
  return { name, shape: layer.outputShape([x.shape]), mask: null };
}

/** A size of 0 is that of the input: the number of rows. */
export function reshape({ layer, g }: Place<Reshape>, x: Tensor): Tensor {
  const name = g.node("Reshape", [x.name, g.integers(0, ...layer.options.targetShape)]);
  return { name, shape: layer.outputShape([x.shape]), mask: null };
}

export function permute({ layer, g }: Place<Permute>, x: Tensor): Tensor {
  const { dims } = layer.options;
  const turned = dims[0] === 2;
  // ONNX Runtime merges a Transpose that changes nothing into the MatMul behind it, the wrong way round.
  const name = turned ? g.node("Transpose", [x.name], { perm: [0, ...dims] }) : x.name;
  return { name, shape: layer.outputShape([x.shape]), mask: null };
}

export function zeroPadding({ layer, g }: Place<ZeroPadding1D>, x: Tensor): Tensor {
  const [before, behind] = layer.options.padding;
  const name = g.node("Pad", [x.name, g.integers(0, before, 0, 0, behind, 0)]);
  return { name, shape: layer.outputShape([x.shape]), mask: null };
}

/** The steps of all rows are rows of their own to the layer inside. */
export function timeDistributed({ layer, g, emit }: Place<TimeDistributed>, x: Tensor): Tensor {
  const [T, F] = x.shape as [number | null, number];
  const rows = g.node("Reshape", [x.name, g.integers(-1, F)]);
  const out = emit(layer.options.layer, [{ name: rows, shape: [F], mask: null }]);
  const U = out.shape[0]!;
  const sizes = g.node("Concat", [g.node("Shape", [x.name], { start: 0, end: 2 }), g.integers(U)], {
    axis: 0,
  });
  return { name: g.node("Reshape", [out.name, sizes]), shape: [T, U], mask: x.mask };
}
