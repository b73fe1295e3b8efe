/** What a model loses, on labelled data, when units, gates or words of a kind are taken from it. */
import { inputError } from "../../base/errors.js";
import type { SynchronousEngine } from "../../engines/engine.js";
import type { Model } from "../../model/model.js";
import { type OpenCell, openCell } from "../cells/open.js";
import { AblatedModel, type Ablation } from "./ablated-model.js";
import type { Feature } from "./features.js";
import { type Part, partsOf } from "./parts.js";
import { UnitRecorder } from "./recorder.js";
import type { ReadText, TokenReader } from "./tokens.js";
import type { StudiedText } from "./walk.js";

/** A text's loss, and whether its answer is right (null where there is no such thing). */
export interface Score {
  loss: number;
  right: boolean | null;
}

/** Judges a model's output [F] against the targets of a text. */
export type Judge = (output: Float32Array, targets: Float32Array) => Score;

/** Where a paired difference lies. */
export interface Difference {
  mean: number;
  /** Standard error of the mean, by the differences text by text; null of one text. */
  error: number | null;
}

export interface AblationResult {
  /** Units held, or null where only words were taken. */
  units: readonly number[] | null;
  loss: number;
  accuracy: number | null;
  /** More loss than with nothing held, and more accuracy. */
  lossDifference: Difference;
  accuracyDifference: Difference | null;
  /** Texts whose answer is another. */
  changed: number;
}

export interface AblationStudy {
  layer: string;
  /** Null where words were taken, and nothing held. */
  part: Part | null;
  value: "zero" | "mean" | number;
  /** The kind of words at which it was held, or that were taken. */
  words: string | null;
  /** Words of that kind. */
  wordsHeld: number | null;
  texts: number;
  /** Texts without a target that is known, or without a word that the model reads. */
  leftOut: number;
  loss: number;
  accuracy: number | null;
  /** Greatest loss first. */
  results: AblationResult[];
}

export interface AblateOptions {
  layer?: string | undefined;
  /** Null: words alone. Default "hidden". */
  part?: string | null;
  /** Groups of units, each held together. Default: each by itself. */
  groups?: readonly (readonly number[])[] | undefined;
  /** What they are held at. Default "zero". */
  value?: "zero" | "mean" | number;
  /** Held at words of this kind alone. */
  words?: Feature | undefined;
  judge: Judge;
}

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
  difference(): Difference {
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

  add(held: Score, own: Score, same: boolean): void {
    this.loss.add(held.loss);
    this.lossDifference.add(held.loss - own.loss);
    if (!same) this.changed++;
    if (held.right === null) return;
    this.accuracy.add(Number(held.right));
    this.accuracyDifference.add(Number(held.right) - Number(own.right));
  }
}

/**
 * @param texts gives the data from its beginning; twice, where what is held at its mean must be measured first
 * @param engines two engines of their own
 * @throws InputError for a part or unit that there is not, and where no text can be judged
 */
