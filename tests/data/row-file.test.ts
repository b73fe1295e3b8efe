/** Files of rows give back what was written, in any order; what was changed since is refused, wherever it was changed. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { RowFile } from "../../src/data/row-file.js";
import { InputError } from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-rows-"));
let files = 0;
const path = () => join(folder, `${files++}.rows`);

interface Row {
  ids: number[];
  values: number[];
}

function made(rows: number, limit: number, lengthOf: (row: number) => number, values = 2): Row[] {
  const random = new Random(7, 1);
  let at = 0;
  return Array.from({ length: rows }, (_, row) => ({
    ids: Array.from({ length: lengthOf(row) }, () => Math.floor(random.uniform(at++) * limit)),
    values: Array.from({ length: values }, () => Math.fround(random.uniform(at++))),
  }));
}

function written(to: string, rows: readonly Row[], idBytes: 2 | 4, limit: number): RowFile {
  const values = rows[0]?.values.length ?? 0;
  const file = RowFile.create(to, { idBytes, values, limit });
  for (const { ids, values } of rows) file.add(ids, ids.length, values);
  return file;
}

function readBack(file: RowFile, row: number): Row {
  const values = new Float32Array(file.layout.values);
  const ids = Array.from(file.read(row, values));
  return { ids, values: [...values] };
}

/** Reads all. */
const everything = (file: RowFile) => Array.from({ length: file.rows }, (_, row) => readBack(file, row));

const CASES: [string, 2 | 4, number, Row[]][] = [
  ["short rows of two bytes an id", 2, 65_536, made(1000, 65_536, (row) => row % 50)],
  ["short rows of four bytes an id", 4, 2 ** 31, made(300, 2 ** 31, (row) => (row * 7) % 30)],
  ["rows of no ids", 2, 2, made(130, 2, () => 0)],
  ["blocks too large to be read whole", 2, 1000, made(200, 1000, (row) => (row % 3) * 900)],
  ["a row larger than what is written at once", 4, 5000, made(70, 5000, (row) => (row === 3 ? 400_000 : 2))],
  ["a block to the row", 2, 1000, made(64, 1000, (row) => row)],
  ["none", 2, 10, []],
];

describe("rows come back as they were written", () => {
  for (const [what, idBytes, limit, rows] of CASES) {
    test(what, () => {
      const to = path();
      const file = written(to, rows, idBytes, limit);
      // Before it is sealed, in an order that jumps.
      const order = [...rows.keys()].map((row) => (row * 37) % Math.max(1, rows.length));
      for (const row of order) assert.deepEqual(readBack(file, row), rows[row]);
      file.seal();
      assert.deepEqual(everything(file), rows);
      const other = RowFile.open(to);
      assert.deepEqual([other.rows, other.layout, other.digest], [rows.length, file.layout, file.digest]);
      assert.deepEqual(everything(other), rows);
      for (const row of order) {
        assert.equal(other.countOf(row), rows[row]!.ids.length);
        assert.deepEqual(readBack(other, row), rows[row]);
      }
      other.close();
      file.close();
    });
  }

  test("and while others are added", () => {
    const rows = made(500, 900, (row) => row % 40);
    const file = RowFile.scratch(folder, { idBytes: 2, values: 2, limit: 900 });
    for (const [row, { ids, values }] of rows.entries()) {
      file.add(ids, ids.length, values);
      const before = Math.floor(row / 3);
      assert.deepEqual(readBack(file, before), rows[before]);
      assert.deepEqual(readBack(file, row), rows[row]);
    }
    file.close();
  });

  test("equal rows have one digest, others another", () => {
    const rows = made(100, 50, () => 5);
    const digest = (of: Row[]) => written(path(), of, 2, 50).seal().digest;
    assert.equal(digest(rows), digest(rows));
    assert.notEqual(digest(rows), digest([...rows.slice(1), rows[0]!]));
  });
});

