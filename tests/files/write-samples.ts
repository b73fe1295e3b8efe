/** node dist/tests/files/write-samples.js FOLDER: writes what check_in_keras.py opens. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeKeras, writeKerasH5 } from "../../src/keras.js";
import { writtenModels } from "./written-models.js";

const folder = process.argv[2];
if (!folder) {
  console.error("Give a folder to write to.");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const extras = { vocabulary: ["", "[UNK]", "naïve"], labels: ["ham", "spam"], threshold: 0.5 };
const samples = writtenModels().map(({ name, model, input, target }) => {
  writeFileSync(join(folder, `${name}.keras`), writeKeras(model, { extras, savedAt: new Date() }));
  writeFileSync(join(folder, `${name}.h5`), writeKerasH5(model));
  const output = model.predict(input);
  const after = target ? [1, 2, 3].map(() => model.trainOnBatch(input, target)) : undefined;
  return { name, inputs: model.inputShapes.length, input, output, target, after };
});
writeFileSync(join(folder, "samples.json"), JSON.stringify(samples));
console.log(`${samples.length} models in ${folder}`);
