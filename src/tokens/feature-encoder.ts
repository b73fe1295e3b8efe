/**
 * Texts as features: for each the ids of the n-grams that a classifier knows, and the scales of its scores. A network
 * reads them as two inputs, ids [L] and scales [D]: the ids' rows of an Embedding are averaged over L and multiplied by the
 * scales. Id 0 is padding, whose row is 0; L is a power of two, so that neither it nor the batch changes a bit. The last id
 * and the last column are of every text, for what does not depend on its n-grams.
 */
import { textOf } from "../base/arguments.js";
import { finiteNumber, inputError, oneOf, wholeNumber } from "../base/errors.js";
import { isObject } from "../base/json.js";
import { atOnce, type Pieces, ROWS, spans } from "../base/pieces.js";
import { type ChannelRules, Channels, channelRows, readChannels, writeChannels } from "./channels.js";
import { type ClassCounts, inverseDocumentFrequencies, logCountRatios, totalsOf } from "./feature-values.js";
import { NgramTable } from "./ngram-table.js";
import { BLOCKS, type Block, NgramList, type NgramRules, Ngrams } from "./ngrams.js";
import type { LexerOptions } from "./options.js";
import type { EncodedBatch, RowEncoder } from "./row-encoder.js";
import { TokenizedTexts } from "./tokenized-texts.js";
import { type EncodingReport, newEncodingReport } from "./vectorizer.js";
import { readRising, readWhole, writeRising, writeWhole } from "./vlq.js";

/**
 * How the scores of some columns are scaled, so that long texts weigh as short ones: 1 over the length of the text's row
 * of values. count: every n-gram counts 1, known or not · ratio: r_j of the column's class · idf: the rarer, the more.
 */
export interface ScaleRule {
  readonly by: "count" | "ratio" | "idf";
  /** The blocks whose n-grams count. */
  readonly blocks: readonly Block[];
  /** Of "ratio": α of r_j. */
  readonly smoothing: number;
}

/** What a feature encoder is made of. */
export interface FeatureParts {
  readonly rules: NgramRules;
  /** The n-grams of each block that are known, in rising order; ids follow the order of BLOCKS. */
  readonly hashes: Readonly<Partial<Record<Block, Uint32Array>>>;
  readonly scales: readonly ScaleRule[];
  /** Of the texts learned from, under the ids less one; a class for each column of a rule. null: all rules are "count". */
  readonly counts: ClassCounts | null;
  /** Columns of each rule, where all are "count": outputs that are no classes. Default: by the classes of `counts`. */
  readonly columnsPerRule?: number;
  /** The words that were learned from. */
  readonly words: KnownWords;
  /**
   * Of texts of which a smaller share of words is known, all scales shrink in proportion: nothing known, nothing said.
   */
  readonly familiar: number;
  /** What the deep member reads besides; null where there is none. */
  readonly channels?: ChannelRules | null;
}

/** The words of texts, by the first bits of their hashes: few enough that a strange word is seldom taken for one. */
export class KnownWords {
  private readonly set: ReadonlySet<number>;

  constructor(
    private readonly bits: number,
    private readonly sorted: Uint32Array,
  ) {
    this.set = new Set(sorted);
  }

  /** One strange word in 1,024 has the bits of a known one: of a text of few words, all of which may be taken for known. */
  static of(hashes: readonly number[]): KnownWords {
    const bits = Math.min(32, Math.ceil(Math.log2(hashes.length + 1)) + 10);
    const short = new Set(hashes.map((hash) => shorten(hash, bits)));
    return new KnownWords(bits, Uint32Array.from(short).sort());
  }

  has(hash: number): boolean {
    return this.set.has(shorten(hash, this.bits));
  }

  toJSON(): object {
    return { bits: this.bits, count: this.sorted.length, words: writeRising(this.sorted) };
  }

  /** @throws InputError */
  static fromJSON(json: unknown, where: string): KnownWords {
    const { bits, count, words } = objectIn(json, where);
    const width = wholeNumber(bits, `${where}: bits`, 4, 32);
    const length = wholeNumber(count, `${where}: count`, 0, MOST_FEATURES);
    return new KnownWords(width, readRising(words, length, `${where}: words`));
  }
}

const shorten = (hash: number, bits: number) => (bits === 32 ? hash : hash >>> (32 - bits));

