/** Gates and states of every word as NumPy's files. */
import { crc32 } from "../../base/crc32.js";
import { inputError } from "../../base/errors.js";
import {
  littleEndian,
  localHeader,
  MOST_ARCHIVE,
  NPY_HEADER,
  type NpyType,
  npyHeader,
  type StoredMember,
  zipDirectory,
} from "../../explain/units/npy.js";
import type { RecordedText } from "../../explain/units/walk.js";
import { PartFile } from "./part-file.js";
import type { UnitColumns, UnitSink } from "./unit-sink.js";

/** An array that grows by rows. */
class GrowingArray {
  size = NPY_HEADER;
  readonly part: PartFile;

  constructor(
    file: string,
    readonly type: NpyType,
    readonly columns: number | null,
    suffix = "",
  ) {
    this.part = new PartFile(file, suffix);
    this.part.write(new Uint8Array(NPY_HEADER));
  }

  add(values: Float32Array | Int32Array): void {
    const bytes = littleEndian(values);
    this.part.write(bytes, this.size);
    this.size += bytes.length;
  }

  /** Writes the header, now that the length is known. */
  finish(): void {
    const rows = (this.size - NPY_HEADER) / 4 / (this.columns ?? 1);
    this.part.write(npyHeader(this.type, this.columns === null ? [rows] : [rows, this.columns]), 0);
  }

  /** As a member of an archive. */
  member(name: string): StoredMember {
    let crc = 0;
    for (const piece of this.part.pieces(this.size)) crc = crc32(piece, crc);
    return { name: `${name}.npy`, crc, size: this.size };
  }
}

/** One array of every signal side by side, [words][S]. */
export class ArraySink implements UnitSink {
  readonly #array: GrowingArray;

  constructor(file: string, { columns }: UnitColumns) {
    this.#array = new GrowingArray(file, "<f4", columns);
  }

  write({ x }: RecordedText): void {
    this.#array.add(x);
  }

  close(): void {
    this.#array.finish();
    this.#array.part.keep();
  }

  abandon(): void {
    this.#array.part.abandon();
  }
}

/** "lstm.hidden" [words][U] and its like; row, place and id of every word. */
export class ArchiveSink implements UnitSink {
  readonly #arrays: { name: string; array: GrowingArray; from: number }[] = [];
  readonly #about: Record<"row" | "place" | "id", GrowingArray>;
  readonly #columns: number;
  #total = 0;

  constructor(
    private readonly file: string,
    { blocks, columns }: UnitColumns,
  ) {
    this.#columns = columns;
    const open = (name: string, type: NpyType, columns: number | null) =>
      new GrowingArray(file, type, columns, `.${name.replaceAll("/", ".")}`);
    const whole = (name: string) => open(name, "<i4", null);
    this.#about = { row: whole("row"), place: whole("place"), id: whole("id") };
    for (const { layer, part, units, from } of blocks) {
      const name = `${layer}.${part}`;
      this.#arrays.push({ name, array: open(name, "<f4", units), from });
    }
  }

  write({ row, read: { tokens, ids }, x }: RecordedText): void {
    this.#total += (x.length + 3 * tokens.length) * 4;
    if (this.#total > MOST_ARCHIVE) {
      throw inputError({
        expected: "an archive of less than 4 GiB",
        where: `--out ${this.file}`,
        next: "Record fewer --parts or one --layer, or write .npy or .jsonl.",
      });
    }
    this.#about.row.add(Int32Array.from(tokens, () => row));
    this.#about.place.add(Int32Array.from(tokens, ({ t }) => t));
    this.#about.id.add(Int32Array.from(tokens, ({ t }) => ids[t]!));
    for (const { array, from } of this.#arrays) {
      const U = array.columns!;
      const own = new Float32Array(tokens.length * U);
      for (let k = 0; k < tokens.length; k++) {
        const at = k * this.#columns + from;
        own.set(x.subarray(at, at + U), k * U);
      }
      array.add(own);
    }
  }

  #all(): [string, GrowingArray][] {
    return [
      ...this.#arrays.map(({ name, array }): [string, GrowingArray] => [name, array]),
      ...Object.entries(this.#about),
    ];
  }

  close(): void {
    const out = new PartFile(this.file);
    const members: StoredMember[] = [];
    const offsets: number[] = [];
    let at = 0;
    for (const [name, array] of this.#all()) {
      array.finish();
      const member = array.member(name);
      const header = localHeader(member);
      offsets.push(at);
      members.push(member);
      out.write(header);
      for (const piece of array.part.pieces(array.size)) out.write(piece);
      at += header.length + array.size;
    }
    out.write(zipDirectory(members, offsets, at));
    out.keep();
    this.abandon();
  }

  abandon(): void {
    for (const [, array] of this.#all()) array.part.abandon();
  }
}
