"""Makes the Keras 3 goldens: what Keras 3.15.1's own `summary()` prints, and cases.json with the same models as data.

Run: python make_golden.py   (needs keras and a backend; nothing is read from Keras's table to make cases.json)
The keras2-*.txt files are not made here: they were set by hand after the printing rules of Keras 2.14 (print_summary
in tf_keras/utils/layer_utils.py), for the same models. Keras 2 itself was not run.
"""
import json
import os
from math import prod

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from keras import layers as L

HERE = os.path.dirname(os.path.abspath(__file__))
cases = []


def size(variables):
    return sum(prod(v.shape) for v in variables)


def weigh(variables):
    return sum(prod(v.shape) * np.dtype(v.dtype).itemsize for v in variables)


def shape_of(layer):
    if not layer._inbound_nodes:
        return None
    outputs = layer._inbound_nodes[-1].output_tensors
    shapes = [list(t.shape) for t in outputs]
    return shapes[0] if len(shapes) == 1 else shapes


def describe(model, functional):
    rows = []
    for layer in model._operations if functional else model.layers:
        row = dict(
            name=layer.name,
            className=type(layer).__name__,
            outputShape=shape_of(layer),
            params=size(layer.weights),
            trainableParams=size(layer.trainable_weights),
            built=layer.built,
        )
        if functional:
            row["connectedTo"] = [
                f"{h.operation.name}[{h.node_index}][{h.tensor_index}]"
                for node in layer._inbound_nodes
                for h in (t._keras_history for t in node.input_tensors)
            ]
        rows.append(row)
    data = dict(name=model.name, layers=rows)
    if any(np.dtype(w.dtype).itemsize != 4 for w in model.weights):
        data["bytes"] = dict(trainable=weigh(model.trainable_weights), nonTrainable=weigh(model.non_trainable_weights))
    if model.compiled and model.optimizer.built:
        data["optimizerParams"] = size(model.optimizer.variables)
    return data


def golden(name, model, *, columns=80, functional=False, **options):
    os.environ["COLUMNS"] = str(columns)
    lines = []
    try:
        model.summary(print_fn=lines.append, **options)
        text = "".join(lines)
    except ValueError as error:
        text = f"ValueError: {error}\n"
    with open(os.path.join(HERE, name + ".txt"), "w", encoding="utf8") as out:
        out.write(text)
    rename = {"line_length": "lineLength", "show_trainable": "showTrainable"}
    chosen = {rename[k]: v for k, v in options.items()}
    if columns != 80:
        chosen["terminalColumns"] = columns
    cases.append(dict(file=name, model=describe(model, functional), options=chosen))


def sequential(*layers, name="sequential", input_shape=None):
    keras.backend.clear_session()
    first = [keras.Input(input_shape)] if input_shape is not None else []
    return keras.Sequential([*first, *[make() for make in layers]], name=name)


def flagship(built=True, name="sequential"):
    return sequential(
        lambda: L.Embedding(1000, 16),
        lambda: L.LSTM(32, dropout=0.1, recurrent_dropout=0.1),
        L.Flatten,
        lambda: L.Dropout(0.1),
        lambda: L.Dense(256, activation="sigmoid"),
        lambda: L.Dense(1, activation="sigmoid"),
        name=name,
        input_shape=(200,) if built else None,
    )


def fitted(optimizer):
    model = flagship()
    model.compile(optimizer, "binary_crossentropy")
    model.fit(np.zeros((2, 200)), np.zeros((2, 1)), verbose=0)
    return model


golden("flagship", flagship())
golden("flagship-unbuilt", flagship(built=False))
for optimizer in (keras.optimizers.Adam(), keras.optimizers.RMSprop(), keras.optimizers.SGD()):
    golden(f"flagship-after-{type(optimizer).__name__.lower()}", fitted(optimizer))
golden("flagship-trainable", flagship(), show_trainable=True)
for columns in (40, 60, 92, 200):
    golden(f"flagship-columns-{columns}", flagship(), columns=columns)
