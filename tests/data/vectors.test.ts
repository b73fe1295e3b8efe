/** Word vectors in each format, against what the script that wrote them says; and files that are not what they should be. */
import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { readVectorsPath } from "../../src/data/node-source.js";
import { InputError, readVectors } from "../../src/index.js";

const FOLDER = new URL("../../../tests/data/golden/", import.meta.url);
const bytesOf = (file: string) => readFileSync(new URL(file, FOLDER));
const expected = JSON.parse(String(bytesOf("expected.json"))) as {
  width: number;
  words: string[];
  strange: string[];
} & Record<"plain" | "rounded" | "composed", Record<string, number[]>>;

/** Bytes in pieces of so many. */
async function* pieces(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const text = (content: string) => pieces(new TextEncoder().encode(content));

async function collected(source: Parameters<typeof readVectors>[0], words: readonly string[], name = "it") {
  const file = await readVectors(source, { name });
  return { file, ...(await file.collect(words)) };
}

const FILES = {
  "glove.txt": ["GloVe or other text", "plain"],
  "word2vec.txt": ["word2vec text", "plain"],
  "word2vec.bin": ["word2vec binary", "plain"],
  "gensim.bin": ["word2vec binary", "plain"],
  "fasttext.vec": ["word2vec text", "rounded"],
  "fasttext.bin": ["fastText .bin", "composed"],
} as const;

describe("formats", () => {
  for (const [name, [format, of]] of Object.entries(FILES)) {
    const known = { ...expected[of] };
    const asked = ["", "missing!", ...expected.words.toReversed()];

    const check = ({ table, found, width }: Awaited<ReturnType<typeof collected>>) => {
      assert.equal(width, expected.width);
      asked.forEach((word, id) => {
        const row = table.subarray(id * width, (id + 1) * width);
        const values = known[word];
        // Of a fastText model any word has a vector: that of its n-grams.
        const made = name === "fasttext.bin" && word !== "";
        assert.equal(found[id], values || made ? 1 : 0, word);
        for (const [i, value] of (values ?? []).entries()) {
          assert.ok(Math.abs(row[i]! - value) < 1e-6, `${word} ${i}: ${row[i]}, expected ${value}`);
        }
      });
    };

    test(`${name}, however it is cut into pieces`, async () => {
      const bytes = bytesOf(name);
      for (const size of [1, 7, 64, bytes.length]) {
        const read = await collected(pieces(bytes, size), asked);
        assert.equal(read.file.format, format);
        check(read);
      }
    });

    test(`${name}.gz, and from a path and a stream`, async () => {
      check(await collected(pieces(gzipSync(bytesOf(name)), 50), asked));
      const path = fileURLToPath(new URL(name, FOLDER));
      const file = await readVectorsPath(path);
      assert.equal(file.name, path);
      check({ file, ...(await file.collect(asked)) });
      check(await collected(createReadStream(path), asked));
      check(await collected(new Blob([bytesOf(name)]).stream(), asked));
    });
  }

  test("a word that a fastText model never saw is made of its n-grams", async () => {
    const { table, found, width } = await collected(pieces(bytesOf("fasttext.bin")), expected.strange);
    expected.strange.forEach((word, id) => {
      assert.equal(found[id], 1);
      expected.composed[word]!.forEach((value, i) => {
        assert.ok(Math.abs(table[id * width + i]! - value) < 1e-6, `${word} ${i}`);
      });
    });
  });

  test("the first of a word counts; words in other case are told, not taken", async () => {
    const { table, found, otherCase, words } = await collected(text("Paris 1 2\na 3 4\na 5 6\nrome 7 8\n"), [
      "paris",
      "a",
      "Rome",
    ]);
    assert.deepEqual([...found], [0, 1, 0]);
    assert.deepEqual([...table], [0, 0, 3, 4, 0, 0]);
    assert.deepEqual(
      [...otherCase],
      [
        ["paris", "Paris"],
        ["Rome", "rome"],
      ],
    );
    assert.equal(words, 4);
  });

  test("tabs, ends of lines of Windows, blank lines and no line break at the end", async () => {
    const { table } = await collected(text("a\t1\t2e-1\r\n\r\nb -3 .5"), ["a", "b"]);
    assert.deepEqual([...table], [...Float32Array.of(1, 0.2, -3, 0.5)]);
  });

  test("a file is gone through once; a signal ends it with what there was", async () => {
    const file = await readVectors(text("a 1 2\n"));
    await file.collect(["a"]);
    await assert.rejects(file.collect(["a"]), /not gone through before.*Open the file again/);
    const other = await readVectors(pieces(bytesOf("word2vec.bin")));
    assert.equal((await other.collect(expected.words, AbortSignal.abort())).found.includes(1), false);
  });
});

/** A word2vec binary of these words, with a head of its own. */
function binary(head: string, words: readonly [string | Uint8Array, number[]][]): Uint8Array {
  const parts = [Buffer.from(head)];
  for (const [word, numbers] of words) {
    parts.push(Buffer.from(word), Buffer.from(" "), Buffer.from(Float32Array.from(numbers).buffer));
  }
  return Buffer.concat(parts);
}

/** A fastText model with some bytes changed. */
function changed(at: number, ...values: number[]): Uint8Array {
  const bytes = Uint8Array.from(bytesOf("fasttext.bin"));
  bytes.set(values, at);
  return bytes;
}
const KIND = bytesOf("fasttext.bin").length - 46 * 5 * 4 - 17;

describe("what is refused, in words that say where", () => {
  const of = (content: string) => new TextEncoder().encode(content);
  const BAD: Record<string, [Uint8Array, RegExp]> = {
    empty: [of(""), /it: expected word vectors but received a Uint8Array of 0 bytes/],
    "other text": [of("text,label\nhello,ham\n"), /it, line 1: expected a word and its numbers/],
    "a ZIP archive": [of("PK\x03\x04rest"), /a ZIP archive.*Unpack it/],
    "a line of fewer numbers": [
      of("a 1 2 3\nb 1 2\n"),
      /it, line 2: expected a word and 3 numbers.*received 2\./,
    ],
    "a line of more": [
      of("a .1 .2\nb .1 .2 .3\n"),
      /it, line 2: expected a word and 2 numbers.*received 3\./,
    ],
    "a line cut short": [of("1 3\na 1 2"), /it, line 2: .*received 2\..*cut short/],
    "no number": [
      of("b 0 1\na 1 NaN\n"),
      /it, line 2: expected finite numbers for the word "a" but received "NaN"/,
    ],
    "text for a number": [of("b 0 1\na 1 x2\n"), /finite numbers for the word "a" but received "x2"/],
    "beyond float32": [of("a 1 1e60\n"), /finite numbers.*received "1e60"/],
    "words that are no UTF-8": [
      Buffer.concat([of("b 1 2\n"), Buffer.of(0xe9), of(" 1 2\n")]),
      /it, line 2: expected a word in UTF-8/,
    ],
    "fewer words than said": [
      of("3 2\na 1 2\nb 1 2\n"),
      /expected 3 words, as its first line says but received 2.*cut short/,
    ],
    "more words than said": [of("1 2\na 1 2\nb 1 2\n"), /expected 1 words.*received "more"/],
    "another width than said": [of("1 5\na 1 2\n"), /it, line 2: expected a word and 5 numbers/],
    "a huge width": [
      of("1 2000000000\na 1 2\n"),
      /it, line 1: expected from 1 to 10000 numbers a word but received 2000000000/,
    ],
    "no width": [of("1 0\na\n"), /from 1 to 10000 numbers a word but received 0/],
    "binary, cut in a word's numbers": [
      binary("2 3\n", [
        ["a", [1, 2, 3]],
        ["b", [1, 2]],
      ]),
      /it, byte \d+: expected 12 bytes of numbers of the word "b" but received 8.*cut short/,
    ],
    "binary, cut between words": [binary("9 3\n", [["a", [1, 2, 3]]]), /expected 9 words.*received 1\./],
    "binary, more than said": [
      binary("1 2\n", [
        ["a", [1, 2]],
        ["b", [1, 2]],
      ]),
      /expected 1 words.*received "more"/,
    ],
    "binary, NaN": [
      binary("1 2\n", [["a", [Number.NaN, 1]]]),
      /it, byte 4: expected finite numbers for the word "a"/,
    ],
    "binary, a word without end": [
      binary("2 1\n", [
        ["a", [0.1]],
        ["x".repeat(9000), [1]],
      ]),
      /it, byte 10: expected a word of at most 4096 bytes, then a space/,
    ],
    "binary, a word that is no UTF-8": [
      binary("2 1\n", [
        ["a", [0.1]],
        [Buffer.of(0xff, 0x41), [1]],
      ]),
      /it, byte 10: expected a word in UTF-8/,
    ],
    "fastText of another version": [changed(4, 99), /version 11 or 12 but received 99/],
    "fastText of a huge width": [changed(8, 0, 0, 0, 0x7f), /it, dim: expected from 1 to 10000/],
    "fastText of negative buckets": [changed(40, 255, 255, 255, 255), /bucket and minn of at least 0/],
    "fastText of a dictionary that does not add up": [changed(64, 200), /that add up to its size/],
    "fastText, quantized": [changed(KIND, 1), /not quantized.*\.ftz/],
    "fastText of another matrix": [changed(KIND + 1, 99), /a matrix of 46 rows of 5/],
    "fastText, cut in its settings": [
      bytesOf("fasttext.bin").subarray(0, 20),
      /expected 64 bytes of settings/,
    ],
    "fastText, cut in its dictionary": [bytesOf("fasttext.bin").subarray(0, 110), /cut short/],
    "fastText, cut in its matrix": [
      bytesOf("fasttext.bin").subarray(0, -8),
      /bytes of row 46 of 46.*cut short/,
    ],
  };
  for (const [what, [bytes, message]] of Object.entries(BAD)) {
    test(what, async () => {
      for (const size of [3, bytes.length || 1]) {
        await assert.rejects(collected(pieces(bytes, size), ["a", "the"]), (error: Error) => {
          assert.ok(error instanceof InputError, String(error.stack));
          assert.match(error.message, message);
          return true;
        });
      }
    });
  }

  test("a count that is a lie takes no memory; a table beyond all bounds is refused", async () => {
    await assert.rejects(collected(text("999999999999 2\na 1 2\n"), ["a"]), /expected 999999999999 words/);
    const wide = `a ${"0 ".repeat(10_000)}\n`;
    const many = Array.from({ length: 30_000 }, (_, i) => `w${i}`);
    await assert.rejects(collected(text(wide), many), /at most 268435456.*30000 words of 10000 numbers/);
  });

  test("character n-grams are counted before they are made", async () => {
    const long = "x".repeat(2e5);
    const words = [long];
    await assert.rejects(
      // maxn, from 5 to 100
      collected(pieces(changed(48, 100)), words),
      /words of at most 16777216 character n-grams.*received 19600196.*smaller vocabulary/,
    );
    assert.equal((await collected(pieces(bytesOf("fasttext.bin")), words)).found[0], 1);
  });

  test("a line without end is not waited for", async () => {
    let given = 0;
    async function* endless() {
      yield new TextEncoder().encode("a 1 2\n");
      for (;;) {
        given += 1e5;
        yield new Uint8Array(1e5).fill(120);
      }
    }
    await assert.rejects(collected(endless(), ["a"]), /it, line 2: expected lines of at most 4176 bytes/);
    assert.ok(given <= 5e5);
  });

  test("arguments of the wrong kind", async () => {
    await assert.rejects(readVectors("vectors.txt" as never), InputError);
    await assert.rejects(readVectors(text("a 1 2\n"), { nosuch: 1 } as never), /nosuch/);
  });
});

test("no damage to a byte does anything but a clear refusal, or other numbers", async () => {
  for (const name of Object.keys(FILES)) {
    const bytes = bytesOf(name);
    for (let at = 0; at < bytes.length; at += 3) {
      for (const flip of [0x01, 0x80]) {
        const damaged = Uint8Array.from(bytes);
        damaged[at]! ^= flip;
        try {
          await collected(pieces(damaged), expected.words);
        } catch (error) {
          assert.ok(error instanceof InputError, `${name}, byte ${at}: ${(error as Error).stack}`);
        }
      }
    }
  }
});
