"""Writes golden/vocabularies.json and golden/*.keras.gz: Tokenizers as JSON and as pickles of every protocol, and models
that begin with TextVectorization, made by real Keras 3.15.1; and what they make of some texts.

Run by itself:  python make_vocabularies.py   (Keras 3.15.1 on TensorFlow; the tests themselves need no Python)
"""

import base64
import gzip
import json
import os
import pickle
import sys
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402
from keras.src.legacy.preprocessing import text as legacy  # noqa: E402

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")

FIT = [
    "The cat sat on the mat; the mat was flat.",
    "10 cats and 2 dogs, 2 of them don't bark!",
    "Ärger über die STRASSE: naïve café, 日本 ok",
    "constructor toString <OOV> the cat's 10",
]
PROBE = ["the zebra sat on 10 mats", "", "Don't! café... 2 unknown words", "日本 STRASSE the the the cat", "x\x85y the"]
OPTIONS = [
    {},
    {"num_words": 7},
    {"num_words": 8, "oov_token": "<OOV>"},
    {"oov_token": "<UNK>", "lower": False, "filters": ".,;"},
    {"char_level": True, "num_words": 20},
    {"char_level": True, "oov_token": "<oov>"},
    {"split": ";", "filters": "!"},
    # The texts hold this word, so Keras gives it an id of its own and leaves id 1 empty.
    {"oov_token": "cat"},
]
# Where Keras kept the class over the years.
PLACES = ["keras_preprocessing.text", "keras.src.preprocessing.text", "tensorflow.python.keras.preprocessing.text"]


def encode(data):
    return base64.b64encode(data).decode()


def pickles(tokenizer):
    own = {f"protocol {p}": encode(pickle.dumps(tokenizer, p)) for p in range(6)}
    for place in PLACES:
        module = types.ModuleType(place)
        parts = place.split(".")
        for i in range(1, len(parts)):
            # Packages that lead there, where this Keras has none.
            sys.modules.setdefault(".".join(parts[:i]), types.ModuleType(".".join(parts[:i])))
        sys.modules[place] = module
        module.Tokenizer = type("Tokenizer", (legacy.Tokenizer,), {"__module__": place})
        other = module.Tokenizer.__new__(module.Tokenizer)
        other.__dict__.update(tokenizer.__dict__)
        own[place] = encode(pickle.dumps(other, 2))
    return own


def tokenizer_cases():
    cases = []
    for i, options in enumerate(OPTIONS):
        tokenizer = legacy.Tokenizer(**options)
        tokenizer.fit_on_texts(FIT)
        case = {
            "options": options,
            "json": tokenizer.to_json(),
            "ids": tokenizer.texts_to_sequences(FIT + PROBE),
            "pickles": pickles(tokenizer) if i in (0, 2) else {"protocol 4": encode(pickle.dumps(tokenizer, 4))},
        }
        cases.append(case)
    return cases


def other_pickles():
    """Vocabularies that are no Tokenizer, and numbers of NumPy's."""
    tokenizer = legacy.Tokenizer(num_words=np.int64(6), oov_token=np.str_("<OOV>"))
    tokenizer.fit_on_texts(FIT)
    plain = legacy.Tokenizer()
    plain.fit_on_texts(FIT)
    return {
        "numpy": {"pickle": encode(pickle.dumps(tokenizer)), "ids": tokenizer.texts_to_sequences(FIT + PROBE)},
        "word_index": encode(pickle.dumps(plain.word_index)),
        "list": encode(pickle.dumps(["", "[UNK]", "the", "cat"])),
        "json": encode(pickle.dumps(plain.to_json())),
    }


def vectorization(**options):
    adapt = options.pop("adapt", True)
    layer = layers.TextVectorization(**options)
    if adapt:
        layer.adapt(FIT)
    return layer


def network(front, length, inside=False):
    after = [layers.Embedding(60, 3), layers.LSTM(3), layers.Dense(2, activation="softmax")]
    if inside:
        return keras.Sequential([keras.Input((1,), dtype="string"), front, keras.Sequential([keras.Input((length,)), *after])])
    return keras.Sequential([keras.Input((1,), dtype="string"), front, *after])


def functional():
    start = keras.Input((1,), dtype="string", name="text")
    x = layers.Embedding(60, 3, mask_zero=True)(vectorization(output_sequence_length=6, name="vec")(start))
    return keras.Model(start, layers.Dense(1)(layers.GRU(3)(x)))


def models():
    words = ["the", "cat", "sat", "10"]
    return {
        "text_adapted": network(vectorization(output_sequence_length=7), 7),
        "text_listed": network(vectorization(vocabulary=words, adapt=False), None),
        "text_limited": network(vectorization(max_tokens=9, standardize="lower", output_sequence_length=4), 4),
        "text_characters": network(vectorization(split="character", standardize=None, output_sequence_length=9), 9),
        "text_nested": network(vectorization(output_sequence_length=5), 5, inside=True),
        "text_functional": functional(),
    }


def model_cases():
    cases = []
    for name, model in models().items():
        rng = np.random.default_rng(len(cases))
        model.set_weights([rng.normal(size=w.shape).astype("float32") / 2 for w in model.get_weights()])
        save(model, name)
        front = next(layer for layer in model.layers if isinstance(layer, layers.TextVectorization))
        texts = FIT + PROBE
        case = {
            "name": name,
            "vocabulary": front.get_vocabulary(),
            "ids": front(tf.constant(texts)).numpy().tolist(),
            "output": model.predict(tf.constant([[t] for t in texts]), verbose=0).tolist(),
        }
        cases.append(case)
    return cases


def beside():
    """A model of ids with its Tokenizer kept beside it, as most people save the two."""
    tokenizer = legacy.Tokenizer(num_words=8, oov_token="<OOV>")
    tokenizer.fit_on_texts(FIT)
    model = keras.Sequential(
        [keras.Input((6,)), layers.Embedding(8, 3), layers.LSTM(3), layers.Dense(1, activation="sigmoid")]
    )
    rng = np.random.default_rng(100)
    model.set_weights([rng.normal(size=w.shape).astype("float32") for w in model.get_weights()])
    save(model, "ids_beside")
    case = {"tokenizer": tokenizer.to_json(), "pickle": encode(pickle.dumps(tokenizer)), "outputs": {}}
    for padding in ("pre", "post"):
        for truncating in ("pre", "post"):
            rows = keras.utils.pad_sequences(
                tokenizer.texts_to_sequences(FIT + PROBE), 6, padding=padding, truncating=truncating
            )
            case["outputs"][f"{padding} {truncating}"] = model.predict(rows, verbose=0).ravel().tolist()
    return case


def save(model, name):
    path = os.path.join(FOLDER, f"{name}.keras")
    model.save(path)
    with open(path, "rb") as file, open(f"{path}.gz", "wb") as packed:
        packed.write(gzip.compress(file.read(), 9, mtime=0))
    os.remove(path)


def main():
    os.makedirs(FOLDER, exist_ok=True)
    golden = {
        "madeBy": "make_vocabularies.py",
        "keras": keras.__version__,
        "texts": FIT + PROBE,
        "tokenizers": tokenizer_cases(),
        "others": other_pickles(),
        "models": model_cases(),
        "beside": beside(),
    }
    with open(os.path.join(FOLDER, "vocabularies.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")
    size = sum(os.path.getsize(os.path.join(FOLDER, name)) for name in os.listdir(FOLDER))
    print(f"golden/ holds {size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
