/** Damaged archives of automatic classifiers are refused in words, or answer in numbers. */
import { readFileSync } from "node:fs";
import { describe } from "node:test";
import { unzipSync } from "fflate";
import { type Json, parseJson } from "../../src/base/json.js";
import { TextClassifier } from "../../src/classifier/classifier.js";
import { writeZip } from "../../src/formats/zip-write.js";
import { fuzz } from "./fuzzing.js";
import { type Dice, damage, damageJson } from "./mutate.js";

const archives = ["two", "six", "long"].map((name) =>
  readFileSync(new URL(`../../../tests/files/golden/auto_${name}.keras`, import.meta.url)),
);
const unpacked = archives.map((bytes) => unzipSync(bytes));
const EXTRAS = "cellstate.json";

/** An archive of which one member is another, and which is sound around it. */
function replaced(members: Record<string, Uint8Array>, member: string, data: Uint8Array): Uint8Array {
  return writeZip(Object.entries(members).map(([name, own]) => [name, name === member ? data : own]));
}

function damagedMember(dice: Dice): Uint8Array {
  const members = dice.pick(unpacked);
  const member = dice.pick(Object.keys(members));
  return replaced(members, member, damage(members[member]!, dice));
}

/** Sound JSON that says something else. */
function damagedExtras(dice: Dice): Uint8Array {
  const members = dice.pick(unpacked);
  const json = damageJson(parseJson(members[EXTRAS]!, EXTRAS) as Json, dice);
  return replaced(members, EXTRAS, new TextEncoder().encode(JSON.stringify(json)));
}

async function ask(bytes: Uint8Array): Promise<void> {
  const classifier = await TextClassifier.load(bytes, { engine: "reference" });
  try {
    classifier.predictMany(["I loved it 😀", "wake me at 7", ""]);
  } finally {
    classifier.model.dispose();
  }
}

describe("damaged automatic classifiers are refused in words, and nothing breaks", () => {
  fuzz(
    {
      archives: { make: (dice) => damage(dice.pick(archives), dice), open: ask },
      "one member": { make: damagedMember, open: ask },
      "what is kept beside the network": { make: damagedExtras, open: ask },
    },
    3,
  );
});
