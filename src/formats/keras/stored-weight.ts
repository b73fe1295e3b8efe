import { inputError } from "../../base/errors.js";
import type { Hdf5Dataset } from "../hdf5/datasets.js";

/** A stored array and the weight it is for. */
export interface StoredWeight {
  /** What messages call the place: "spam.keras: model.weights.h5: layers/dense/vars/0". */
  where: string;
  dataset: Hdf5Dataset;
}

/** Values as float32, whatever the file keeps them in. */
export function readFloats({ dataset, where }: StoredWeight): Float32Array {
  const values = dataset.read();
  if (values instanceof Float32Array) return values;
  if (values instanceof Float64Array) return Float32Array.from(values);
  throw inputError({ expected: "numbers", where, received: "text" });
}
