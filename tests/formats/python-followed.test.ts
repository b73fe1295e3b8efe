/** What touches a model is followed or refused, what touches none is passed over, and all that is lacking is asked for at once. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LackingValues } from "../../src/formats/python/lacks.js";
import { notebookScript } from "../../src/formats/python/notebook.js";
import type { Definitions } from "../../src/formats/python/script.js";
import { InputError } from "../../src/index.js";
import { readKerasScript } from "../../src/model/script.js";

const HEAD = "from keras import Sequential, Model, Input\nfrom keras.layers import *\n";
const NET = "model = Sequential([Input((9,)), Embedding(50, 2), LSTM(3)])\n";
const END = "model.add(Dense(1))\n";
const read = (script: string, definitions: Definitions = {}) =>
  readKerasScript(HEAD + script, { file: "homework.py", definitions, engine: "reference" });
const classes = (script: string, definitions: Definitions = {}) =>
  read(script, definitions)
    .model.layers.map(({ className }) => className)
    .join(" ");

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

describe("a model that code would change is never taken for the model without it", () => {
  const cases: [name: string, script: string, says: RegExp][] = [
    [
      "a function that adds a layer, called on a condition",
      `${NET}def extra():\n  model.add(Dense(9))\nif flag:\n  extra()\n${END}`,
      /line 6: the condition flag changes the model.*--define flag=True/,
    ],
    [
      "a lambda that adds layers",
      `${NET}list(map(lambda u: model.add(Dense(u)), [3, 4]))\n${END}`,
      /line 4: lambda u: model\.add\(Dense\(u\)\) changes the model/,
    ],
    ["a layer added by and", `${NET}wide and model.add(Dense(9))\n${END}`, /line 4: wide and model\.add/],
    [
      "a layer added by either",
      `${NET}model.add(Dense(9)) if wide else model.add(GRU(2))\n`,
      /line 4: .* changes the model/,
    ],
    [
      "a layer in a list with a condition",
      `${NET}[model.add(Dense(u)) for u in (2, 3) if u > n]\n${END}`,
      /line 4: .* changes the model/,
    ],
    [
      "a function that is not known",
      `${NET}f = model.add if wide else print\nf(Dense(9))\n${END}`,
      /line 5: f\(Dense\(9\)\) may add/,
    ],
    [
      "a function under a decorator",
      `${NET}@cached\ndef extra():\n  model.add(Dense(9))\nextra()\n${END}`,
      /line 4: a function under @cached changes the model.*Take the decorator away/,
    ],
    [
      "a model that an attribute holds",
      "class N:\n  def __init__(self):\n    self.model = Sequential([Input((9,)), Embedding(50, 2)])\nn = N()\nif deep:\n  n.model.add(LSTM(3, return_sequences=True))\nn.model.add(LSTM(3))\n",
      /line 7: the condition deep changes the model/,
    ],
    [
      "a size that a method changes",
      "class N:\n  def __init__(self):\n    self.units = 8\n  def widen(self):\n    self.units = 64\nn = N()\nif wide:\n  n.widen()\nmodel = Sequential([Input((4,)), Dense(n.units)])\n",
      /line 11: Dense units is n\.units, which is not run/,
    ],
    [
      "a size that a function changes",
      "units = 8\ndef widen():\n  global units\n  units = 64\nif wide:\n  widen()\nmodel = Sequential([Input((4,)), Dense(units)])\n",
      /line 7: Dense units is units, which is not run/,
    ],
    [
      "a function that may have ended before",
      "def pick(kind):\n  if kind == 'gru':\n    return GRU(8)\n  return LSTM(8)\nmodel = Sequential([Input((9, 2)), pick(args.kind), Dense(1)])\n",
      /line 4: the condition kind == 'gru' decides what pick\(\) gives.*--define "kind == 'gru'=True"/,
    ],
    [
      "another model on a condition",
      `${NET}if wide:\n  model = Sequential([Input((9,)), Embedding(50, 2), LSTM(30)])\nmodel.compile('adam', 'mse')\n`,
      /line 4: the condition wide changes the model/,
    ],
    [
      "two models, one of which",
      `if wide:\n  model = Sequential([Input((4,)), Dense(9)])\nelse:\n  model = Sequential([Input((4,)), Dense(3)])\n`,
      /line 3: the condition wide changes the model/,
    ],
    [
      "a layer of Keras's under another's name",
      "import tensorflow as tf\nimport mine\ntf.keras.layers.LSTM = mine.LSTM\nmodel = tf.keras.Sequential([Input((9, 2)), tf.keras.layers.LSTM(3)])\n",
      /line 5: tf\.keras\.layers\.LSTM is set, which is not followed/,
    ],
    [
      "a class whose methods each add a layer, that nothing calls",
      "class N:\n  def __init__(self):\n    self.model = Sequential()\n  def a(self):\n    self.model.add(Dense(3))\n  def b(self):\n    self.model.add(Dense(1))\n",
      /expected a Keras model/,
    ],
  ];
  for (const [name, script, says] of cases) test(name, () => refused(script, says));
});

describe("what touches no model is passed over", () => {
  test("loops in loops, functions that call themselves, arrays in place", () => {
    const script = `import numpy as np
def fib(n):
  return n if n < 2 else fib(n - 1) + fib(n - 2)
def down(n):
  return down(n - 1) + 1 if n else 0
table = {}
for i in range(1000):
  for j in range(1000):
    table[i * 1000 + j] = [i, j]
x = np.zeros((4, 5))
for i in range(4):
  for j in range(5):
    x[i, j] = fib(i) + j
deep = down(90)
while True:
  line = input()
  if line == 'quit':
    break
${NET}${END}for epoch in range(5000):
  model.fit(x, x, epochs=1)
  for k in range(400):
    model.predict(x)
`;
    assert.equal(classes(script), "Embedding LSTM Dense");
  });

  test("callbacks and others' classes, whatever they are given", () => {
    const script = `import pandas as pd
from sklearn.preprocessing import LabelEncoder
from keras.callbacks import *
frame = pd.DataFrame(rows, columns=['a'])
coder = LabelEncoder().fit(frame.a)
steps = [ModelCheckpoint('a.h5', 'loss', 1, True, period=2), TensorBoard('logs', 1, write_grads=True), CSVLogger('x', own=3)]
${NET}${END}`;
    assert.equal(classes(script), "Embedding LSTM Dense");
  });

  test("a function of others' that is given the model is said", () => {
    const { receipt } = read(`import helper\n${NET}${END}helper.finish(model)\n`);
    assert.match(
      receipt.ignored.join(),
      /line 6: helper\.finish\(model\), which is given the model and not run/,
    );
  });

  test("names that NumPy takes for itself", () => {
    refused(
      "from numpy import *\na = Input((9,))\nm = Model(a, add([Dense(1)(a), Dense(1)(a)]))\nfrom keras.layers import add\n".replace(
        HEAD,
        "",
      ),
      /the model's outputs hang on add\(/,
    );
  });
});

describe("what is made in ways that only running would tell", () => {
  test("the branch that makes the model, where another loads it", () => {
    const script = `import os\nif os.path.exists('m.h5'):\n  model = keras.models.load_model('m.h5')\nelse:\n  ${NET}  model.add(Dense(1))\n`;
    const { receipt } = read(script);
    assert.match(
      receipt.filled.join(),
      /line 4: the condition os\.path\.exists\('m\.h5'\) is taken not to hold/,
    );
  });

  test("a model in each round of a loop that is not known", () => {
    const { receipt, model } = read(
      `for train, test in folds.split(x, y):\n  ${NET}  model.add(Dense(1))\n  model.fit(x[train], y[train], epochs=3)\n`,
    );
    assert.equal(model.layers.length, 3);
    assert.match(receipt.filled.join(), /line 3: a loop over folds\.split\(x, y\).* one is followed/);
  });

  test("the options of a command line, at their defaults", () => {
    const { receipt, model } = read(
      "import argparse\np = argparse.ArgumentParser()\np.add_argument('-u', '--num-units', type=int, default=7)\np.add_argument('--deep', action='store_true')\nargs = p.parse_args()\nmodel = Sequential([Input((4,)), Dense(args.num_units)])\nif args.deep:\n  model.add(Dense(2))\n",
    );
    assert.equal(model.countParams(), 35);
    assert.match(
      receipt.filled.join(),
      /line 7: the command line's options are at their defaults: num_units=7, deep=False/,
    );
  });

  test("shapes of arrays, as far as they are written", () => {
    const script = `import numpy as np
from sklearn.model_selection import train_test_split
X = np.reshape(windows, (len(windows), 20, 3)) / float(n)
X_train, X_test, y_train, y_test = train_test_split(X, y)
model = Sequential([LSTM(4, input_shape=(X_train.shape[1], X_train[:9].shape[2])), Dense(1)])
`;
    assert.deepEqual(read(script).model.inputShapes, [[20, 3]]);
    refused(
      "import numpy as np\nX = np.reshape(x, (-1, n, 3))\nmodel = Sequential([LSTM(4, input_shape=X.shape[1:])])\n",
      /line 4: LSTM input_shape is n, which is not run.*--define n=VALUE/,
    );
    refused(
      "import numpy as np\nX = np.zeros((3, 4))\nX.shape = other\nmodel = Sequential([Input((X.shape[1],)), Dense(1)])\n",
      /Input shape is X\.shape\[1\], which is not run/,
    );
  });

  test("objects: properties, static methods, super, fields of a dataclass", () => {
    const script = `from dataclasses import dataclass
@dataclass
class Sizes:
  units: int = 4
  deep: bool = False
class Base(object):
  def __init__(self, sizes):
    self.sizes = sizes
  @property
  def double(self):
    return 2 * self.sizes.units
  @staticmethod
  def head(n):
    return Dense(n)
  def build(self):
    self.model = Sequential([Input((3,)), Dense(self.double)])
class Net(Base):
  def build(self):
    super().build()
    self.model.add(self.head(1))
    return self
net = Net(Sizes(units=5)).build()
`;
    assert.equal(read(script).model.countParams(), 40 + 11);
  });
});

describe("--define", () => {
  const LACKING = `n = len(words)
model = Sequential([Embedding(n + 1, 4, input_length=X.shape[1]), LSTM(config.units), Dense(y.shape[1])])
if args.deep:
  model.add(Dense(2))
`;

  test("asks for all that is lacking at once, in the script's words", () => {
    assert.throws(
      () => read(LACKING),
      (error: Error) => {
        assert.ok(error instanceof LackingValues);
        for (const option of [
          "--define len(words)=VALUE",
          '--define "len(words)=VALUE"',
          '--define "X.shape[1]=VALUE"',
          "--define config.units=VALUE",
          '--define "y.shape[1]=VALUE"',
          "--define args.deep=True",
        ].slice(1)) {
          assert.ok(error.message.includes(option), `${option} in ${error.message}`);
        }
        return true;
      },
    );
  });

  test("says expressions whatever their spaces, attributes, tuples and conditions", () => {
    const said = {
      " len( words )": 9,
      "X.shape[ 1 ]": 5,
      "config.units": 3,
      "y.shape[1]": 2,
      "args.deep": false,
    };
    assert.equal(read(LACKING, said).model.countParams(), 40 + 96 + 8);
    assert.equal(classes(LACKING, { ...said, "args.deep": true }), "Embedding LSTM Dense Dense");
    const shape = "model = Sequential([LSTM(4, input_shape=x[0].shape)])\n";
    assert.deepEqual(read(shape, { "x[0].shape": [20, 3] }).model.inputShapes, [[20, 3]]);
  });

  test("says what a function's own name stands for, where that is not known", () => {
    const script =
      "def build(size):\n  return Sequential([Input((4,)), Dense(size)])\nmodel = build(len(data))\n";
    assert.equal(read(script, { size: 3 }).model.countParams(), 15);
    assert.equal(read(script.replace("len(data)", "2"), { size: 3 }).model.countParams(), 10);
  });
});

describe("notebooks", () => {
  const notebook = (...sources: string[]) =>
    new TextEncoder().encode(
      JSON.stringify({ nbformat: 4, cells: sources.map((source) => ({ cell_type: "code", source })) }),
    );
  const open = (...sources: string[]) =>
    readKerasScript(notebookScript(notebook(...sources), "a.ipynb"), {
      file: "a.ipynb",
      engine: "reference",
    });

  test("lines are called by their cell", () => {
    assert.throws(
      () =>
        open(
          `${HEAD}files = !ls`,
          "%%bash\nls\nls",
          "?model\n!pip install a \\\n  b\nmodel = Sequential([Input((4,)),\n  Dense(n)])",
        ),
      /^InputError: a\.ipynb cell 3 line 5: Dense units is n, which is not run/,
    );
    assert.throws(
      () => open(HEAD, "x = (1"),
      /^InputError: a\.ipynb cell 2 line 1: this is not valid Python/,
    );
    const { receipt } = open(HEAD, NET, "model.compile('adam', 'mse')\n");
    assert.deepEqual(receipt.taken, [
      "cell 2 line 1: the model, a Sequential sequential",
      'cell 3 line 1: compile: optimizer="adam", loss="mse"',
    ]);
  });

  test("cells are counted before they are put together", () => {
    const many = notebook(...Array.from({ length: 10_001 }, () => ""));
    assert.throws(
      () => notebookScript(many, "a.ipynb"),
      /a\.ipynb: expected at most 10000 cells of code but received 10001/,
    );
  });
});
