"""Runs each script and notebook of as-written/ in real Keras, without training it, and writes down what its model comes to.

python make_as_written.py > golden/as_written.json (Keras 3.15.1, TensorFlow 2.21). What the scripts import besides is stood
in for here, as far as they need it; so are the paths and arguments that Keras had in earlier versions. DEFINES is what
each script computes and nobody can know who has not run it: its value is written down with the rest.
"""
import json
import os
import pathlib
import re
import sys
import tempfile
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np
import tensorflow as tf
from keras.src.legacy.preprocessing import text as legacy_text

DEFINES = {
    "char_text.py": ["y.shape[1]"],
    "char_callback.py": ["len(chars)"],
    "ner.py": ["len(words)", "len(tags)"],
    "stock.py": ["X_train.shape[1]"],
    "newswires.py": {"np.max(y_train) + 1": "num_classes"},
    "adapted_encoder.py": ["len(encoder.get_vocabulary())"],
    "poetry.py": ["len(tokenizer.word_index) + 1", "max([len(x) for x in input_sequences])"],
    "anomaly.py": ["trainX.shape[1]", "trainX.shape[2]"],
    "notes.py": ["len(set(notes))"],
    "activity.py": ["trainX.shape[1]", "trainX.shape[2]", "trainy.shape[1]"],
    "weather.py": ["float_data.shape[-1]"],
    "plays.py": ["len(vocab)"],
    "tweets.py": ["X.shape[1]"],
    "prices.ipynb": ["x_train.shape[1]"],
}


class Anything:
    """Takes every call and attribute, and is itself again: what draws and prints."""

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __call__(self, *args, **kwargs):
        return Anything()

    def __iter__(self):
        return iter(())

    def __float__(self):
        return 0.0

    def __getitem__(self, key):
        return 0.0


class Series(np.ndarray):
    values = property(lambda self: np.asarray(self))
    iloc = property(lambda self: self)

    def apply(self, function):
        return series([function(item) for item in self])

    def fillna(self, *args, **kwargs):
        return self


def series(items):
    return np.asarray(items).view(Series)


class Frame:
    def __init__(self, columns=None, **more):
        self.columns = columns.columns if isinstance(columns, Frame) else dict(columns)

    values = property(lambda self: np.stack([np.asarray(c) for c in self.columns.values()], axis=1))
    shape = property(lambda self: (len(self), len(self.columns)))
    iloc = property(lambda self: Rows(self))
    loc = property(lambda self: Rows(self))

    def __len__(self):
        return len(next(iter(self.columns.values())))

    def __getattr__(self, name):
        if name in self.__dict__.get("columns", {}):
            return self.columns[name]
        if name in ("info", "head"):
            return lambda *args: None
        raise AttributeError(name)

    def __getitem__(self, key):
        return Frame({name: self.columns[name] for name in key}) if isinstance(key, list) else self.columns[key]

    def __setitem__(self, key, value):
        self.columns[key] = series(np.asarray(value).reshape(len(self)))

    def fillna(self, *args, **kwargs):
        return self


class Rows:
    def __init__(self, frame):
        self.frame = frame

    def __getitem__(self, key):
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        names = list(self.frame.columns)[columns]
        return Frame({name: self.frame.columns[name][rows] for name in names})


def read_csv(path, **more):
    lines = [line.split(",") for line in pathlib.Path(path).read_text().strip().split("\n")]
    columns = dict(zip(lines[0], zip(*lines[1:])))
    whole = lambda items: all(re.fullmatch(r"[\d.]+", item) for item in items)
    found = {name: series([float(i) for i in items] if whole(items) else items) for name, items in columns.items()}
    if "usecols" in more:
        found = {name: found[name] for name in [list(found)[i] for i in more["usecols"]]}
    return Frame(found)


class Scaler:
    def __init__(self, **kwargs):
        pass

    def fit(self, x):
        return self

    def transform(self, x):
        return np.asarray(x.values if isinstance(x, Frame) else x, dtype="float64")

    fit_transform = inverse_transform = transform


