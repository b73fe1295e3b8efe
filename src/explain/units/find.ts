/**
 * Where else the units that are on in a span of a text are on together, over a whole data set: LSTMVis's question (Strobelt et
 * al. 2018), asked of a file.
 */
import { booleanOf, indicesOf } from "../../base/arguments.js";
import { finiteNumber, inputError, knownOptions, wholeNumber } from "../../base/errors.js";
import { Long } from "../../base/progress.js";
import { Best } from "./contexts.js";
import { openNetwork, type TextNetwork } from "./network.js";
import type { UnitPart } from "./parts.js";
import {
  checkStudy,
  readOne,
  readRows,
  STUDY_OPTIONS,
  type StudiedText,
  type StudyRow,
  type StudyRows,
  type UnitOptions,
} from "./rows.js";
import { type RecordedLayer, type RecordedText, type UnitSignal, UnitWalk } from "./walk.js";

/** A unit that is on through a span. */
export interface OnUnit extends UnitSignal {
  /** 1 where it stays at or above the threshold, −1 at or below its negative. */
  sign: 1 | -1;
  /** Its value nearest to 0 in the span. */
  weakest: number;
}

/** A span of a text of the data where some of the same units are on. */
export interface SpanMatch {
  /** The text's number in the file. */
  row: number;
  /** Its label, several with commas between; null where none is known, and of an amount. */
  label: string | null;
  /** Of units on in both, among those on in either: 1 where they are the same. */
  overlap: number;
  /** Units of the asked span that are on here. */
  shared: number;
  /** Others that are on here. */
  others: number;
  /** The whole text. */
  text: string;
  /** The words around. */
  words: string[];
  /** Which of these is the span's first, … */
  from: number;
  /** … and which stands behind its last. */
  to: number;
  /** Whether the text has more words before `words`. */
  before: boolean;
  /** And behind. */
  after: boolean;
}

/** Where the units that are on in a span are on together. */
export interface FoundSpans {
  /** What was looked at. */
  layers: readonly RecordedLayer[];
  /** The text asked about. */
  text: string;
  /** Its words that the network reads. */
  words: string[];
  /** The span asked about: its first word, from 0, … */
  from: number;
  /** … and the one behind its last. */
  to: number;
  /** Beyond which a unit is on, above 0 or below it. */
  threshold: number;
  /** Whether units had to be off just before and behind. */
  alone: boolean;
  /** Those on through the span. */
  units: OnUnit[];
  /** Texts that were gone through. */
  texts: number;
  /** Best first, one a text. */
  matches: SpanMatch[];
}

/** Options of `findSpans`. */
export interface FindOptions extends UnitOptions {
  /** The span's first word, from 0, of those that the network reads. Default 0. */
  from?: number;
  /** The word behind its last. Default: behind the text's last. */
  to?: number;
  /** Above 0: a unit is on at or beyond it, above 0 or below. Default 0.3. */
  threshold?: number;
  /** Only units that are off just before and just behind. Default false. */
  alone?: boolean;
  /** Gates and states. Default: "hidden". */
  parts?: readonly UnitPart[];
  /** Which units of them, from 0; others are not looked at. Default: all. */
  units?: readonly number[];
  /** Texts to keep, at most 10,000. Default 20. */
  matches?: number;
}

export const FIND_DEFAULTS = { threshold: 0.3, alone: false, parts: ["hidden"], matches: 20 } as const;

/** Of `matches`, which the command line has too. */
export const MOST_MATCHES = 10_000;

/** Words on each side of a match. */
const AROUND = 5;

const WHERE = "findSpans";

/**
 * The units that stay beyond a threshold through a span of a text, and of every text of a data set the span where they are most nearly
 * the units on: LSTMVis's question (Strobelt et al. 2018). Spans of up to twice the length are looked at. Texts need no labels.
 * @param network a classifier or regressor whose network reads words, or `{ model, … }`
 * @param text the text with the span
 * @throws InputError where the text has no such span, or no unit is on in it; AbortError
 * @example const { matches } = await findSpans(classifier, "a dull, dull film", texts, { from: 1, to: 3 })
 */
