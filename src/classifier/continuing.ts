/**
 * Going on from a classifier: its words stay what they were, its labels keep their outputs, matched by name, and labels
 * that are new get outputs of their own. Always on a copy: whoever holds the classifier keeps its answers.
 */

import { inputError } from "../base/errors.js";
import { PURPOSE, Random } from "../kernels/philox.js";
import { Dense } from "../layers/dense.js";
import { readsIds } from "../layers/traits.js";
import { copyArchitecture, copyModel } from "../model/copy.js";
import { type Model, remarksOf } from "../model/model.js";
import type { ModelOptions } from "../model/options.js";
import type { WeightArray } from "../network/weights.js";
import { losses } from "../objectives/losses.js";
import type { Start, TrainOptions } from "./options.js";

/**
 * A copy of the classifier's network with an output for each of `labels`, which begin with its own. Without new ones the
 * optimizer goes on; with new ones it starts afresh, since its state is of other weights.
 * @throws InputError where new labels would need a last layer that is not a Dense of sigmoid or softmax, or not trainable
 */
export function continuedModel(
  { model, labels: known }: Start,
  labels: readonly string[],
  options: ModelOptions,
): Model {
  const added = labels.slice(known.length);
  if (added.length === 0) return copyModel(model, options);
  const { layer } = model.outputNode;
  const { units, activation } = layer.options as { units?: number; activation?: string };
  const single = units === 1 && activation === "sigmoid";
  if (!(layer instanceof Dense) || !(single || (activation === "softmax" && units === known.length))) {
    const ending = activation === undefined ? "" : `, ${activation}`;
    throw inputError({
      expected: `a last layer that can be widened for the new labels ${added.slice(0, 5).join(", ")}: a Dense that ends in sigmoid (one unit) or softmax`,
      where: `model ${model.name}`,
      received: `${layer.className} ${layer.name}${ending}`,
      next: "Leave the new labels out, or train a new model.",
    });
  }
  if (!layer.trainable) {
    throw inputError({
      expected: `a last layer that is trainable, for the new labels ${added.slice(0, 5).join(", ")}`,
      where: `model ${model.name}`,
      received: `${layer.className} ${layer.name}, which is not`,
      next: "Its new weights would stay as they are drawn: set its trainable to true, or leave the new labels out.",
    });
  }
  const wide = copyArchitecture(
    model,
    { seed: model.seed, ...options },
    { units: labels.length, activation: "softmax" },
  );
  const own = `${layer.name}/`;
  wide.setWeights(
    model.getWeights().map((weight) => {
      if (!weight.name.startsWith(own)) return weight;
      return widened(weight, labels.length, single, wide.seed);
    }),
  );
  remarksOf(wide).addFrom(remarksOf(model));
  const optimizer = model.isCompiled ? model.compiled.optimizer : "adam";
  wide.compile({ optimizer, loss: losses.sparseCategoricalCrossentropy() });
  return wide;
}

/** New kernels begin within this of 0: as good as no opinion, and no two alike. */
const SMALL = 0.05;

/**
 * A kernel [I][U] or bias [U] with more outputs: those it had, and small random ones behind (a bias: 0). One sigmoid unit of
 * logit z is two of softmax, 0 and z: the same probabilities.
 */
function widened(
  { name, shape, data }: WeightArray,
  outputs: number,
  single: boolean,
  seed: number,
): WeightArray {
  const before = shape.at(-1)!;
  const first = single ? 1 : 0;
  const rows = data.length / before;
  const random = new Random(seed, PURPOSE.widening);
  const wide = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    wide.set(data.subarray(row * before, (row + 1) * before), row * outputs + first);
    if (shape.length === 1) continue;
    for (let k = first + before; k < outputs; k++) {
      const at = row * outputs + k;
      wide[at] = (2 * random.uniform(at) - 1) * SMALL;
    }
  }
  return { name, shape: [...shape.slice(0, -1), outputs], data: wide };
}

/** What the classifier settles may be asked for again, but not otherwise. @throws InputError */
export function checkSettled({ vocabulary, length, vectorizer }: TrainOptions, start: Start): void {
  const inputDim = start.model.layers.find(readsIds)?.options.inputDim;
  const { size } = start.vectorizer;
  const settled = (what: string, expected: number, received: number) =>
    inputError({
      expected: `${expected}, as the classifier has that is gone on from`,
      where: what,
      received,
      next: "Leave it out, or train a new model.",
    });
  if (vocabulary !== undefined && vocabulary !== size && vocabulary !== inputDim) {
    throw settled("vocabulary", size, vocabulary);
  }
  if (length !== undefined && length !== start.length) throw settled("length", start.length, length);
  if (vectorizer && JSON.stringify(vectorizer) !== JSON.stringify(start.vectorizer)) {
    throw inputError({
      expected: "the vocabulary of the classifier that is gone on from",
      where: "vectorizer",
      received: `another one of ${vectorizer.size} ids`,
      next: "Leave it out: the network knows no other words.",
    });
  }
}