class Labels:
    def fit_transform(self, x):
        return np.unique(np.asarray(x), return_inverse=True)[1]


class Folds:
    def __init__(self, **kwargs):
        pass

    def split(self, x, y):
        return [(np.arange(10, 40), np.arange(10)), (np.arange(30), np.arange(30, 40))]


def train_test_split(*arrays, **kwargs):
    return [part for array in arrays for part in (array[:-2], array[-2:])]


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    made.__getattr__ = lambda attribute: Anything
    made.__path__ = []
    sys.modules[name] = made
    return made


def get_dummies(labels):
    return Frame({label: series(np.asarray(labels) == label) for label in np.unique(labels)})


module("pandas", read_csv=read_csv, DataFrame=Frame, get_dummies=get_dummies)
for name in ["matplotlib", "seaborn", "sklearn.metrics", "sklearn.feature_extraction", "sklearn.feature_extraction.text"]:
    module(name)
sys.modules["matplotlib"].pyplot = module("matplotlib.pyplot", **{n: Anything() for n in ["style", "plot", "show"]})
module("sklearn")
module("sklearn.preprocessing", MinMaxScaler=Scaler, StandardScaler=Scaler, LabelEncoder=Labels)
module("sklearn.model_selection", train_test_split=train_test_split, StratifiedKFold=Folds, GridSearchCV=lambda **k: Grid())


class Grid:
    best_score_, best_params_ = 0.0, {}

    def fit(self, *args):
        return self


# ---- Keras as it was ------------------------------------------------------------------------------------------


def renamed(make):
    """Optimizers once had lr and decay."""

    class Renamed(make):
        def __init__(self, *args, lr=None, decay=None, **kwargs):
            super().__init__(*args, **({} if lr is None else {"learning_rate": lr}), **kwargs)

    return Renamed


class EarlierEmbedding(keras.layers.Embedding):
    def __init__(self, *args, batch_input_shape=None, **kwargs):
        super().__init__(*args, **kwargs)


layers = keras.layers
layers.Embedding = tf.keras.layers.Embedding = EarlierEmbedding
layers.CuDNNLSTM = layers.LSTM
for owner in [keras.optimizers, tf.keras.optimizers]:
    for name in ["Adam", "SGD", "RMSprop"]:
        setattr(owner, name, renamed(getattr(owner, name)))
text = types.ModuleType("keras.preprocessing.text")
text.Tokenizer = legacy_text.Tokenizer
for root in ["keras", "tensorflow.keras"]:
    base = keras if root == "keras" else tf.keras
    base.preprocessing.text = sys.modules[f"{root}.preprocessing.text"] = text
    sys.modules[f"{root}.preprocessing"] = base.preprocessing
    sys.modules[f"{root}.preprocessing.sequence"] = base.preprocessing.sequence
    sys.modules[f"{root}.layers"] = base.layers
    for name in "models optimizers utils callbacks regularizers datasets".split():
        sys.modules[f"{root}.{name}"] = getattr(base, name)
for old in ["core", "recurrent", "embeddings", "wrappers", "merge", "convolutional"]:
    sys.modules[f"keras.layers.{old}"] = layers
keras.utils.np_utils = sys.modules["keras.utils.np_utils"] = keras.utils
module("keras.wrappers")
module("keras.wrappers.scikit_learn", KerasClassifier=Anything)
sys.modules["keras.constraints"] = types.SimpleNamespace(maxnorm=keras.constraints.MaxNorm)
for owner in [keras.callbacks, tf.keras.callbacks]:
    for name in ["TensorBoard", "ModelCheckpoint", "ReduceLROnPlateau", "LearningRateScheduler"]:
        setattr(owner, name, lambda *args, **kwargs: None)


def load_data(num_words=None, **more):
    rows = np.array([np.arange(1, 9), np.arange(1, 5), np.arange(1, 8)], dtype=object)
    return (rows, np.array([0, 1, 2])), (rows, np.array([0, 1, 2]))