export async function findSpans(
  network: TextNetwork,
  text: StudyRow,
  texts: StudyRows,
  options: FindOptions = {},
): Promise<FoundSpans> {
  knownOptions(options, [...STUDY_OPTIONS, ...Object.keys(FIND_DEFAULTS), "from", "to", "units"], WHERE);
  checkStudy(texts, options, WHERE);
  const { signal: _, onProgress: __, layer, ...rest } = { ...FIND_DEFAULTS, ...options };
  const long = new Long(options, WHERE);
  finiteNumber(rest.threshold, `${WHERE} threshold`, Number.MIN_VALUE, Number.MAX_VALUE);
  wholeNumber(rest.matches, `${WHERE} matches`, 1, MOST_MATCHES);
  booleanOf(rest.alone, `${WHERE} alone`);
  for (const end of ["from", "to"] as const) {
    if (rest[end] !== undefined) wholeNumber(rest[end], `${WHERE} ${end}`);
  }
  const open = openNetwork(network, WHERE);
  const asked: StudiedText = { row: 0, targets: null, ...readOne(text, open, `${WHERE} text`) };
  const walk = new UnitWalk(open, { layer, parts: rest.parts });
  try {
    checkUnits(rest.units, walk.signals);
    const rows = readRows(texts, open, { long, where: WHERE, targets: "taken" });
    const labels = open.targets.binary ? open.targets.names : [];
    return await found(walk, asked, rows, { ...rest, labels, long });
  } finally {
    walk.dispose();
  }
}

interface Asked extends Required<Pick<FindOptions, "threshold" | "alone" | "matches">> {
  from?: number;
  to?: number;
  units?: readonly number[];
  labels: readonly string[];
  long: Long;
}

function checkUnits(units: readonly number[] | undefined, signals: readonly UnitSignal[]): void {
  if (units === undefined) return;
  for (const unit of indicesOf(units, `${WHERE} units`) as readonly number[]) {
    if (signals.some((signal) => signal.unit === unit)) continue;
    const last = signals.reduce((most, signal) => Math.max(most, signal.unit), 0);
    throw inputError({ expected: `units from 0 to ${last}`, where: `${WHERE} units`, received: unit });
  }
}

async function found(
  walk: UnitWalk,
  text: StudiedText,
  data: AsyncIterable<StudiedText>,
  { threshold, alone, matches, from = 0, labels, long, ...rest }: Asked,
): Promise<FoundSpans> {
  const asked = await only(walk, text, long);
  const words = asked.read.tokens.map(({ word }) => word);
  const { to = words.length } = rest;
  if (!(from < to && to <= words.length)) {
    const read = `of those that the model reads: ${words.join(" ")}`;
    throw inputError({
      expected: `from below to, and to at most ${words.length}, ${read}`,
      where: `${WHERE} from, to`,
      received: { from, to },
      typed: {
        expected: `words from 1 to ${words.length}, first-last, ${read}`,
        where: "--span",
        received: `${from + 1}-${to}`,
      },
    });
  }
  const { signals } = walk;
  const S = signals.length;
  const state = new Int8Array(S);
  const looked = signals.flatMap(({ unit }, s) => (!rest.units || rest.units.includes(unit) ? [s] : []));
  const onIn = (x: Float32Array, n: number, a: number, b: number) => {
    for (const s of looked) state[s] = signThrough(x, n, S, s, { a, b, threshold, alone });
    return state;
  };
  const wanted = onIn(asked.x, words.length, from, to).slice();
  const units = signals.flatMap((signal, s): OnUnit[] =>
    wanted[s] === 0
      ? []
      : [{ ...signal, sign: wanted[s] as 1 | -1, weakest: weakest(asked.x, S, s, from, to) }],
  );
  if (units.length === 0) throw nothingOn(asked.x, { S, looked }, from, to, { threshold, alone });
  const best = new Best<SpanMatch>(matches);
  const longest = 2 * (to - from);
  let texts = 0;
  for await (const walked of walk.walk(data, long)) {
    texts++;
    const found = bestSpan(walked, wanted, units.length, { longest, length: to - from, onIn });
    if (found) best.offer(found.score, () => matchOf(walked, found, labels));
  }
  return {
    ...{ layers: walk.recorded, text: text.text, words, from, to },
    ...{ threshold, alone, units, texts },
    matches: best.items.map(({ item }) => item),
  };
}

