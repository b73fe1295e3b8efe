/** How much of a label, or of what words are, a linear classifier reads off a layer's states: a probe, beside its control. */
import { inputError } from "../../base/errors.js";
import { PURPOSE, Random } from "../../kernels/philox.js";
import type { Feature } from "./features.js";
import { classOf, fitLogistic } from "./logistic.js";
import type { Part } from "./parts.js";
import type { UnitWalk } from "./walk.js";

/** What a probe reads off a part of a layer. */
export interface LayerProbe {
  layer: string;
  part: Part;
  accuracy: number;
  /** Of a probe that learned a task with nothing in it. */
  control: number;
  /** Accuracy less the control's (Hewitt and Liang 2019). */
  selectivity: number;
}

export interface ProbeStudy {
  /** "label", or a kind of words. */
  of: string;
  classes: readonly string[];
  /** Texts to learn from and to test on, and how many examples they hold: texts, or words. */
  texts: { train: number; test: number };
  examples: { train: number; test: number };
  /** Of always the class most frequent in the texts to learn from. */
  majority: number;
  penalty: number;
  seed: number;
  probes: LayerProbe[];
}

export interface ProbeOptions {
  /** Names of labels; a text has one. */
  classes?: readonly string[];
  /** Words in place of labels. */
  words?: Feature | undefined;
  penalty?: number;
  /** Texts that it learns and is tested on. */
  sample?: number;
  seed?: number;
}

export const PROBE_DEFAULTS = { penalty: 1, sample: 1000, seed: 0 } as const;

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

/** @throws InputError where there are too few texts, or of one class only */
export async function probeLayers(
  walk: UnitWalk,
  texts: Parameters<UnitWalk["walk"]>[0],
  options: ProbeOptions,
): Promise<ProbeStudy> {
  const { penalty, sample, seed, words } = { ...PROBE_DEFAULTS, words: undefined, ...options };
  const classes = words ? ["other words", words.name] : (options.classes ?? []);
  const S = walk.signals.length;
  const random = new Random(seed, PURPOSE.sample);
  const kept: Example[][] = [];
  let seen = 0;
  for await (const { x, last, read, targets } of walk.walk(texts)) {
    if (!words && targets === null) continue;
    // Reservoir sampling: each text is in the sample as likely as any other.
    const place = seen < sample ? seen : Math.floor(random.uniform(seen) * (seen + 1));
    seen++;
    if (place >= sample) continue;
    const is = words?.of(read);
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
  let from = 0;
  for (const { layer, parts, units } of walk.recorded) {
    for (const part of parts) {
      const range = [from, from + units] as const;
      const score = (label: (example: Example) => number) =>
        probeAccuracy({ train, test, range, label, classes: classes.length, penalty });
      const [accuracy, controlled] = [score(({ y }) => y), score(control)];
      probes.push({ layer, part, accuracy, control: controlled, selectivity: accuracy - controlled });
      from += units;
    }
  }
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
export function probeAccuracy<E extends ProbeExample>(task: Task<E>): number {
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
  const fitted = fitLogistic(train.map(standard), train.map(label), classes, penalty);
  return test.filter((example) => classOf(fitted, standard(example)) === label(example)).length / test.length;
}
