/** Gates and states of every word as a Parquet table, a group of words at a time. */
import type { RecordedText } from "../../explain/units/walk.js";
import { PartFile } from "./part-file.js";
import type { UnitColumns, UnitSink } from "./unit-sink.js";

/** What writes Parquet, which few need: it is installed by those who do. */
export type ParquetWriting = typeof import("hyparquet-writer");

/** @throws Error where it is not installed */
export async function parquetWriting(): Promise<ParquetWriting> {
  try {
    return await import("hyparquet-writer");
  } catch (cause) {
    throw new Error(
      "--out: the package hyparquet-writer writes Parquet. Install it: npm install hyparquet-writer",
      { cause },
    );
  }
}

/** Numbers of a group that wait to be written: 16 MiB. */
const MOST_WAITING = 2 ** 22;
/** Words of a group. */
const MOST_WORDS = 2 ** 16;

/** row, place, id and word of each word, and a column a unit: "lstm.hidden.0" and its like. */
export class TableSink implements UnitSink {
  readonly #part: PartFile;
  readonly #writer: InstanceType<ParquetWriting["ParquetWriter"]>;
  readonly #names: string[];
  /** Words of a group. */
  readonly #most: number;
  readonly #numbers: Record<"row" | "place" | "id", Int32Array>;
  readonly #words: string[] = [];
  /** [columns][words of a group] */
  readonly #units: Float32Array[];

  constructor(file: string, { columns, blocks }: UnitColumns, { ByteWriter, ParquetWriter }: ParquetWriting) {
    this.#part = new PartFile(file);
    this.#names = blocks.flatMap(({ layer, part, units }) =>
      Array.from({ length: units }, (_, unit) => `${layer}.${part}.${unit}`),
    );
    this.#most = Math.max(1, Math.min(MOST_WORDS, Math.floor(MOST_WAITING / columns)));
    const whole = () => new Int32Array(this.#most);
    this.#numbers = { row: whole(), place: whole(), id: whole() };
    this.#units = this.#names.map(() => new Float32Array(this.#most));
    const writer = new ByteWriter();
    const flush = () => {
      this.#part.write(writer.getBytes());
      writer.index = 0;
    };
    const needed = { repetition_type: "REQUIRED" } as const;
    this.#writer = new ParquetWriter({
      writer: Object.assign(writer, { flush, finish: flush }),
      codec: "UNCOMPRESSED",
      createdBy: "cellstate",
      schema: [
        { name: "words", num_children: 4 + columns },
        ...["row", "place", "id"].map((name) => ({ name, type: "INT32", ...needed }) as const),
        { name: "word", type: "BYTE_ARRAY", converted_type: "UTF8", ...needed },
        ...this.#names.map((name) => ({ name, type: "FLOAT", ...needed }) as const),
      ],
    });
  }

  write({ row, read: { tokens, ids }, x }: RecordedText): void {
    const S = this.#units.length;
    for (const [k, { word, t }] of tokens.entries()) {
      const at = this.#words.push(word) - 1;
      this.#numbers.row[at] = row;
      this.#numbers.place[at] = t;
      this.#numbers.id[at] = ids[t]!;
      for (let s = 0; s < S; s++) this.#units[s]![at] = x[k * S + s]!;
      if (this.#words.length === this.#most) this.#writeGroup();
    }
  }

  #writeGroup(): void {
    const n = this.#words.length;
    this.#writer.write({
      rowGroupSize: n,
      columnData: [
        ...Object.entries(this.#numbers).map(([name, data]) => ({ name, data: data.subarray(0, n) })),
        { name: "word", data: this.#words },
        // Numbers that hardly repeat: a dictionary would be looked for in vain, and bounds of each are of no use.
        ...this.#units.map((data, s) => ({
          ...{ name: this.#names[s]!, data: data.subarray(0, n) },
          ...({ encoding: "PLAIN", statistics: false } as const),
        })),
      ],
    });
    this.#words.length = 0;
  }

  close(): void {
    if (this.#words.length > 0) this.#writeGroup();
    this.#writer.finish();
    this.#part.keep();
  }

  abandon(): void {
    this.#part.abandon();
  }
}