/** Ids travel as float32, which is exact up to here. */
const MOST_FEATURES = 2 ** 24 - 1;
/** Numbers that a network lays out for the ids of a batch: few enough for the cache and for any machine. */
const MOST_IN_BATCH = 2 ** 21;
const MOST_ROWS = 256;
/** Numbers that files may have an encoder keep of its features: a scale rule asks for some in a few letters. */
const MOST_VALUES = 2 ** 26;
/** Columns that a file may ask for: each text has a scale for every one. */
const MOST_COLUMNS = 2 ** 16;
const SHORTEST = 8;
/** Texts whose n-grams are looked up in one piece. */
const FEATURE_ROWS = ROWS / 8;

export class FeatureEncoder implements RowEncoder {
  readonly frontEnd: LexerOptions = { frontEnd: "lexer" };
  /** D, the width of the table of n-grams: for each rule its columns (by default one a class, of two classes one), and the last. */
  readonly columns: number;
  /** How many scales a text has: D, and where there is a deep member one for each of its scores. */
  readonly scales: number;
  private readonly perRule: number;
  private readonly table: NgramTable;
  private readonly blockStarts: readonly number[];
  /** [features][columns] the squares of values; null where a rule counts n-grams. */
  private readonly squares: readonly (readonly Float32Array[] | null)[];
  /** [BLOCKS] whether some rule counts all n-grams of a block, known or not. */
  private readonly counted: readonly boolean[];
  /** [features] the text that had it last */
  private readonly seen: Uint32Array;
  private texts = 0;

  /** @throws InputError for rules that need counts of classes where there are none, or another number of columns */
  constructor(readonly parts: FeatureParts) {
    const { hashes, scales, counts } = parts;
    checkColumns(parts);
    const sizes = BLOCKS.map((block) => hashes[block]?.length ?? 0);
    const features = sizes.reduce((sum, size) => sum + size, 0);
    this.table = new NgramTable(features);
    const starts = [0];
    for (const [b, block] of BLOCKS.entries()) {
      for (const hash of hashes[block] ?? []) this.table.add(hash);
      starts.push(starts[b]! + sizes[b]!);
    }
    this.blockStarts = starts;
    this.seen = new Uint32Array(features);
    const perRule = parts.columnsPerRule ?? columnsOf(counts!);
    this.perRule = perRule;
    this.columns = perRule * scales.length + 1;
    this.scales = this.columns + (parts.channels ? perRule : 0);
    this.counted = BLOCKS.map((block) =>
      scales.some(({ by, blocks }) => by === "count" && blocks.includes(block)),
    );
    const totals = counts && totalsOf(counts);
    this.squares = scales.map((rule) => {
      const member = this.memberOf(rule.blocks);
      const squared = (values: Float32Array) => values.map((value) => value * value);
      if (rule.by === "count" || !counts || !totals) return null;
      if (rule.by === "idf") return [squared(inverseDocumentFrequencies(counts, member))];
      const classes = perRule === 1 ? [1] : Array.from({ length: perRule }, (_, k) => k);
      return classes.map((k) => squared(logCountRatios(counts, k, rule.smoothing, member, totals)));
    });
  }

  /** How many n-grams are known; ids run from 1 to it, and one more is of every text. */
  get features(): number {
    return this.table.size;
  }

  /** Half at most; less where texts of the data themselves hold many words that the others lack. */
  get familiar(): number {
    return this.parts.familiar;
  }

  /** Whether a feature, an id less one, is of one of the blocks. */
  memberOf(blocks: readonly Block[]): (feature: number) => boolean {
    const ranges = blocks.map((block) => {
      const b = BLOCKS.indexOf(block);
      return [this.blockStarts[b]!, this.blockStarts[b + 1]!] as const;
    });
    return (feature) => ranges.some(([from, to]) => feature >= from && feature < to);
  }

  /** The feature of an n-gram's hash, or -1. */
  featureOf(hash: number): number {
    return this.table.find(hash);
  }

  encodeTexts(texts: readonly string[], report?: EncodingReport): EncodedBatch[] {
    return atOnce(this.encodingTexts(texts, report));
  }

  *encodingTexts(texts: readonly string[], report?: EncodingReport): Pieces<EncodedBatch[]> {
    const tokenized = new TokenizedTexts(this.frontEnd);
    yield* spans(texts.length, ROWS, (from, to) => {
      for (let row = from; row < to; row++) tokenized.add(textOf(texts[row]!, "text to encode"));
    });
    const rows = Array.from(texts, (_, row) => row);
    return yield* this.encodeCorpus(tokenized, rows, report);
  }

