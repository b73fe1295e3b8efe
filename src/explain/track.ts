/**
 * What a network is like after each epoch, on the same few texts: how far its gates stand open, what becomes of a gradient
 * on its way back, how much its steps can stretch one, and how far its weights have moved.
 */
import { indicesOf, listOf, objectOf } from "../base/arguments.js";
import { inputError, knownOptions, wholeNumber } from "../base/errors.js";
import type { Pieces } from "../base/pieces.js";
import { Long } from "../base/progress.js";
import { ENGINES } from "../engines/engines.js";
import type { Model } from "../model/model.js";
import type { Callback } from "../train/callbacks.js";
import type { CallbackState } from "../train/training-state.js";
import { type CellKind, isGate } from "./cells/names.js";
import { type OpenCell, openCells } from "./cells/open.js";
import { norm, subtract, type Vector } from "./cells/vector.js";
import { flowBack, realSteps } from "./gradient.js";
import { gains } from "./jacobian.js";
import { endsInProbabilities, objectiveFor } from "./objective.js";
import { Probe } from "./probe.js";
import { checkSentence, rowOf, type Sentence, wordAt } from "./sentence.js";
import type { TraceStep } from "./steps.js";
import { PROBE_DEFAULTS, probeAccuracy } from "./units/linear-probe.js";
import { UnitRecorder } from "./units/recorder.js";

/** How a gate stood over all units and all words of the texts. */
export interface TrackedGate {
  /** "forget" */
  name: string;
  /** Mean value. */
  mean: number;
  /** Share of values above 0.9, and below 0.1. */
  open: number;
  /** Share of values below 0.1. */
  shut: number;
}

/** One recurrent layer after an epoch. */
export interface TrackedLayer {
  /** The layer's name: "lstm", "bidirectional/forward_lstm". */
  layer: string;
  /** Keras's class name. */
  kind: CellKind;
  /** Its gates; none in a SimpleRNN. */
  gates: TrackedGate[];
  /** Mean size of a number of the state that is handed on along the direct path: c in an LSTM, else h. */
  memory: number;
  /**
   * By steps back from the last word, from 0: the geometric mean over the texts of ‖∂loss/∂memory‖, over that at step 0. Of
   * as many steps as half of the texts have.
   */
  gradient: number[];
  /** Texts that are not in `gradient`: where the network is so sure that their loss has none. */
  flat: number;
  /**
   * Geometric mean over words of the largest singular value of a step's Jacobian, and of all steps from there to the end by
   * steps back; null where states are so large that it would take longer than the training.
   */
  gains: { step: number; products: number[] } | null;
  /**
   * Share of texts whose class a linear probe (logistic regression) reads off the hidden state after the last step; learned on two
   * thirds of the texts of `probe`, tested on the others. Null without them.
   */
  probe: number | null;
  /** [words][U] of the first text: the memory. */
  memories: number[][];
  /** [words][U] of the first text: the gate that keeps (forget, update); empty in a SimpleRNN. */
  keeps: number[][];
}

/** A network after an epoch. */
export interface TrackedEpoch {
  /** Epochs done: 0 before training. */
  epoch: number;
  /** The epoch's metrics; none before training. */
  logs: Record<string, number>;
  /** Mean loss of the texts that are tracked; null where outputs are no probabilities of classes. */
  loss: number | null;
  /** Each weight array: its Euclidean norm, and how far it is from where it began, as a share of its norm then. */
  weights: { name: string; norm: number; moved: number }[];
  /** Each recurrent layer. */
  layers: TrackedLayer[];
}

/** A training that is watched, epoch by epoch. */
export interface TrainingTrack {
  /** To be given to `fit` or `train` among the callbacks. */
  readonly callback: Callback<Model>;
  /** What was seen so far, before training first. */
  readonly epochs: readonly TrackedEpoch[];
  /** The words of the first text, whose maps are kept. */
  readonly words: readonly string[];
  /** What a probe gets right that always answers the commonest class; null without `probe`. */
  readonly majority: number | null;
}

