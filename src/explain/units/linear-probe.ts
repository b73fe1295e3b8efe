/** How much of a label, or of what words are, a linear classifier reads off a layer's states: a probe, beside its control. */
import { finiteNumber, inputError, knownOptions, wholeNumber } from "../../base/errors.js";
import type { Pieces } from "../../base/pieces.js";
import { Long } from "../../base/progress.js";
import { PURPOSE, Random } from "../../kernels/philox.js";
import { kindOfWords, valuesOf, type WordFeature } from "./features.js";
import { classOf, fitLogistic } from "./logistic.js";
import { openNetwork, type TextNetwork } from "./network.js";
import type { UnitPart } from "./parts.js";
import {
  checkStudy,
  readRows,
  STUDY_OPTIONS,
  type StudiedText,
  type StudyRows,
  type UnitOptions,
} from "./rows.js";
import { placeInSample } from "./statistics.js";
import { UnitWalk } from "./walk.js";

/** What a probe reads off a part of a layer. */
export interface LayerProbe {
  /** The layer's name. */
  layer: string;
  /** The gate or state. */
  part: UnitPart;
  /** Share of the examples to test on that it has right. */
  accuracy: number;
  /** Of a probe that learned a task with nothing in it. */
  control: number;
  /** Accuracy less the control's (Hewitt and Liang 2019). */
  selectivity: number;
}

/** What a linear classifier reads off the states of each layer. */
export interface ProbeStudy {
  /** "label", or a kind of words. */
  of: string;
  /** The labels; of words, "other words" and the kind's name. */
  classes: readonly string[];
  /** Texts to learn from and to test on. */
  texts: { train: number; test: number };
  /** How many examples they hold: texts, or words. */
  examples: { train: number; test: number };
  /** Accuracy of always the class most frequent in the texts to learn from. */
  majority: number;
  /** C, as scikit-learn has it. */
  penalty: number;
  /** Of sample, split and control. */
  seed: number;
  /** A part of a layer each. */
  probes: LayerProbe[];
}

/** Options of `probeLayers`. */
export interface ProbeOptions extends UnitOptions {
  /** Words of a kind in place of labels: the name of a binary one of `WORD_FEATURES`, or a feature. Texts need no labels then. */
  words?: string | WordFeature;
  /** Gates and states. Default: "hidden". */
  parts?: readonly UnitPart[];
  /** C of the logistic regression, as scikit-learn has it, 1e-6 to 1e6. Default 1. */
  penalty?: number;
  /** Texts that it learns from and is tested on, at least 4. Default 1000. */
  sample?: number;
  /** Of sample, split and control. Default 0. */
  seed?: number;
}

export const PROBE_DEFAULTS = { parts: ["hidden"], penalty: 1, sample: 1000, seed: 0 } as const;

/** Bounds of some options, which the command line has too. */
export const PROBE_BOUNDS = { penalty: [1e-6, 1e6], sample: [4, Number.MAX_SAFE_INTEGER] } as const;

/** Of the texts, to test on. */
const TESTED = 0.3;

/** What a probe learns from or is tested on. */
export interface ProbeExample {
  /** [S] */
  x: Float32Array;
  y: number;
}

interface Example extends ProbeExample {
  word: string;
}

const WHERE = "probeLayers";

/**
 * How much of a text's label (off the state after its last word), or of what words are (off every word's), a logistic regression reads
 * off each layer. It learns from 70 % of a sample of texts and is tested on the others; beside it stands a control (Hewitt and Liang
 * 2019): the same on a task with nothing in it.
 * @param network a classifier of one label a text whose network reads words; for `words` also another, or `{ model, … }`
 * @throws InputError for options or texts that are none, where there are too few texts, or of one class only; AbortError
 * @example const { probes, majority } = await probeLayers(classifier, rows, { parts: ["hidden", "cell"] })
 */
export async function probeLayers(
  network: TextNetwork,
  texts: StudyRows,
  options: ProbeOptions = {},
): Promise<ProbeStudy> {
  knownOptions(options, [...STUDY_OPTIONS, ...Object.keys(PROBE_DEFAULTS), "words"], WHERE);
  checkStudy(texts, options, WHERE);
  const { layer, signal: _, onProgress: __, parts, words, ...rest } = { ...PROBE_DEFAULTS, ...options };
  finiteNumber(rest.penalty, `${WHERE} penalty`, ...PROBE_BOUNDS.penalty);
  wholeNumber(rest.sample, `${WHERE} sample`, ...PROBE_BOUNDS.sample);
  wholeNumber(rest.seed, `${WHERE} seed`);
  const kind = words === undefined ? null : kindOfWords(words, `${WHERE} words`);
  const open = openNetwork(network, WHERE);
  if (kind === null && open.kind !== "label") {
    throw inputError({
      expected: "a classifier of one label a text, or words",
      where: WHERE,
      next: "A probe of words of a kind needs no labels.",
      typed: { next: "A probe of --words needs no labels." },
    });
  }
  const walk = new UnitWalk(open, { layer, parts });
  try {
    const targets = kind === null ? "needed" : "none";
    const long = new Long(options, WHERE);
    const rows = readRows(texts, open, { long, where: WHERE, targets });
    return await probed(walk, rows, { ...rest, long, words: kind, labels: open.targets.names });
  } finally {
    walk.dispose();
  }
}

