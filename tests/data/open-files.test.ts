/** Files that are opened to be read, and left: by who is refused, by who reads a part, by who never begins. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as zlib from "node:zlib";
import { PartedText } from "../../src/data/parts.js";
import { readLabelled } from "../../src/data/read.js";
import { readTable } from "../../src/data/table.js";
import { readVectors } from "../../src/data/vectors/read.js";

const skip = process.platform === "linux" ? false : "open files are counted by /proc";
const folder = mkdtempSync(join(tmpdir(), "cellstate-open-"));
after(() => rmSync(folder, { recursive: true }));

/** Open files in the folder. */
const open = () =>
  readdirSync("/proc/self/fd").filter((file) => {
    try {
      return readlinkSync(`/proc/self/fd/${file}`).startsWith(folder);
    } catch {
      return false; // the one that lists them
    }
  }).length;

/** Longer than what is read at once, packed or not. */
const written = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const NOISE = Array.from({ length: 80_000 }, (_, i) => `${Math.sin(i).toString(36)},${i % 2}`).join("\n");
const PARQUET = readFileSync(
  fileURLToPath(new URL("../../../tests/data/golden/parquet/snappy.parquet", import.meta.url)),
);
const FILES = {
  csv: written("t.csv", `text,label\n${NOISE}`),
  jsonl: written("t.jsonl", '{"text":"a b","label":"c"}\n'.repeat(40_000)),
  json: written("t.json", `[${'{"text":"a b","label":"c"},'.repeat(40_000)}{"text":"a","label":"b"}]`),
  "csv.gz": written("t.csv.gz", zlib.gzipSync(`text,label\n${NOISE}`)),
  parquet: written("t.parquet", PARQUET),
};

describe("a file is closed", { skip }, () => {
  for (const [kind, path] of Object.entries(FILES)) {
    test(`${kind}: where a column is missing`, async () => {
      await assert.rejects(() => readLabelled(path, { text: "body" }), { name: "InputError" });
      await settled(0);
    });

    test(`${kind}: where rows are left early`, async () => {
      for await (const { row } of await readTable(path)) if (row === 2) break;
      await settled(0);
    });

    test(`${kind}: where it is asked for its columns alone, once it is forgotten`, async () => {
      assert.deepEqual(await columnsOf(path), ["text", "label"]);
      await settled(0, collectGarbage);
    });
  }

  const refused: Readonly<Record<string, () => Promise<unknown>>> = {
    "of another kind": () => readTable(written("a.csv", `%PDF-${NOISE}`)),
    "in an encoding that there is not": () => readTable(FILES.csv, { encoding: "utf-99" }),
    "in another encoding than is said": () =>
      readTable(written("c.csv", `\u00ff\xff${NOISE}`), { encoding: "utf-16le" }),
    "in two formats": () => readTable(FILES.csv, { format: "json" }),
    "with options that mean nothing for it": () => readTable(FILES.parquet, { delimiter: ";" }),
    "packed, and nothing that is packed is read in parts": () => PartedText.open(FILES["csv.gz"]),
    "of no columns that are asked for, in parts": () => PartedText.open(FILES.csv, { text: "body" }),
    "of no vectors": () => readVectors(FILES.csv),
  };
  for (const [what, opening] of Object.entries(refused))
    test(`${what}: refused`, async () => {
      await assert.rejects(opening, { name: "InputError" });
      await settled(0);
    });

  test("read in parts, when they are closed", async () => {
    const parts = await PartedText.open(FILES.csv);
    await settled(1);
    await parts.close();
    await settled(0);
  });
});

async function columnsOf(path: string): Promise<readonly string[]> {
  const { columns } = await readTable(path);
  return columns;
}

const collectGarbage = (() => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
})();

/** Closing takes turns, of a busy machine many: so many that only what never comes is not waited for. */
async function settled(count: number, each?: () => void): Promise<void> {
  for (let turn = 0; turn < 50_000 && open() !== count; turn++) {
    each?.();
    await new Promise(setImmediate);
  }
  assert.equal(open(), count);
}