  *encodeCorpus(
    texts: TokenizedTexts,
    rows: ArrayLike<number>,
    report?: EncodingReport,
  ): Pieces<EncodedBatch[]> {
    const ngrams = new Ngrams(this.parts.rules, texts.table);
    const list = new NgramList();
    const channels = this.parts.channels ? new Channels(this.parts.channels, texts.table) : null;
    const encoded: (EncodedRow & { position: number; tokens: Int32Array })[] = [];
    const encoding = (from: number, to: number) => {
      for (let position = from; position < to; position++) {
        const tokens = texts.tokensOf(rows[position]!);
        const one = this.encodeRow(tokens, ngrams, list);
        if (report) count(report, tokens, one);
        encoded.push({ position, tokens, ...one });
      }
    };
    yield* spans(rows.length, FEATURE_ROWS, encoding, true);
    encoded.sort((a, b) => a.length - b.length || a.position - b.position);
    const batches: EncodedBatch[] = [];
    for (let from = 0; from < encoded.length; ) {
      const { length } = encoded[from]!;
      const most = Math.min(MOST_ROWS, Math.max(1, Math.floor(MOST_IN_BATCH / (length * this.columns))));
      let to = from + 1;
      while (to < encoded.length && to - from < most && encoded[to]!.length === length) to++;
      batches.push(yield* this.batchOf(encoded.slice(from, to), length, channels));
      from = to;
      yield 0;
    }
    return batches;
  }

