/** Nothing that a script says is dropped without a word: it is taken, left aside by name, or refused. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { notebookScript } from "../../src/formats/python/notebook.js";
import { allSignatures } from "../../src/formats/python/signatures.js";
import { InputError } from "../../src/index.js";
import { readKerasScript } from "../../src/model/script.js";

const HEAD = "from keras import Sequential, Model, Input\nfrom keras.layers import *\nimport keras\n";
const NET = "model = Sequential([Input((9,)), Embedding(50, 2), LSTM(3), Dense(1, activation='sigmoid')])\n";
const read = (script: string, definitions = {}) =>
  readKerasScript(HEAD + script, { file: "homework.py", definitions });
const units = (script: string) =>
  read(script)
    .model.layers.map(({ options }) => (options as { units?: number }).units)
    .filter(Boolean);
const unread = (script: string) => read(script).unread.map(({ line, what }) => `line ${line}: ${what}`);

function refused(script: string, says: RegExp): void {
  assert.throws(
    () => read(script),
    (error: Error) => {
      assert.ok(error instanceof InputError, `${error.stack}`);
      assert.match(error.message, says);
      return true;
    },
  );
}

describe("statements that decide about the model are followed as Python would", () => {
  test("lists that grow, dictionaries that change, names of the same list", () => {
    const script = `layers = [Input((9,)), Embedding(50, 2)]
same = layers
same.append(GRU(4, return_sequences=True))
layers += [GRU(5)]
sizes = {"a": 1}
sizes["a"] = 6
sizes.update(b=7)
same.extend([Dense(sizes["a"]), Dense(sizes.get("b"))])
model = Sequential(layers)
`;
    assert.deepEqual(units(script), [4, 5, 6, 7]);
  });

  test("elif, break, continue, else", () => {
    const script = `n = 2
if n == 1:
    u = 3
elif n == 3:
    u = 4
else:
    u = 5
model = Sequential([Input((4,))])
for i in range(9):
    if i % 2: continue
    if i > 5: break
    model.add(Dense(u + i))
`;
    assert.deepEqual(units(script), [5, 7, 9]);
  });

  test("what a branch that is not followed would bind is unknown after it", () => {
    refused(
      "u = 8\nif args.big:\n  u = 64\nmodel = Sequential([Input((4,)), Dense(u)])\n",
      /line 5: Dense units is u, which is not run\. Say what it is: --define u=VALUE/,
    );
    refused(
      "u = 8\nwhile u < limit:\n  u *= 2\nmodel = Sequential([Input((4,)), Dense(u)])\n",
      /line 5: Dense units is u, which is not run/,
    );
    refused(
      "d = {'u': 8}\nfor k in open('f'):\n  d['u'] = k\nmodel = Sequential([Input((4,)), Dense(d['u'])])\n",
      /Dense units is d\['u'\], which is not run/,
    );
    refused(
      "l = [Input((4,)), Dense(1)]\nif x:\n  l.append(Dense(2))\nmodel = Sequential(l)\n",
      /line 7: line 5 changes the list of layers/,
    );
    refused(
      "l = [Input((4,)), Dense(1)]\nl.reverse()\nmodel = Sequential(l)\n",
      /\.reverse\(\) in line 5 changes the list of layers/,
    );
  });

  test("sizes that Python holds as floats are none", () => {
    refused(
      "model = Sequential([Input((4,)), Dense(64 / 2)])\n",
      /line 4: Dense units is the float 32\.0\. Keras takes whole numbers only\. Write 32/,
    );
    refused("model = Sequential([Input((4.0,)), Dense(3)])\n", /Input.* shape is the float 4\.0/);
    assert.deepEqual(
      units("model = Sequential([Input((4,)), Dense(64 // 2), Dense(int(6 / 2))])\n"),
      [32, 3],
    );
  });

  test("functions take arguments as Python gives them", () => {
    assert.deepEqual(
      units(
        "def f(a, *b, c=1, **d):\n  return Sequential([Input((4,)), Dense(a), Dense(b[1]), Dense(c), Dense(d['e'])])\nmodel = f(2, 3, 4, e=5)\n",
      ),
      [2, 4, 1, 5],
    );
    refused("def f(a):\n  return 1\nf(1, b=2)\n", /f\(\) has no argument b/);
    refused("def f(a):\n  return 1\nf(1, 2)\n", /f\(\) takes 1 arguments by position but is given 2/);
  });

  test("a layer's own flag in a call is not dropped", () => {
    refused(
      "a = Input((9,))\nmodel = Model(a, Dense(1)(Dropout(.5)(a, training=True)))\n",
      /line 5: Dropout is called with training/,
    );
  });

  test("layers and models that are used twice", () => {
    refused("d = Dense(4)\nmodel = Sequential([Input((4,)), d, d])\n", /line 5: this Dense is added twice/);
    refused(
      "m = Sequential([Dense(4)])\nmodel = Sequential([Input((4,)), m, m])\n",
      /line 5: this model is added twice/,
    );
    refused(
      "d = Dense(4)\nm = Sequential([d])\nmodel = Sequential([Input((4,)), m, d])\n",
      /this Dense is used twice/,
    );
  });

  test("text in quotes and numbers with a bare dot stay what they are", () => {
    const { model } = read("model = Sequential([Input((4,)), Dense(3, name='v1. of 2.')]) # 1.\n");
    assert.equal(model.layers[0]!.name, "v1. of 2.");
    assert.equal(read(`\uFEFF${NET.replaceAll("\n", "\r\n")}`).model.layers.length, 3);
  });
});

describe("names that are not Keras's", () => {
  test("other modules' classes are no layers, and do not fail", () => {
    const script = `import pandas as pd
from torch.nn import LSTM as T
df = pd.DataFrame(x)
a = np.add(x, y)
t = tf.multiply(x, y)
c = keras.callbacks.ModelCheckpoint('a.h5')
k = keras.preprocessing.text.Tokenizer(50)
${NET}`;
    assert.equal(read(script).model.layers.length, 3);
    refused(
      "from torch.nn import LSTM\nmodel = Sequential([Input((9,)), Embedding(9, 2), LSTM(3)])\n",
      /expected a Keras layer, found LSTM\(3\), which is not run/,
    );
    refused(
      "class Dense(keras.layers.Layer):\n  pass\nmodel = Sequential([Input((9,)), Dense(3)])\n",
      /expected a Keras layer, found Dense\(3\)/,
    );
    refused(
      "import numpy as np\nmodel = Sequential([Input((9,)), Dense(3, activation=np.tanh)])\n",
      /Dense activation is numpy\.tanh/,
    );
  });
});

describe("arguments, key by key", () => {
  test("what Keras's constructors do not take is refused", () => {
    for (const [call, says] of [
      ["Dense(1, return_sequences=True)", /Dense has no argument return_sequences/],
      ["Dropout(0.1, units=3)", /Dropout has no argument units/],
      ["LSTM(2, dropuot=.1)", /LSTM has no argument dropuot/],
    ] as const) {
      refused(`model = Sequential([Input((4, 2)), ${call}])\n`, says);
    }
    refused("o = keras.optimizers.Adam(learning_rat=1)\n", /Adam has no argument learning_rat/);
    refused(
      "o = keras.losses.BinaryCrossentropy(logits=True)\n",
      /BinaryCrossentropy has no argument logits/,
    );
    refused("o = keras.metrics.AUC(kurve='PR')\n", /AUC has no argument kurve/);
    refused(`${NET}model.compile('adam', 'mse', metric=['accuracy'])\n`, /compile has no argument metric/);
    refused(`${NET}model.fit(x, y, epoch=3)\n`, /fit has no argument epoch/);
    refused(
      `${NET}model.compile('adam', 'binary_crossentropy', ['accuracy'])\n`,
      /line 5: compile takes loss_weights third.*metrics=/,
    );
  });

  test("they are those of Keras", () => {
    const keras = JSON.parse(
      readFileSync(new URL("../../../tests/formats/golden/keras_signatures.json", import.meta.url), "utf8"),
    ) as Record<string, Record<string, string[]>>;
    for (const [module, className, { positional, named }] of allSignatures()) {
      const theirs = keras[module]?.[className];
      // CuDNNGRU and CuDNNLSTM are of Keras 2.
      if (!theirs) {
        assert.match(className, /^CuDNN/);
        continue;
      }
      assert.deepEqual(positional, theirs.slice(0, positional.length), `${module}.${className} by position`);
      for (const name of theirs)
        assert.ok(named.has(name) || module === "layers", `${module}.${className} ${name}`);
      const lost = theirs.filter((name) => !named.has(name));
      assert.deepEqual(lost, [], `${module}.${className} by name`);
    }
  });
});

describe("what is done to layers that are not followed", () => {
  test("frozen by a slice of the layers", () => {
    const { model, unread } = read(`${NET}for layer in model.layers[:-1]:\n  layer.trainable = False\n`);
    assert.deepEqual(
      model.layers.map(({ trainable }) => trainable),
      [false, false, true],
    );
    assert.deepEqual(unread, []);
  });

  for (const [name, code, says] of [
    [
      "frozen in a loop over what is not known",
      "for layer in pick(model):\n  layer.trainable = False\n",
      /line 5: a loop over pick\(model\).* decides about trainable/,
    ],
    ["frozen by setattr", "setattr(model.layers[0], 'trainable', False)\n", /line 5: setattr changes/],
    ["weights of what is not known", "pick(model).set_weights(w)\n", /line 5: set_weights of something/],
    [
      "compiled with what is not known",
      "model.compile(*settings)\n",
      /line 5: compile is given arguments that code computes/,
    ],
    [
      "fitted with what is not known",
      "model.fit(x, y, **settings)\n",
      /line 5: fit is given arguments that code computes/,
    ],
  ] as const) {
    test(name, () => {
      const found = unread(NET + code);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0]!, says);
    });
  }

  test("other calls with settings of theirs are left alone", () => {
    assert.deepEqual(unread(`${NET}plt.plot(x, **style)\nprint(*words)\n`), []);
  });
});

describe("objects and layers of the wrong kind", () => {
  test("types that Keras would not compute with", () => {
    refused(
      `${NET}model.compile(keras.optimizers.Adam("fast"), "mse")\n`,
      /line 5: Adam learning_rate: expected a number but received "fast"/,
    );
    refused(
      `${NET}model.compile(keras.optimizers.Adam(0.1, amsgrad=1), "mse")\n`,
      /line 5: Adam amsgrad: expected True or False but received 1/,
    );
    refused(
      `${NET}model.compile("sgd", keras.losses.BinaryCrossentropy("yes"))\n`,
      /line 5: BinaryCrossentropy from_logits: expected True or False/,
    );
    refused(
      "model = Sequential([Input((4,)), Dense('3')])\n",
      /Dense units: expected a whole number of at least 1 but received "3"/,
    );
  });

  test("Keras's layers that Cellstate lacks are called by their names", () => {
    refused(
      "a = Input((9, 4))\nx = AdditiveAttention()([a, a])\nmodel = Model(a, Dense(1)(Flatten()(x)))\n",
      /line 5: the model's outputs hang on AdditiveAttention, a layer that Cellstate does not have/,
    );
    refused(
      "model = Sequential([Input((9, 4)), MultiHeadAttention(2, 2)])\n",
      /expected a Keras layer, found MultiHeadAttention, a layer that Cellstate does not have/,
    );
  });

  test("an optimizer's old name for its rate, and a rate that is set afterwards", () => {
    const { model, receipt } = read(
      `${NET}o = keras.optimizers.SGD(lr=0.3)\no.momentum = 0.5\nmodel.compile(o, "mse")\n`,
    );
    const { optimizer } = model.compiled;
    assert.ok(optimizer.name === "sgd");
    assert.deepEqual([optimizer.learningRate, optimizer.momentum], [0.3, 0.5]);
    assert.match(receipt.filled.join("\n"), /line 5: SGD lr is learning_rate/);
    assert.match(
      unread(`${NET}keras.backend.set_value(model.optimizer.lr, 1)\n`).join(),
      /line 5: set_value sets something/,
    );
    assert.match(
      unread(`${NET}model.optimizer.learning_rate = 1\n`).join(),
      /line 5: model\.optimizer\.learning_rate is set/,
    );
  });

  test("what changes texts before Keras sees them is named", () => {
    assert.match(
      read(`from nltk.corpus import stopwords\n${NET}`).receipt.ignored.join(),
      /line 4: import nltk: what it does to texts is not done by train/,
    );
  });
});

describe("what would change what training comes to, and cannot be read", () => {
  const cases: [name: string, script: string, says: RegExp][] = [
    [
      "weights",
      NET.replace("Embedding(50, 2", "Embedding(50, 2, weights=[matrix]"),
      /^line 4: Embedding weights \(matrix, which is not run\)/,
    ],
    [
      "an initializer's values",
      NET.replace("(50, 2", "(50, 2, embeddings_initializer=keras.initializers.Constant(matrix)"),
      /^line 4: Embedding embeddings_initializer \(matrix/,
    ],
    ["load_weights", `${NET}model.load_weights('w.h5')\n`, /^line 5: load_weights gives the model weights/],
    [
      "set_weights of a layer",
      `${NET}model.layers[0].set_weights([matrix])\n`,
      /^line 5: Embedding set_weights/,
    ],
    [
      "weights on a condition",
      `${NET}if ready:\n  model.load_weights('w.h5')\n`,
      /^line 5: the condition ready decides about model\.load_weights/,
    ],
    [
      "a loss of one's own",
      `def loss(a, b):\n  return a\n${NET}model.compile('adam', loss=loss)\n`,
      /^line 7: loss is the function loss/,
    ],
    [
      "a loss that Cellstate lacks",
      `${NET}model.compile('adam', loss='hinge')\n`,
      /^line 5: compile loss hinge/,
    ],
    [
      "an optimizer that Cellstate lacks",
      `${NET}model.compile('nadam', loss='mse')\n`,
      /^line 5: compile optimizer nadam/,
    ],
    [
      "a rate that code computes",
      `${NET}model.compile(keras.optimizers.Adam(rate), loss='mse')\n`,
      /^line 5: optimizer is rate, which is not run/,
    ],
    [
      "a compile on a condition",
      `${NET}if a:\n  model.compile('sgd', 'mse')\n`,
      /^line 5: the condition a decides about model\.compile/,
    ],
    [
      "hashed words",
      `from keras.preprocessing.text import one_hot\nx = one_hot(t, 50)\n${NET}`,
      /^line 5: one_hot hashes words/,
    ],
    [
      "rows filled up with another number",
      `x = keras.utils.pad_sequences(s, maxlen=9, value=1)\n${NET}`,
      /^line 4: pad_sequences value is 1/,
    ],
    [
      "rows filled up in two ways",
      `x = keras.utils.pad_sequences(s, padding='post')\ny = keras.utils.pad_sequences(s)\n${NET}`,
      /^line 5: pad_sequences padding is one thing in line 4 and another here/,
    ],
    [
      "a length that code computes",
      `x = keras.utils.pad_sequences(s, maxlen=longest)\n${NET}`,
      /^line 4: pad_sequences maxlen is longest/,
    ],
    [
      "filters that code computes",
      `t = keras.preprocessing.text.Tokenizer(filters=marks)\n${NET}`,
      /^line 4: Tokenizer filters is marks/,
    ],
    ["n-grams", `v = TextVectorization(ngrams=2)\n${NET}`, /^line 4: TextVectorization ngrams is 2/],
    ["epochs that code computes", `${NET}model.fit(x, y, epochs=n)\n`, /^line 5: fit epochs is n/],
    [
      "a method that may do anything",
      `${NET}model.train_on_batch(x, y)\n`,
      /^line 5: \.train_on_batch\(\) of the model/,
    ],
    [
      "an attribute that is set",
      `${NET}model.layers[0].units = 4\n`,
      /^line 5: model\.layers\[0\]\.units is set/,
    ],
  ];
  for (const [name, script, says] of cases) {
    test(name, () => {
      const found = unread(script);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0]!, says);
      // The table is the same, so that a summary may be had; the receipt says it.
      assert.ok(read(script).receipt.ignored.includes(found[0]!));
    });
  }

  test("nothing of the kind where the script can be read", () => {
    assert.deepEqual(
      unread(`${NET.replace("(50, 2", "(50, 2, weights=None")}model.compile('adam', loss='mse')\n`),
      [],
    );
  });
});

describe("what a script says of texts and training", () => {
  test("everything Keras's Tokenizer and pad_sequences take", () => {
    const { settings } =
      read(`t = keras.preprocessing.text.Tokenizer(num_words=40, filters='!?', lower=False, split=',', char_level=True, oov_token='?')
x = keras.preprocessing.sequence.pad_sequences(s, 9, 'int32', 'post', 'pre')
${NET}`);
    assert.equal(settings.frontEnd?.value, "tokenizer");
    assert.deepEqual(settings.text?.value, {
      filters: "!?",
      lower: false,
      split: ",",
      charLevel: true,
      oovToken: "?",
    });
    assert.deepEqual(
      [
        settings.vocabulary?.value,
        settings.length?.value,
        settings.padding?.value,
        settings.truncating?.value,
      ],
      [40, 9, "post", "pre"],
    );
    assert.equal(settings.padding?.said, 'line 5: pad_sequences padding="post"');
  });

  test("TextVectorization inside the network takes the ids' place", () => {
    const { settings, model, unread } =
      read(`v = TextVectorization(max_tokens=50, output_sequence_length=9, standardize=None, split="character")
v.adapt(texts)
model = Sequential([Input((1,), dtype="string"), v, Embedding(50, 2), LSTM(3), Dense(1)])
`);
    assert.deepEqual(unread, []);
    assert.deepEqual(model.inputShapes, [[9]]);
    assert.deepEqual(settings.text?.value, { standardize: "none", split: "character" });
    assert.deepEqual(
      [settings.vocabulary?.value, settings.length?.value, settings.padding?.value],
      [50, 9, "post"],
    );
    const graph = read(`v = TextVectorization(max_tokens=50, output_sequence_length=9)
a = Input((1,), dtype="string")
model = Model(a, Dense(1)(LSTM(3)(Embedding(50, 2)(v(a)))))
`).model;
    assert.deepEqual([graph.inputShapes, graph.countParams()], [[[9]], 100 + 72 + 4]);
  });

  test("EarlyStopping, splits, and what is left aside", () => {
    const { settings, receipt } = read(`from sklearn.model_selection import train_test_split
a, b = train_test_split(x, test_size=0.3, random_state=1)
tf.random.set_seed(3)
${NET}model.compile('adam', 'binary_crossentropy')
model.fit(a, b, batch_size=8, epochs=2, validation_split=.15, shuffle=False, class_weight={0: 1, 1: 2}, callbacks=[
  keras.callbacks.EarlyStopping(patience=0, restore_best_weights=True), keras.callbacks.ReduceLROnPlateau(factor=.5)])
`);
    const { epochs, batchSize, validationSplit, testSplit, patience } = settings;
    assert.deepEqual(
      [epochs, batchSize, validationSplit, testSplit, patience].map((said) => said?.value),
      [2, 8, 0.15, 0.3, 1],
    );
    const aside = receipt.ignored.join("\n");
    for (const says of [
      /line 9: fit class_weight=.*--balance/,
      /line 9: fit shuffle=False/,
      /line 10: the callback ReduceLROnPlateau/,
    ])
      assert.match(aside, says);
  });

  test("the optimizer's and the loss's arguments arrive, and are said", () => {
    const { model, receipt } = read(
      `${NET}model.compile(keras.optimizers.RMSprop(0.01, rho=0.8), keras.losses.BinaryCrossentropy(label_smoothing=.1), metrics=['accuracy'])\n`,
    );
    const { optimizer, loss } = model.compiled;
    assert.ok(optimizer.name === "rmsprop");
    assert.deepEqual([optimizer.learningRate, optimizer.rho, loss.labelSmoothing], [0.01, 0.8, 0.1]);
    assert.match(
      receipt.taken.join("\n"),
      /line 5: compile: optimizer=RMSprop\(learning_rate=0\.01, rho=0\.8\), loss=BinaryCrossentropy\(label_smoothing=0\.1\), metrics=\["accuracy"\]/,
    );
  });

  test("which of several models was taken", () => {
    const { model, receipt } = read(`one = Sequential([Input((4,)), Dense(1)], name="one")
two = Sequential([Input((4,)), Dense(2)], name="two")
two.compile('sgd', 'mse')
two.fit(x, y)
three = Model(two.inputs, two.layers[0].output)
`);
    assert.equal(model.name, "two");
    assert.match(
      receipt.taken[0]!,
      /line 5: the model, a Sequential two, one of 3 models: the last that is fitted/,
    );
    assert.match(receipt.ignored.join("\n"), /line 4: the model one/);
  });
});

describe("notebooks", () => {
  const cell = (source: string | string[], type = "code") => ({
    cell_type: type,
    source,
    outputs: [],
    metadata: {},
  });
  const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value));

  test("their code cells are read, without IPython's own lines", () => {
    const cells = [
      cell("# Title", "markdown"),
      cell(["!pip install keras\n", "%matplotlib inline\n", "pip install x\n", HEAD]),
      cell("%%bash\nls -l | wc"),
      cell(NET),
    ];
    const { model } = readKerasScript(notebookScript(bytes({ nbformat: 4, cells }), "a.ipynb"), {
      file: "a.ipynb",
    });
    assert.equal(model.countParams(), 100 + 72 + 4);
  });

  test("anything else is refused in words", () => {
    assert.throws(
      () => notebookScript(bytes({ a: 1 }), "a.ipynb"),
      /a\.ipynb: expected a notebook with a list of cells.*nbconvert/,
    );
    assert.throws(() => notebookScript(new TextEncoder().encode("x = 1"), "a.ipynb"), InputError);
  });
});
