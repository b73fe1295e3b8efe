import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { COMPUTING_KINDS } from "../../src/formats/keras/layer-kinds.js";

import { writeSafetensors } from "../../src/formats/safetensors/write.js";
import { layers, type Model, sequential } from "../../src/index.js";
import { loadFile } from "../../src/model/load.js";
import { assertClose } from "../golden/compare.js";
import { flatten, goldenModels } from "./golden-models.js";

const network = () =>
  sequential(
    [
      layers.embedding({ inputDim: 9, outputDim: 4, inputLength: 5 }),
      layers.gru({ units: 3 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 3, engine: "reference" },
  );

const weightsOf = (model: Model) => model.getWeights().map(({ name, data }) => ({ name, data }));

describe("safetensors", () => {
  for (const { name, model, input, output } of goldenModels()) {
    const kept = model.layers.every(({ className }) => COMPUTING_KINDS.has(className));
    test(`${name}: bit for bit there and back, or refused`, async () => {
      if (!kept) {
        assert.throws(() => writeSafetensors(model), /a layer that Keras files hold/);
        return;
      }
      let bytes: Uint8Array;
      try {
        bytes = writeSafetensors(model);
      } catch (error) {
        assert.match(String(error), /InputError: .*Keras/);
        return;
      }
      const { model: again } = await loadFile(bytes, { engine: "reference" });
      assert.deepEqual(weightsOf(again), weightsOf(model));
      assertClose(flatten(again.predict(input as never)), output, name, { absolute: 1e-5, relative: 1e-5 });
    });
  }

  test("training goes on where it stopped, and what is beside the network is kept", async () => {
    const model = network();
    model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
    const x = [
      [1, 2, 3, 4, 5],
      [5, 6, 7, 8, 0],
    ];
    await model.fit(x, [0, 1], { epochs: 2 });
    const bytes = writeSafetensors(model, { extras: { words: ["__metadata__", "constructor"] } });
    const { model: again, extras, receipt } = await loadFile(bytes, { engine: "reference" });
    assert.equal(receipt.format, "safetensors file");
    assert.deepEqual(extras, { words: ["__metadata__", "constructor"] });
    assert.deepEqual(again.optimizerState(), model.optimizerState());
    await model.fit(x, [0, 1], { epochs: 1 });
    await again.fit(x, [0, 1], { epochs: 1 });
    assert.deepEqual(weightsOf(again), weightsOf(model));
  });

  test("a file that Python wrote, from a model of Keras's, is read with its other dtypes", async () => {
    const read = (name: string) =>
      gunzipSync(readFileSync(new URL(`../../../tests/formats/golden/${name}.gz`, import.meta.url)));
    const { input, outputs } = JSON.parse(read("safetensors.json").toString()) as {
      input: number[][];
      outputs: Record<string, number[]>;
    };
    for (const [dtype, output] of Object.entries(outputs)) {
      const { model, receipt } = await loadFile(read(`python_${dtype}.safetensors`), { engine: "reference" });
      assert.match(receipt.kerasVersion!, /^3\./);
      assertClose(flatten(model.predict(input)), Float32Array.from(output), dtype, { absolute: 1e-5 });
    }
  });
});

/** A file with another header. */
function withHeader(
  change: (header: Record<string, never>) => void,
  base = writeSafetensors(network()),
): Uint8Array {
  const length = Number(new DataView(base.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(base.subarray(8, 8 + length)));
  change(header);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(8 + text.length + base.length - 8 - length);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  out.set(base.subarray(8 + length), 8 + text.length);
  return out;
}

describe("hostile safetensors files", () => {
  type Header = Record<string, { dtype: string; shape: number[]; data_offsets: number[]; config?: unknown }>;
  const cases: [string, (header: Header) => void, RegExp][] = [
    [
      "no network",
      (h) => Reflect.deleteProperty(h["__metadata__"]!, "config"),
      /network in the metadata.*7 arrays|network/,
    ],
    ["metadata that is no text", (h) => (h["__metadata__"]!.config = 3), /__metadata__: expected texts/],
    [
      "overlapping arrays",
      (h) => (h["gru/bias"]!.data_offsets = h["gru/kernel"]!.data_offsets),
      /data_offsets of 72 bytes/,
    ],
    ["offsets beyond the end", (h) => (h["gru/bias"]!.data_offsets = [1e9, 1e9 + 72]), /within \d+/],
    ["offsets backwards", (h) => h["gru/bias"]!.data_offsets.reverse(), /data_offsets of 72 bytes/],
    ["a gap", (h) => Reflect.deleteProperty(h, "gru/bias"), /data_offsets that begin|bytes of arrays/],
    ["a shape that does not fit", (h) => (h["gru/bias"]!.shape = [2, 10]), /data_offsets of 80 bytes/],
    ["a vast shape", (h) => (h["gru/bias"]!.shape = [2 ** 50, 2 ** 50]), /data_offsets/],
    ["a fraction of a shape", (h) => (h["gru/bias"]!.shape = [4.5, 4]), /a shape: whole numbers/],
    ["an unknown dtype", (h) => (h["gru/bias"]!.dtype = "C64"), /dtype that is read.*C64/],
    ["another weight's shape", (h) => h["gru/kernel"]!.shape.reverse(), /kernel of shape \(4, 9\)/],
    [
      "an array called otherwise",
      (h) => {
        h["gru/other"] = h["gru/bias"]!;
        delete h["gru/bias"];
      },
      /an array gru\/bias/,
    ],
  ];
  for (const [what, change, message] of cases) {
    test(`${what} is refused`, async () => {
      await assert.rejects(loadFile(withHeader(change as never)), message);
    });
  }

  test("header lengths beyond the file are refused", async () => {
    for (const length of [2n ** 64n - 1n, 2n ** 60n, 2n ** 31n, 200n]) {
      const bytes = Uint8Array.from(writeSafetensors(network()).subarray(0, 100));
      new DataView(bytes.buffer).setBigUint64(0, length, true);
      await assert.rejects(loadFile(bytes), /file: header: expected at most 92 bytes/);
    }
  });

  test("keys that reach into prototypes are refused", async () => {
    const base = writeSafetensors(network());
    const text = Buffer.from(base)
      .toString("latin1")
      .replace('"gru/bias"', '"__proto__"')
      .replace("       ", "     ");
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    await assert.rejects(loadFile(bytes), /__proto__|JSON/);
  });
});