  /** What encoding rows would report, without what they are encoded as. */
  *reportOf(texts: TokenizedTexts, rows: ArrayLike<number>): Pieces<EncodingReport> {
    const ngrams = new Ngrams(this.parts.rules, texts.table);
    const list = new NgramList();
    const report = newEncodingReport();
    const encoding = (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const tokens = texts.tokensOf(rows[i]!);
        count(report, tokens, this.encodeRow(tokens, ngrams, list));
      }
    };
    yield* spans(rows.length, FEATURE_ROWS, encoding, true);
    return report;
  }

  private *batchOf(
    encoded: readonly (EncodedRow & { position: number; tokens: Int32Array })[],
    length: number,
    channels: Channels | null,
  ): Pieces<EncodedBatch> {
    const { columns, scales: width } = this;
    const rows = encoded.length;
    const ids = new Float32Array(rows * length);
    const scales = new Float32Array(rows * width);
    encoded.forEach((row, i) => {
      for (let k = 0; k < row.ids.length; k++) ids[i * length + k] = row.ids[k]! + 1;
      // The mean over L, times L, is the sum; what the deep member says is no mean.
      for (let c = 0; c < width; c++) scales[i * width + c] = row.scales[c]! * (c < columns ? length : 1);
    });
    return {
      positions: encoded.map(({ position }) => position),
      known: encoded.map(({ known }) => known),
      inputs: [
        { data: ids, rows, shape: [length] },
        { data: scales, rows, shape: [width] },
        ...(channels
          ? yield* channelRows(
              channels,
              encoded.map(({ tokens }) => tokens),
            )
          : []),
      ],
    };
  }

  /** A text's features, each once, and the scales of its columns. */
  encodeRow(tokens: Int32Array, ngrams: Ngrams, list = new NgramList()): EncodedRow {
    const { parts, table, seen } = this;
    if (++this.texts === 2 ** 32 - 1) {
      seen.fill(0);
      this.texts = 1;
    }
    list.count = 0;
    ngrams.collect(tokens, list);
    const ids: number[] = [];
    const distinct = BLOCKS.map(() => 0);
    const strange = new Set<number>();
    for (let i = 0; i < list.count; i++) {
      const hash = list.hashes[i]!;
      const feature = table.find(hash);
      if (feature < 0) {
        if (!this.counted[list.blocks[i]!] || strange.has(hash)) continue;
        distinct[list.blocks[i]!]!++;
        strange.add(hash);
      } else if (seen[feature] !== this.texts) {
        seen[feature] = this.texts;
        distinct[list.blocks[i]!]!++;
        ids.push(feature);
      }
    }
    let [words, knownWords, knownTokens] = [0, 0, 0];
    for (const token of tokens) {
      const known = parts.words.has(ngrams.knownBy(token));
      if (known) knownTokens++;
      if (!ngrams.isWord(token)) continue;
      words++;
      if (known) knownWords++;
    }
    // Of a text of numbers and punctuation alone, those that are known.
    const known = words > 0 ? knownWords / words : knownTokens / Math.max(1, tokens.length);
    const trust = Math.min(1, known / parts.familiar);
    const scales = parts.scales.flatMap((rule, r) => this.scalesOf(rule, this.squares[r]!, ids, distinct));
    scales.push(1);
    for (let c = this.columns; c < this.scales; c++) scales.push(1);
    ids.push(this.features);
    const length = Math.max(SHORTEST, 2 ** Math.ceil(Math.log2(ids.length)));
    return { ids, scales: scales.map((scale) => scale * trust), known, knownTokens, length };
  }

  private scalesOf(
    rule: ScaleRule,
    squares: readonly Float32Array[] | null,
    ids: readonly number[],
    distinct: readonly number[],
  ): number[] {
    const inverse = (squared: number) => (squared > 0 ? 1 / Math.sqrt(squared) : 0);
    if (!squares) {
      const count = rule.blocks.reduce((sum, block) => sum + distinct[BLOCKS.indexOf(block)]!, 0);
      return new Array<number>(this.perRule).fill(inverse(count));
    }
    const found = squares.map((values) => inverse(ids.reduce((sum, id) => sum + values[id]!, 0)));
    return Array.from({ length: this.perRule }, (_, k) => found[found.length === 1 ? 0 : k]!);
  }

  /** As plain data, which `fromJSON` reads back. */
  toJSON(): object {
    const { rules, hashes, scales, counts, columnsPerRule, words, familiar, channels } = this.parts;
    const known = Object.fromEntries(
      BLOCKS.flatMap((block) => {
        const own = hashes[block];
        return own ? [[block, { count: own.length, hashes: writeRising(own) }]] : [];
      }),
    );
    const counted = counts && scales.some(needsCounts);
    return {
      ...{ blocks: known, marks: rules.marks, functionWords: rules.functionWords, scales, words, familiar },
      ...(counts ? { rows: counts.rows } : {}),
      counts: counted ? writeWhole(counts.counts) : null,
      ...(columnsPerRule === undefined ? {} : { columnsPerRule }),
      ...(channels ? { channels: writeChannels(channels) } : {}),
    };
  }

  /** Reads what toJSON wrote. @throws InputError where it is anything else */
  static fromJSON(json: unknown, where: string): FeatureEncoder {
    const given = objectIn(json, where);
    const hashes: Partial<Record<Block, Uint32Array>> = {};
    let features = 0;
    for (const [name, value] of Object.entries(objectIn(given["blocks"], `${where}: blocks`))) {
      const block = oneOf(name, BLOCKS, `${where}: blocks`);
      const { count, hashes: written } = objectIn(value, `${where}: ${block}`);
      const length = wholeNumber(count, `${where}: ${block} count`, 0, MOST_FEATURES - features);
      hashes[block] = readRising(written, length, `${where}: ${block}`);
      features += length;
    }
    const blocks = BLOCKS.filter((block) => hashes[block]);
    const scales = listIn(given["scales"], `${where}: scales`).map((rule, k) =>
      readScale(rule, blocks, `${where}: scales[${k}]`),
    );
    const columnsPerRule = readColumns(given["columnsPerRule"], scales, where);
    const rows = readRows(given["rows"], columnsPerRule !== undefined, where);
    const classes = rows?.length ?? columnsPerRule!;
    const size = features * classes;
    if (size * scales.length > MOST_VALUES) {
      const received = `${features} n-grams, ${classes} ${rows ? "classes" : "columns"} and ${scales.length} rules`;
      throw inputError({ expected: `at most ${MOST_VALUES} values`, where: `${where}: scales`, received });
    }
    const { marks, functionWords, counts: written } = given;
    if (typeof marks !== "boolean") {
      throw inputError({ expected: "true or false", where: `${where}: marks`, received: marks });
    }
    const counts = rows && {
      counts: scales.some(needsCounts) ? readCounts(written, size, rows, where) : new Uint32Array(0),
      rows,
    };
    const words = KnownWords.fromJSON(given["words"], `${where}: words`);
    const named = listIn(functionWords, `${where}: functionWords`).map((word, k) =>
      textOf(word, `${where}: functionWords[${k}]`),
    );
    const encoder = new FeatureEncoder({
      rules: { blocks, marks, functionWords: named },
      hashes,
      scales,
      counts,
      ...(columnsPerRule === undefined ? {} : { columnsPerRule }),
      words,
      familiar: finiteNumber(given["familiar"], `${where}: familiar`, 1e-3, 1),
      ...(given["channels"] === undefined
        ? {}
        : { channels: readChannels(given["channels"], `${where}: channels`) }),
    });
    if (encoder.features === features) return encoder;
    throw inputError({
      expected: "each n-gram once",
      where: `${where}: blocks`,
      received: "one in two blocks",
    });
  }
}

