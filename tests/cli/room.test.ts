/** Whether there is room is said before anything is read. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { checkRoom, memoryLimit, textBytes } from "../../src/cli/room.js";
import { InputError } from "../../src/index.js";
import { cellstate } from "./run.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-room-"));

/** A file of so many bytes, none of which takes room. */
function sparse(name: string, bytes: number): string {
  const path = join(folder, name);
  writeFileSync(path, "text,label\n");
  truncateSync(path, bytes);
  return path;
}

test("bytes of text are those of files and folders, packed ones five times theirs", () => {
  mkdirSync(join(folder, "texts", "spam"), { recursive: true });
  writeFileSync(join(folder, "texts", "spam", "1.txt"), "abc");
  writeFileSync(join(folder, "texts", "spam", "notes.md"), "abc");
  assert.equal(textBytes([sparse("a.csv", 1000), undefined, sparse("b.csv.gz", 10)]), 1050);
  assert.equal(textBytes([join(folder, "texts")]), 3);
  assert.equal(textBytes([join(folder, "nowhere.csv")]), 0, "reading it says that");
  assert.equal(textBytes(["-"]), null);
  assert.equal(textBytes(["https://example.org/a.csv"]), null);
});

test("what memory cannot hold is refused with what can be done, what it can is not", () => {
  const data = sparse("c.csv", 2e9);
  const way = { what: "auto", scratch: null } as const;
  assert.throws(
    () => checkRoom([data], way, 8e9),
    (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, /about \d+\.\d GB of memory for 2\.0 GB of texts/);
      assert.match(error.message, /--model lstm/);
      return true;
    },
  );
  assert.throws(
    () => checkRoom([data], { what: "network", scratch: null }, 8e9),
    /texts that memory holds: 8\.0 GB/,
  );
  checkRoom([data], { what: "network", scratch: { folder, above: 1e6 } }, 8e9);
  checkRoom([sparse("d.csv", 1e6)], way, 8e9);
  assert.ok(memoryLimit() > 1e8);
});

test("a disk without room is refused", () => {
  const data = sparse("e.csv", 2 ** 42);
  assert.throws(
    () => checkRoom([data], { what: "network", scratch: { folder } }),
    /a disk with about .* GB free, for rows that memory is not to hold/,
  );
});

test("the command says it before it reads", async () => {
  const data = sparse("f.csv", 2 ** 43);
  const { code, stderr } = await cellstate(["train", data, "--out", join(folder, "f.keras")]);
  assert.equal(code, 2);
  assert.match(stderr, /--model lstm/);
  assert.ok(!/text column/.test(stderr), stderr);
});
