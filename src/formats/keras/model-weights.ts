/** Stored weights into a model, checked before memory is taken. */
import { inputError } from "../../base/errors.js";
import type { NetworkLike } from "../../network/network.js";
import type { Entry } from "./entries.js";
import { containerNames } from "./layer-kinds.js";
import type { Notes } from "./receipt.js";
import { readFloats } from "./stored-weight.js";
import type { WeightsStore } from "./weights-store.js";

/** A model's layers with the places of their weights in Keras's files. */
export function entriesOf(model: NetworkLike): Entry[] {
  const nodes = model.nodes.filter(({ layer }) => !layer.kind.unlisted);
  const groups = containerNames(nodes.map(({ layer }) => layer.className));
  return nodes.map(({ layer }, i) => ({
    layer,
    inputs: [],
    group: `layers/${groups[i]}`,
    owner: layer.name,
    where: `layer ${layer.name}`,
  }));
}

/** Weights, once each stored shape is seen to be the wanted one. */
export function setWeights(
  model: NetworkLike,
  entries: readonly Entry[],
  store: WeightsStore,
  notes: Notes,
): void {
  const stored = store(entries, notes);
  const values = entries.flatMap(({ layer, where, convert }, i) => {
    const { parameters } = layer;
    const found = convert?.(stored[i]!) ?? stored[i]!;
    if (found.length !== parameters.length) {
      const names = parameters.map((p) => p.name).join(", ") || "none";
      const expected = `${parameters.length} stored weights (${names})`;
      throw inputError({ expected, where: found[0]?.where ?? where, received: found.length });
    }
    return parameters.map((parameter, p) => ({ parameter, stored: found[p]! }));
  });
  for (const { parameter, stored } of values) {
    const { shape } = stored.dataset;
    if (shape.length !== parameter.shape.length || shape.some((size, d) => size !== parameter.shape[d])) {
      const expected = `${parameter.name} of shape (${parameter.shape.join(", ")})`;
      throw inputError({ expected, where: stored.where, received: `(${shape.join(", ")})` });
    }
  }
  const arrays = values.map(({ stored }) => readFloats(stored));
  for (const [i, array] of arrays.entries()) {
    const bad = array.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) notes.warn(`${values[i]!.stored.where}: contains ${array[bad]}`);
  }
  model.setWeights(arrays);
}