interface Asked extends Required<Pick<ProbeOptions, "penalty" | "sample" | "seed">> {
  labels: readonly string[];
  words: WordFeature | null;
  long: Long;
}

async function probed(
  walk: UnitWalk,
  texts: AsyncIterable<StudiedText>,
  { labels, words, penalty, sample, seed, long }: Asked,
): Promise<ProbeStudy> {
  const classes = words ? ["other words", words.name] : labels;
  const S = walk.signals.length;
  const random = new Random(seed, PURPOSE.sample);
  const kept: Example[][] = [];
  let seen = 0;
  for await (const { x, last, read, targets } of walk.walk(texts, long)) {
    if (!words && targets === null) continue;
    const place = placeInSample(seen++, sample, random);
    if (place === null) continue;
    const is = words && valuesOf(words, read);
    kept[place] = is
      ? read.tokens.map(({ word }, k) => ({ x: x.subarray(k * S, (k + 1) * S), y: is[k]!, word }))
      : [{ x: last, y: targets!.indexOf(1), word: "" }];
  }
  const order = new Random(seed, PURPOSE.split).permutation(kept.length);
  const cut = Math.round(TESTED * kept.length);
  const side = (from: number, to: number) => Array.from(order.slice(from, to)).flatMap((k) => kept[k]!);
  const [test, train] = [side(0, cut), side(cut, kept.length)];
  const counts = classes.map((_, label) => train.filter(({ y }) => y === label).length);
  if (test.length === 0 || counts.filter((count) => count > 0).length < 2) {
    throw inputError({
      expected: "texts of two classes at least, to learn from and to test on",
      where: words ? `words of the kind ${words.name}` : "labels",
      received: `${test.length} to test on, and to learn from ${counts.map((count, k) => `${count} ${classes[k]}`).join(", ")}`,
    });
  }
  const most = counts.indexOf(Math.max(...counts));
  const control = controlOf(train, seed);
  const probes: LayerProbe[] = [];
  long.begin("probing", 2 * walk.recorded.reduce((sum, { parts }) => sum + parts.length, 0));
  let from = 0;
  for (const { layer, parts, units } of walk.recorded) {
    for (const part of parts) {
      const range = [from, from + units] as const;
      const score = (label: (example: Example) => number) =>
        long.run(probeAccuracy({ train, test, range, label, classes: classes.length, penalty }));
      const accuracy = await score(({ y }) => y);
      await long.did(1);
      const controlled = await score(control);
      await long.did(1);
      probes.push({ layer, part, accuracy, control: controlled, selectivity: accuracy - controlled });
      from += units;
    }
  }
  long.end();
  return {
    ...{ of: words?.name ?? "label", classes, penalty, seed, probes },
    texts: { train: kept.length - cut, test: cut },
    examples: { train: train.length, test: test.length },
    majority: test.filter(({ y }) => y === most).length / test.length,
  };
}

/**
 * A task with nothing in it to be found, of classes as frequent as the real one's: each word is given one at random, the same
 * wherever it stands, which a probe can only learn by heart; of labels each text is.
 */
function controlOf(train: readonly Example[], seed: number): (example: Example) => number {
  const random = new Random(seed, PURPOSE.permutations);
  const given = new Map<string | Example, number>();
  return (example) => {
    const key = example.word === "" ? example : example.word;
    const known = given.get(key);
    if (known !== undefined) return known;
    const label = train[Math.floor(random.uniform(given.size) * train.length)]!.y;
    given.set(key, label);
    return label;
  };
}

interface Task<E extends ProbeExample> {
  train: readonly E[];
  test: readonly E[];
  /** Which of the numbers of x. */
  range: readonly [number, number];
  label(example: E): number;
  classes: number;
  penalty: number;
}

/** Learned from one side, tested on the other; every unit less its mean, by its deviation, on the side learned from. */
export function* probeAccuracy<E extends ProbeExample>(task: Task<E>): Pieces<number> {
  const { train, test, range, label, classes, penalty } = task;
  const [from, to] = range;
  const width = to - from;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (const [n, { x }] of train.entries()) {
    for (let k = 0; k < width; k++) {
      const away = x[from + k]! - mean[k]!;
      mean[k]! += away / (n + 1);
      square[k]! += away * (x[from + k]! - mean[k]!);
    }
  }
  const scale = square.map((sum) => (sum > 0 ? 1 / Math.sqrt(sum / train.length) : 0));
  const standard = ({ x }: E) =>
    Float64Array.from({ length: width }, (_, k) => (x[from + k]! - mean[k]!) * scale[k]!);
  const fitted = yield* fitLogistic(train.map(standard), train.map(label), classes, penalty);
  return test.filter((example) => classOf(fitted, standard(example)) === label(example)).length / test.length;
}
