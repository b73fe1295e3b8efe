/** Damaged vocabulary files open or are refused in words, soon. */
import { readFileSync } from "node:fs";
import { describe } from "node:test";
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { readVocabulary } from "../../src/formats/vocabulary/index.js";
import { writeZip } from "../../src/formats/zip-write.js";
import { readKeras } from "../../src/keras.js";
import { fuzz } from "../files/fuzzing.js";
import { type Dice, damage } from "../files/mutate.js";

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

describe("damaged vocabularies are refused in words, and nothing breaks", () => {
  const asVocabulary = (bytes: Uint8Array) => void readVocabulary(bytes);
  fuzz(
    {
      pickles: { make: (dice) => damage(dice.pick(pickles), dice), open: asVocabulary },
      JSON: { make: (dice) => damage(dice.pick(jsons), dice), open: asVocabulary },
      "archives, as vocabularies": { make: archive, open: asVocabulary },
      "archives, as models": { make: archive, open: (bytes) => readKeras(bytes).model.dispose() },
    },
    3,
  );
});
