/** Where weights lie in Keras's HDF5 files: by path in `model.weights.h5`, by lists of names in older `.h5` files. */
import { inputError } from "../../base/errors.js";
import { label } from "../../base/label.js";
import type { AttributeValue } from "../hdf5/attributes.js";
import type { Hdf5Dataset } from "../hdf5/datasets.js";
import type { Hdf5Group } from "../hdf5/reader.js";
import type { Entry } from "./entries.js";
import { weightPlaces } from "./layer-kinds.js";
import type { Notes } from "./receipt.js";
import type { StoredWeight } from "./stored-weight.js";

/** For each entry, its arrays in the order of the layer's parameters. Arrays that no layer takes are noted. */
export type WeightsStore = (entries: readonly Entry[], notes: Notes) => StoredWeight[][];

/**
 * `model.weights.h5`, in one file or several: "layers/lstm/cell/vars/0". Keras 2.15 on Windows wrote backslashes, and 2.13
 * another first word.
 */
export function pathStore(roots: readonly Hdf5Group[], file: string): WeightsStore {
  const byPath = new Map<string, Hdf5Dataset>();
  const add = (path: string, dataset: Hdf5Dataset) => {
    const plain = path.replaceAll("\\", "/").replace(/(^|\/)_layer_checkpoint_dependencies\//g, "$1layers/");
    if (byPath.has(plain)) {
      throw inputError({ expected: `one array at ${label(plain)}`, where: file, received: "two" });
    }
    byPath.set(plain, dataset);
  };
  for (const root of roots) collect(root, "", add);
  return (entries, notes) => {
    const stored = entries.map(({ layer, group }) => {
      const paths = weightPlaces(layer).map((place) => `${group}/${place.group}`);
      return paths.flatMap((path) => numbered(byPath, path, file));
    });
    const taken = new Set(stored.flat().map(({ dataset }) => dataset));
    const left = [...byPath].flatMap(([path, dataset]) =>
      taken.has(dataset) || !OF_LAYERS.test(path) || NO_WEIGHTS.test(path) ? [] : [path],
    );
    noteLeft(left, file, notes);
    return stored;
  };
}

/** An archive holds an optimizer's state besides; and layers keep more than weights: random numbers, tables of words. */
const OF_LAYERS = /^layers\//;
const NO_WEIGHTS = /\/(seed_generator|_lookup_layer)\//;

/** A model with fewer layers than its file has weights for is perhaps not the one that was saved. */
function noteLeft(left: readonly string[], file: string, notes: Notes): void {
  if (left.length === 0) return;
  const others = left.length > 1 ? ` and ${left.length - 1} more` : "";
  notes.warn(`${file}: ${label(left[0]!)}${others}: stored weights that no layer of the model takes`);
}

function collect(group: Hdf5Group, path: string, visit: (path: string, dataset: Hdf5Dataset) => void): void {
  for (const [name, dataset] of group.datasets) visit(path + name, dataset);
  for (const [name, child] of group.groups) collect(child, `${path}${name}/`, visit);
}

/** "…/0", "…/1" … as far as they go. */
function numbered(byPath: Map<string, Hdf5Dataset>, path: string, file: string): StoredWeight[] {
  const found: StoredWeight[] = [];
  for (;;) {
    const dataset = byPath.get(`${path}/${found.length}`);
    if (!dataset) return found;
    found.push({ where: `${file}: ${dataset.path}`, dataset });
  }
}

/**
 * Older files: the attribute `layer_names`, a group for each layer, and in it `weight_names`, whose order is that of the
 * layer's variables: the trainable ones, then the others.
 * @param whole whether the network stands in the same file, so that its layers and the groups have the same names
 */
export function namedStore(root: Hdf5Group, file: string, { whole = false } = {}): WeightsStore {
  return (entries, notes) => {
    const out = entries.map((): StoredWeight[] => []);
    const owners = new Map<string, number[]>();
    for (const [i, { owner, layer }] of entries.entries()) {
      if (layer.parameters.length > 0) owners.set(owner, [...(owners.get(owner) ?? []), i]);
    }
    const groups = ownersGroups([...owners.keys()], root, file, whole, notes);
    for (const [owner, indices] of owners) {
      const stored = namedWeights(groups.get(owner)!, file);
      for (const trainable of [true, false]) {
        for (const i of indices) {
          const { layer } = entries[i]!;
          const count = layer.parameters.filter((p) => (p.trainable && layer.trainable) === trainable).length;
          out[i]!.push(...stored.splice(0, count));
        }
      }
      if (stored.length > 0) {
        throw inputError({
          expected: `fewer weights for ${label(owner)}`,
          where: stored[0]!.where,
          received: "more",
        });
      }
    }
    return out;
  };
}

/**
 * Layers find their groups by name. Weights from elsewhere go by the order of those that have any, as in Keras, where
 * names differ in the number that a session gave them or altogether; not where some agree and others do not.
 */
function ownersGroups(
  owners: string[],
  root: Hdf5Group,
  file: string,
  whole: boolean,
  notes: Notes,
): Map<string, Hdf5Group> {
  const listed = new Set<string>();
  const withWeights = textList(root, "layer_names", file).flatMap((name) => {
    if (listed.has(name)) {
      const where = `${file}: ${root.path || "/"}: layer_names`;
      throw inputError({ expected: "each layer once", where, received: name });
    }
    listed.add(name);
    const group = findGroup(root, name);
    if (!group) {
      const where = `${file}: ${root.path || "/"}`;
      throw inputError({ expected: `the group ${label(name)} that layer_names lists`, where });
    }
    return textList(group, "weight_names", file).length > 0 ? [[name, group] as const] : [];
  });
  const byName = new Map(withWeights);
  const where = `${file}: ${root.path || "/"}`;
  const known = new Set(owners);
  const others = withWeights.flatMap(([name]) => (known.has(name) ? [] : [name]));
  const missing = owners.find((owner) => !byName.has(owner));
  if (missing === undefined) {
    noteLeft(others, file, notes);
    return byName;
  }
  const kind = (name: string) => name.replace(/_\d+$/, "");
  const alike = owners.every((owner, i) => kind(owner) === kind(withWeights[i]?.[0] ?? ""));
  if (withWeights.length === owners.length && !whole && (alike || others.length === owners.length)) {
    const pairs = withWeights.map(([name], i) => `${label(name)} for ${label(owners[i]!)}`);
    const some = pairs.slice(0, 4).join(", ") + (pairs.length > 4 ? " …" : "");
    notes.warn(`${where}: weights are taken by the order of the layers: ${some}`);
    return new Map(owners.map((owner, i) => [owner, withWeights[i]![1]] as const));
  }
  const expected = `weights of the layer ${label(missing)}`;
  throw inputError({ expected, where, received: others.length > 0 ? others : undefined });
}

function namedWeights(group: Hdf5Group, file: string): StoredWeight[] {
  return textList(group, "weight_names", file).map((name) => {
    const where = `${file}: ${group.path}/${label(name)}`;
    const dataset = findDataset(group, name);
    if (!dataset) throw inputError({ expected: "the dataset that weight_names lists", where });
    return { where, dataset };
  });
}

/** A list of texts kept as an attribute, or split into name0, name1 … where it is over 64 KB. */
export function textList(group: Hdf5Group, name: string, file: string): string[] {
  const whole = group.attributes.get(name);
  if (whole !== undefined) return texts(whole, `${file}: ${group.path} ${name}`);
  const parts: string[][] = [];
  for (let i = 0; ; i++) {
    const part = group.attributes.get(`${name}${i}`);
    if (part === undefined) return parts.flat();
    parts.push(texts(part, `${file}: ${group.path} ${name}${i}`));
  }
}

function texts(value: AttributeValue, where: string): string[] {
  if (Array.isArray(value)) return value;
  // NumPy writes an empty list as zero floats.
  if (typeof value === "object" && value.length === 0) return [];
  if (typeof value === "string") return [value];
  throw inputError({ expected: "a list of names", where, received: value });
}

function findGroup(root: Hdf5Group, path: string): Hdf5Group | undefined {
  let group: Hdf5Group | undefined = root;
  for (const part of path.split("/")) group = group?.groups.get(part);
  return group;
}

export function findDataset(root: Hdf5Group, path: string): Hdf5Dataset | undefined {
  const parts = path.split("/");
  const name = parts.pop()!;
  const group = parts.length > 0 ? findGroup(root, parts.join("/")) : root;
  return group?.datasets.get(name);
}
