/** Gates and states of every word of a data set, written as they come: NumPy's files, or a JSON line a text. */
import { closeSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { extname } from "node:path";
import { crc32 } from "../../base/crc32.js";
import { inputError } from "../../base/errors.js";
import { fileError } from "../../base/node-files.js";
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
import type { Recorded, WalkedText } from "../../explain/units/walk.js";

/** Where recordings go: nothing is there until all is. */
export interface UnitSink {
  write(text: WalkedText): void;
  close(): void;
  abandon(): void;
}

const ENDINGS = [".npz", ".npy", ".jsonl"];

/** @throws InputError for a file of another kind */
export function checkUnitFile(file: string): void {
  const ending = extname(file).toLowerCase();
  if (ENDINGS.includes(ending)) return;
  const next =
    ending === ".parquet"
      ? "pandas makes one of these: pandas.DataFrame(numpy.load('units.npy')).to_parquet('units.parquet')."
      : undefined;
  throw inputError({
    expected: `a name that ends in ${ENDINGS.join(", ")}`,
    where: "--out",
    received: file,
    ...(next === undefined ? {} : { next }),
  });
}

/** Opens a file for what is recorded. */
export function openUnitFile(file: string, recorded: readonly Recorded[]): UnitSink {
  switch (extname(file).toLowerCase()) {
    case ".npz":
      return new ArchiveSink(file, recorded);
    case ".npy":
      return new ArraySink(file, columnsOf(recorded));
    default:
      return new LinesSink(file, recorded);
  }
}

const columnsOf = (recorded: readonly Recorded[]): number =>
  recorded.reduce((sum, { parts, units }) => sum + parts.length * units, 0);

/** A file beside its own place, until it is whole. */
class PartFile {
  readonly #at: number;
  readonly #temporary: string;

  constructor(
    private readonly file: string,
    suffix = "",
  ) {
    this.#temporary = `${file}${suffix}.${process.pid}.part`;
    this.#at = this.#guard(() => openSync(this.#temporary, "wx+"));
  }

  #guard<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw fileError(error, this.file, "written");
    }
  }

  write(bytes: Uint8Array, position: number | null = null): void {
    this.#guard(() => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(
          this.#at,
          bytes,
          done,
          bytes.length - done,
          position === null ? null : position + done,
        );
      }
    });
  }

  /** All of it, in pieces. */
  *pieces(size: number): Generator<Uint8Array> {
    const piece = new Uint8Array(Math.min(size, 2 ** 20));
    for (let from = 0; from < size; ) {
      const read = this.#guard(() => readSync(this.#at, piece, 0, Math.min(piece.length, size - from), from));
      yield piece.subarray(0, read);
      from += read;
    }
  }

  keep(): void {
    this.#guard(() => {
      closeSync(this.#at);
      renameSync(this.#temporary, this.file);
    });
  }

  abandon(): void {
    closeSync(this.#at);
    rmSync(this.#temporary, { force: true });
  }
}

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
class ArraySink implements UnitSink {
  readonly #array: GrowingArray;

  constructor(file: string, columns: number) {
    this.#array = new GrowingArray(file, "<f4", columns);
  }

  write({ x }: WalkedText): void {
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
class ArchiveSink implements UnitSink {
  readonly #arrays: { name: string; array: GrowingArray; from: number }[] = [];
  readonly #about: Record<"row" | "place" | "id", GrowingArray>;
  readonly #columns: number;
  #total = 0;

  constructor(
    private readonly file: string,
    recorded: readonly Recorded[],
  ) {
    this.#columns = columnsOf(recorded);
    const open = (name: string, type: NpyType, columns: number | null) =>
      new GrowingArray(file, type, columns, `.${name.replaceAll("/", ".")}`);
    const whole = (name: string) => open(name, "<i4", null);
    this.#about = { row: whole("row"), place: whole("place"), id: whole("id") };
    let from = 0;
    for (const { layer, parts, units } of recorded) {
      for (const part of parts) {
        const name = `${layer}.${part}`;
        this.#arrays.push({ name, array: open(name, "<f4", units), from });
        from += units;
      }
    }
  }

  write({ row, read: { tokens, ids }, x }: WalkedText): void {
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

/** {"row", "words", "units": {"lstm": {"hidden": [[…], …]}}} */
class LinesSink implements UnitSink {
  readonly #part: PartFile;

  constructor(
    file: string,
    private readonly recorded: readonly Recorded[],
  ) {
    this.#part = new PartFile(file);
  }

  write({ row, read: { tokens }, x }: WalkedText): void {
    const S = x.length / tokens.length;
    let from = 0;
    const units = Object.fromEntries(
      this.recorded.map(({ layer, parts, units: U }) => [
        layer,
        Object.fromEntries(
          parts.map((part) => {
            const values = tokens.map((_, k) => Array.from(x.subarray(k * S + from, k * S + from + U)));
            from += U;
            return [part, values];
          }),
        ),
      ]),
    );
    const line = JSON.stringify({ row, words: tokens.map(({ word }) => word), units });
    this.#part.write(new TextEncoder().encode(`${line}\n`));
  }

  close(): void {
    this.#part.keep();
  }

  abandon(): void {
    this.#part.abandon();
  }
}
