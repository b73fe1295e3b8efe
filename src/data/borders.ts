/**
 * Where records begin, for readers that have a range of a file's bytes each. In CSV a line end may stand within quotes, and
 * whether it does depends on all that stands before. So each range is gone through from every state that a reader may be in
 * at its beginning, all ranges at once; in their order, each state then leads to the next.
 * @see Mytkowicz, Musuvathi, Schulte, "Data-parallel finite-state machines", ASPLOS 2014
 * @see Ge, Li, Eilebrecht, Chandramouli, Kossmann, "Speculative distributed CSV data parsing", SIGMOD 2019
 */
import type { Dialect } from "./delimited.js";

/** What a reader of records may be in the midst of. Before a record: */
const START = 0;
/** In a line that is blank so far. */
const BLANK = 1;
/** Before a field. */
const FIELD = 2;
/** In a field without quotes, and in one with. */
const PLAIN = 3;
const QUOTED = 4;
/** Behind a quote in it, which is the last or the first of two; and behind that and a CR. */
const QUOTE = 5;
const RETURN = 6;
/** Behind what no reader goes on from. */
const WRONG = 7;
const STATES = 8;

/** What a byte is to it; 0: nothing in particular. */
const LINE_FEED = 1;
const CARRIAGE_RETURN = 2;
const QUOTATION = 3;
const DELIMITER = 4;
const SPACE = 5;
/** A power of two. */
const KINDS = 8;

/**
 * How records stand in a text, in bytes of which those of ASCII mean themselves.
 * Blank lines: "records" · "empty": passed over, with nothing or a CR in them · "white": passed over, with white space in them
 */
export type RecordRules =
  | { readonly blank: "empty"; readonly dialect: Dialect }
  | { readonly blank: "records" | "white" };

/** Bytes that `trim` takes for white space; those beyond ASCII may be. A line of nothing else is blank, or no JSON. */
const WHITE = [0x09, 0x0b, 0x0c, 0x0d, 0x20, ...Array.from({ length: 0x80 }, (_, i) => 0x80 + i)];

/** The reader of src/data/delimited.ts and those of lines, as far as records go: a state and a byte give the next state. */
export class RecordMachine {
  /** By byte. */
  readonly kindOf = new Uint8Array(256);
  /** By state and kind of byte: KINDS × state + kind. */
  readonly next = new Uint8Array(KINDS * STATES);
  /** By state: whether a line end that leads to START ends a record, which no blank line is. */
  readonly ends: readonly boolean[];

  constructor(private readonly rules: RecordRules) {
    const { kindOf } = this;
    if (rules.blank === "white") for (const byte of WHITE) kindOf[byte] = SPACE;
    else kindOf[0x0d] = CARRIAGE_RETURN;
    kindOf[0x0a] = LINE_FEED;
    if (rules.blank === "empty") {
      const { delimiter, quoted, spaced } = rules.dialect;
      if (quoted) kindOf[0x22] = QUOTATION;
      if (quoted && spaced) kindOf[0x20] = SPACE;
      kindOf[delimiter.charCodeAt(0)] = DELIMITER;
    }
    for (let state = 0; state < STATES; state++)
      for (let kind = 0; kind < KINDS; kind++) this.next[KINDS * state + kind] = this.step(state, kind);
    this.ends = Array.from({ length: STATES }, (_, state) =>
      state === START ? rules.blank === "records" : state !== BLANK,
    );
  }

  private step(state: number, kind: number): number {
    if (state === WRONG) return WRONG;
    if (state === QUOTED) return kind === QUOTATION ? QUOTE : QUOTED;
    if (kind === LINE_FEED) return START;
    if (state === RETURN) return WRONG;
    if (kind === DELIMITER) return FIELD;
    if (state === QUOTE) return kind === QUOTATION ? QUOTED : kind === CARRIAGE_RETURN ? RETURN : WRONG;
    if (state === START && kind === CARRIAGE_RETURN && this.rules.blank === "empty") return BLANK;
    if (this.rules.blank === "white")
      return kind === SPACE && (state === START || state === BLANK) ? BLANK : PLAIN;
    // Behind the CR of a line that seemed blank, or spaces that are left out, a field goes on.
    if (state === START || state === FIELD)
      return kind === QUOTATION ? QUOTED : kind === SPACE ? FIELD : PLAIN;
    return PLAIN;
  }
}

