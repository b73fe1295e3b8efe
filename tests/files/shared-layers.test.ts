/**
 * One layer of Keras's in two places has one set of weights. Here it is refused, in files and in scripts: never two
 * copies that learn apart. And what is said of wholes and of layers inside others: `trainable`, inputs' settings.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { writeModelConfig } from "../../src/formats/keras/write.js";
import { InputError, layers, sequential } from "../../src/index.js";
import { readKeras } from "../../src/keras.js";
import { readKerasScript } from "../../src/model/script.js";

type Config = { [key: string]: unknown };
const read = (config: Config) => readKeras(new TextEncoder().encode(JSON.stringify(config)), { name: "m" });

const input = (settings: Config = {}) => ({
  class_name: "InputLayer",
  config: { name: "in", batch_shape: [null, 4], ...settings },
});
const dense = (name: string, more: Config = {}, node: Config = {}) => ({
  class_name: "Dense",
  config: { name, units: 4, trainable: true, ...more },
  ...node,
});
const chain = (name: string, items: Config[], settings: Config = {}) => ({
  class_name: "Sequential",
  config: { name, layers: items, ...settings },
});

describe("one layer in two places", () => {
  test("a sub-model, or a layer, twice in a Sequential is refused", () => {
    const sub = chain("sub", [input(), dense("inner")]);
    assert.throws(
      () => read(chain("m", [input(), sub, sub])),
      /layers\[1\] sub: expected a name of its own.*Shared/,
    );
    assert.throws(
      () => read(chain("m", [input(), dense("d"), dense("d")])),
      /layers\[1\] d: expected a name of/,
    );
    assert.equal(read(chain("m", [input(), sub, dense("inner")])).model.layers.length, 2);
  });

  test("by Keras's number of an object, wherever the two stand", () => {
    const shared = () => dense("d", {}, { shared_object_id: 7 });
    const one = chain("one", [input(), shared()]);
    const two = chain("two", [input(), shared()]);
    assert.throws(
      () => read(chain("m", [input(), one, two])),
      /two .*d: expected a layer used once.*Shared layers/,
    );
    const wrapped = (name: string) => ({ class_name: "TimeDistributed", config: { name, layer: shared() } });
    const steps = input({ batch_shape: [null, 3, 4] });
    assert.throws(
      () => read(chain("m", [steps, wrapped("a"), wrapped("b")])),
      /layer: expected a layer used once/,
    );
    assert.equal(read(chain("m", [input(), one])).model.layers.length, 1);
  });

  test("in scripts", () => {
    const script = (...lines: string[]) => {
      const imports = ["from keras import Sequential, Input", "from keras.layers import *"];
      return readKerasScript([...imports, "sub = Sequential([Input((4,)), Dense(4)])", ...lines].join("\n"))
        .model;
    };
    const m = "m = Sequential([Input((4,))])";
    assert.throws(() => script(m, "m.add(sub)", "m.add(sub)"), /line \d.*this model is added twice/);
    assert.throws(
      () => script("m = Sequential([Input((4,)), sub, sub])"),
      /line \d.*this model is added twice/,
    );
    assert.throws(
      () => script("d = Dense(4)", "m = Sequential([Input((4,)), d, d])"),
      /line \d.*Dense is added twice/,
    );
    const steps = "m = Sequential([Input((3, 4)), TimeDistributed(d), TimeDistributed(d)])";
    assert.throws(() => script("d = Dense(4)", steps), /line 4: this Dense is used twice; shared layers/);
    assert.equal(script(m, "m.add(sub)").countParams(), 20);
    // One of two models' parts; and Bidirectional makes copies of its own.
    assert.equal(script(m, "m.add(sub)", "n = Sequential([Input((4,)), sub, Dense(1)])").countParams(), 25);
    const both = "m = Sequential([Input((3, 4)), Bidirectional(l), Bidirectional(l)])";
    assert.equal(script("l = LSTM(2, return_sequences=True)", both).layers.length, 2);
  });
});

describe("trainable, of wholes and of what is inside", () => {
  const flags = (config: Config) => {
    const { model, receipt } = read(config);
    return [
      model.layers.map(({ trainable }) => trainable),
      receipt.warnings.filter((w) => /trainable/.test(w)),
    ];
  };

  test("of a Sequential Keras goes by the layers, which is said", () => {
    const [trainable, warnings] = flags(chain("m", [input(), dense("d")], { trainable: false }));
    assert.deepEqual(trainable, [true]);
    assert.match(warnings![0] as string, /config.trainable: false, but Keras goes by its layers/);
    assert.deepEqual(flags(chain("m", [input(), dense("d", { trainable: false })], { trainable: false })), [
      [false],
      [],
    ]);
  });

  test("of a graph by the whole", () => {
    const graph = (trainable: unknown) => ({
      class_name: "Functional",
      config: {
        ...{ name: "m", trainable, input_layers: [["in", 0, 0]], output_layers: [["d", 0, 0]] },
        layers: [
          { ...input(), name: "in", inbound_nodes: [] },
          { ...dense("d"), name: "d", inbound_nodes: [[["in", 0, 0, {}]]] },
        ],
      },
    });
    assert.deepEqual(flags(graph(false)), [[false], []]);
    assert.deepEqual(flags(graph(true)), [[true], []]);
    assert.throws(() => read(graph("no")), /config.trainable: expected true or false/);
  });

  test("of layers around others by the innermost: where the two differ it is said", () => {
    const around = (outer: boolean, inner: boolean) =>
      chain("m", [
        input({ batch_shape: [null, 3, 4] }),
        {
          class_name: "TimeDistributed",
          config: { name: "td", trainable: outer, layer: dense("d", { trainable: inner }) },
        },
      ]);
    assert.deepEqual(flags(around(true, true)), [[true], []]);
    assert.deepEqual(flags(around(false, false)), [[false], []]);
    assert.deepEqual(flags(around(true, false)), [[false], []]);
    assert.match(String(flags(around(false, true))[1]), /td.config.trainable: a layer inside says true/);
  });

  test("a frozen layer around another is written so that Keras trains neither", () => {
    const model = sequential([
      layers.input({ shape: [3, 4] }),
      layers.bidirectional({ trainable: false, layer: layers.lstm({ units: 2 }) }),
    ]);
    const [, both] = (writeModelConfig(model)["config"] as Config)["layers"] as { config: Config }[];
    const inner = (key: string) => (both!.config[key] as { config: Config }).config["trainable"];
    assert.deepEqual(
      [both!.config["trainable"], inner("layer"), inner("backward_layer")],
      [false, false, false],
    );
    const td = layers.timeDistributed({ layer: layers.dense({ units: 1 }) });
    const frozen = sequential([layers.input({ shape: [3, 4] }), td]);
    td.trainable = false;
    const [, written] = (writeModelConfig(frozen)["config"] as Config)["layers"] as { config: Config }[];
    assert.equal((written!.config["layer"] as { config: Config }).config["trainable"], false);
  });
});

test("what an input or a model says besides its shape is not passed over", () => {
  const refused: [Config, RegExp][] = [
    [input({ sparse: true }), /in.config.sparse: expected no setting/],
    [input({ ragged: true }), /in.config.ragged: expected no setting/],
    [input({ dtype: "valueOf" }), /in.config.dtype: expected a kind of numbers, or string/],
    [input({ unheard_of: 1 }), /in.config.unheard_of/],
  ];
  for (const [start, message] of refused) {
    assert.throws(() => read(chain("m", [start, dense("d")])), message);
    const graph = {
      class_name: "Functional",
      config: {
        ...{ name: "m", input_layers: [["in", 0, 0]], output_layers: [["d", 0, 0]] },
        layers: [
          { ...start, name: "in", inbound_nodes: [] },
          { ...dense("d"), name: "d", inbound_nodes: [[["in", 0, 0, {}]]] },
        ],
      },
    };
    assert.throws(() => read(graph), message);
  }
  const notes = (settings: Config) =>
    read(chain("m", [input(settings), dense("d")])).receipt.warnings.slice(0, -1);
  assert.deepEqual(notes({ sparse: false, ragged: false, optional: false }), []);
  // Keras makes 1 of 1.6 before it reaches a Dense; ids of an Embedding are whole anyway.
  for (const dtype of ["int32", "bool", "uint8", "float16"])
    assert.match(
      notes({ dtype })[0]!,
      new RegExp(`in.config.dtype: numbers are taken.*where Keras makes ${dtype} of`),
    );
  const embedding = { class_name: "Embedding", config: { name: "e", input_dim: 3, output_dim: 2 } };
  assert.equal(read(chain("m", [input({ dtype: "int32" }), embedding])).receipt.warnings.length, 1);
  assert.throws(
    () => read({ ...chain("m", [input(), dense("d")]), keras_version: 2 }),
    /keras_version: expected text/,
  );
  assert.throws(() => read(chain("m", [input(), dense("d")], { unheard_of: 1 })), InputError);
});
