/** Rows of a corpus as a network reads them, in files: written once, and read batch by batch. */
import { host, openShared, scratchRows } from "#scratch";
import { type Pieces, ROWS, spans } from "../base/pieces.js";
import type { RowFile } from "../data/row-file.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import type { ProcessGroup } from "../processes/group.js";
import { pack, unpack } from "../processes/packing.js";
import { layRow } from "../tokens/pad.js";
import type { EncodingReport, Vectorizer } from "../tokens/vectorizer.js";
import type { RowSource } from "../train/row-source.js";
import type { CorpusText, TextCorpus } from "./text-corpus.js";

/** What rows are written with. */
interface Written {
  readonly vectorizer: Vectorizer;
  /** Ids in a row, at most. */
  readonly length: number;
  /** One number, which a row is to be answered by. */
  target(row: number): number;
  readonly report: EncodingReport;
}

/** Rows of ids in a file, and a target each. */
export class FileRows implements RowSource {
  readonly targetSize = 1;
  readonly shape: readonly number[];
  private readonly target = new Float32Array(1);

  constructor(
    private readonly file: RowFile,
    private readonly vectorizer: Vectorizer,
    length: number,
  ) {
    this.shape = [length];
  }

  get rows(): number {
    return this.file.rows;
  }

  get limit(): number {
    return this.file.layout.limit;
  }

  get fingerprint(): string {
    return this.file.digest;
  }

  read(row: number, input: Float32Array | null, target: Float32Array): void {
    const ids = this.file.read(row, target);
    const { padding, truncating } = this.vectorizer;
    if (input) layRow(input, ids, ids.length, padding, truncating);
  }

  /** All rows with their targets, so many at a time. */
  *parts(most: number): Generator<readonly [Rows, Float32Array]> {
    const [size] = this.shape as [number];
    for (let from = 0; from < this.rows; from += most) {
      const rows = Math.min(most, this.rows - from);
      const data = new Float32Array(rows * size);
      const targets = new Float32Array(rows);
      for (let i = 0; i < rows; i++) {
        this.read(from + i, data.subarray(i * size, (i + 1) * size), this.target);
        targets[i] = this.target[0]!;
      }
      yield [{ data, rows, shape: this.shape }, targets];
    }
  }

  /** What other processes find it by. */
  get told(): { readonly place: string | null; readonly digest: string } {
    return { place: this.file.place, digest: this.file.digest };
  }

  /** Lets go of the file. */
  close(): void {
    this.file.close();
  }
}

/** Writes rows of a corpus to a file: what of each the network reads, and nothing of its padding. */
export function* writtenRows(
  corpus: TextCorpus<CorpusText>,
  rows: ArrayLike<number>,
  folder: string,
  { vectorizer, length, target, report }: Written,
): Pieces<FileRows> {
  const limit = vectorizer.size;
  const file = scratchRows(folder, { idBytes: limit <= 2 ** 16 ? 2 : 4, values: 1, limit });
  const padded = new Float32Array(length);
  try {
    const writing = (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const row = rows[i]!;
        const kept = Math.min(length, corpus.texts.encodeInto(padded, row, vectorizer, report));
        const first = vectorizer.padding === "pre" ? length - kept : 0;
        file.add(padded.subarray(first, first + kept), kept, [target(row)]);
      }
    };
    yield* spans(rows.length, ROWS, writing, true);
    return new FileRows(file.seal(), vectorizer, length);
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * The same, where several processes learn from the rows: of those on one host the first writes them, and the others read its
 * file. One that cannot open that (another kind of system, a container of its own) writes its own.
 */
export async function sharedRows(
  group: ProcessGroup,
  write: () => Promise<FileRows>,
  { vectorizer, length, report }: Omit<Written, "target">,
): Promise<FileRows> {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const hosts = group.gatherAny(new TextEncoder().encode(host())).map(text);
  const first = hosts.indexOf(hosts[group.rank]!);
  const own: FileRows[] = [];
  const told = await group.spread(group.size, async (rank) => {
    if (rank === first) own.push(await write());
    return pack({ plain: own[0] ? { ...own[0].told, encoded: report } : null, arrays: [] });
  });
  if (own[0]) return own[0];
  const { place, digest, encoded } = unpack(told[first]!).plain as FileRows["told"] & {
    encoded: EncodingReport;
  };
  const file = place === null ? null : openShared(place, digest);
  if (!file) return write();
  Object.assign(report, encoded);
  return new FileRows(file, vectorizer, length);
}

/** Rows held out that are measured so many at a time, each with its targets. */
export type HeldOut = () => Iterable<readonly [Rows, Float32Array]>;

/** Rows that are answered at a time. */
const AT_ONCE = 2 ** 12;

/** Those of a file. */
export const heldOutIn =
  (file: FileRows): HeldOut =>
  () =>
    file.parts(AT_ONCE);

/** The outputs of rows held out, so many at a time. */
export function* answersTo(model: Model, heldOut: HeldOut): Generator<readonly [Float32Array, Float32Array]> {
  for (const [x, targets] of heldOut()) yield [model.predictFlat(x).data, targets];
}
