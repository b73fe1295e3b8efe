/**
 * Where else the units that are on in a span of a text are on together, over a whole data set: LSTMVis's question (Strobelt et
 * al. 2018), asked of a file.
 */
import { inputError } from "../../base/errors.js";
import { Best } from "./contexts.js";
import type { Recorded, Signal, UnitWalk, WalkedText } from "./walk.js";

/** A unit that is on through a span. */
export interface OnUnit extends Signal {
  /** 1 where it stays at or above the threshold, −1 at or below its negative. */
  sign: 1 | -1;
  /** Its value nearest to 0 in the span. */
  weakest: number;
}

/** A span of a text of the data where some of the same units are on. */
export interface Match {
  row: number;
  /** Of units on in both, among those on in either: 1 where they are the same. */
  overlap: number;
  /** Units of the asked span that are on here, and others that are. */
  shared: number;
  others: number;
  /** The words around, and which of them are the span: from … to − 1. */
  words: string[];
  from: number;
  to: number;
  before: boolean;
  after: boolean;
  /** What the text's labels are, where they are known. */
  targets: Float32Array | null;
}

export interface Found {
  layers: readonly Recorded[];
  text: string;
  words: string[];
  /** The span asked about, words from … to − 1. */
  from: number;
  to: number;
  threshold: number;
  /** Whether units had to be off just before and behind. */
  alone: boolean;
  units: OnUnit[];
  texts: number;
  /** Best first, one a text. */
  matches: Match[];
}

export interface FindOptions {
  /** The words of the text from … to − 1. */
  from: number;
  to: number;
  threshold?: number;
  alone?: boolean;
  matches?: number;
}

export const FIND_DEFAULTS = { threshold: 0.3, alone: false, matches: 20 } as const;

/** Words on each side of a match. */
const AROUND = 5;

/** @throws InputError where the text has no such span, or no unit is on in it */
export async function findSpans(
  walk: UnitWalk,
  text: string,
  data: Parameters<UnitWalk["walk"]>[0],
  options: FindOptions,
): Promise<Found> {
  const { threshold, alone, matches, from, to } = { ...FIND_DEFAULTS, ...options };
  const asked = await only(walk, text);
  const words = asked.read.tokens.map(({ word }) => word);
  if (!(from >= 0 && from < to && to <= words.length)) {
    throw inputError({
      expected: `words from 1 to ${words.length}, first-last, of those that the model reads: ${words.join(" ")}`,
      where: "span",
      received: `${from + 1}-${to}`,
      typed: { where: "--span" },
    });
  }
  const { signals } = walk;
  const S = signals.length;
  const state = new Int8Array(S);
  const onIn = (x: Float32Array, n: number, a: number, b: number) => {
    for (let s = 0; s < S; s++) state[s] = signThrough(x, n, S, s, { a, b, threshold, alone });
    return state;
  };
  const wanted = onIn(asked.x, words.length, from, to).slice();
  const units = signals.flatMap((signal, s): OnUnit[] =>
    wanted[s] === 0
      ? []
      : [{ ...signal, sign: wanted[s] as 1 | -1, weakest: weakest(asked.x, S, s, from, to) }],
  );
  if (units.length === 0) throw nothingOn(asked.x, S, from, to, { threshold, alone });
  const best = new Best<Match>(matches);
  const longest = 2 * (to - from);
  let texts = 0;
  for await (const walked of walk.walk(data)) {
    texts++;
    const found = bestSpan(walked, wanted, units.length, { longest, length: to - from, onIn });
    if (found) best.offer(found.score, () => matchOf(walked, found));
  }
  return {
    ...{ layers: walk.recorded, text, words, from, to, threshold, alone, units, texts },
    matches: best.items.map(({ item }) => item),
  };
}

/** The text by itself. */
async function only(walk: UnitWalk, text: string): Promise<WalkedText> {
  for await (const walked of walk.walk([{ row: 0, text, targets: null }])) return walked;
  throw inputError({
    expected: "a text with at least one word that the model knows",
    where: "text",
    received: text,
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

interface SpanFound extends Pick<Match, "overlap" | "shared" | "others"> {
  a: number;
  b: number;
  score: number;
}

/** The text's span of greatest overlap; of equal ones the one whose length is nearest, then the first. */
function bestSpan(
  { x, read }: WalkedText,
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

function matchOf({ row, read, targets }: WalkedText, { a, b, overlap, shared, others }: SpanFound): Match {
  const first = Math.max(0, a - AROUND);
  const end = Math.min(read.tokens.length, b + AROUND);
  return {
    ...{ row, overlap, shared, others, targets },
    words: read.tokens.slice(first, end).map(({ word }) => word),
    from: a - first,
    to: b - first,
    before: first > 0,
    after: end < read.tokens.length,
  };
}

function nothingOn(
  x: Float32Array,
  S: number,
  from: number,
  to: number,
  { threshold, alone }: { threshold: number; alone: boolean },
) {
  let most = 0;
  for (let s = 0; s < S; s++) most = Math.max(most, Math.abs(weakest(x, S, s, from, to)));
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