export async function ablateUnits(
  model: Model,
  reader: TokenReader,
  texts: () => AsyncIterable<StudiedText> | Iterable<StudiedText>,
  engines: () => SynchronousEngine,
  options: AblateOptions,
): Promise<AblationStudy> {
  const { value = "zero", words, judge } = options;
  const open = openCell(model, options.layer);
  const part = options.part === null ? null : checkPart(options.part ?? "hidden", open);
  const groups = part === null ? [null] : checkGroups(options.groups, open);
  const recorder = new UnitRecorder(model, engines());
  const cell = recorder.cells.find((one) => one.cell.layer === open.cell.layer)!;
  const ablated = new AblatedModel(model, cell, engines());
  try {
    const chunks = () => inChunks(texts(), reader);
    const values = await valuesOf(value, part, { recorder, cell, chunks });
    const outcomes = groups.map(() => new Outcome());
    const own = { loss: new Running(), accuracy: new Running() };
    const counts = { texts: 0, leftOut: 0, held: 0 };
    for await (const { kept, leftOut, rows } of chunks()) {
      counts.leftOut += leftOut;
      if (kept.length === 0) continue;
      const at = words ? placesOf(kept, words, reader.length) : null;
      counts.held += at?.reduce((sum, one) => sum + one, 0) ?? 0;
      counts.texts += kept.length;
      const recording = recorder.run(rows);
      const judged = (ablation: Ablation) => {
        const outputs = ablated.outputs(recording, rows, ablation);
        const F = outputs.length / kept.length;
        return kept.map(({ targets }, b) => {
          const output = outputs.subarray(b * F, (b + 1) * F);
          return { output, score: judge(output, targets!) };
        });
      };
      const before = judged({ clamps: [], at: null, instead: null }).map((one) => ({
        ...one,
        output: one.output.slice(),
      }));
      for (const { score } of before) {
        own.loss.add(score.loss);
        if (score.right !== null) own.accuracy.add(Number(score.right));
      }
      for (const [g, units] of groups.entries()) {
        const clamps =
          part === null || units === null
            ? []
            : [{ part, units, values: units.map((unit) => values[unit]!) }];
        const after = judged({ clamps, at, instead: part === null ? values : null });
        for (const [b, { score, output }] of after.entries()) {
          outcomes[g]!.add(
            score,
            before[b]!.score,
            sameAnswer(output, before[b]!.output, score, before[b]!.score),
          );
        }
      }
    }
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
    const accuracyOf = ({ n, mean }: Running) => (n === 0 ? null : mean);
    return {
      ...{ layer: open.cell.layer, part, value, words: words?.name ?? null },
      wordsHeld: words ? counts.held : null,
      ...{ texts: counts.texts, leftOut: counts.leftOut },
      loss: own.loss.mean,
      accuracy: accuracyOf(own.accuracy),
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
  } finally {
    recorder.dispose();
    ablated.dispose();
  }
}

/** By right and wrong, and of several outputs by the largest too. */
function sameAnswer(a: Float32Array, b: Float32Array, one: Score, other: Score): boolean {
  if (one.right !== other.right) return false;
  const largest = (output: Float32Array) => output.indexOf(Math.max(...output));
  return one.right === null || largest(a) === largest(b);
}

function checkPart(part: string, { cell: { kind } }: OpenCell): Part {
  const known = partsOf(kind);
  if ((known as string[]).includes(part)) return part as Part;
  const expected = `a part of the layer's: ${known.join(", ")}`;
  throw inputError({ expected, where: "part", received: part, typed: { where: "--part" } });
}

function checkGroups(
  groups: AblateOptions["groups"],
  { cell: { units } }: OpenCell,
): readonly (readonly number[])[] {
  const each = Array.from({ length: units }, (_, unit) => [unit]);
  for (const unit of groups?.flat() ?? []) {
    if (Number.isInteger(unit) && unit >= 0 && unit < units) continue;
    throw inputError({
      expected: `units from 0 to ${units - 1}`,
      where: "units",
      received: unit,
      typed: { where: "--units" },
    });
  }
  return groups ?? each;
}

interface Chunk {
  kept: (StudiedText & { read: ReadText })[];
  leftOut: number;
  rows: { data: Float32Array; rows: number; shape: number[] };
}

async function* inChunks(
  texts: AsyncIterable<StudiedText> | Iterable<StudiedText>,
  reader: TokenReader,
): AsyncGenerator<Chunk> {
  let [kept, leftOut]: [Chunk["kept"], number] = [[], 0];
  const chunk = (): Chunk => {
    const T = reader.length;
    const data = new Float32Array(kept.length * T);
    for (const [b, { read }] of kept.entries()) data.set(read.ids, b * T);
    return { kept, leftOut, rows: { data, rows: kept.length, shape: [T] } };
  };
  for await (const text of texts) {
    const read = reader.read(text.text);
    if (text.targets === null || read.tokens.length === 0) leftOut++;
    else kept.push({ ...text, read });
    if (kept.length < CHUNK) continue;
    yield chunk();
    [kept, leftOut] = [[], 0];
  }
  yield chunk();
}

/** [rows][T] 1 at words of the kind. */
function placesOf(kept: Chunk["kept"], words: Feature, T: number): Uint8Array {
  const at = new Uint8Array(kept.length * T);
  for (const [b, { read }] of kept.entries()) {
    const is = words.of(read);
    for (const [k, { t }] of read.tokens.entries()) if (is[k] === 1) at[b * T + t] = 1;
  }
  return at;
}

/** [units] (of words alone [I]) what is held, measured over the words of the data where it is the mean. */
async function valuesOf(
  value: "zero" | "mean" | number,
  part: Part | null,
  { recorder, cell, chunks }: { recorder: UnitRecorder; cell: OpenCell; chunks: () => AsyncGenerator<Chunk> },
): Promise<Float64Array> {
  const { units, inputs } = cell.cell;
  const width = part === null ? inputs : units;
  const values = new Float64Array(width).fill(typeof value === "number" ? value : 0);
  if (value !== "mean") return values;
  let n = 0;
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
  return values;
}
