/** Models of several files in a worker; and weights of an epoch, put into a model that is open. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextClassifier } from "../../src/index.js";
import { createModel, createTrainer } from "../../src/worker/index.js";
import { CSV, direct, SMALL, weightsOf } from "./data.js";

const fileOf = ([name, bytes]: readonly [string, Uint8Array]) =>
  new File([bytes as Uint8Array<ArrayBuffer>], name);

test("a TensorFlow.js model is opened with the files beside it, and gone on from with them", async () => {
  const classifier = await direct({ epochs: 1 });
  const files = [...(await classifier.toFiles("model.json"))].map(fileOf);
  const json = files.find(({ name }) => name === "model.json")!;
  const shards = files.filter((file) => file !== json);
  assert.ok(shards.length > 0);
  const model = await createModel(json, { beside: shards, engine: "wasm", threads: 1 });
  const text = "claim your prize a";
  assert.deepEqual(await model.predict(text), classifier.predict(text));
  const again = await createModel(model.file, { engine: "wasm", threads: 1 });
  assert.deepEqual(await again.predict(text), classifier.predict(text));
  again.close();
  model.close();
  await assert.rejects(createModel(json, { beside: [new File(["x"], "other.bin")] }), {
    name: "InputError",
    message: /the file model\.weights\.bin, which it names.*other\.bin/,
  });
  await assert.rejects(createModel(new URL("file:///model.json"), { beside: shards }), {
    name: "InputError",
    message: /Leave beside out/,
  });
});

test("the weights of an epoch make an open model that of the epoch", async () => {
  const trainer = createTrainer();
  try {
    await trainer.read(new TextEncoder().encode(CSV), { format: "csv" });
    const training = trainer.train({ ...SMALL, testSplit: 0 });
    await training.done;
    const model = await training.at(1).model({ engine: "wasm", threads: 1 });
    const text = "free prize now a";
    const first = await model.predict(text);
    await model.setWeights(await training.at(3).getWeights());
    const third = await model.predict(text);
    assert.notDeepEqual(third, first);
    assert.deepEqual(third, await training.at(3).predict(text));
    const read = await TextClassifier.load(await model.toBytes());
    assert.equal(read.predict(text).label, third.label);
    model.close();
  } finally {
    trainer.close();
  }
});

test("what is asked of several epochs at once is answered of each", async () => {
  const trainer = createTrainer();
  try {
    await trainer.read(new TextEncoder().encode(CSV), { format: "csv" });
    const training = trainer.train(SMALL);
    await training.done;
    const text = "free prize now a";
    const [file, measured, now, ...others] = await Promise.all([
      training.at(1).toBytes(),
      training.at(1).evaluate(),
      training.toBytes(),
      training.at(0).getWeights(),
      training.at(2).predict(text),
      training.at(3).toBytes(),
    ]);
    assert.deepEqual(await weightsOf(file), await weightsOf(await training.at(1).toBytes()));
    assert.deepEqual(measured, await training.at(1).evaluate());
    assert.deepEqual(await weightsOf(now), await weightsOf(await training.toBytes()));
    assert.deepEqual(others, [
      await training.at(0).getWeights(),
      await training.at(2).predict(text),
      await training.at(3).toBytes(),
    ]);
    assert.notDeepEqual(await weightsOf(file), await weightsOf(others[2] as Uint8Array));
  } finally {
    trainer.close();
  }
});
