/** What makes one run of another the same, so that it may go on where that one stopped; and whether a state is of such a run. */
import { inputError, wholeNumber } from "../base/errors.js";
import { NUMBERS, type Pieces, spans } from "../base/pieces.js";
import { Sha256 } from "../base/sha256.js";
import { Layer } from "../layers/layer.js";
import type { Network } from "../network/network.js";
import { type Optimizer, sparseAdam } from "../objectives/optimizers.js";
import type { ProcessGroup } from "../processes/group.js";
import type { Dataset, WeightOptions } from "./dataset.js";
import type { Trainer } from "./trainer.js";
import { checkTrainingState, type TrainingState } from "./training-state.js";

/** A run, as far as a state must fit it. */
export interface RunFacts {
  readonly fingerprint: string;
  /** As many as are asked for. */
  readonly epochs: number;
  /** Of an epoch. */
  readonly batches: number;
  readonly batchSize: number;
  /** To train on. */
  readonly rows: number;
  /** Numbers that the network puts out a row. */
  readonly outputSize: number;
  /** Numbers in its weights. */
  readonly params: number;
  /** Names of the callbacks that keep a state. */
  readonly callbacks: readonly string[];
}

/** What a run learns from, batch by batch, and is measured on. */
export interface RunData {
  readonly train: Dataset;
  readonly validation: Dataset | null;
  readonly batchSize: number;
}

/** What must agree between a run and its resumption. */
export function* fingerprintOf(
  { network, compiled }: Trainer,
  { train, validation, batchSize }: RunData,
  { shuffle = true, classWeight }: { shuffle?: boolean; classWeight?: WeightOptions["classWeight"] },
): Pieces<string> {
  const { optimizer, loss, metrics } = compiled;
  const sizes = { rows: train.rows, batchSize, params: network.countParams(), seed: network.seed };
  const data: (number | string)[][] = [];
  for (const { inputs, targets, weights, source } of [train, ...(validation ? [validation] : [])]) {
    if (source) {
      data.push([source.fingerprint]);
      continue;
    }
    const own: number[] = [];
    for (const { data } of inputs) own.push(yield* checksum(data));
    own.push(yield* checksum(targets));
    if (weights) own.push(yield* checksum(weights));
    data.push(own);
  }
  const settings = { shuffle, classWeight, optimizer: describeOptimizer(optimizer), loss, metrics };
  return JSON.stringify({ ...sizes, data, ...settings, network: describeNetwork(network) });
}

/** The state, once all of it is seen to be one of this run. @throws InputError */
export function checkResumed(given: unknown, run: RunFacts): TrainingState {
  const state = checkTrainingState(given, "fit resume");
  if (state.fingerprint !== run.fingerprint) {
    const differing = differences(state.fingerprint, run.fingerprint);
    throw inputError({
      expected: "a checkpoint of a run with the same data, model, seed and settings",
      where: "fit resume",
      received: `one that differs in ${differing.join(", ")}`,
      next: "Start afresh without resume, or repeat the first run's settings.",
      typed: {
        where: "--resume",
        next: "Start afresh without --resume, or repeat the first run's data and options.",
      },
    });
  }
  if (state.epoch > run.epochs) {
    throw inputError({
      expected: `a checkpoint of at most ${run.epochs} epochs, as many as are asked for`,
      where: "fit resume",
      received: `${state.epoch} epochs`,
    });
  }
  checkSizes(state, run);
  checkNames(Object.keys(state.callbacks), run.callbacks);
  return state;
}

/** Counts and lengths that follow from one another, the data and the model. */
function checkSizes(
  { epoch, batch, rowsSeen, outputs, weights, history }: TrainingState,
  run: RunFacts,
): void {
  const equal = (what: string, found: number, wanted: number) => {
    if (found === wanted) return;
    throw inputError({ expected: String(wanted), where: `fit resume ${what}`, received: found });
  };
  wholeNumber(batch, "fit resume batch", 0, run.batches);
  equal("length of history", history.length, epoch);
  equal("rowsSeen", rowsSeen, Math.min(batch * run.batchSize, run.rows));
  equal("length of outputs", outputs.length, rowsSeen * run.outputSize);
  equal("length of weights", weights.length, run.params);
}

