/** Attention, as the operations it is made of: ONNX has none for it in the operators used here. */
import type { Attention } from "../../layers/attention.js";
import { chosen } from "./merging.js";
import type { Place, Tensor } from "./place.js";

/** Hidden values lose 1e9 of their scores, as in Keras; hidden queries put out 0. */
export function attention({ layer, path, g, weight }: Place<Attention>, inputs: readonly Tensor[]): Tensor {
  const [query, value, key = value] = inputs as [Tensor, Tensor, Tensor?];
  const number = (name: string) => g.floats(`${path}/${name}`, [], weight(`${path}/${name}`)!);
  const scaled = (x: string) => (layer.options.useScale ? g.node("Mul", [x, number("scale")]) : x);
  const scores =
    layer.options.scoreMode === "dot"
      ? scaled(g.node("MatMul", [query.name, g.node("Transpose", [key.name], { perm: [0, 2, 1] })]))
      : g.node("Mul", [tanhSums(), number("concat_score_weight")]);
  const y = g.node("MatMul", [g.node("Softmax", [shown(scores)], { axis: -1 }), value.name]);
  return {
    name: query.mask ? chosen(g, query.mask, y, g.float(0)) : y,
    shape: [query.shape[0]!, value.shape[1]!],
    mask: query.mask,
  };

  /** Σ tanh(σ (q + k)) [B, T, S], of queries and keys stretched along each other's steps. */
  function tanhSums(): string {
    const stretched = [
      g.node("Unsqueeze", [query.name, g.integers(2)]),
      g.node("Unsqueeze", [key.name, g.integers(1)]),
    ];
    const tanh = g.node("Tanh", [scaled(g.node("Add", stretched))]);
    return g.node("ReduceSum", [tanh, g.integers(-1)], { keepdims: 0 });
  }

  function shown(scores: string): string {
    if (value.mask === null) return scores;
    const mask = g.node("Unsqueeze", [value.mask, g.integers(1)]);
    return g.node("Where", [mask, scores, g.node("Sub", [scores, g.float(1e9)])]);
  }
}
