import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InputError } from "../../src/index.js";
import { readKerasScript } from "../../src/model/script.js";
import { SCRIPTS } from "./python-scripts.js";

const countsOf = (model: ReturnType<typeof readKerasScript>["model"]) =>
  model.layers.map((layer) =>
    layer.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
  );

describe("Keras scripts are read without running them", () => {
  for (const { name, script, params, definitions } of SCRIPTS) {
    test(name, () => {
      const { model } = readKerasScript(script, { file: "homework.py", definitions });
      assert.deepEqual(countsOf(model), params);
    });
  }

  test("options and settings arrive", () => {
    const { model } = readKerasScript(SCRIPTS[0]!.script);
    const lstm = model.layers[1]!.options as { units: number; dropout: number; recurrentDropout: number };
    assert.deepEqual([lstm.units, lstm.dropout, lstm.recurrentDropout], [32, 0.1, 0.1]);
    assert.deepEqual(model.inputShapes, [[200]]);
    assert.equal(model.compiled.optimizer.name, "adam");
    assert.equal(model.compiled.loss.name, "binaryCrossentropy");
    const named = readKerasScript(SCRIPTS[2]!.script).model;
    assert.equal(named.name, "reviews");
    const scoped = readKerasScript(SCRIPTS[10]!.script).model.compiled;
    assert.equal(scoped.optimizer.learningRate, 1e-3);
    assert.equal(scoped.loss.fromLogits, true);
  });

  test("what is set aside is said", () => {
    const script = SCRIPTS.find(({ name }) => name.startsWith("pretrained"))!.script;
    const { receipt, model } = readKerasScript(script);
    assert.match(receipt.ignored.join("\n"), /line 4: Embedding weights/);
    assert.equal(model.layers[0]!.trainable, false);
  });

  const REFUSED: [name: string, script: string, says: RegExp][] = [
    [
      "a size that code computes",
      "n = len(tokenizer.word_index) + 1\nmodel = Sequential()\nmodel.add(Embedding(n, 8))\n",
      /homework\.py line 1: Embedding input_dim is len\(tokenizer\.word_index\) \+ 1, which is not run/,
    ],
    [
      "a name that nothing binds",
      "model = Sequential([Embedding(100, 8),\n  LSTM(hidden)])\n",
      /line 2: LSTM units is hidden, which is not run\. Say what it is: --define hidden=VALUE/,
    ],
    ["a custom layer", "model = Sequential([Embedding(9, 2), Attention3(4)])", /line 1: .*Attention3/],
    ["a Lambda layer", "model = Sequential([Embedding(9, 2), Lambda(lambda x: x)])", /Lambda/],
    [
      "a loop that cannot be followed",
      "model = Sequential()\nmodel.add(Embedding(9, 2))\nfor u in sizes:\n  model.add(LSTM(u))\n",
      /line 3: a loop over sizes, which is not run changes the model/,
    ],
    [
      "a condition that decides about the model",
      "model = Sequential()\nmodel.add(Embedding(9, 2))\nif args.deep:\n  model.add(LSTM(3))\n",
      /line 3: the condition args\.deep changes the model/,
    ],
    ["broken syntax", "model = Sequential([\n  Embedding(9, 2)\n", /line \d+: this is not valid Python/],
    ["no model at all", "print('hello')\n", /expected a Keras model/],
    [
      "too many arguments",
      "model = Sequential([Embedding(9, 2), Dense(1, 'relu', True, 4)])",
      /Dense takes 3/,
    ],
    ["an argument twice", "model = Sequential([Embedding(9, 2), Dense(1, units=2)])", /units twice/],
    [
      "a layer used twice",
      "a = Input((9,)); b = Input((9,))\nd = Dense(2)\nx = Concatenate()([d(a), d(b)])\nm = Model([a, b], x)\n",
      /line 2: this layer is used twice/,
    ],
    [
      "two outputs",
      "a = Input((9,))\nm = Model(a, [Dense(1)(a), Dense(2)(a)])\n",
      /line 2: this model has 2 outputs/,
    ],
    [
      "arithmetic on tensors",
      "a = Input((9,))\nx = Dense(2)(a)\nm = Model(a, Dense(1)(x * 2))\n",
      /line 3: the model's outputs hang on x \* 2, which is not run/,
    ],
    [
      "states from outside",
      "a = Input((9, 2))\nh = Dense(3)(Flatten()(a))\nx = LSTM(3)(a, initial_state=[h, h])\nm = Model(a, x)\n",
      /line 3: LSTM is called with initial_state/,
    ],
    [
      "states put out",
      "a = Input((9, 2))\no, h, c = LSTM(3, return_state=True)(a)\nm = Model(a, Dense(1)(h))\n",
      /line 2: the model's outputs hang on/,
    ],
    [
      "a model that is a class",
      "import keras\n\nclass Net(keras.Model):\n  def call(self, x):\n    return x\nmodel = Net()\n",
      /line 3: class Net\(keras\.Model\): models made by classes are not read/,
    ],
    [
      "a mode of merging that there is not",
      "model = Sequential([Embedding(9, 2), Bidirectional(LSTM(2), merge_mode='max')])",
      /Bidirectional mergeMode: expected one of/,
    ],
    [
      "a cell used twice",
      "cell = GRUCell(3)\nmodel = Sequential([Input((5, 2)), RNN([cell, cell])])",
      /line 1: this GRUCell is used twice; shared cells are not read/,
    ],
    [
      "cells repeated by code",
      "model = Sequential([Input((5, 2)),\n  RNN([GRUCell(3)] * 2)])",
      /line 2: RNN cell is \[GRUCell\(3\)\] \* 2, which is not run/,
    ],
    [
      "a cell of one's own",
      "model = Sequential([Input((5, 2)), RNN(MinimalCell(3))])",
      /line 1: RNN cell is MinimalCell\(3\), which is not run/,
    ],
    [
      "an unknown argument of a cell",
      "model = Sequential([RNN(LSTMCell(2, return_state=True))])",
      /LSTMCell has no argument return_state/,
    ],
    ["an unknown argument", "model = Sequential([Embedding(9, 2), LSTM(2, dropuot=.1)])", /dropuot/],
  ];
  for (const [name, script, says] of REFUSED) {
    test(`refuses ${name}, naming the line`, () => {
      assert.throws(
        () => readKerasScript(script, { file: "homework.py" }),
        (error: Error) => {
          assert.ok(error instanceof InputError, `${error.stack}`);
          assert.match(error.message, says);
          return true;
        },
      );
    });
  }

  test("nothing runs and nothing hangs: recursion, endless ranges, deep nesting", () => {
    const hostile = [
      "def f():\n  return f()\nmodel = f()\n",
      "for i in range(1000):\n  for j in range(1000):\n    x = i\nmodel = Sequential([LSTM(1)])\n",
      `x = ${"(".repeat(5000)}1${")".repeat(5000)}\n`,
      `x = ${"[".repeat(5000)}${"]".repeat(5000)}\n`,
      `x = [1]\n${"x = x + x\n".repeat(64)}`,
      `x = ${"[".repeat(5)}1${" for i in range(1000)]".repeat(5)}\n`,
      "__import__('os').system('touch /tmp/owned')\nmodel = 1\n",
    ];
    for (const script of hostile) {
      const started = process.cpuUsage();
      assert.throws(() => readKerasScript(script), InputError);
      assert.ok(process.cpuUsage(started).user < 2e6, "two seconds of processor time");
    }
  });
});
