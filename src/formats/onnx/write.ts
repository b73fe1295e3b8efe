/** A network as an ONNX model: native recurrent nodes, any number of rows. */

import { jsonTextOf } from "../../base/arguments.js";
import { knownOptions } from "../../base/errors.js";
import type { Json } from "../../base/json.js";
import { readsIds } from "../../layers/traits.js";
import { type NetworkLike, networkOf } from "../../network/network.js";
import { emitLayer } from "./emitters.js";
import { OnnxGraph } from "./graph.js";
import type { Tensor } from "./place.js";

/** Options of `writeOnnx`. */
export interface OnnxOptions {
  /** Kept beside the graph as the metadata "cellstate": vocabulary, labels …; null for none. */
  extras?: Json;
}

/**
 * The model's bytes. Inputs have the names of its input layers: int32 where they are token ids, else float32; the output
 * is "output". @throws InputError for a layer or activation that is not written to ONNX
 */
export function writeOnnx(model: NetworkLike, options: OnnxOptions = {}): Uint8Array {
  networkOf(model, "writeOnnx");
  knownOptions(options, ["extras"], "writeOnnx");
  const { extras = null } = options;
  jsonTextOf(extras, "writeOnnx extras");
  const g = new OnnxGraph();
  const weights = new Map(model.getWeights().map(({ name, data }) => [name, data]));
  const weight = (name: string) => weights.get(name) ?? null;
  const values: Tensor[] = [];
  for (const [i, { layer, inputs, shape }] of model.nodes.entries()) {
    if (inputs.length === 0) values.push(input(g, model, i, shape));
    else
      values.push(
        emitLayer(
          { layer, path: layer.name, g, weight },
          inputs.map((from) => values[from]!),
        ),
      );
  }
  const output = values[model.nodes.indexOf(model.outputNode)]!;
  return g.toBytes(model.name, output, extras === null ? {} : { cellstate: JSON.stringify(extras) });
}

/** Ids where Embeddings alone read it. */
function input(g: OnnxGraph, model: NetworkLike, index: number, shape: Tensor["shape"]): Tensor {
  const readers = model.nodes.filter(({ inputs }) => inputs.includes(index));
  const ids = readers.length > 0 && readers.every(({ layer }) => readsIds(layer));
  const name = g.input(model.nodes[index]!.layer.name, ids ? "int32" : "float", shape);
  return { name, shape, mask: null, ids };
}
