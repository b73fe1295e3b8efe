/** The optimizer's state in Keras's files, so that training can go on where it stopped. */
import type { TrainedLike, Trainer } from "../../train/trainer.js";
import type { OptimizerState } from "../../train/training-state.js";
import type { Hdf5Dataset } from "../hdf5/datasets.js";
import type { Hdf5Group } from "../hdf5/reader.js";
import type { Hdf5DatasetInput } from "../hdf5/writer.js";
import type { Notes } from "./receipt.js";
import { readFloats, type StoredWeight } from "./stored-weight.js";
import { findDataset, textList } from "./weights-store.js";

/** `optimizer/vars/0`, `1` … of an archive. */
export function pathOptimizer(root: Hdf5Group, file: string): StoredWeight[] {
  const group = root.groups.get("optimizer")?.groups.get("vars");
  const found: StoredWeight[] = [];
  for (let dataset = group?.datasets.get("0"); dataset; dataset = group?.datasets.get(String(found.length))) {
    found.push(stored(dataset, file));
  }
  return found;
}

/** The group `optimizer_weights` of an older file, in the order of its names. */
export function namedOptimizer(root: Hdf5Group, file: string): StoredWeight[] {
  const group = root.groups.get("optimizer_weights");
  if (!group) return [];
  const names = textList(group, "weight_names", file);
  const found = names.flatMap((name) => {
    const dataset = findDataset(group, name);
    return dataset ? [stored(dataset, file)] : [];
  });
  return found.length === names.length ? pairSlots(found, names) : [];
}

function stored(dataset: Hdf5Dataset, file: string): StoredWeight {
  return { dataset, where: `${file}: ${dataset.path}` };
}

/**
 * Keras before 2.11 wrote Adam's state as the step, all first moments, then all second moments; later ones write the two
 * side by side for each variable, which is the order here. Keras itself, before it became part of TensorFlow, gave the
 * arrays no telling names and added placeholders of one number where there is no amsgrad.
 */
function pairSlots(found: StoredWeight[], names: string[]): StoredWeight[] {
  const slots = names.slice(1);
  const unnamed = slots.length > 0 && slots.every((name) => /\bAdam\/(Variable|[mv]_|vhat_)/i.test(name));
  if (!unnamed && !isGrouped(slots)) return found;
  const count = unnamed && endsInPlaceholders(found) ? slots.length / 3 : slots.length / 2;
  const pairs = Array.from({ length: count }, (_, i) => [found[1 + i]!, found[1 + count + i]!]);
  return Number.isInteger(count) ? [found[0]!, ...pairs.flat()] : found;
}

function isGrouped(names: string[]): boolean {
  const half = names.length / 2;
  return names.length > 1 && names.every((name, i) => name.endsWith(i < half ? "/m:0" : "/v:0"));
}

/** Whether a third list follows two lists of equal shapes, of one zero for each of their arrays. */
function endsInPlaceholders(found: StoredWeight[]): boolean {
  const count = (found.length - 1) / 3;
  const shapes = found.slice(1).map(({ dataset }) => dataset.shape.join());
  return (
    Number.isInteger(count) &&
    shapes.slice(2 * count).every((shape) => shape === "1") &&
    shapes.slice(0, count).every((shape, i) => shape === shapes[count + i])
  );
}

/**
 * Gives a compiled model the state that a file holds: the step, the learning rate (Keras 2 has none here) and the
 * slots. A state that does not fit is left aside with a note, as Keras does; on an engine that does not train there is
 * nothing to give it to.
 */
export function restoreOptimizer(trainer: Trainer, variables: StoredWeight[], notes: Notes): void {
  if (variables.length === 0 || !trainer.isCompiled || !trainer.canTrain) return;
  const state = trainer.optimizerState();
  // Keras keeps no rate where a schedule says it; tf.keras kept the last one.
  const hasRate = variables[1]?.dataset.shape.length === 0;
  const slots = variables.slice(hasRate ? 2 : 1);
  const fits =
    slots.length === state.slots.length &&
    slots.every((slot, i) => elements(slot.dataset) === state.slots[i]!.length);
  const scalars = variables.slice(0, hasRate ? 2 : 1);
  // Keras makes the slots with the first step: before it, a file has none, and nothing is lost.
  if (slots.length === 0 && elements(scalars[0]!.dataset) === 1 && number(scalars[0]!) === 0) return;
  if (!fits || scalars.some(({ dataset }) => elements(dataset) !== 1)) {
    const count = `${slots.length} stored, ${state.slots.length} wanted`;
    notes.warn(`optimizer state: left aside, its arrays do not fit (${count}); training starts fresh`);
    return;
  }
  const [iterations, rate = 0] = scalars.map(number) as [number, number?];
  const values = slots.map(readFloats);
  const counted = Number.isSafeInteger(iterations) && iterations >= 0;
  const finite = rate >= 0 && rate < Infinity && values.every((slot) => slot.every(Number.isFinite));
  if (!counted || !finite) {
    const what = counted ? "it holds what is no number of its kind" : `its step is ${iterations}`;
    notes.warn(`optimizer state: left aside, ${what}; training starts fresh`);
    return;
  }
  trainer.setOptimizerState({
    iterations,
    learningRate: hasRate ? exactRate(rate, state.learningRate) : state.learningRate,
    slots: values,
  });
}

/** The stored rate is a float32; the configuration has the same number in full, as long as it is the same. */
function exactRate(stored: number, configured: number): number {
  return stored !== Math.fround(configured) ? stored : configured;
}

function elements({ shape }: Hdf5Dataset): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Not through float32: a step count may be large. */
function number({ dataset }: StoredWeight): number {
  return Number(dataset.read()[0]);
}

/** The arrays of `optimizer/vars`: step, learning rate unless a schedule says it, slots shaped as their weights. */
export function writeOptimizerState(model: TrainedLike): Hdf5DatasetInput[] {
  const state: OptimizerState = model.optimizerState();
  const shapes = model.slotShapes();
  return [
    { shape: [], data: BigInt64Array.of(BigInt(state.iterations)) },
    ...(isScheduled(model) ? [] : [{ shape: [], data: Float32Array.of(state.learningRate) }]),
    ...state.slots.map((data, i) => ({ shape: shapes[i]!, data })),
  ];
}

export const isScheduled = (model: TrainedLike): boolean =>
  typeof model.compiled.optimizer.learningRate !== "number";
