/** From texts to what a network reads, whatever it reads: rows of ids, or features beside their scales. */
import { atOnce, type Pieces, ROWS, spans } from "../base/pieces.js";
import { type CorpusFrontEndOptions, specialWords } from "./options.js";
import { newRows } from "./pad.js";
import type { TokenizedTexts } from "./tokenized-texts.js";
import type { EncodingReport, Vectorizer } from "./vectorizer.js";
import { newEncodingReport } from "./vectorizer.js";

/** Rows of one of a network's inputs. */
export interface InputRows {
  /** [rows][…shape], row after row */
  readonly data: Float32Array;
  /** How many there are. */
  readonly rows: number;
  /** The shape of a row. */
  readonly shape: readonly number[];
}

/** Rows that a network reads together. */
export interface EncodedBatch {
  /** [rows] which of the texts they are */
  readonly positions: ArrayLike<number>;
  /**
   * [rows] the share of each text's words that are known, where the encoder tells. One of ids tells only where there is none:
   * 0 where no id in the row is of a known word, else undefined.
   */
  readonly known?: readonly (number | undefined)[];
  /** One for each input of the network. */
  readonly inputs: readonly InputRows[];
}

/** What turns texts into the rows that a network reads. */
export interface RowEncoder {
  /** How texts fall into tokens. */
  readonly frontEnd: CorpusFrontEndOptions;
  /** Where the encoder tells what it knows: texts of which a smaller share of words is known are strange to it. */
  readonly familiar?: number;
  /** Texts as the network reads them. */
  encodeTexts(texts: readonly string[], report?: EncodingReport): EncodedBatch[];
  /** As `encodeTexts`. */
  encodingTexts(texts: readonly string[], report?: EncodingReport): Pieces<EncodedBatch[]>;
  /** Rows of texts that were taken apart before, by the same front end. */
  encodeCorpus(
    texts: TokenizedTexts,
    rows: ArrayLike<number>,
    report?: EncodingReport,
  ): Pieces<EncodedBatch[]>;
}

/** Each text as one row of a vocabulary's ids. */
export class IdEncoder implements RowEncoder {
  /** @param length ids in a row */
  constructor(
    readonly vectorizer: Vectorizer,
    readonly length: number,
  ) {}

  get frontEnd(): CorpusFrontEndOptions {
    return this.vectorizer.frontEnd;
  }

  encodeTexts(texts: readonly string[], report?: EncodingReport): EncodedBatch[] {
    return atOnce(this.encodingTexts(texts, report));
  }

  *encodingTexts(texts: readonly string[], report?: EncodingReport): Pieces<EncodedBatch[]> {
    const { length, vectorizer } = this;
    const data = newRows(texts.length, length, "texts to encode");
    const isKnown = knownWordIn(vectorizer);
    const known: (number | undefined)[] = [];
    const encoding = (from: number, to: number) => {
      for (let row = from; row < to; row++) {
        const ids = data.subarray(row * length, (row + 1) * length);
        vectorizer.encodeInto(ids, texts[row]!, report);
        known.push(isKnown(ids) ? undefined : 0);
      }
    };
    yield* spans(texts.length, ROWS, encoding, true);
    return batchOf(data, texts.length, length).map((batch) => ({ ...batch, known }));
  }

  *encodeCorpus(
    texts: TokenizedTexts,
    rows: ArrayLike<number>,
    report: EncodingReport = newEncodingReport(),
  ): Pieces<EncodedBatch[]> {
    const { length, vectorizer } = this;
    return batchOf(yield* encoded(texts, rows, vectorizer, length, report), rows.length, length);
  }
}

/** [rows][length] the ids of texts that were taken apart before. */
export function* encoded(
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
  vectorizer: Vectorizer,
  length: number,
  report: EncodingReport,
): Pieces<Float32Array> {
  const data = newRows(rows.length, length, "texts to encode");
  const encoding = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      texts.encodeInto(data.subarray(i * length, (i + 1) * length), rows[i]!, vectorizer, report);
    }
  };
  yield* spans(rows.length, ROWS, encoding, true);
  return data;
}

/** Tells whether a row of ids holds a word's: not only padding and what stands for unknown words. */
export function knownWordIn({ frontEnd, vocabulary }: Vectorizer): (ids: Float32Array) => boolean {
  const word = specialWords(frontEnd)[1];
  const unknown = word === undefined ? 0 : vocabulary.indexOf(word);
  return (ids) => {
    for (let i = 0; i < ids.length; i++) if (ids[i] !== 0 && ids[i] !== unknown) return true;
    return false;
  };
}

function batchOf(data: Float32Array, rows: number, length: number): EncodedBatch[] {
  if (rows === 0) return [];
  return [
    { positions: Uint32Array.from({ length: rows }, (_, i) => i), inputs: [{ data, rows, shape: [length] }] },
  ];
}

/** The same rows in batches of at most so many. */
export function* inParts(batches: readonly EncodedBatch[], most: number): Generator<EncodedBatch> {
  for (const { positions, inputs } of batches) {
    for (let from = 0; from < positions.length; from += most) {
      const to = Math.min(from + most, positions.length);
      yield {
        positions: Array.prototype.slice.call(positions, from, to) as number[],
        inputs: inputs.map(({ data, shape }) => {
          const size = shape.reduce((product, one) => product * one, 1);
          return { data: data.subarray(from * size, to * size), rows: to - from, shape };
        }),
      };
    }
  }
}
