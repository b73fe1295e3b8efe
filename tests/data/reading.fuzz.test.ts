/** Data files bent where it hurts: quotes, line ends, widths, brackets and keys; and the same bytes in other pieces. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { gzipSync } from "node:zlib";
import { readAmounts, readLabelled, readLabelSets, type TextRow } from "../../src/data/read.js";
import type { ByteSource, Chunks } from "../../src/data/source.js";
import { InputError } from "../../src/index.js";
import { fuzz } from "../files/fuzzing.js";
import { type Dice, damage } from "../files/mutate.js";

const FIELDS = [
  "a",
  "two words",
  "",
  " spaced ",
  'a ""quote""',
  "7",
  "N/A",
  "2026-11-28",
  "naïve",
  "酒店",
  "x".repeat(300),
  "a;b",
  "b; c",
  "['a', 3]",
  "3.5",
];
const ENDS = ["\n", "\r\n", "\n\n", "\r"];

/** A table whose rows mostly agree: with fields quoted or not, and now and then one too many or a quote too few. */
function table(dice: Dice, delimiter: string): string {
  const width = 2 + dice.roll(3);
  const wrong = () => dice.roll(60) === 0;
  const field = (name?: string) => {
    const text = name ?? dice.pick(FIELDS);
    if (wrong()) return `"${text}`;
    return dice.roll(3) === 0 || text.includes('"') ? `"${text}"` : text;
  };
  const row = (names?: string[]) =>
    Array.from({ length: width + (wrong() ? 1 : 0) }, (_, i) => field(names?.[i])).join(delimiter);
  const header = dice.roll(2) === 0 ? [row(["text", "label", "id", "when"])] : [];
  const end = dice.roll(8) === 0 ? dice.pick(ENDS) : "\n";
  return (
    [...header, ...Array.from({ length: dice.roll(12) }, () => row())].join(end) + (dice.roll(2) ? end : "")
  );
}

function jsonLines(dice: Dice): string {
  const value = (): unknown =>
    dice.pick<() => unknown>([
      ...[() => dice.pick(FIELDS), () => dice.pick(FIELDS), () => dice.pick(FIELDS)],
      ...[
        () => dice.roll(9),
        () => dice.roll(2) === 0,
        () => null,
        () => [value(), value()],
        () => ({ label: value() }),
      ],
      ...[() => 2 ** (40 + dice.roll(30)) + 1, () => '{"label": [', () => '\\"'],
    ])();
  const line = () => {
    const pairs = ["text", "label", "more"].map(
      (key) => `${JSON.stringify(key)}: ${JSON.stringify(value())}`,
    );
    if (dice.roll(30) === 0) pairs.push(pairs[dice.roll(3)]!);
    const text = `{${pairs.join(", ")}}`;
    return dice.roll(40) === 0 ? text.slice(0, dice.roll(text.length)) : text;
  };
  return Array.from({ length: 1 + dice.roll(8) }, line).join("\n");
}

/** What a row must be, and all of it in words. */
const READERS = {
  label: async (source: ByteSource) => checked(await readLabelled(source), ({ label }) => isLabel(label)),
  labels: async (source: ByteSource) =>
    checked(await readLabelSets(source), ({ labels }) => labels.every(isLabel)),
  amounts: async (source: ByteSource) =>
    checked(await readAmounts(source), ({ value }) => Number.isFinite(value)),
};

const isLabel = (label: string) => label === label.trim() && label !== "";

async function checked<Row extends TextRow>(
  rows: AsyncIterable<Row>,
  isRight: (row: Row) => boolean,
): Promise<string[]> {
  const all: string[] = [];
  for await (const row of rows) {
    assert.ok(typeof row.text === "string" && isRight(row));
    all.push(JSON.stringify(row));
  }
  return all;
}

async function* cut(bytes: Uint8Array, size: number): Chunks & AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What comes of the bytes, the same however they come. */
async function read(
  bytes: Uint8Array,
  name: string,
  damaged = false,
  reader: keyof typeof READERS = "label",
): Promise<void> {
  const outcomeOf = async (size: number) => {
    try {
      return { rows: await READERS[reader]({ name, chunks: cut(bytes, size) }), error: null };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { rows: [], error };
    }
  };
  const whole = await outcomeOf(2 ** 20);
  const pieces = await outcomeOf(1 + (bytes.length % 13));
  assert.deepEqual(pieces.rows, whole.rows);
  // Of two things wrong with bytes, the first to be seen may be either.
  if (damaged) assert.equal(pieces.error === null, whole.error === null);
  else assert.equal(pieces.error?.message, whole.error?.message);
  if (whole.error) throw whole.error;
}

const encode = (text: string) => new TextEncoder().encode(text);

describe("bent data files", () => {
  fuzz(
    {
      CSV: { make: (dice) => encode(table(dice, ",")), open: (bytes) => read(bytes, "d.csv") },
      TSV: { make: (dice) => encode(table(dice, "\t")), open: (bytes) => read(bytes, "d.tsv") },
      "a table of an unknown kind": {
        make: (dice) => encode(table(dice, dice.pick([",", ";", "|", "\t"]))),
        open: (bytes) => read(bytes, "d"),
      },
      "JSON Lines": { make: (dice) => encode(jsonLines(dice)), open: (bytes) => read(bytes, "d.jsonl") },
      "several labels of CSV": {
        make: (dice) => encode(table(dice, ",")),
        open: (bytes) => read(bytes, "d.csv", false, "labels"),
      },
      "several labels of JSON Lines": {
        make: (dice) => encode(jsonLines(dice)),
        open: (bytes) => read(bytes, "d.jsonl", false, "labels"),
      },
      "amounts of JSON Lines": {
        make: (dice) => encode(jsonLines(dice)),
        open: (bytes) => read(bytes, "d.jsonl", false, "amounts"),
      },
      "bytes that are damaged": {
        make: (dice) => damage(encode(table(dice, ",")), dice),
        open: (bytes) => read(bytes, "d.csv", true),
      },
      "gzip that is damaged": {
        make: (dice) => damage(gzipSync(table(dice, ",").repeat(1 + dice.roll(50))), dice),
        open: (bytes) => read(bytes, "d.csv.gz", true),
      },
    },
    3,
  );
});
