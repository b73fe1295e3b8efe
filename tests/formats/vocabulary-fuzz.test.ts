/** Damaged vocabulary files open or are refused in words, soon. CELLSTATE_FUZZ_SECONDS lengthens the run. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { readKeras } from "../../src/formats/keras/index.js";
import { readVocabulary } from "../../src/formats/vocabulary/index.js";
import { writeZip } from "../../src/formats/zip.js";
import { InputError } from "../../src/index.js";
import { Dice, damage } from "../files/mutate.js";

const SECONDS = Number(process.env["CELLSTATE_FUZZ_SECONDS"] ?? 3);
const FIRST = Number(process.env["CELLSTATE_FUZZ_SEED"] ?? 1);
const GOLDEN = new URL("../../../tests/formats/golden/", import.meta.url);
const { tokenizers } = JSON.parse(readFileSync(new URL("vocabularies.json", GOLDEN), "utf8")) as {
  tokenizers: { json: string; pickles: Record<string, string> }[];
};
const pickles = Object.values(tokenizers[2]!.pickles).map((base64) => Buffer.from(base64, "base64"));
const jsons = tokenizers.map(({ json }) => new TextEncoder().encode(json));
const members = unzipSync(gunzipSync(readFileSync(new URL("text_adapted.keras.gz", GOLDEN))));

/** The archive with one member damaged, and sound around it. */
function archive(dice: Dice): Uint8Array {
  const names = Object.keys(members).filter((name) => /config|vocabulary/.test(name));
  const damaged = dice.pick(names);
  const entries = Object.entries(members);
  return writeZip(entries.map(([name, data]) => [name, name === damaged ? damage(data, dice) : data]));
}

const TARGETS: [string, (dice: Dice) => Uint8Array, (bytes: Uint8Array) => void][] = [
  ["pickles", (dice) => damage(dice.pick(pickles), dice), (bytes) => void readVocabulary(bytes)],
  ["JSON", (dice) => damage(dice.pick(jsons), dice), (bytes) => void readVocabulary(bytes)],
  ["archives, as vocabularies", archive, (bytes) => void readVocabulary(bytes)],
  ["archives, as models", archive, (bytes) => readKeras(bytes).model.dispose()],
];

describe("damaged vocabularies are refused in words, and nothing breaks", () => {
  for (const [what, make, open] of TARGETS) {
    test(what, (t) => {
      const end = performance.now() + (SECONDS * 1000) / TARGETS.length;
      let [tried, opened] = [0, 0];
      for (let seed = FIRST; performance.now() < end || tried < 20; seed++, tried++) {
        const bytes = make(new Dice(seed));
        const start = process.cpuUsage();
        try {
          open(bytes);
          opened++;
        } catch (error) {
          assert.ok(error instanceof InputError, `seed ${seed}: ${(error as Error).stack}`);
          assert.match(error.message, /^[^\n]{1,2000}$/, `seed ${seed}: one line`);
        }
        assert.ok(process.cpuUsage(start).user < 2e6, `seed ${seed} took long`);
      }
      t.diagnostic(`${tried} tried, ${opened} opened`);
      assert.ok(opened < tried, "some damage must be noticed");
    });
  }
});