keras.datasets.imdb.load_data = keras.datasets.reuters.load_data = load_data


def missing(path, *args, **kwargs):
    raise OSError(path)


for owner in [keras.models, tf.keras.models]:
    owner.load_model = missing
chosen = {}


def fit(self, *args, **kwargs):
    chosen["fitted"] = self
    self.metrics_seen = True


def make_compile(plain):
    def compile(self, *args, **kwargs):
        chosen["compiled"] = self
        plain(self, *args, **kwargs)

    return compile


def predict(self, x, *args, **kwargs):
    if not self.built:
        self.build((None,) + np.shape(x)[1:])
    return np.zeros((len(x),) + tuple(n or 1 for n in self.output_shape[1:]))


keras.Model.fit = keras.Model.fit_generator = fit
keras.Model.compile = make_compile(keras.Model.compile)
keras.Model.evaluate = lambda self, *args, **kwargs: [0.0, 0.0]
keras.Model.predict = predict
keras.Model.reset_states = lambda self: None
keras.Model.metrics_names = property(lambda self: ["loss", "accuracy"])
keras.utils.plot_model = lambda *args, **kwargs: None

BOOK = "the cat sat on the mat\nand looked at the moon in the night\nfor it was late and quiet in the house\n" * 5
MESSAGES = "text,label\n" + "".join(f"free prize number {i} call now,spam\nsee you at {i} then,ham\n" for i in range(10))
SERIES = "month,value,other\n" + "".join(f"{i},{100 + i % 12},{i % 7}\n" for i in range(90))


def code_of(path):
    if path.suffix == ".py":
        return path.read_text()
    cells = [c for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "code"]
    kept = []
    for source in ["".join(cell["source"]) for cell in cells]:
        if re.match(r"%%(?!time)", source):
            continue
        source = re.sub(r"\\\n", "", source)
        kept.append(re.sub(r"(?m)^(\s*)(?:[%!].*|pip .*|[\w.]+\?)$", r"\1pass", source).replace("= !ls", "= []"))
    return "\n".join(kept)


def run(path):
    chosen.clear()
    keras.backend.clear_session()
    code = code_of(path)
    scopes = {}

    def trace(frame, event, argument):
        if event == "return" and frame.f_code.co_filename == path.name:
            scopes.update(frame.f_locals)

    scope = {"__name__": "__main__"}
    sys.argv = [path.name]
    sys.stdout, out = sys.stderr, sys.stdout
    sys.setprofile(trace)
    try:
        exec(compile(code, path.name, "exec"), scope)
    finally:
        sys.setprofile(None)
        sys.stdout = out
    makes = re.search(r"^# made by: (.*)$", code, re.M)
    model = eval(makes[1], scope) if makes else chosen.get("fitted") or chosen.get("compiled") or scope["model"]
    if not model.built:
        model.build((4, 128))
    wanted = DEFINES.get(path.name, [])
    later = wanted if isinstance(wanted, dict) else {}
    defines = {text: int(eval(later.get(text, text), {**scopes, **scope})) for text in wanted}
    return {"total": model.count_params(), "defines": defines}


folder = pathlib.Path(__file__).parent.joinpath("as-written").resolve()
found = {}
with tempfile.TemporaryDirectory() as work:
    os.chdir(work)
    for name, content in [("book.txt", BOOK), ("messages.csv", MESSAGES), ("series.csv", SERIES)]:
        pathlib.Path(name).write_text(content)
    pathlib.Path("vectors.txt").write_text("the " + " ".join(["0.1"] * 50) + "\na " + " ".join(["0.2"] * 50) + "\n")
    for path in sorted(folder.iterdir()):
        try:
            found[path.name] = run(path)
        except Exception as error:
            print(path.name, type(error).__name__, str(error)[:300], file=sys.stderr)
json.dump(found, sys.stdout, indent=1)
print()
