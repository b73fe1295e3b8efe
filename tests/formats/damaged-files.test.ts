/** Files of ours in which one bit is another: read as they were, or refused. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readHdf5 } from "../../src/formats/hdf5/reader.js";
import { type Hdf5GroupInput, writeHdf5 } from "../../src/formats/hdf5/writer.js";
import { FORMATS as REGISTRY } from "../../src/formats/registry.js";
import { writeSafetensors } from "../../src/formats/safetensors/write.js";
import { writeTfjs } from "../../src/formats/tfjs/write.js";
import { InputError, layers, type Model, sequential } from "../../src/index.js";
import { readKerasWeights, writeKeras, writeKerasH5 } from "../../src/keras.js";
import { Random } from "../../src/kernels/philox.js";
import { loadFile } from "../../src/model/load.js";

function network(names: [string, string] = ["alpha", "omega"]): Model {
  const model = sequential(
    [
      layers.embedding({ inputDim: 7, outputDim: 4, inputLength: 3 }),
      layers.simpleRNN({ units: 4 }),
      layers.dense({ units: 4, name: names[0] }),
      layers.dense({ units: 4, name: names[1], activation: "sigmoid" }),
    ],
    { engine: "reference", seed: 8 },
  );
  model.compile({ loss: "categoricalCrossentropy" });
  return model;
}

/** All that a reading comes to, as text. */
async function outcome(files: Map<string, Uint8Array>): Promise<string> {
  const [first] = files.keys();
  const { model, extras } = await loadFile(files.get(first!)!, {
    name: first!,
    engine: "reference",
    beside: (name) => files.get(name) ?? new Uint8Array(0),
  });
  const kept = { weights: model.getWeights(), extras, state: model.isCompiled && model.optimizerState() };
  const text = JSON.stringify({ ...kept, layers: model.layers.map(({ name, options }) => [name, options]) });
  model.dispose();
  return text;
}

const extras = { labels: ["a", "b", "c", "d"] };
const one = (name: string, bytes: Uint8Array) => new Map([[name, bytes]]);
const FORMATS: [string, Map<string, Uint8Array>, number][] = [
  ["keras", one("m.keras", writeKeras(network(), { extras })), 300],
  ["h5", one("m.h5", writeKerasH5(network())), 400],
  ["safetensors", one("m.safetensors", writeSafetensors(network(), { extras })), 400],
  ["tfjs", writeTfjs(network(), { extras }), 400],
];

test("every format that is read and written is among those that are damaged", () => {
  const wanted = REGISTRY.flatMap(({ reads, writes, endings }) => (reads && writes ? [endings[0]] : []));
  const damaged = FORMATS.map(([, files]) => [...files.keys()][0]!.replace(/^.*\./, ""));
  assert.deepEqual(damaged.sort(), wanted.sort());
});

describe("one bit of a file of ours", () => {
  for (const [format, files, flips] of FORMATS) {
    test(`${format}: ${flips} flips give the same model or an InputError`, async () => {
      const whole = await outcome(files);
      const random = new Random(5, 1, 0);
      const sizes = [...files].map(([name, { length }]) => [name, length] as const);
      let refused = 0;
      for (let i = 0; i < flips; i++) {
        const [name, length] = sizes[i % sizes.length]!;
        const bytes = files.get(name)!.slice();
        const bit = Math.floor(random.uniform(i) * length * 8);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        try {
          assert.ok((await outcome(new Map([...files, [name, bytes]]))) === whole, `bit ${bit} of ${name}`);
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          assert.ok(error instanceof InputError, `bit ${bit} of ${name}: ${(error as Error).stack}`);
          refused++;
        }
      }
      assert.ok(refused > 0.9 * flips, `${refused} refused`);
    });
  }

  test("arrays that change places, and shards of another model, are seen", async () => {
    const other = network();
    other.setWeights(other.getWeights().map(({ data }) => data.map((n) => n + 1)));
    const [files, others] = [writeTfjs(network()), writeTfjs(other)];
    const shard = [...files.keys()].find((name) => name !== "model.json")!;
    await assert.rejects(
      outcome(new Map([...files, [shard, others.get(shard)!]])),
      /model\.json: expected a file that matches its checksum.*cellstate_sha256/,
    );
    const laid = JSON.parse(new TextDecoder().decode(files.get("model.json")));
    const pretty = new TextEncoder().encode(JSON.stringify(laid, null, 2));
    assert.equal(await outcome(new Map([...files, ["model.json", pretty]])), await outcome(files));
    const bytes = writeSafetensors(network());
    // Of the embedding, the first array of four bytes a number.
    const at = Number(new DataView(bytes.buffer).getBigUint64(0, true)) + 16;
    const swapped = bytes.slice();
    swapped.set(bytes.subarray(at, at + 32), at + 32);
    swapped.set(bytes.subarray(at + 32, at + 64), at);
    assert.notDeepEqual(swapped, bytes);
    await assert.rejects(outcome(one("m.safetensors", swapped)), /matches its checksum/);
    assert.throws(() => {
      const damaged = writeKerasH5(network());
      damaged[damaged.length - 9]! ^= 4;
      readKerasWeights(network(), damaged);
    }, /matches its checksum/);
  });
});

