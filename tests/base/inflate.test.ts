import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateRawSync, deflateSync } from "node:zlib";
import { inflateExactly } from "../../src/base/inflate.js";
import { Dice } from "../files/mutate.js";

/** Bytes of every kind: of few values, of all, repeating, or all alike. */
function some(dice: Dice): Uint8Array {
  const length = dice.roll(3) === 0 ? dice.roll(20) : dice.roll(40_000);
  const values = dice.pick([1, 3, 60, 256]);
  const out = Uint8Array.from({ length }, () => dice.roll(values));
  if (length > 10) out.copyWithin(dice.roll(length), dice.roll(length), dice.roll(length));
  return out;
}

/** Blocks with tables of their own that yield one byte each, in zlib's wrapper: a decoder lays out all tables anew. */
function tablesWithoutEnd(blocks: number): Uint8Array {
  const out: number[] = [];
  let [held, bits] = [0, 0];
  const put = (value: number, count: number) => {
    for (let i = 0; i < count; i++) {
      bits |= ((value >> i) & 1) << held;
      if (++held < 8) continue;
      out.push(bits);
      [held, bits] = [0, 0];
    }
  };
  const code = (value: number, count: number) => {
    for (let i = count - 1; i >= 0; i--) put(value >> i, 1);
  };
  put(0x0178, 16);
  for (let block = 1; block <= blocks; block++) {
    put(block === blocks ? 1 : 0, 1);
    put(2, 2);
    put(0, 10);
    put(15, 4);
    // Sixteen symbols of the code for lengths take four bits: the lengths 1 to 15, and a run of zeros.
    for (const symbol of [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]) {
      put(symbol === 16 || symbol === 17 || symbol === 0 ? 0 : 4, 3);
    }
    for (let length = 1; length <= 15; length++) code(length - 1, 4);
    for (const zeros of [138, 103]) {
      code(15, 4);
      put(zeros - 11, 7);
    }
    code(14, 4);
    code(0, 4);
    code(0, 1);
    code(0x7fff, 15);
  }
  put(0, 7);
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, (blocks % 65521) * 65536 + 1);
  return Uint8Array.from([...out, ...new Uint8Array(view.buffer)]);
}

describe("DEFLATE", () => {
  test("unpacks what zlib packs, in each of its ways", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const dice = new Dice(seed);
      const bytes = some(dice);
      const options = { level: dice.roll(10), strategy: dice.roll(5), memLevel: 1 + dice.roll(9) };
      const plain = inflateExactly(deflateRawSync(bytes, options), bytes.length, "f");
      assert.deepEqual(plain, bytes, `seed ${seed}`);
      assert.deepEqual(inflateExactly(deflateSync(bytes, options), bytes.length, "f", true), bytes);
    }
  });

  test("one changed byte is noticed by zlib's checksum", () => {
    const bytes = Uint8Array.from({ length: 500 }, (_, i) => i % 7);
    const packed = deflateSync(bytes, { level: 0 });
    packed[100]! ^= 1;
    assert.throws(
      () => inflateExactly(packed, 500, "f", true),
      /f: expected intact compressed data .*checksum/,
    );
  });

  test("data cut short, longer than said, or followed by more is refused", () => {
    const bytes = Uint8Array.from({ length: 500 }, (_, i) => (i * i) % 251);
    const packed = deflateRawSync(bytes);
    assert.throws(() => inflateExactly(packed.subarray(0, -1), 500, "f"), /f: expected .*data cut short/);
    assert.throws(() => inflateExactly(packed, 499, "f"), /f: expected compressed data of 499 bytes/);
    assert.throws(() => inflateExactly(packed, 501, "f"), /501 bytes but received 500/);
    assert.throws(
      () => inflateExactly(Buffer.concat([packed, packed]), 500, "f"),
      /more data behind its end/,
    );
  });

  test("tables laid out again and again are work", () => {
    assert.deepEqual(inflateExactly(tablesWithoutEnd(300), 300, "f", true), new Uint8Array(300));
    const bomb = tablesWithoutEnd(120_000);
    const start = process.cpuUsage();
    assert.throws(() => inflateExactly(bomb, 120_000, "f", true), /f: expected a file that takes work/);
    const { user, system } = process.cpuUsage(start);
    assert.ok((user + system) / 1e6 < 2 + 50e-9 * bomb.length, `${(user + system) / 1e6} s`);
  });
});
