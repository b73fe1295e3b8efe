import { readFileSync } from "node:fs";
import { describe } from "node:test";
import { gunzipSync } from "node:zlib";
import { type Json, parseJson } from "../../src/base/json.js";
import { writeSafetensors } from "../../src/formats/safetensors/write.js";
import type { ReadShard } from "../../src/formats/tfjs/manifest.js";
import { layers, sequential } from "../../src/index.js";
import { loadFile } from "../../src/model/load.js";
import { fuzz } from "../files/fuzzing.js";
import { type Dice, damage, damageJson } from "../files/mutate.js";

const GOLDEN = new URL("../../../tests/formats/golden/", import.meta.url);
const encode = (value: Json) => new TextEncoder().encode(JSON.stringify(value));

const tfjs = JSON.parse(readFileSync(new URL("tfjs.json", GOLDEN), "utf8")) as {
  json: Json;
  shards: Record<string, string>;
}[];
/** A model's shards; a damaged manifest may ask for others. */
const shardsOf = ({ shards }: (typeof tfjs)[number]): ReadShard => {
  return (name) => Buffer.from(Object.hasOwn(shards, name) ? shards[name]! : "", "base64");
};

async function openTfjs(bytes: Uint8Array, beside: ReadShard) {
  (await loadFile(bytes, { engine: "reference", beside })).model.dispose();
}

const trained = () => {
  const model = sequential(
    [
      layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 4 }),
      layers.lstm({ units: 2 }),
      layers.dense({ units: 1 }),
    ],
    { engine: "reference" },
  );
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  return writeSafetensors(model, { extras: { labels: ["a", "b"] } });
};
const tensors = [
  trained(),
  ...["float16", "float64"].map((dtype) =>
    Uint8Array.from(gunzipSync(readFileSync(new URL(`python_${dtype}.safetensors.gz`, GOLDEN)))),
  ),
];

async function openSafetensors(bytes: Uint8Array) {
  (await loadFile(bytes, { engine: "reference" })).model.dispose();
}

/** A file whose header, and the configuration in it, are other values, and that is sound around them. */
function withOtherHeader(dice: Dice): Uint8Array {
  const bytes = dice.pick(tensors);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  let header = parseJson(bytes.slice(8, 8 + length), "header") as Record<string, Json>;
  const metadata = header["__metadata__"] as Record<string, Json>;
  if (dice.roll(2) === 0)
    metadata["config"] = JSON.stringify(damageJson(parseJson(String(metadata["config"]), "c"), dice));
  else header = damageJson(header, dice) as Record<string, Json>;
  const text = encode(header);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(text.length), true);
  return Uint8Array.from(Buffer.concat([size, text, bytes.subarray(8 + length)]));
}

describe("damaged models of other formats are refused in words, soon, and nothing breaks", () => {
  fuzz(
    {
      "model.json, as bytes": {
        make: (dice) => damage(encode(dice.pick(tfjs).json), dice),
        open: (bytes) => openTfjs(bytes, shardsOf(tfjs[0]!)),
      },
      "model.json, as values": {
        make: (dice) => encode(damageJson(tfjs[0]!.json, dice)),
        open: (bytes) => openTfjs(bytes, shardsOf(tfjs[0]!)),
      },
      shards: {
        make: (dice) => damage(Buffer.from(Object.values(tfjs[0]!.shards)[0]!, "base64"), dice),
        open: (shard) => openTfjs(encode(tfjs[0]!.json), () => shard),
      },
      "safetensors, as bytes": { make: (dice) => damage(dice.pick(tensors), dice), open: openSafetensors },
      "safetensors with other headers": { make: withOtherHeader, open: openSafetensors },
    },
    5,
  );
});
