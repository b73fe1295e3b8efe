/**
 * Which stored weight is whose. TensorFlow.js calls them "layer/kernel"; files converted from Keras 3 put the model's name
 * in front and come in alphabetical order, so that only names tell layers of one shape apart.
 */
import { inputError } from "../../base/errors.js";
import { label } from "../../base/label.js";
import type { Entry } from "../keras/entries.js";
import type { Notes } from "../keras/receipt.js";
import type { StoredWeight } from "../keras/stored-weight.js";
import type { WeightsStore } from "../keras/weights-store.js";

interface Named {
  weight: StoredWeight;
  /** "sequential/lstm/lstm_cell/kernel:0" as ["sequential", "lstm", "lstm_cell"] and "kernel". */
  folders: string[];
  leaf: string;
}

/** Weights by their names; by their order only where none of the names says a layer. @throws InputError */
export function namedWeights(weights: readonly StoredWeight[], file: string): WeightsStore {
  const where = `${file}: weightsManifest`;
  const named = weights.map((weight): Named => {
    const parts = weight.dataset.path.replace(/:0$/, "").split("/");
    return { weight, leaf: parts.pop()!, folders: parts };
  });
  return (entries, notes) => {
    const wanted = entries.reduce((sum, { layer }) => sum + layer.parameters.length, 0);
    if (wanted !== weights.length) {
      throw inputError({
        expected: `${wanted} weights, as the layers have`,
        where,
        received: weights.length,
      });
    }
    if (named.every(({ folders }) => folders.length === 0)) return inOrder(entries, weights, notes, where);
    const owned = ownedBy(entries, named) ?? ownedBy(entries, named.map(withoutFirst));
    if (owned) return entries.map((entry, i) => inLayer(entry, owned[i]!, where));
    const names = entries.map(({ layer }) => layer.name);
    const stray = named.find(({ folders }) => !folders.some((folder) => names.includes(folder))) ?? named[0]!;
    throw inputError({
      expected: `weights named after the layers (${entries.flatMap(ownName).map(label).join(", ")})`,
      where,
      received: stray.weight.dataset.path,
      next: "By their order alone, layers of one shape could be taken for one another.",
    });
  };
}

const ownName = ({ layer }: Entry) => (layer.parameters.length > 0 ? [layer.name] : []);

const withoutFirst = ({ folders, ...rest }: Named): Named => ({ ...rest, folders: folders.slice(1) });

/** For each entry its weights, their folders below the layer's own; null unless each has as many as it needs. */
function ownedBy(entries: readonly Entry[], named: readonly Named[]): Named[][] | null {
  const owned = entries.map((): Named[] => []);
  const places = new Map(entries.map(({ layer }, i) => [layer.name, i]));
  for (const one of named) {
    const at = one.folders.findIndex((folder, n) => placeOf(places, one.folders, folder, n) !== undefined);
    if (at < 0) return null;
    const place = placeOf(places, one.folders, one.folders[at]!, at)!;
    owned[place]!.push({ ...one, folders: one.folders.slice(at + 1) });
  }
  return entries.every(({ layer }, i) => owned[i]!.length === layer.parameters.length) ? owned : null;
}

/** A layer whose name another has too is called after the model that it lies in: "encoder_dense" for "encoder/dense". */
function placeOf(places: ReadonlyMap<string, number>, folders: string[], name: string, at: number) {
  return (at > 0 ? places.get(`${folders[at - 1]}_${name}`) : undefined) ?? places.get(name);
}

/** A layer's weights in the order of its parameters. */
function inLayer({ layer }: Entry, owned: readonly Named[], where: string): StoredWeight[] {
  const taken = new Set<Named>();
  return layer.parameters.map((parameter) => {
    const inner = parameter.name.split("/");
    const name = inner.pop()!;
    const alike = owned.filter(({ leaf }) => leaf === name || leaf.replace(/_\d+$/, "") === name);
    const inside = alike.filter(({ folders }) => inner.every((folder) => folders.some(isCalled(folder))));
    const found = alike.length === 1 ? alike : inside;
    if (found.length !== 1 || taken.has(found[0]!)) {
      const expected = `one weight named ${label(`${layer.name}/${parameter.name}`)}`;
      const received = found.length === 0 ? owned.map(({ weight }) => weight.dataset.path) : found.length;
      throw inputError({ expected, where, received });
    }
    taken.add(found[0]!);
    return found[0]!.weight;
  });
}

/** The layer inside a wrapper may be called otherwise, but which way it reads its name says. */
const isCalled = (wanted: string) => (folder: string) => {
  const way = /^(forward|backward)_/.exec(wanted)?.[0];
  return folder === wanted || (way !== undefined && folder.startsWith(way));
};

function inOrder(
  entries: readonly Entry[],
  weights: readonly StoredWeight[],
  notes: Notes,
  where: string,
): StoredWeight[][] {
  if (weights.length > 0) notes.warn(`${where}: no name says a layer, so weights are taken in their order`);
  let next = 0;
  return entries.map(({ layer }) => weights.slice(next, (next += layer.parameters.length)));
}
