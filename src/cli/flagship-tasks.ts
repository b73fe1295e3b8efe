/** The work that `bench` times: the flagship network, one training step of 32 rows and predictions of 1, 32 and 256. */

import { presetModel } from "../classifier/presets.js";
import type { EngineName } from "../engines/registry.js";
import { PURPOSE, Random } from "../kernels/philox.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import type { Timed } from "./measure.js";

const VOCABULARY = 1000;
const LENGTH = 200;

export interface FlagshipTask extends Timed {
  what: "train step" | "predict";
  batch: number;
  dispose(): void;
}

/** Full rows of ids, none of them padding: the most work a row can be. */
function rowsOf(batch: number): Rows {
  const random = new Random(1, PURPOSE.selfCheck, batch);
  const data = Float32Array.from(
    { length: batch * LENGTH },
    (_, i) => 1 + Math.floor(random.uniform(i) * (VOCABULARY - 1)),
  );
  return { data, rows: batch, shape: [LENGTH] };
}

/** Each task has a model of its own, so that none undoes what another has prepared. */
export function flagshipTasks(engine: EngineName, threads: number): FlagshipTask[] {
  const network = () =>
    presetModel("lstm", { vocabulary: VOCABULARY, length: LENGTH, classes: 2 }, { engine, threads });
  return [trainStep(network(), 32), ...[1, 32, 256].map((batch) => predict(network(), batch))];
}

function trainStep(model: Model, batch: number): FlagshipTask {
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  const x = rowsOf(batch);
  const y = Float32Array.from({ length: batch }, (_, i) => i % 2);
  return {
    what: "train step",
    batch,
    run: () => void model.trainOnBatch(x, y),
    dispose: () => model.dispose(),
  };
}

function predict(model: Model, batch: number): FlagshipTask {
  const rows = rowsOf(batch);
  return { what: "predict", batch, run: () => void model.predictFlat(rows), dispose: () => model.dispose() };
}