/** Texts whose classes a probe is to read off the states. */
export interface TrackProbe {
  /** [texts][T] ids */
  rows: readonly ArrayLike<number>[];
  /** The class of each, from 0. */
  classes: ArrayLike<number>;
}

/** Options of `trackTraining`. */
export interface TrackOptions {
  /** Each text's class number; without them the loss is that of the class that is found likeliest at the time. */
  targets?: readonly number[];
  /** How many of the texts Jacobians are computed of, which takes longest. Default 4. */
  jacobians?: number;
  /** Texts for a linear probe, a few hundred; at least 6. */
  probe?: TrackProbe;
}

/** States larger than this, and their Jacobians would take minutes an epoch: (2 · 64)³ products a step are some milliseconds. */
const LARGEST_STATE = 256;

/**
 * Watches a training: a callback that looks at the network before it and after each epoch, always on the same texts. It
 * changes nothing of what is learned.
 * @param sentences texts that the model reads, as of `readSentence`; a few dozen are enough
 * @throws InputError where there are none, or a target is missing
 */
export function trackTraining(sentences: readonly Sentence[], options: TrackOptions = {}): TrainingTrack {
  listOf(sentences, "trackTraining sentences", (each) => checkSentence(each as Sentence));
  knownOptions(options, ["targets", "jacobians", "probe"], "trackTraining");
  const { targets, jacobians = 4, probe } = options;
  wholeNumber(jacobians, "trackTraining jacobians");
  if (sentences.length === 0)
    throw inputError({ expected: "at least one text", where: "trackTraining sentences", received: 0 });
  if (targets !== undefined) {
    indicesOf(targets, "trackTraining targets");
    if (targets.length !== sentences.length) {
      const expected = `${sentences.length} targets, one a text`;
      throw inputError({ expected, where: "trackTraining targets", received: targets.length });
    }
  }
  return new Track(sentences, targets, jacobians, probe ? checkProbe(probe) : null);
}

function checkProbe(given: TrackProbe): TrackProbe {
  const where = "trackTraining probe";
  const { rows, classes } = objectOf(given, where) as unknown as TrackProbe;
  listOf(rows, `${where} rows`, (row, at) => indicesOf(row, at));
  indicesOf(classes, `${where} classes`);
  const width = rows[0]?.length ?? 0;
  if (rows.length >= 6 && classes.length === rows.length && rows.every(({ length }) => length === width))
    return given;
  throw inputError({
    expected: "at least 6 rows of one length, and a class for each",
    where,
    received: { rows: rows.length, classes: classes.length },
  });
}

class Track implements TrainingTrack {
  readonly epochs: TrackedEpoch[] = [];
  readonly words: readonly string[];
  readonly majority: number | null;
  #start: { name: string; data: Float32Array }[] = [];

  constructor(
    readonly sentences: readonly Sentence[],
    readonly targets: readonly number[] | undefined,
    readonly jacobians: number,
    readonly probe: TrackProbe | null,
  ) {
    this.majority = probe && majorityOf(probe);
    this.words = sentences[0]!.words.filter((word) => word !== "");
  }

