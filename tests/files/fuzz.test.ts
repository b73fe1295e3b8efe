/** Damaged files of every kind that Keras writes: opened or refused in words, soon and in little memory. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { type Json, parseJson } from "../../src/base/json.js";
import { type Hdf5Group, readHdf5 } from "../../src/formats/hdf5/reader.js";
import { readZip } from "../../src/formats/zip.js";
import { writeZip } from "../../src/formats/zip-write.js";
import { readKeras } from "../../src/keras.js";
import { readKerasScript } from "../../src/model/script.js";
import { SCRIPTS } from "../formats/python-scripts.js";
import { fuzz, type Target } from "./fuzzing.js";
import { type Dice, damage, damageJson, reseal } from "./mutate.js";
import { readSample } from "./samples.js";

/** Opens a model as far as it goes, and lets go of it. */
function openKeras(bytes: Uint8Array): void {
  readKeras(bytes, { name: "fuzz" }).model.dispose();
}

function openAll(bytes: Uint8Array): void {
  const visit = (group: Hdf5Group): void => {
    for (const child of group.groups.values()) visit(child);
    for (const dataset of group.datasets.values()) dataset.read();
  };
  visit(readHdf5(bytes, "fuzz"));
}

function unpackAll(bytes: Uint8Array): void {
  for (const member of readZip(bytes, "fuzz").values()) member.read();
}

const archives = [
  ...["flagship.keras", "functional.keras", "trained_adam.keras", "old_2_15_windows.keras"],
  ...["graph_merged_masked.keras", "graph_nested_masks.keras", "graph_both_ways.keras"],
];
const models = [
  ...["flagship.h5", "old_2_0.h5", "old_tf_2_4.h5", "two_of_each.h5"],
  ...["graph_both_ways.h5", "graph_states_unused.h5"],
];
const generations = ["earliest", "v108", "latest"].map((name) =>
  gunzipSync(readSample(`hdf5_${name}.h5.gz`)),
);
const unpacked = archives.map((name) => unzipSync(readSample(name)));
const configs = unpacked.map((members) => parseJson(members["config.json"]!, "config") as Json);

/** An archive whose member is damaged, and which is sound around it. */
function repack(dice: Dice, member: string, change: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const members = dice.pick(unpacked);
  return writeZip(
    Object.entries(members).map(([name, data]) => [name, name === member ? change(data) : data]),
  );
}

const encode = (value: Json) => new TextEncoder().encode(JSON.stringify(value));

/** What is damaged, how, and who must bear it. */
const TARGETS: Record<string, Target> = {
  "ZIP archives": { make: (dice) => damage(readSample(dice.pick(archives)), dice), open: unpackAll },
  "HDF5 files": { make: (dice) => damage(dice.pick(generations), dice), open: openAll },
  "HDF5 files with their checksums put right": {
    make: (dice) => reseal(damage(dice.pick(generations), dice)),
    open: openAll,
  },
  "weights inside archives": {
    make: (dice) => repack(dice, "model.weights.h5", (bytes) => damage(bytes, dice)),
    open: openKeras,
  },
  "HDF5 models": { make: (dice) => damage(readSample(dice.pick(models)), dice), open: openKeras },
  "configurations, as bytes": {
    make: (dice) => repack(dice, "config.json", (bytes) => damage(bytes, dice)),
    open: openKeras,
  },
  "configurations, as values": {
    make: (dice) => encode(damageJson(dice.pick(configs), dice)),
    open: openKeras,
  },
  "archives with other configurations": {
    make: (dice) => repack(dice, "config.json", () => encode(damageJson(dice.pick(configs), dice))),
    open: openKeras,
  },
  "Keras scripts": {
    make: (dice) => damage(dice.pick(scripts), dice),
    open: (bytes) => readKerasScript(new TextDecoder().decode(bytes)).model.dispose(),
  },
};

const scripts = SCRIPTS.map(({ script }) => new TextEncoder().encode(script));

describe("damaged files are refused in words, soon, and nothing breaks", () => {
  fuzz(TARGETS, 8);

  test("memory stays small", () => {
    const megabytes = process.resourceUsage().maxRSS / 1024;
    assert.ok(megabytes < 600, `${megabytes} MB`);
  });
});
