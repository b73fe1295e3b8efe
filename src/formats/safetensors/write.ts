/** Writing a model as safetensors: weights under their names, and the network in the metadata. */
import { jsonTextOf } from "../../base/arguments.js";
import { knownOptions } from "../../base/errors.js";
import type { Json } from "../../base/json.js";
import { BLANK_SEAL, SEAL, seal } from "../../base/seal.js";
import { networkOf } from "../../network/network.js";
import type { TrainedLike } from "../../train/trainer.js";
import { writeCompileConfig } from "../keras/compile-config.js";
import { writeOptimizerState } from "../keras/optimizer-state.js";
import { KERAS_VERSION, writeModelConfig } from "../keras/write.js";
import { METADATA } from "./read.js";

type Values = Float32Array | BigInt64Array;

interface Tensor {
  name: string;
  shape: readonly number[];
  data: Values;
}

/**
 * Weights as "layer/weight" in float32 and, where the model is compiled, the optimizer's state as "optimizer/0" and so on.
 * The metadata holds, as JSON, what `.keras` archives hold beside them: Keras's configuration ("config"), how the model is
 * trained ("training") and Cellstate's own part ("cellstate": vocabulary, labels …).
 * @throws InputError for a layer or setting that Keras has no name for
 */
export function writeSafetensors(model: TrainedLike, options: { extras?: Json } = {}): Uint8Array {
  networkOf(model, "writeSafetensors");
  knownOptions(options, ["extras"], "writeSafetensors");
  const { extras = null } = options;
  jsonTextOf(extras, "writeSafetensors extras");
  const metadata: Record<string, string> = {
    format: "cellstate",
    keras_version: KERAS_VERSION,
    [SEAL]: BLANK_SEAL,
    [METADATA.config]: JSON.stringify(writeModelConfig(model)),
  };
  const tensors: Tensor[] = model.getWeights().map(({ name, shape, data }) => ({ name, shape, data }));
  if (model.isCompiled) {
    metadata[METADATA.training] = JSON.stringify(writeCompileConfig(model));
    for (const [i, { shape, data }] of writeOptimizerState(model).entries()) {
      tensors.push({ name: `optimizer/${i}`, shape, data: data as Values });
    }
  }
  if (extras !== null) metadata[METADATA.extras] = JSON.stringify(extras);
  // Wider elements first, so that each array is aligned.
  tensors.sort((a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  return seal(pack(metadata, tensors));
}

function pack(metadata: Record<string, string>, tensors: readonly Tensor[]): Uint8Array {
  let end = 0;
  const entries = tensors.map(({ name, shape, data }): [string, Json] => {
    const begin = end;
    end += data.byteLength;
    return [
      name,
      {
        dtype: data instanceof Float32Array ? "F32" : "I64",
        shape: [...shape],
        data_offsets: [begin, end],
      },
    ];
  });
  const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const encoded = new TextEncoder().encode(text);
  // The header is filled up with spaces, so that the data begins at a multiple of eight.
  const header = new Uint8Array(Math.ceil(encoded.length / 8) * 8).fill(0x20);
  header.set(encoded);
  const out = new Uint8Array(8 + header.length + end);
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(header, 8);
  let at = 8 + header.length;
  for (const { data } of tensors) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}
