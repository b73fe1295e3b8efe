/** What a model loses, on labelled data, when units, gates or words of a kind are taken from it. */
import { indicesOf, listOf } from "../../base/arguments.js";
import { inputError, knownOptions, oneOf } from "../../base/errors.js";
import { Long } from "../../base/progress.js";
import { type OpenCell, openCell } from "../cells/open.js";
import { engineAs } from "../own-engine.js";
import { AblatedModel, type Ablation } from "./ablated-model.js";
import { kindOfWords, valuesOf, type WordFeature } from "./features.js";
import { type Judge, judgeOf, type Score } from "./judge.js";
import { type OpenNetwork, openNetwork, type TextNetwork } from "./network.js";
import { partsOf, type UnitPart } from "./parts.js";
import { UnitRecorder } from "./recorder.js";
import {
  checkStudy,
  readRows,
  STUDY_OPTIONS,
  type StudiedText,
  type StudyRows,
  type UnitOptions,
} from "./rows.js";

/** The mean of differences text by text. */
export interface PairedDifference {
  /** The mean. */
  mean: number;
  /** Its standard error; null of one text. */
  error: number | null;
}

/** What became of the answers with some units held. */
export interface AblationResult {
  /** Units held, or null where what the layer reads was. */
  units: readonly number[] | null;
  /** Mean loss. */
  loss: number;
  /** Share of right answers; null of several labels a text and of amounts. */
  accuracy: number | null;
  /** How much more loss than with nothing held. */
  lossDifference: PairedDifference;
  /** How much more accuracy; null where there is none. */
  accuracyDifference: PairedDifference | null;
  /** Texts whose answer is another. */
  changed: number;
}

/** What a network loses with some of its numbers held. */
export interface AblationStudy {
  /** The recurrent layer. */
  layer: string;
  /** U, its units. */
  units: number;
  /** The gate or state that was held; null where what the layer reads was. */
  part: UnitPart | null;
  /** At what: 0, the mean over the words of the data, a number. */
  value: "zero" | "mean" | number;
  /** The kind of words at which it was held; null: at every step. */
  words: string | null;
  /** How many words are of that kind; null without one. */
  wordsHeld: number | null;
  /** Texts that were judged. */
  texts: number;
  /** Texts without a target that is known, or without a word that the network reads. */
  leftOut: number;
  /**
   * Mean loss with nothing held: cross-entropy, of several labels a text its mean over them, of an amount the squared difference.
   */
  loss: number;
  /** Share of right answers with nothing held; null of several labels a text and of amounts. */
  accuracy: number | null;
  /** A group each, the greatest loss first. */
  results: AblationResult[];
}

/** Options of `ablateUnits`. */
export interface AblationOptions extends UnitOptions {
  /** The gate or state that is held. Default: "hidden"; with `words` and no `groups`, what the layer reads. */
  part?: UnitPart;
  /** Units that are held together, or all of them "together". Default: each by itself. */
  groups?: readonly (readonly number[])[] | "together";
  /** What they are held at; the mean is over the words of the data, which are then gone through twice. Default "zero". */
  value?: "zero" | "mean" | number;
  /** Held at words of a kind alone: the name of a binary one of `WORD_FEATURES`, or a feature. Default: at every step. */
  words?: string | WordFeature;
}

const WHERE = "ablateUnits";

const CHUNK = 64;

