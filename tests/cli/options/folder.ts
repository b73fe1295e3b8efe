/** A folder of models, scripts and data, for command lines that are run in it. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import {
  layers,
  MultiLabelClassifier,
  sequential,
  TextClassifier,
  TextRegressor,
} from "../../../src/index.js";
import { csv, reviews } from "../data.js";
import { cellstate } from "../run.js";

/** Made before the tests of the file that imports this, and removed after them. */
export let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-options-"));
  const rows = reviews(60);
  await writeFile(join(folder, "d.csv"), csv(rows));
  await writeFile(join(folder, "plain"), csv(rows));
  await symlink("m.keras", join(folder, "link.keras"));
  const embedded = "Embedding(40, 4, input_length=8), LSTM(2), Dense(1, activation='sigmoid')])";
  const head = "from keras.models import Sequential\nfrom keras.layers import *\n";
  await writeFile(join(folder, "s.py"), `${head}m = Sequential([${embedded}\n`);
  await writeFile(
    join(folder, "c.py"),
    `${head}words = len(index)\nm = Sequential([${embedded.replace("40", "words")}\n`,
  );
  for (const label of ["a", "b"]) {
    await mkdir(join(folder, "texts", label), { recursive: true });
    for (let i = 0; i < 4; i++)
      await writeFile(join(folder, "texts", label, `${i}.txt`), `${label} film ${i}`);
  }
  const train = async (file: string, labels: number) => {
    const model = sequential([
      layers.embedding({ inputDim: 40, outputDim: 4, inputLength: 8 }),
      layers.lstm({ units: 2 }),
      labels === 2
        ? layers.dense({ units: 1, activation: "sigmoid" })
        : layers.dense({ units: labels, activation: "softmax" }),
    ]);
    const named = rows.map(({ text }, i) => ({ text, label: `label ${i % labels}` }));
    const options = { model, vocabulary: 40, length: 8, epochs: 1, validationSplit: 0 };
    await (await TextClassifier.train(named, options)).save(join(folder, file));
  };
  const ending = (activation: "sigmoid" | "linear") => (units: number) =>
    sequential([
      layers.embedding({ inputDim: 40, outputDim: 4, inputLength: 8 }),
      layers.lstm({ units: 2 }),
      layers.dense({ units, activation }),
    ]);
  const briefly = { vocabulary: 40, length: 8, epochs: 1, validationSplit: 0 };
  const tags = rows.map(({ text }, i) => ({ text, labels: i % 2 === 0 ? ["a", "b"] : ["c"] }));
  const several = { ...briefly, model: ending("sigmoid")(3) };
  await (await MultiLabelClassifier.train(tags, several)).save(join(folder, "tags.keras"));
  const values = rows.map(({ text }, i) => ({ text, value: i }));
  const measured = { ...briefly, model: ending("linear")(1) };
  await (await TextRegressor.train(values, measured)).save(join(folder, "amounts.keras"));
  await train("m.keras", 2);
  await train("three.keras", 3);
});
after(() => rm(folder, { recursive: true }));

/** The words of a line; "film" is a text. */
export const words = (line: string) =>
  line.split(" ").map((word) => (word === "film" ? "the film was great" : word));
/** Runs a line in the folder. */
export const run = (line: string) => cellstate(words(line), { cwd: folder });