for length in (50, 65, 77, 120):
    golden(f"flagship-length-{length}", flagship(), line_length=length)
golden("flagship-wide", flagship(), columns=200, line_length=140)
golden("flagship-narrow", flagship(), columns=24)
golden("flagship-narrowest", flagship(), columns=20)
golden("too-narrow", flagship(), columns=18)
golden("long-model-name", flagship(name="a_model_whose_name_" + "goes_on_" * 9 + "and on to a second line"))

golden(
    "five-layers",
    sequential(
        lambda: L.Embedding(12345, 64),
        lambda: L.Bidirectional(L.GRU(48, return_sequences=True)),
        L.GlobalAveragePooling1D,
        lambda: L.Dense(64, activation="relu"),
        lambda: L.Dense(6, activation="softmax"),
        name="router",
        input_shape=(40,),
    ),
)
golden(
    "long-names",
    sequential(
        lambda: L.Embedding(10, 4, name="an_embedding_with_a_long_name"),
        lambda: L.Bidirectional(L.LSTM(8), name="a_name_that_is_longer_than_the_whole_column"),
        lambda: L.Dense(3, name="words [in], {brackets}, that wrap where they can"),
        lambda: L.Dense(1, name="exactly_twenty_four_letr"),
        input_shape=(7,),
    ),
)
golden(
    "cjk-names",
    sequential(
        lambda: L.Embedding(10, 4, name="埋め込み層"),
        lambda: L.Flatten(name="平坦化するための非常に長い名前の層です"),
        lambda: L.Dense(1, name="sortie_café"),
        input_shape=(7,),
    ),
)
golden("spaced-names", sequential(lambda: L.Dense(1, name="名" * 15 + "ab cd"), name="two" + " " * 30 + "words", input_shape=(3,)), columns=36)
golden("cjk-model-name", flagship(name="aé名 wlong-b_-[b](([b]x1" * 6), columns=36)
golden(
    "wide-numbers",
    sequential(lambda: L.Embedding(3_000_000, 128), L.GlobalMaxPooling1D, lambda: L.Dense(4096), input_shape=(100,)),
)
frozen = sequential(
    lambda: L.Embedding(100, 8, trainable=False),
    L.BatchNormalization,
    lambda: L.SimpleRNN(5),
    lambda: L.Dense(1),
    input_shape=(12,),
)
golden("non-trainable", frozen)
golden("non-trainable-shown", frozen, show_trainable=True)
golden(
    "deep-shapes",
    sequential(
        lambda: L.Reshape((2, 3, 2, 1, 1, 5)),
        lambda: L.Dense(1000),
        L.Flatten,
        lambda: L.Dense(1),
        input_shape=(60,),
    ),
)
golden(
    "unknown-length",
    sequential(lambda: L.Embedding(50, 4), lambda: L.LSTM(3, return_sequences=True), input_shape=(None,)),
)
golden("empty", sequential(name="empty"))
golden(
    "float64",
    sequential(lambda: L.Dense(30, dtype="float64"), lambda: L.Dense(1, dtype="float64"), input_shape=(9,)),
)
# 1.125 and 1.375 KB: Python rounds both to even.
golden("half-down", sequential(lambda: L.Dense(32), input_shape=(8,)))
golden("half-up", sequential(lambda: L.Dense(32), input_shape=(10,)))

keras.backend.clear_session()
ids = keras.Input((20,), name="ids")
embedded = L.Embedding(100, 8)(ids)
sequence, state, cell = L.LSTM(6, return_sequences=True, return_state=True)(embedded)
pooled = L.GlobalMaxPooling1D()(sequence)
joined = L.Concatenate()([pooled, state, cell])
branches = keras.Model(ids, L.Dense(2)(joined), name="branches")
golden("functional", branches, functional=True)
golden("functional-wide", branches, functional=True, columns=200)
golden("functional-trainable", branches, functional=True, columns=200, show_trainable=True)

with open(os.path.join(HERE, "cases.json"), "w", encoding="utf8") as out:
    json.dump(cases, out, ensure_ascii=False, indent=1)
    out.write("\n")
