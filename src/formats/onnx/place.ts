/** What the nodes of a layer are made from and come to. */
import type { Layer, Shape } from "../../layers/layer.js";
import type { OnnxGraph } from "./graph.js";

/** A value [B, …shape], and its mask [B, T] of booleans or null. */
export interface Tensor {
  name: string;
  shape: Shape;
  mask: string | null;
  /** Whole numbers, of an input that Embeddings alone read. */
  ids?: boolean;
}

/** A layer to be written: its path is its name, after that of the layer it is in. */
export interface Place<L extends Layer = Layer> {
  layer: L;
  path: string;
  g: OnnxGraph;
  /** The numbers of the weight "layer/name", or null where there is none. */
  weight(name: string): Float32Array | null;
  /** Writes a layer that stands inside this one. @throws InputError for one that is not written to ONNX */
  emit(inner: Layer, inputs: readonly Tensor[]): Tensor;
}

export type Emitter = (place: Place, inputs: readonly Tensor[]) => Tensor;