  readonly callback: Callback<Model> = {
    name: "track",
    onTrainBegin: async ({ model }) => {
      this.#start = model.getWeights().map(({ name, data }) => ({ name, data: Float32Array.from(data) }));
      this.epochs.length = 0;
      this.epochs.push(await turns().run(this.#look(model, 0, {})));
    },
    onEpochEnd: async ({ model, epoch }, logs) => {
      this.epochs.push(await turns().run(this.#look(model, epoch + 1, logs)));
    },
    state: (): CallbackState => ({
      values: { epochs: JSON.stringify(this.epochs) },
      arrays: Object.fromEntries(this.#start.map(({ name, data }) => [name, data])),
    }),
    restore: ({ values, arrays }) => {
      const epochs = JSON.parse(String(values["epochs"])) as TrackedEpoch[];
      this.epochs.splice(0, this.epochs.length, ...epochs);
      this.#start = Object.entries(arrays).map(([name, data]) => ({ name, data }));
    },
  };

  *#look(model: Model, epoch: number, logs: Record<string, number>): Pieces<TrackedEpoch> {
    const cells = openCells(model);
    const probe = new Probe(model);
    const seen = cells.map((open) => new Seen(open));
    const losses: number[] = [];
    try {
      for (const [k, sentence] of this.sentences.entries()) {
        const row = rowOf(sentence);
        const target = this.targets?.[k];
        const choice = target === undefined ? {} : { target };
        const objective = objectiveFor(model, probe.run([row]).ending(), choice);
        const run = probe.run([row], { seed: objective.slope });
        if (objective.kind === "loss") losses.push(objective.value(run.ending().scores));
        for (const [c, open] of cells.entries()) {
          const { steps, outside } = realSteps(open, run);
          const places = run.at(open.from).values.length;
          const from = steps.findIndex(({ t }) => wordAt(sentence, t, places) !== "");
          if (from >= 0) yield* seen[c]!.add(steps, outside, from, k < this.jacobians);
        }
        yield 0;
      }
    } finally {
      probe.dispose();
    }
    return {
      ...{ epoch, logs: { ...logs } },
      loss: endsInProbabilities(model) ? mean(losses) : null,
      weights: model.getWeights().map(({ name, data }) => this.#weight(name, Array.from(data))),
      layers: yield* this.#probed(
        model,
        seen.map((each) => each.summary()),
      ),
    };
  }

  *#probed(model: Model, layers: Omit<TrackedLayer, "probe">[]): Pieces<TrackedLayer[]> {
    const { probe } = this;
    if (!probe) return layers.map((layer) => ({ ...layer, probe: null }));
    const { rows } = probe;
    const T = rows[0]!.length;
    const data = new Float32Array(rows.length * T);
    for (const [b, row] of rows.entries()) data.set(row, b * T);
    const recorder = new UnitRecorder(model, ENGINES.createSynchronous({ threads: 1 }));
    try {
      const recording = recorder.run({ data, rows: rows.length, shape: [T] });
      const probed: TrackedLayer[] = [];
      for (const layer of layers) {
        probed.push({ ...layer, probe: yield* readOff(recording.layer(layer.layer), probe) });
      }
      return probed;
    } finally {
      recorder.dispose();
    }
  }

  #weight(name: string, now: number[]): TrackedEpoch["weights"][number] {
    const before = Array.from(this.#start.find((each) => each.name === name)!.data);
    const size = norm(before);
    const apart = norm(subtract(now, before));
    return { name, norm: norm(now), moved: size > 0 ? apart / size : apart };
  }
}

/** In turns with others; it is the fit that hears the signal. */
const turns = () => new Long({}, null);

/** Every third text is tested on. */
const isTest = (k: number): boolean => k % 3 === 2;

/** @param output [texts][U] or [texts][T][U] in the order of processing: the last step is what the layer ends with */
function readOff(
  output: { values: Float32Array; shape: readonly number[] },
  { classes }: TrackProbe,
): Pieces<number> {
  const U = output.shape.at(-1)!;
  const size = output.shape.reduce((a, b) => a * b, 1);
  const examples = Array.from({ length: classes.length }, (_, k) => ({
    x: output.values.subarray((k + 1) * size - U, (k + 1) * size),
    y: classes[k]!,
  }));
  return probeAccuracy({
    train: examples.filter((_, k) => !isTest(k)),
    test: examples.filter((_, k) => isTest(k)),
    range: [0, U],
    label: ({ y }) => y,
    classes: Math.max(2, ...Array.from(classes, (each) => each + 1)),
    penalty: PROBE_DEFAULTS.penalty,
  });
}

function majorityOf({ classes }: TrackProbe): number {
  const learned = Array.from(classes).filter((_, k) => !isTest(k));
  const counts = new Map<number, number>();
  for (const each of learned) counts.set(each, (counts.get(each) ?? 0) + 1);
  const [[most]] = [...counts].sort((a, b) => b[1] - a[1]) as [[number, number]];
  const tested = Array.from(classes).filter((_, k) => isTest(k));
  return tested.filter((each) => each === most).length / tested.length;
}

/** What is gathered of one layer over the texts. */
class Seen {
  readonly #open: OpenCell;
  readonly #keepName: string | null;
  readonly #gates = new Map<string, { sum: number; open: number; shut: number; count: number }>();
  readonly #logNorms: number[][] = [];
  readonly #logProducts: number[][] = [];
  readonly #logSteps: number[] = [];
  #memorySum = 0;
  #memoryCount = 0;
  #flat = 0;
  #first: { memories: number[][]; keeps: number[][] } | null = null;

  constructor(open: OpenCell) {
    this.#open = open;
    const keeps: Record<CellKind, string | null> = { LSTM: "forget", GRU: "update", SimpleRNN: null };
    this.#keepName = keeps[open.cell.kind];
  }

  *add(
    steps: readonly TraceStep[],
    outside: readonly Vector[],
    from: number,
    jacobians: boolean,
  ): Pieces<void> {
    const { cell } = this.#open;
    const shown = steps.slice(from);
    for (const { gates } of shown) {
      for (const [name, values] of Object.entries(gates)) if (isGate(name)) this.#count(name, values);
    }
    const memories = shown.map((step) => [...step[cell.carried]!]);
    for (const value of memories.flat()) this.#memorySum += Math.abs(value);
    this.#memoryCount += memories.length * cell.units;
    const keep = this.#keepName;
    this.#first ??= { memories, keeps: keep === null ? [] : shown.map(({ gates }) => [...gates[keep]!]) };
    const norms = flowBack(cell, steps, outside).map((step) => step.norms.total);
    const back = norms.slice(from).reverse();
    if (back[0]! > 0) this.#logNorms.push(back.map((value) => Math.log(value / back[0]!)));
    else this.#flat++;
    if (!jacobians || !this.#small()) return;
    const { steps: own, products } = yield* gains(cell, steps, from);
    this.#logSteps.push(
      // Of a step that lets nothing through 0, and so of the whole.
      ...own.slice(Math.max(1, from)).map(Math.log),
    );
    this.#logProducts.push(products.slice(from).reverse().map(Math.log));
  }

  #small(): boolean {
    const { units, carried } = this.#open.cell;
    return units * (carried === "cell" ? 2 : 1) <= LARGEST_STATE;
  }

  #count(name: string, values: Vector): void {
    const gate = this.#gates.get(name) ?? { sum: 0, open: 0, shut: 0, count: 0 };
    for (const value of Array.from(values)) {
      gate.sum += value;
      gate.open += value > 0.9 ? 1 : 0;
      gate.shut += value < 0.1 ? 1 : 0;
    }
    gate.count += values.length;
    this.#gates.set(name, gate);
  }

  summary(): Omit<TrackedLayer, "probe"> {
    const { cell } = this.#open;
    const small = this.#small() && this.#logProducts.length > 0;
    return {
      ...{ layer: cell.layer, kind: cell.kind },
      gates: [...this.#gates].map(([name, { sum, open, shut, count }]) => {
        return { name, mean: sum / count, open: open / count, shut: shut / count };
      }),
      memory: this.#memoryCount > 0 ? this.#memorySum / this.#memoryCount : 0,
      ...{ gradient: geometric(this.#logNorms), flat: this.#flat },
      gains: small ? { step: Math.exp(mean(this.#logSteps)), products: geometric(this.#logProducts) } : null,
      ...(this.#first ?? { memories: [], keeps: [] }),
    };
  }
}

const mean = (values: readonly number[]): number =>
  values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;

/** Place by place, e to the mean of logarithms, of as many places as half of the rows have. */
function geometric(rows: readonly (readonly number[])[]): number[] {
  const lengths = rows.map(({ length }) => length).sort((a, b) => b - a);
  const places = lengths[Math.ceil(lengths.length / 2) - 1] ?? 0;
  return Array.from({ length: places }, (_, k) =>
    Math.exp(mean(rows.filter(({ length }) => length > k).map((row) => row[k]!))),
  );
}
