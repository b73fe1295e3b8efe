/** Golden Parquet files bent: bytes anywhere, and those of the description at the end, where every count and place stands. */
import { readdirSync, readFileSync } from "node:fs";
import { describe } from "node:test";
import { INFLATE } from "../../src/data/node-files.js";
import { memorySource } from "../../src/data/source.js";
import { readTable } from "../../src/data/table.js";
import { fuzz } from "../files/fuzzing.js";
import { type Dice, damage } from "../files/mutate.js";

const FOLDER = new URL("../../../tests/data/golden/parquet/", import.meta.url);
const FILES = readdirSync(FOLDER)
  .sort()
  .map((name) => new Uint8Array(readFileSync(new URL(name, FOLDER))));

const END = 8;
/** Where the description begins, which its length before the last four bytes tells. */
const descriptionOf = (file: Uint8Array): number =>
  file.length - END - new DataView(file.buffer).getUint32(file.length - END, true);

/** The description damaged, its length put right, so that what is damaged gets read. */
function bentDescription(dice: Dice): Uint8Array {
  const file = dice.pick(FILES);
  const from = descriptionOf(file);
  const bent = damage(file.subarray(from, -END), dice);
  const out = new Uint8Array(from + bent.length + END);
  out.set(file.subarray(0, from));
  out.set(bent, from);
  out.set(file.subarray(-END), from + bent.length);
  new DataView(out.buffer).setUint32(out.length - END, bent.length, true);
  return out;
}

/** The pages damaged where they are, so that every place in the description still counts. */
function bentPages(dice: Dice): Uint8Array {
  const file = dice.pick(FILES);
  const from = descriptionOf(file);
  const out = file.slice();
  const bent = damage(file.subarray(4, from), dice);
  out.set(bent.subarray(0, from - 4), 4);
  return out;
}

const MAGIC = new TextEncoder().encode("PAR1");

async function open(bytes: Uint8Array): Promise<void> {
  // Those that are no Parquet any more are tables of another kind, which others bend.
  const head = bytes.slice();
  head.set(MAGIC.subarray(0, head.length));
  for await (const row of await readTable({ ...memorySource(head, "d.parquet"), ...INFLATE })) {
    if (row.cells.length === 0) throw new Error(`row ${row.row} has no cells`);
  }
}

describe("bent Parquet files", () => {
  fuzz(
    {
      anywhere: { make: (dice) => damage(dice.pick(FILES), dice), open },
      "in the description": { make: bentDescription, open },
      "in the pages": { make: bentPages, open },
    },
    3,
  );
});