function checkNames(found: readonly string[], wanted: readonly string[]): void {
  const other = [...wanted, ...found].find((name) => !(wanted.includes(name) && found.includes(name)));
  if (other === undefined) return;
  throw inputError({
    expected: `the callbacks of the first run (${found.join(", ") || "none"})`,
    where: "fit resume callbacks",
    received: `${wanted.join(", ") || "none"}`,
    next: `${other} is on one side only.`,
  });
}

/** @throws InputError, in every process, where one of them has another run before it */
export function checkSameRun(group: ProcessGroup, fingerprint: string): void {
  const all = group
    .gatherAny(new TextEncoder().encode(fingerprint))
    .map((bytes) => new TextDecoder().decode(bytes));
  const differing = all.findIndex((other) => other !== all[0]);
  if (differing < 0) return;
  const seen = differences(all[0]!, all[differing]!);
  throw inputError({
    expected: "the same data, model, seed and settings in every process",
    where: "the processes",
    received: `others in process ${differing} than in process 0${seen.length > 0 ? ` (${seen.join(", ")})` : ""}`,
    next: "Start all with one command line, where all see the same files.",
  });
}

/** @throws Error, in every process, where not all have the same weights after as many steps */
export function* checkSameWeights(group: ProcessGroup, weights: Float32Array, step: number): Pieces<void> {
  const own = Float64Array.of(yield* checksum(weights), step);
  const all = group.gather(new Uint8Array(own.buffer)).map((bytes) => new Float64Array(bytes.slice().buffer));
  const differing = all.findIndex(([sum, steps]) => sum !== all[0]![0] || steps !== all[0]![1]);
  if (differing < 0) return;
  const [[, steps], [, first]] = [all[differing]!, all[0]!];
  throw new Error(
    `the weights of process ${differing} (step ${steps}) are not those of process 0 (step ${first}). All must begin with ` +
      "the same model or checkpoint, change weights alike in their callbacks, and compute on engines that round alike: " +
      "the same --engine, and processors that all fuse multiply and add, or none.",
  );
}

/** FNV-1a over the bits: tells one data set from another. */
function* checksum(values: Float32Array): Pieces<number> {
  let hash = 0x811c9dc5;
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  yield* spans(words.length, NUMBERS, (from, to) => {
    let own = hash;
    for (let i = from; i < to; i++) own = Math.imul(own ^ words[i]!, 0x01000193);
    hash = own;
  });
  return hash >>> 0;
}

/**
 * An optimizer as fingerprints have it: with the settings of all optimizers, those that are not its own as they are by
 * default, in this order, so that checkpoints stay good from version to version.
 */
function describeOptimizer(optimizer: Optimizer): object {
  const { name, ...options } = optimizer;
  return {
    momentum: 0,
    nesterov: false,
    rho: 0.9,
    epsilon: 1e-7,
    centered: false,
    beta1: 0.9,
    beta2: 0.999,
    amsgrad: false,
    ...options,
    // Younger than these: only where it is on.
    sparse: sparseAdam(optimizer) ? true : undefined,
    name,
  };
}

/** Everything that makes a network what it is, besides its weights, as a short text. */
function describeNetwork({ nodes }: Network): string {
  const plain = (_: string, value: unknown) =>
    value instanceof Layer ? [value.className, value.trainable, value.options] : value;
  const text = JSON.stringify(
    nodes.map(({ layer, inputs }) => [layer, inputs]),
    plain,
  );
  return new Sha256().update(new TextEncoder().encode(text)).hex().slice(0, 16);
}

/** The parts of two fingerprints that are not alike, by name. */
function differences(one: string, other: string): string[] {
  const parts = (text: string): Map<string, string> => {
    try {
      return new Map(Object.entries(JSON.parse(text)).map(([key, value]) => [key, JSON.stringify(value)]));
    } catch {
      return new Map();
    }
  };
  const [a, b] = [parts(one), parts(other)];
  return [...b.keys()].filter((key) => a.get(key) !== b.get(key));
}