/** What a range comes to from a state before its first byte. */
export interface RangeEnd {
  /** The state behind its last byte. */
  state: number;
  /** Records that end in it. */
  records: number;
  /** Where in the file the first record begins that begins in the range; −1: none does. */
  border: number;
  /** Records and lines that end in the range before that. */
  recordsBefore: number;
  linesBefore: number;
}

/** What a range comes to. */
export interface RangeScan {
  /** By the state before it. */
  from: RangeEnd[];
  /** Lines that end in it. */
  lines: number;
  /** Where its first byte beyond ASCII is; −1: it has none. */
  beyond: number;
}

/** Blocks that are gone through from each state: after a few bytes most states are one. */
const FIRST_BLOCK = 2 ** 12;
const BLOCK = 2 ** 18;

/** Goes through a range of a file's bytes, which come in pieces. */
export class RangeScanner {
  private readonly from: RangeEnd[];
  private lines = 0;
  private beyond = -1;
  /** Bytes gone through. */
  private gone = 0;

  /** @param start where in the file the range begins */
  constructor(
    private readonly machine: RecordMachine,
    private readonly start: number,
  ) {
    this.from = Array.from({ length: STATES }, (_, state) => {
      const border = state === START ? start : -1;
      return { state, records: 0, border, recordsBefore: 0, linesBefore: 0 };
    });
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const block = bytes.subarray(at, at + (this.gone < FIRST_BLOCK ? FIRST_BLOCK : BLOCK));
      const together = new Map<number, RangeEnd[]>();
      for (const end of this.from) together.set(end.state, [...(together.get(end.state) ?? []), end]);
      for (const [state, runs] of together) this.advance(state, runs, block);
      let any = 0;
      for (let i = 0; i < block.length; i++) {
        any |= block[i]!;
        if (block[i] === 0x0a) this.lines++;
      }
      if (this.beyond < 0 && any > 0x7f)
        this.beyond = this.start + this.gone + block.findIndex((byte) => byte > 0x7f);
      at += block.length;
      this.gone += block.length;
    }
  }

  /** All that are in one state before a block, through it. */
  private advance(before: number, runs: readonly RangeEnd[], block: Uint8Array): void {
    const { kindOf, next, ends } = this.machine;
    let [state, records, lines] = [before, 0, 0];
    let found: { at: number; records: number; lines: number } | undefined;
    for (let i = 0; i < block.length && state !== WRONG; i++) {
      const kind = kindOf[block[i]!]!;
      const then = next[KINDS * state + kind]!;
      if (kind === LINE_FEED) {
        lines++;
        if (then === START) {
          if (ends[state]) records++;
          found ??= { at: i + 1, records, lines };
        }
      }
      state = then;
    }
    for (const run of runs) {
      if (run.border < 0 && found) {
        run.border = this.start + this.gone + found.at;
        run.recordsBefore = run.records + found.records;
        run.linesBefore = this.lines + found.lines;
      }
      run.records += records;
      run.state = state;
    }
  }

  result(): RangeScan {
    return { from: this.from, lines: this.lines, beyond: this.beyond };
  }
}

/** Bytes of a file that begin and end at borders of records, and what stands before them. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Records that stand before, and lines that end there. */
  readonly records: number;
  readonly lines: number;
}

/**
 * What each of the ranges of a file has to read: the records that begin in it.
 * @param scans of ranges that follow one another from the file's first record on
 * @param size of the file
 */
export function spansOf(scans: readonly RangeScan[], size: number): Span[] {
  let [state, records, lines] = [START as number, 0, 0];
  const begins: { start: number; records: number; lines: number }[] = [];
  for (const scan of scans) {
    const end = scan.from[state]!;
    begins.push({
      start: end.border,
      records: records + end.recordsBefore,
      lines: lines + end.linesBefore,
    });
    state = end.state;
    records += end.records;
    lines += scan.lines;
  }
  const spans: Span[] = [];
  let end = size;
  for (const begin of begins.reverse()) {
    const start = begin.start < 0 ? end : begin.start;
    spans.push({ ...begin, start, end });
    end = start;
  }
  return spans.reverse();
}
