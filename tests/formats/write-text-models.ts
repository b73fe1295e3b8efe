/** Writes models that take texts for check_in_keras.py: node dist/tests/formats/write-text-models.js FOLDER */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { layers, type Model, sequential } from "../../src/index.js";
import { readKeras, writeKeras, writeKerasH5 } from "../../src/keras.js";

const GOLDEN = new URL("../../../tests/formats/golden/", import.meta.url);
const { texts, models } = JSON.parse(readFileSync(new URL("vocabularies.json", GOLDEN), "utf8")) as {
  texts: string[];
  models: { name: string }[];
};

/** U+0085 inside a word: Python takes it for the end of a line. */
const vocabulary = ["", "[UNK]", "the", "cat", "x\u0085y", "10"];
const built = sequential([
  layers.textVectorization({ vocabulary, standardize: "lower", outputSequenceLength: 5 }),
  layers.embedding({ inputDim: 6, outputDim: 3 }),
  layers.lstm({ units: 3 }),
  layers.dense({ units: 1 }),
]);
const read = models.map(({ name }): [string, Model] => {
  const bytes = gunzipSync(readFileSync(new URL(`${name}.keras.gz`, GOLDEN)));
  return [name, readKeras(bytes, { name }).model];
});

const folder = process.argv[2]!;
mkdirSync(folder, { recursive: true });
const samples = [["built", built] as const, ...read].map(([name, model]) => {
  writeFileSync(join(folder, `${name}.keras`), writeKeras(model));
  writeFileSync(join(folder, `${name}.h5`), writeKerasH5(model));
  return { name, output: model.predict(texts) };
});
writeFileSync(join(folder, "samples.json"), JSON.stringify({ texts, samples }));
