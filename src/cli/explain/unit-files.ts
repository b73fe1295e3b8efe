/** Gates and states of every word of a data set, written as they come, in the format that the file's name ends in. */
import { extname } from "node:path";
import { inputError } from "../../base/errors.js";
import type { RecordedText } from "../../explain/units/walk.js";
import { PartFile } from "./part-file.js";
import { ArchiveSink, ArraySink } from "./unit-arrays.js";
import { columnsOf, type UnitColumns, type UnitSink } from "./unit-sink.js";
import { type ParquetWriting, parquetWriting, TableSink } from "./unit-table.js";

const ENDINGS = [".npz", ".npy", ".jsonl", ".parquet"];

/** A file for what is recorded, which is opened at the first text. */
export class UnitFile implements UnitSink {
  #sink: UnitSink | undefined;

  private constructor(
    private readonly file: string,
    private readonly ending: string,
    private readonly writing: ParquetWriting | null,
  ) {}

  /** @throws InputError for a file of another kind; Error where what writes such files is not installed */
  static async of(file: string): Promise<UnitFile> {
    const ending = extname(file).toLowerCase();
    if (!ENDINGS.includes(ending)) {
      const expected = `a name that ends in ${ENDINGS.join(", ")}`;
      throw inputError({ expected, where: "--out", received: file });
    }
    return new UnitFile(file, ending, ending === ".parquet" ? await parquetWriting() : null);
  }

  #open(columns: UnitColumns): UnitSink {
    switch (this.ending) {
      case ".npz":
        return new ArchiveSink(this.file, columns);
      case ".npy":
        return new ArraySink(this.file, columns);
      case ".parquet":
        return new TableSink(this.file, columns, this.writing!);
      default:
        return new LinesSink(this.file, columns);
    }
  }

  write(text: RecordedText): void {
    this.#sink ??= this.#open(columnsOf(text.signals));
    this.#sink.write(text);
  }

  close(): void {
    this.#sink?.close();
  }

  abandon(): void {
    this.#sink?.abandon();
  }
}

/** {"row", "words", "units": {"lstm": {"hidden": [[…], …]}}} */
class LinesSink implements UnitSink {
  readonly #part: PartFile;

  constructor(
    file: string,
    private readonly columns: UnitColumns,
  ) {
    this.#part = new PartFile(file);
  }

  write({ row, read: { tokens }, x }: RecordedText): void {
    const { blocks, columns: S } = this.columns;
    const units: Record<string, Record<string, number[][]>> = {};
    for (const { layer, part, units: U, from } of blocks) {
      const values = tokens.map((_, k) => Array.from(x.subarray(k * S + from, k * S + from + U)));
      (units[layer] ??= {})[part] = values;
    }
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
