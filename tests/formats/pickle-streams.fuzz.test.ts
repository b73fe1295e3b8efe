/** Pickles put together opcode by opcode: what is sound comes out as it was meant, and what is bent is refused in words. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readVocabulary } from "../../src/formats/vocabulary/index.js";
import { readPickle } from "../../src/formats/vocabulary/pickle.js";
import type { PickleValue } from "../../src/formats/vocabulary/pickle-values.js";
import { fuzz } from "../files/fuzzing.js";
import { Dice } from "../files/mutate.js";

const NONE: ReadonlySet<string> = new Set();

function little(value: number, width: number): number[] {
  return Array.from({ length: width }, (_, i) => Math.floor(value / 256 ** i) & 0xff);
}

/** Writes values in one of the ways that protocols 0 to 5 have; `bend` may change any length, index or count. */
class Pickler {
  private memo = 0;
  private readonly kept: { index: number; value: PickleValue }[] = [];

  constructor(
    private readonly dice: Dice,
    private readonly bend: (value: number) => number = (value) => value,
  ) {}

  private number(value: number, width: number): number[] {
    return little(this.bend(value), width);
  }

  private line(letter: string, text: string): number[] {
    return [...Buffer.from(`${letter}${text}\n`)];
  }

  /** A value of at most so many levels, and the opcodes that make it. */
  value(depth: number): { value: PickleValue; code: number[] } {
    const { dice } = this;
    const kind = dice.roll(depth > 0 ? 9 : 6);
    if (kind === 5 && this.kept.length > 0) {
      const { index, value } = dice.pick(this.kept);
      return {
        value,
        code: dice.roll(2) === 0 ? [0x68, ...this.number(index, 1)] : [0x6a, ...this.number(index, 4)],
      };
    }
    if (kind >= 6) return this.remembered(kind === 8 ? this.map(depth) : this.list(depth));
    return kind < 2 ? this.text() : this.plain(kind);
  }

  private plain(kind: number): { value: PickleValue; code: number[] } {
    const { dice } = this;
    const value = dice.roll(70_000) - 1000;
    if (kind === 2) return { value: null, code: [0x4e] };
    if (kind === 3) return { value: true, code: dice.pick([[0x88], this.line("I", "01")]) };
    if (value < 0)
      return { value, code: dice.pick([[0x4a, ...little(value >>> 0, 4)], this.line("I", `${value}`)]) };
    if (value < 256) return { value, code: [0x4b, value] };
    return {
      value,
      code: dice.pick([this.line("L", `${value}L`), [0x8a, ...this.number(4, 1), ...little(value, 4)]]),
    };
  }

  private text(): { value: string; code: number[] } {
    const { dice } = this;
    const value = Array.from({ length: dice.roll(8) }, () => dice.pick(["a", "b", "é", "語", "\\"])).join("");
    const bytes = [...Buffer.from(value)];
    const kind = dice.roll(4);
    if (kind === 0) return { value, code: [0x58, ...this.number(bytes.length, 4), ...bytes] };
    if (kind === 1) return { value, code: [0x8c, ...this.number(bytes.length, 1), ...bytes] };
    if (kind === 2) return { value, code: [0x8d, ...this.number(bytes.length, 4), 0, 0, 0, 0, ...bytes] };
    const hex = bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
    return { value, code: this.line("S", `'${hex}'`) };
  }

  private list(depth: number): { value: PickleValue[]; code: number[] } {
    const items = Array.from({ length: this.dice.roll(4) }, () => this.value(depth - 1));
    const codes = items.flatMap(({ code }) => code);
    const value = items.map((item) => item.value);
    const kind = this.dice.roll(3);
    if (kind === 0) return { value, code: [0x5d, 0x28, ...codes, 0x65] };
    if (kind === 1) return { value, code: [0x5d, ...items.flatMap(({ code }) => [...code, 0x61])] };
    return { value, code: [0x28, ...codes, 0x74] };
  }

  private map(depth: number): { value: Map<string, PickleValue>; code: number[] } {
    const pairs = Array.from(
      { length: this.dice.roll(4) },
      () => [this.text(), this.value(depth - 1)] as const,
    );
    const value = new Map(pairs.map(([key, item]) => [key.value, item.value]));
    const codes = pairs.map(([key, item]) => [...key.code, ...item.code]);
    const kind = this.dice.roll(3);
    if (kind === 0) return { value, code: [0x7d, 0x28, ...codes.flat(), 0x75] };
    if (kind === 1) return { value, code: [0x7d, ...codes.flatMap((code) => [...code, 0x73])] };
    const ordered = [...Buffer.from("ccollections\nOrderedDict\n")];
    return {
      value,
      code: [...ordered, 0x5d, 0x28, ...codes.flatMap((code) => [...code, 0x86]), 0x65, 0x85, 0x52],
    };
  }

  /** Keeps what was made last for later, as picklers do. */
  private remembered(made: { value: PickleValue; code: number[] }): { value: PickleValue; code: number[] } {
    if (this.memo > 200 || this.dice.roll(2) === 0) return made;
    const index = this.memo++;
    this.kept.push({ index, value: made.value });
    const keep = this.dice.pick([
      [0x94],
      [0x71, ...this.number(index, 1)],
      this.line("p", `${this.bend(index)}`),
    ]);
    return { value: made.value, code: [...made.code, ...keep] };
  }

  pickle(): { value: PickleValue; bytes: Uint8Array } {
    const { value, code } = this.value(5);
    return { value, bytes: Uint8Array.from([0x80, 4, ...code, 0x2e]) };
  }
}

function bent(dice: Dice): Uint8Array {
  const bend = (value: number) =>
    dice.roll(12) > 0
      ? value
      : dice.pick([0, -1, value + 1, value - 1, 255, 0xffffffff, 2 * value, dice.roll(40)]);
  return new Pickler(dice, bend).pickle().bytes;
}

describe("pickles put together opcode by opcode", () => {
  test("sound ones hold what was put into them", () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const { value, bytes } = new Pickler(new Dice(seed)).pickle();
      assert.deepEqual(readPickle(bytes, "f", NONE), value, `seed ${seed}`);
    }
  });

  fuzz(
    {
      "lengths, counts and memo entries": { make: bent, open: (bytes) => void readPickle(bytes, "f", NONE) },
      "as vocabularies": { make: bent, open: (bytes) => void readVocabulary(bytes) },
    },
    2,
  );
});