describe("an optimizer's state that is none", () => {
  /** A file of another program's, one array of which holds other numbers. */
  function withNumbers(name: string, put: (view: DataView, at: number) => void): Uint8Array {
    const bytes = writeSafetensors(network());
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
    const [begin] = JSON.parse(header)[name].data_offsets as [number, number];
    put(new DataView(bytes.buffer), 8 + length + begin);
    bytes.set(new TextEncoder().encode(header.replace("cellstate_sha256", "anothers_sha_256")), 8);
    return bytes;
  }

  test("is left aside with a warning, and the model is read", async () => {
    const cases: [string, (view: DataView, at: number) => void, RegExp][] = [
      ["optimizer/0", (view, at) => view.setBigInt64(at, -5n, true), /left aside, its step is -5/],
      ["optimizer/1", (view, at) => view.setFloat32(at, -1, true), /left aside, it holds what is no number/],
      ["optimizer/4", (view, at) => view.setFloat32(at + 4, Number.NaN, true), /left aside, it holds/],
    ];
    for (const [name, put, warning] of cases) {
      const { model, receipt } = await loadFile(withNumbers(name, put), { engine: "reference" });
      assert.match(receipt.warnings.join(), warning, name);
      assert.deepEqual(model.optimizerState(), network().optimizerState());
    }
  });
});

/** An HDF5 model as another program would write it, whose groups have names of their own. */
function namedOtherwise(model: Model, names: readonly string[]): Uint8Array {
  const config = readHdf5(writeKerasH5(model), "ours").attributes.get("model_config") as string;
  const children = new Map<string, Hdf5GroupInput>();
  for (const [i, layer] of model.layers.entries()) {
    const own = model.getWeights().filter(({ name }) => name.startsWith(`${layer.name}/`));
    const datasets = own.map(({ name, shape, data }) => [name.split("/").at(-1)!, { shape, data }] as const);
    const attributes = new Map([["weight_names", datasets.map(([name]) => name)]]);
    children.set(names[i]!, { attributes, children: new Map(datasets) });
  }
  const weights = { attributes: new Map([["layer_names", [...names]]]), children };
  return writeHdf5({
    attributes: new Map([["model_config", config]]),
    children: new Map([["model_weights", weights]]),
  });
}

/** Another number for every weight, so that none is taken for another unseen. */
function differing(names: [string, string]): Model {
  const model = network(names);
  model.setWeights(model.getWeights().map(({ data }, i) => data.map((_, n) => Math.sin(i * 37 + n))));
  return model;
}

const numbers = (model: Model) => model.getWeights().map(({ data }) => data);

describe("HDF5 groups and layers with other names", () => {
  const first = ["embedding", "simple_rnn"];

  test("a whole model whose groups are called otherwise is refused, not read in order", async () => {
    const model = differing(["alpha", "omega"]);
    const read = (...names: string[]) =>
      loadFile(namedOtherwise(model, [...first, ...names]), { engine: "reference" });
    assert.deepEqual(numbers((await read("alpha", "omega")).model), numbers(model));
    await assert.rejects(read("alpha", "beta"), /weights of the layer omega but received \["beta"\]/);
    await assert.rejects(read("a", "b"), /weights of the layer alpha but received \["a", "b"\]/);
    await assert.rejects(read("omega_1", "alpha_1"), /weights of the layer alpha/);
  });

  test("weights alone go by order where only a session's numbers differ or no name agrees, and that is said", () => {
    const source = differing(["dense_3", "dense_4"]);
    const bytes = writeKerasH5(source);
    for (const names of [
      ["dense", "dense_1"],
      ["dense_4", "dense_5"],
    ] as [string, string][]) {
      const model = network(names);
      const warnings = readKerasWeights(model, bytes);
      assert.match(warnings.join(), /by the order of the layers: .*dense_3 for/);
      assert.deepEqual(numbers(model), numbers(source));
    }
    const model = network(["hidden", "dense_3"]);
    const before = numbers(model);
    assert.throws(
      () => readKerasWeights(model, bytes),
      /weights of the layer hidden but received \["dense_4"\]/,
    );
    assert.deepEqual(numbers(model), before);
  });

  test("weights that no layer takes are named, in every format", () => {
    const names = ["a", "b", "c"].map((name) => `dense_${name}`);
    const chain = (count: number) =>
      sequential(
        [
          layers.input({ shape: [2] }),
          ...names.slice(0, count).map((name) => layers.dense({ units: 2, name })),
        ],
        { engine: "reference" },
      );
    assert.match(
      readKerasWeights(chain(2), writeKeras(chain(3))).join(),
      /dense_2.*stored weights that no layer of the model takes/,
    );
    assert.match(
      readKerasWeights(chain(2), writeKerasH5(chain(3))).join(),
      /dense_c: stored weights that no layer of the model takes/,
    );
    assert.deepEqual(readKerasWeights(chain(3), writeKeras(chain(3))), []);
  });
});