/** The text by itself. */
async function only(walk: UnitWalk, text: StudiedText, long: Long): Promise<RecordedText> {
  for await (const recorded of walk.walk([text], long)) return recorded;
  throw inputError({
    expected: "a text with at least one word that the model knows",
    where: "text",
    received: text.text,
    typed: { where: "--sentence" },
  });
}

interface Through {
  a: number;
  b: number;
  threshold: number;
  alone: boolean;
}

/** 1 or −1 where a unit is on with that sign at every word from a to b − 1 (and, alone, neither before nor behind), else 0. */
function signThrough(x: Float32Array, n: number, S: number, s: number, through: Through): number {
  const { a, b, threshold, alone } = through;
  const on = (k: number) => {
    const value = x[k * S + s]!;
    return value >= threshold ? 1 : value <= -threshold ? -1 : 0;
  };
  const sign = on(a);
  if (sign === 0) return 0;
  for (let k = a + 1; k < b; k++) if (on(k) !== sign) return 0;
  if (alone && ((a > 0 && on(a - 1) === sign) || (b < n && on(b) === sign))) return 0;
  return sign;
}

function weakest(x: Float32Array, S: number, s: number, from: number, to: number): number {
  let least = x[from * S + s]!;
  for (let k = from + 1; k < to; k++) {
    if (Math.abs(x[k * S + s]!) < Math.abs(least)) least = x[k * S + s]!;
  }
  return least;
}

interface SpanFound extends Pick<SpanMatch, "overlap" | "shared" | "others"> {
  a: number;
  b: number;
  score: number;
}

/** The text's span of greatest overlap; of equal ones the one whose length is nearest, then the first. */
function bestSpan(
  { x, read }: RecordedText,
  wanted: Int8Array,
  count: number,
  {
    longest,
    length,
    onIn,
  }: { longest: number; length: number; onIn(x: Float32Array, n: number, a: number, b: number): Int8Array },
): SpanFound | null {
  const n = read.tokens.length;
  let best: SpanFound | null = null;
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b <= Math.min(n, a + longest); b++) {
      const state = onIn(x, n, a, b);
      let [shared, others] = [0, 0];
      for (let s = 0; s < wanted.length; s++) {
        if (state[s] === 0) continue;
        if (state[s] === wanted[s]) shared++;
        else others++;
      }
      if (shared === 0) continue;
      const overlap = shared / (count + others);
      const score = overlap - 1e-6 * Math.abs(b - a - length);
      if (!best || score > best.score) best = { a, b, score, overlap, shared, others };
    }
  }
  return best;
}

function matchOf(
  { row, text, read, targets }: RecordedText,
  { a, b, overlap, shared, others }: SpanFound,
  labels: readonly string[],
): SpanMatch {
  const first = Math.max(0, a - AROUND);
  const end = Math.min(read.tokens.length, b + AROUND);
  const own = labels.filter((_, k) => targets?.[k] === 1);
  return {
    ...{ row, label: own.length > 0 ? own.join(", ") : null, overlap, shared, others, text },
    words: read.tokens.slice(first, end).map(({ word }) => word),
    from: a - first,
    to: b - first,
    before: first > 0,
    after: end < read.tokens.length,
  };
}

function nothingOn(
  x: Float32Array,
  { S, looked }: { S: number; looked: readonly number[] },
  from: number,
  to: number,
  { threshold, alone }: { threshold: number; alone: boolean },
) {
  let most = 0;
  for (const s of looked) most = Math.max(most, Math.abs(weakest(x, S, s, from, to)));
  return inputError({
    expected: `a unit that stays beyond ${threshold} through the span${alone ? ", and only there" : ""}`,
    where: "threshold",
    ...(alone ? {} : { received: Number(most.toPrecision(2)) }),
    next: "Take a lower threshold or a shorter span.",
    typed: {
      where: "--threshold",
      next: `Give a lower --threshold or a shorter --span${alone ? ", or leave --alone out" : ""}.`,
    },
  });
}
