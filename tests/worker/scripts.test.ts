/** Keras scripts as networks in a worker, and what is asked of them there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createModel } from "../../src/worker/index.js";

const FLAGSHIP = `from keras import Sequential
from keras.layers import LSTM, Dense, Dropout, Embedding, Flatten, Input

model = Sequential([
    Input((200,)),
    Embedding(1000, 16),
    LSTM(32, dropout=0.1),
    Flatten(),
    Dropout(0.1),
    Dense(256, activation="sigmoid"),
    Dense(1, activation="sigmoid"),
])
`;

test("a script is a network with fresh weights, asked like any other", async () => {
  const model = await createModel({ script: FLAGSHIP }, { kind: "network", engine: "reference" });
  try {
    assert.equal(model.parameters, 30_977);
    const { layers } = await model.explain("explainParameters");
    assert.deepEqual(
      layers.map(({ count }) => count),
      [16_000, 6272, 0, 0, 8448, 257],
    );
    assert.match(await model.summary(), /30,977/);
    const [right, wrong, both] = await model.explain("checkExpectations", [
      "total = 30,977",
      "lstm=1568",
      { layer: "dense+dense_1", count: 8705 },
    ]);
    assert.ok(right!.right && both!.right && !wrong!.right);
    assert.equal(wrong!.cause!.slips[0]!.name, "factor left out");
    await assert.rejects(model.explain("checkExpectations", ["lstm"]), /LAYER=COUNT/);
    assert.deepEqual(
      (await model.explain("recurrentLayers")).map(({ layer }) => layer),
      ["lstm"],
    );
    const row = Array.from({ length: 200 }, (_, t) => (t < 190 ? 0 : t));
    const [before] = await model.predictMany([row]);
    const { output } = await model.explain("trace", row);
    assert.ok(Math.abs(output[0]! - Number((before as number[])[0])) < 1e-5, "the same weights throughout");
    const told: number[] = [];
    const sweep = await model.explain("gradientSweep", row, {
      values: [-2, 0],
      onProgress: ({ done }) => told.push(done),
    });
    // What comes between the first and the last is told only where it takes its time.
    assert.deepEqual([sweep.gradients.length, told[0], told.at(-1)], [2, 0, 2]);
  } finally {
    model.close();
  }
});

test("a file of a script or notebook opens by its name", async () => {
  const cell = { cell_type: "code", source: FLAGSHIP.split(/(?<=\n)/) };
  const files = [
    new File([FLAGSHIP], "homework.py"),
    new File([JSON.stringify({ cells: [cell], nbformat: 4 })], "homework.ipynb"),
  ];
  for (const file of files) {
    const model = await createModel(file, { kind: "network", engine: "reference" });
    assert.equal(model.parameters, 30_977, file.name);
    model.close();
  }
});

test("errors name the line, and that a script has no words", async () => {
  await assert.rejects(
    createModel(
      { script: FLAGSHIP.replace("LSTM(32", "LSTM(units_of_mine"), name: "homework.py" },
      { kind: "network" },
    ),
    /homework\.py line 7.*units_of_mine/s,
  );
  await assert.rejects(createModel(new File([FLAGSHIP], "homework.py")), /kind: "network"/);
  await assert.rejects(createModel({ script: 7 as unknown as string }, { kind: "network" }), /script/);
});