/** A mean, and the spread of what it is the mean of (Welford 1962). */
class Running {
  n = 0;
  #sum = 0;
  #near = 0;
  #squares = 0;
  add(value: number): void {
    const away = value - this.#near;
    this.#sum += value;
    this.#near += away / ++this.n;
    this.#squares += away * (value - this.#near);
  }
  /** By the sum, which of counts is exact. */
  get mean(): number {
    return this.n === 0 ? 0 : this.#sum / this.n;
  }
  difference(): PairedDifference {
    const { n, mean } = this;
    return { mean, error: n < 2 ? null : Math.sqrt(this.#squares / (n - 1) / n) };
  }
}

/** Of one group over all texts. */
class Outcome {
  readonly loss = new Running();
  readonly accuracy = new Running();
  readonly lossDifference = new Running();
  readonly accuracyDifference = new Running();
  changed = 0;

  add({ score: held, output }: Judged, { score: own, output: before }: Judged): void {
    this.loss.add(held.loss);
    this.lossDifference.add(held.loss - own.loss);
    if (!sameAnswer(output, before, held, own)) this.changed++;
    if (held.right === null) return;
    this.accuracy.add(Number(held.right));
    this.accuracyDifference.add(Number(held.right) - Number(own.right));
  }
}

/**
 * What a network loses, on texts with labels or amounts, when units of a recurrent layer are held: each by itself, in groups, or all
 * of them; or what the layer reads at words of a kind. The rest of the network runs on as it is.
 * @param network a classifier or regressor whose network reads words, or `{ model, labels, … }`
 * @param texts a list where `value` is "mean"
 * @throws InputError for options or texts that are none, and where no text can be judged; AbortError
 * @example const { results } = await ablateUnits(classifier, rows, { part: "forget", groups: "together", value: "mean" })
 */
export async function ablateUnits(
  network: TextNetwork,
  texts: StudyRows,
  options: AblationOptions = {},
): Promise<AblationStudy> {
  knownOptions(options, [...STUDY_OPTIONS, "part", "groups", "value", "words"], WHERE);
  checkStudy(texts, options, WHERE);
  const words = options.words === undefined ? null : kindOfWords(options.words, `${WHERE} words`);
  const value = checkValue(options.value ?? "zero", texts);
  const open = openNetwork(network, WHERE);
  if (open.kind === null) {
    const expected = "labels of a network alone: { model, labels, … }";
    throw inputError({ expected, where: WHERE });
  }
  const cell = openCell(open.model, options.layer);
  const given = options.groups === undefined ? null : checkGroups(options.groups, cell);
  const part =
    words && !given && options.part === undefined ? null : checkPart(options.part ?? "hidden", cell);
  const groups =
    part === null ? [null] : (given ?? Array.from({ length: cell.cell.units }, (_, unit) => [unit]));
  const recorder = new UnitRecorder(open.model, engineAs(open.model));
  const ablated = new AblatedModel(open.model, cell, engineAs(open.model));
  const long = new Long(options, WHERE);
  const chunks = () => {
    return inChunks(readRows(texts, open, { long, where: WHERE, targets: "needed" }), open);
  };
  try {
    return await measured({ open, cell, recorder, ablated, chunks, long }, { part, groups, value, words });
  } finally {
    recorder.dispose();
    ablated.dispose();
  }
}

function checkValue(value: unknown, texts: StudyRows): "zero" | "mean" | number {
  if (typeof value === "number") {
    if (Number.isFinite(Math.fround(value))) return value;
    const expected = "a number that float32 can hold";
    throw inputError({ expected, where: `${WHERE} value`, received: value, typed: { where: "--value" } });
  }
  const held = oneOf(value, ["zero", "mean"], `${WHERE} value`);
  if (held === "mean" && isOnce(texts)) throw onceOnly();
  return held;
}

const onceOnly = () =>
  inputError({
    expected:
      'a list where value is "mean": means are measured before they are held, which takes the texts twice',
    where: `${WHERE} texts`,
    received: "what can be gone through once",
    next: 'Or hold units at "zero" or at a number.',
  });

/** Whether texts are their own iterator, as those of a generator are: what was taken from it does not come again. */
function isOnce(texts: StudyRows): boolean {
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = texts as AsyncIterable<unknown> &
    Iterable<unknown>;
  return ((later ?? now).call(texts) as unknown) === texts;
}

interface Tools {
  open: OpenNetwork;
  cell: OpenCell;
  recorder: UnitRecorder;
  ablated: AblatedModel;
  /** The data from its beginning. */
  chunks(): AsyncGenerator<Chunk>;
  long: Long;
}

interface Asked {
  part: UnitPart | null;
  groups: readonly (readonly number[] | null)[];
  value: "zero" | "mean" | number;
  words: WordFeature | null;
}

async function measured(tools: Tools, { part, groups, value, words }: Asked): Promise<AblationStudy> {
  const { open, cell, recorder, ablated, chunks, long } = tools;
  const judge = judgeOf(open);
  const { values, words: measuredWords } = await heldValues(value, part, tools);
  const outcomes = groups.map(() => new Outcome());
  const own = { loss: new Running(), accuracy: new Running() };
  const counts = { texts: 0, leftOut: 0, held: 0 };
  for await (const { kept, leftOut, rows } of chunks()) {
    counts.leftOut += leftOut;
    if (kept.length === 0) continue;
    const at = words ? placesOf(kept, words, open.reader.length) : null;
    counts.held += at?.reduce((sum, one) => sum + one, 0) ?? 0;
    counts.texts += kept.length;
    const recording = recorder.run(rows);
    const judged = (ablation: Ablation) => judgedBy(judge, kept, ablated.outputs(recording, rows, ablation));
    const before = judged({ clamps: [], at: null, instead: null });
    for (const { score } of before) {
      own.loss.add(score.loss);
      if (score.right !== null) own.accuracy.add(Number(score.right));
    }
    for (const [g, units] of groups.entries()) {
      const clamps =
        part === null || units === null ? [] : [{ part, units, values: units.map((unit) => values[unit]!) }];
      const after = judged({ clamps, at, instead: part === null ? values : null });
      for (const [b, one] of after.entries()) outcomes[g]!.add(one, before[b]!);
      await long.did();
    }
  }
  if (measuredWords > 0 && counts.texts + counts.leftOut === 0) throw onceOnly();
  checkCounts(counts, words);
  const accuracyOf = ({ n, mean }: Running) => (n === 0 ? null : mean);
  return {
    ...{ layer: cell.cell.layer, units: cell.cell.units, part, value, words: words?.name ?? null },
    wordsHeld: words ? counts.held : null,
    ...{ texts: counts.texts, leftOut: counts.leftOut },
    ...{ loss: own.loss.mean, accuracy: accuracyOf(own.accuracy) },
    results: outcomes
      .map(
        (outcome, g): AblationResult => ({
          units: groups[g]!,
          loss: outcome.loss.mean,
          accuracy: accuracyOf(outcome.accuracy),
          lossDifference: outcome.lossDifference.difference(),
          accuracyDifference: outcome.accuracy.n === 0 ? null : outcome.accuracyDifference.difference(),
          changed: outcome.changed,
        }),
      )
      .sort((a, b) => b.lossDifference.mean - a.lossDifference.mean),
  };
}

/** @throws InputError where no text was judged, or nothing held */
function checkCounts(
  counts: { texts: number; leftOut: number; held: number },
  words: WordFeature | null,
): void {
  if (counts.texts === 0) {
    throw inputError({
      expected: "texts with words that the model reads and a label that it knows",
      where: "the data",
      received: `${counts.leftOut} without`,
    });
  }
  if (words && counts.held === 0) {
    const expected = `texts with a word of the kind ${words.name} (${words.says})`;
    throw inputError({ expected, where: "words", typed: { where: "--words" } });
  }
}

interface Judged {
  /** [F] */
  output: Float32Array;
  score: Score;
}

/** @param outputs [kept][F] */
function judgedBy(judge: Judge, kept: Chunk["kept"], outputs: Float32Array): Judged[] {
  const F = outputs.length / kept.length;
  return kept.map(({ targets }, b) => {
    const output = outputs.slice(b * F, (b + 1) * F);
    const score = judge(output, targets!);
    if (!Number.isFinite(score.loss)) {
      const next = "What is held is too large for the layers behind it, or the weights are no numbers.";
      throw inputError({ expected: "answers that are numbers", where: WHERE, received: score.loss, next });
    }
    return { output, score };
  });
}

/** By right and wrong, and of several outputs by the largest too. */
function sameAnswer(a: Float32Array, b: Float32Array, one: Score, other: Score): boolean {
  if (one.right !== other.right) return false;
  const largest = (output: Float32Array) => output.indexOf(Math.max(...output));
  return one.right === null || largest(a) === largest(b);
}

function checkPart(part: string, { cell: { kind } }: OpenCell): UnitPart {
  const known = partsOf(kind);
  if ((known as string[]).includes(part)) return part as UnitPart;
  const expected = `a part of the layer's: ${known.join(", ")}`;
  throw inputError({ expected, where: "part", received: part, typed: { where: "--part" } });
}

function checkGroups(groups: unknown, { cell: { units } }: OpenCell): readonly (readonly number[])[] {
  if (groups === "together") return [Array.from({ length: units }, (_, unit) => unit)];
  const where = `${WHERE} groups`;
  const checked = listOf(groups, where, (group, at) => {
    const own = Array.from(indicesOf(group, at));
    if (own.length === 0 || new Set(own).size < own.length) {
      throw inputError({ expected: "at least one unit, and each once", where: at, received: group });
    }
    for (const unit of own) {
      if (unit < units) continue;
      const expected = `units from 0 to ${units - 1}`;
      throw inputError({ expected, where: at, received: unit, typed: { where: "--units" } });
    }
    return group;
  }) as number[][];
  if (checked.length > 0) return checked;
  throw inputError({ expected: 'groups of units, [[3], [4, 5]], or "together"', where, received: groups });
}

interface Chunk {
  kept: StudiedText[];
  leftOut: number;
  rows: { data: Float32Array; rows: number; shape: number[] };
}

async function* inChunks(
  texts: AsyncIterable<StudiedText>,
  { reader: { length: T } }: OpenNetwork,
): AsyncGenerator<Chunk> {
  let [kept, leftOut]: [Chunk["kept"], number] = [[], 0];
  const chunk = (): Chunk => {
    const data = new Float32Array(kept.length * T);
    for (const [b, { read }] of kept.entries()) data.set(read.ids, b * T);
    return { kept, leftOut, rows: { data, rows: kept.length, shape: [T] } };
  };
  for await (const text of texts) {
    if (text.targets === null || text.read.tokens.length === 0) leftOut++;
    else kept.push(text);
    if (kept.length < CHUNK) continue;
    yield chunk();
    [kept, leftOut] = [[], 0];
  }
  yield chunk();
}

/** [rows][T] 1 at words of the kind. */
function placesOf(kept: Chunk["kept"], words: WordFeature, T: number): Uint8Array {
  const at = new Uint8Array(kept.length * T);
  for (const [b, { read }] of kept.entries()) {
    const is = valuesOf(words, read);
    for (const [k, { t }] of read.tokens.entries()) if (is[k] === 1) at[b * T + t] = 1;
  }
  return at;
}

/** [units] (of words alone [I]) what is held, measured over so many words of the data where it is the mean. */
async function heldValues(
  value: "zero" | "mean" | number,
  part: UnitPart | null,
  { recorder, cell, chunks }: Tools,
): Promise<{ values: Float64Array; words: number }> {
  const { units, inputs } = cell.cell;
  const width = part === null ? inputs : units;
  const values = new Float64Array(width).fill(typeof value === "number" ? value : 0);
  let n = 0;
  if (value !== "mean") return { values, words: n };
  for await (const { kept, rows } of chunks()) {
    if (kept.length === 0) continue;
    const recording = recorder.run(rows);
    const numbers = part === null ? recording.read(cell).x : recording.part(cell, part);
    const T = numbers.length / width / kept.length;
    for (const [b, { read }] of kept.entries()) {
      for (const { t } of read.tokens) {
        n++;
        const at = (b * T + t) * width;
        for (let k = 0; k < width; k++) values[k]! += (numbers[at + k]! - values[k]!) / n;
      }
    }
  }
  return { values, words: n };
}
