/** A text that several readers read a part each of: together what one reads, record for record, with the same numbers. */
import { inputError } from "../base/errors.js";
import { type RangeScan, RangeScanner, RecordMachine, type RecordRules, type Span } from "./borders.js";
import { decodePart, EVIDENCE, PIECE, westernIn } from "./decode.js";
import { type DataDescription, openTexts, type ReadOptions } from "./read.js";
import type { Places } from "./source.js";
import { type Readable, sourceOf } from "./sources.js";
import type { PartReader, Records } from "./table.js";

/** Bytes that are read at a time. */
const CHUNK = 2 ** 18;

/** Encodings in which a byte of ASCII is never a part of another character. */
const BYTE_BY_BYTE = /^(utf-8|ibm866|iso-8859-.*|koi8-.|macintosh|windows-\d+|x-mac-cyrillic)$/;

/** What went before: whose rows are handed on only once a part is read. */
interface Rejecting {
  to: ReadOptions["onReject"];
}

/** A text by place, opened: what was found at its head holds for every part. */
export class PartedText {
  private constructor(
    readonly description: DataDescription,
    private readonly places: Places,
    private readonly reader: PartReader,
    private readonly options: ReadOptions,
    private readonly rejecting: Rejecting,
  ) {}

  /**
   * Finds out what one reader finds out before it goes through the rows.
   * @throws InputError as `openTexts`, and for what cannot be read in parts
   */
  static async open(from: Readable, options: ReadOptions = {}): Promise<PartedText> {
    const source = await sourceOf(from);
    if ("records" in source || !source.places) throw undivided(source.name, "what comes in order only");
    const rejecting: Rejecting = { to: undefined };
    const onReject: ReadOptions["onReject"] = options.onReject && ((reject) => rejecting.to?.(reject));
    const { records, description } = await openTexts(source, {
      ...options,
      ...(onReject ? { onReject } : {}),
    });
    await records.close();
    const reader = dividedBy(records, description);
    return new PartedText(description, await source.places(), reader, options, rejecting);
  }

  /** Of the file, in bytes. */
  get size(): number {
    return this.places.byteLength;
  }

  /** Where the ranges begin that so many readers go through, and behind them the size. */
  cuts(readers: number): number[] {
    // At the pieces in which bytes become text, so that all see the same.
    const cut = (r: number) => Math.floor((this.size * r) / readers / PIECE) * PIECE;
    const { begin } = this.reader;
    return Array.from({ length: readers + 1 }, (_, r) => {
      if (r === 0) return begin;
      return r === readers ? this.size : Math.max(begin, cut(r));
    });
  }

  /** What the bytes from `start` up to `end` come to, whatever stands before them. */
  async scan(start: number, end: number): Promise<RangeScan> {
    const scanner = new RangeScanner(new RecordMachine(rulesOf(this.description)), start);
    for await (const chunk of this.chunks(start, end)) scanner.push(chunk);
    return scanner.result();
  }

  /**
   * The records of a span, their numbers those of the whole file.
   * @param scans of all ranges: by them the encoding is settled once the first record is asked for
   */
  read(span: Span, scans: readonly RangeScan[]): Pick<Records, "batches" | "firstRow"> {
    const { description, reader } = this;
    this.rejecting.to = this.options.onReject;
    const pieces = async function* (this: PartedText) {
      await this.settle(scans);
      yield* decodePart(
        this.chunks(span.start, span.end),
        description.name,
        description.encoding!.name,
        span.start,
      );
    };
    return reader.read(pieces.call(this), span);
  }

  async close(): Promise<void> {
    await this.places.close?.();
  }

  /** As one reader settles it, by the first piece that holds bytes beyond ASCII. */
  private async settle(scans: readonly RangeScan[]): Promise<void> {
    const encoding = this.description.encoding!;
    const at = scans.find(({ beyond }) => beyond >= 0)?.beyond;
    if (at === undefined || encoding.byteOrderMark || this.options.encoding !== undefined) return;
    const start = at - (at % PIECE);
    const piece = await this.bytes(start, start + PIECE);
    const enough = start + piece.length - at >= EVIDENCE ? piece : await this.bytes(start, start + 2 * PIECE);
    Object.assign(encoding, westernIn(enough) ?? {});
  }

  private async bytes(start: number, end: number): Promise<Uint8Array> {
    return new Uint8Array(await this.places.slice(start, Math.min(end, this.size)));
  }

  private async *chunks(start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; ) {
      const piece = PIECE - (at % PIECE);
      const chunk = await this.bytes(at, Math.min(end, at + (piece < PIECE ? piece : CHUNK)));
      if (chunk.length === 0) {
        const expected = `${this.size} bytes, as at the beginning`;
        throw inputError({ expected, where: this.description.name, received: `${at}, at the end` });
      }
      yield chunk;
      at += chunk.length;
    }
  }
}

/** @throws InputError for a table that one reader has to read */
function dividedBy(
  { part }: Records,
  { name, format, compression, encoding, dialect }: DataDescription,
): PartReader {
  if (compression !== undefined)
    throw undivided(name, `${compression}, which is unpacked from its beginning`);
  if (!part) throw undivided(name, FORMATS[format] ?? format);
  if (!BYTE_BY_BYTE.test(encoding!.name)) throw undivided(name, `text in ${encoding!.name}`);
  if (dialect && dialect.delimiter > "\x7f") throw undivided(name, "a delimiter beyond ASCII");
  return part;
}

const FORMATS: Partial<Record<DataDescription["format"], string>> = {
  json: "a JSON list",
  fasttext: "fastText's lines",
  parquet: "a Parquet file",
};

function undivided(name: string, found: string): Error {
  const [formats, encodings] = [
    "CSV, TSV, JSON lines or one text a line",
    "UTF-8 or one of a byte a character",
  ];
  return inputError({
    expected: `a file that can be read in parts, found ${found}`,
    where: name,
    next: `${formats} can, not compressed, their encoding ${encodings}: write it so first, or read it in one process.`,
  });
}

function rulesOf({ format, dialect }: DataDescription): RecordRules {
  if (dialect) return { blank: "empty", dialect };
  return { blank: format === "lines" ? "records" : "white" };
}