test("a scratch file has no name, and a named one is the owner's alone", () => {
  const own = mkdtempSync(join(tmpdir(), "cellstate-scratch-"));
  const file = RowFile.scratch(own, { idBytes: 2, values: 0, limit: 10 });
  file.add([1, 2, 3], 3);
  assert.deepEqual(readdirSync(own), []);
  assert.deepEqual([...file.seal().read(0)], [1, 2, 3]);
  file.close();
  const to = path();
  written(
    to,
    made(3, 10, () => 2),
    2,
    10,
  )
    .seal()
    .close();
  if (process.platform !== "win32") assert.equal(statSync(to).mode & 0o777, 0o600);
});

describe("what is no file of rows, or was changed, is refused", () => {
  const rows = made(150, 300, (row) => row % 9, 1);
  const whole = (() => {
    const to = path();
    written(to, rows, 2, 300).seal().close();
    return readFileSync(to);
  })();

  /** What reading such bytes ends in. */
  function outcome(bytes: Uint8Array): "refused" | Row[] {
    const to = path();
    writeFileSync(to, bytes);
    try {
      const file = RowFile.open(to);
      try {
        return everything(file);
      } finally {
        file.close();
      }
    } catch (error) {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, /expected a file of rows, as it was written/);
      return "refused";
    }
  }

  test("the bytes as they were are read", () => assert.deepEqual(outcome(whole), rows));

  test("any byte changed", () => {
    const kept: number[] = [];
    for (let at = 0; at < whole.length; at += 3) {
      const bytes = Uint8Array.from(whole);
      bytes[at]! ^= 1 << (at % 8);
      if (outcome(bytes) !== "refused") kept.push(at);
    }
    // The header's last eight bytes say nothing.
    assert.deepEqual(
      kept.filter((at) => at < 120 || at >= 128),
      [],
    );
  });

  test("cut anywhere, or longer", () => {
    for (let length = 0; length < whole.length; length += 97)
      assert.equal(outcome(whole.subarray(0, length)), "refused", String(length));
    assert.equal(outcome(Buffer.concat([whole, Buffer.alloc(4)])), "refused");
  });

  test("two blocks in each other's place", () => {
    const same = made(128, 5, () => 4, 1);
    const to = path();
    written(to, same, 2, 5).seal().close();
    const bytes = readFileSync(to);
    const size = (bytes.length - 128 - 8) / 2;
    const swapped = Buffer.concat([
      bytes.subarray(0, 128),
      bytes.subarray(128 + size, 128 + 2 * size),
      bytes.subarray(128, 128 + size),
      bytes.subarray(128 + 2 * size),
    ]);
    assert.equal(outcome(swapped), "refused");
  });

  test("a header that claims more than there is takes no memory", () => {
    const bytes = Uint8Array.from(whole);
    new DataView(bytes.buffer).setFloat64(40, 2 ** 50, true);
    const before = process.memoryUsage().arrayBuffers;
    assert.equal(outcome(bytes), "refused");
    assert.ok(process.memoryUsage().arrayBuffers - before < 1e7);
  });

  test("ids beyond the limit, though every checksum is right", () => {
    const bytes = Buffer.from(whole);
    bytes.writeDoubleLE(3, 32);
    const end = bytes.readDoubleLE(48);
    const seal = createHash("sha256").update(bytes.subarray(0, 88)).update(bytes.subarray(end)).digest();
    seal.copy(bytes, 88);
    assert.equal(outcome(bytes), "refused");
  });

  test("a folder, a missing file, an empty one", () => {
    for (const to of [folder, join(folder, "nowhere.rows")])
      assert.throws(() => RowFile.open(to), InputError, to);
    assert.equal(outcome(new Uint8Array(0)), "refused");
  });
});

test("rows that are not as the layout says, and rows behind a seal, are refused", () => {
  const file = RowFile.create(path(), { idBytes: 2, values: 1, limit: 10 });
  assert.throws(() => file.add([10], 1, [0]), /ids below 10/);
  assert.throws(() => file.add([1], 1, []), /1 values a row/);
  assert.throws(() => file.add([-1], 1, [0]), /ids below 10/);
  file.add([1], 1, [0]);
  assert.throws(() => file.read(1), /a row from 0 to 0/);
  assert.throws(() => file.seal().add([1], 1, [0]), /not sealed yet/);
  // One that is there is not overwritten.
  assert.throws(() => RowFile.create(file.name, file.layout), /EEXIST/);
  file.close();
});