/** What became of a text. */
export interface EncodedRow {
  /** Its features, each once, and the one of every text: ids less one. */
  readonly ids: readonly number[];
  /** [scales] before the mean over L is made a sum */
  readonly scales: readonly number[];
  /** The share of its words that are known. */
  readonly known: number;
  /** How many of its tokens are known. */
  readonly knownTokens: number;
  /** L, to which its ids are padded. */
  readonly length: number;
}

function count(report: EncodingReport, tokens: Int32Array, { ids, knownTokens }: EncodedRow): void {
  report.rows++;
  report.tokens += tokens.length;
  report.outOfVocabulary += tokens.length - knownTokens;
  report.ids += ids.length;
  if (ids.length === 1) report.emptyRows++;
}

/** What a rule's columns are by default: one for each class, of two classes one. */
const columnsOf = ({ rows }: ClassCounts): number => (rows.length === 2 ? 1 : rows.length);

const needsCounts = ({ by }: ScaleRule): boolean => by !== "count";

function checkColumns({ scales, counts, columnsPerRule }: FeatureParts): void {
  const rule = scales.find(needsCounts);
  if (counts && (columnsPerRule === undefined || !rule)) return;
  if (!counts && columnsPerRule !== undefined && !rule) return;
  throw inputError({
    expected: rule
      ? `counts of classes, by whose number it has columns, for a rule by ${rule.by}`
      : "a number of columns, where no classes are counted",
    where: "features",
    received: columnsPerRule === undefined ? "neither" : `${columnsPerRule} columns`,
  });
}

/** Columns of each rule that a file names; undefined where they follow from its classes. */
function readColumns(json: unknown, scales: readonly ScaleRule[], where: string): number | undefined {
  if (json === undefined) return undefined;
  const at = scales.findIndex(needsCounts);
  if (at >= 0) {
    const expected = "count, as each rule of so many columns";
    throw inputError({ expected, where: `${where}: scales[${at}]: by`, received: scales[at]!.by });
  }
  return wholeNumber(
    json,
    `${where}: columnsPerRule`,
    1,
    Math.max(1, Math.floor(MOST_COLUMNS / Math.max(1, scales.length))),
  );
}

/** The texts of each class; null where there are no classes, which a number of columns stands for. */
function readRows(json: unknown, columns: boolean, where: string): number[] | null {
  if (columns && json === undefined) return null;
  const rows = listIn(json, `${where}: rows`).map((one, k) => wholeNumber(one, `${where}: rows[${k}]`, 0));
  if (rows.length >= 2) return rows;
  throw inputError({ expected: "two classes or more", where: `${where}: rows`, received: rows });
}

function readCounts(json: unknown, size: number, rows: readonly number[], where: string): Uint32Array {
  const counts = readWhole(json, size, `${where}: counts`);
  const beyond = counts.findIndex((count, at) => count > rows[at % rows.length]!);
  if (beyond < 0) return counts;
  const expected = `at most ${rows[beyond % rows.length]}, the texts of the class`;
  throw inputError({ expected, where: `${where}: counts`, received: counts[beyond] });
}

function readScale(json: unknown, known: readonly Block[], where: string): ScaleRule {
  const { by, blocks, smoothing } = objectIn(json, where);
  return {
    by: oneOf(by, ["count", "ratio", "idf"] as const, `${where}: by`),
    blocks: listIn(blocks, `${where}: blocks`).map((block) => oneOf(block, known, `${where}: blocks`)),
    smoothing: finiteNumber(smoothing, `${where}: smoothing`, 1e-6, 1e6),
  };
}

function objectIn(value: unknown, where: string): Record<string, unknown> {
  if (isObject(value as never)) return value as Record<string, unknown>;
  throw inputError({ expected: "an object", where, received: value });
}

function listIn(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw inputError({ expected: "a list", where, received: value });
}
