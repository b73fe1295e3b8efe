"""Writes golden/graph_*.keras.gz and *.h5.gz: models of layers around the recurrent ones, chains and graphs, saved by real
Keras 3.15.1; and what they put out: golden/graph_files.json.

Run by itself:  python make_graph_files.py   (Keras 3.15.1 on TensorFlow; the tests themselves need no Python)
"""

import json
import os

from make_keras_files import CASES, FOLDER, ROWS, STEPS, distinct_ids, embedding, floats, ids  # isort: skip
import golden
import keras
import numpy as np
from keras import layers
from packed import pack

BOTH = ("keras", "h5")


def save(name, model, x, randomise=True, **more):
    """As that of make_keras_files, of one input or several."""
    name = f"graph_{name}"
    if randomise:
        golden.random_weights(model, name)
    several = isinstance(x, (list, dict))
    inputs = [x[key] for key in sorted(x)] if isinstance(x, dict) else x if several else [x]
    y = model.predict(x, verbose=0)
    if isinstance(y, dict):
        (y,) = y.values()
    golden.check_size(name, y, high=1e4)
    for form in BOTH:
        model.save(os.path.join(FOLDER, f"{name}.{form}"))
    inputs = [one.tolist() if one.dtype.kind == "i" else golden.encode(one) for one in inputs]
    case = {"name": name, "files": [f"{name}.{form}" for form in BOTH]}
    case |= {"inputs": inputs} if several else {"input": inputs[0]}
    weights = [golden.encode(w) for w in model.get_weights()]
    CASES.append({**case, "output": golden.encode(y), "weights": weights, **more})


def chain(name, x, *parts, shape=(STEPS,), **more):
    save(name, keras.Sequential([keras.Input(shape), *parts]), x, **more)


def some_ids(name):
    """As `ids`, but no row is padding throughout."""
    x = ids(name)
    x[x[:, 0] == 0, 0] = 5
    return x


def bidirectional():
    both = layers.Bidirectional
    sequences = {"return_sequences": True}
    chain(
        "both_ways",
        ids("both_ways"),
        embedding(mask_zero=True),
        both(layers.LSTM(3, **sequences)),
        both(layers.GRU(2, reset_after=False, **sequences), merge_mode="sum", name="summed"),
        both(layers.SimpleRNN(2, activation="softsign", **sequences), merge_mode="mul"),
        both(layers.LSTM(2, **sequences), merge_mode="ave"),
        both(layers.GRU(3)),
        layers.Dense(2, activation="sigmoid"),
    )
    back = layers.GRU(3, go_backwards=True, use_bias=False, name="from_the_end")
    chain(
        "other_backward",
        floats("other_backward", 5, 2),
        both(layers.LSTM(3, dropout=0.2, recurrent_activation="hard_sigmoid"), backward_layer=back),
        layers.Dense(1),
        shape=(None, 2),
    )
    chain(
        "backward_first",
        ids("backward_first"),
        embedding(),
        both(layers.GRU(2, go_backwards=True, **sequences), backward_layer=layers.GRU(2, **sequences)),
        layers.Flatten(),
    )
    chain("last_of_both", ids("last_of_both"), embedding(mask_zero=True), both(layers.LSTM(2), merge_mode="mul"))


def pooling_and_masking():
    sequences = {"return_sequences": True}
    chain(
        "pooled",
        floats("pooled", 9, 2),
        layers.MaxPooling1D(),
        layers.LSTM(3, **sequences),
        layers.AveragePooling1D(3, strides=1, padding="same"),
        layers.MaxPooling1D(2, strides=1, padding="valid"),
        layers.GlobalMaxPooling1D(keepdims=True),
        layers.Flatten(),
        shape=(9, 2),
    )
    masked = [embedding(mask_zero=True), layers.GRU(3, **sequences)]
    chain("mean", some_ids("mean"), *masked, layers.GlobalAveragePooling1D(), layers.Dense(2))
    chain("most", ids("most"), embedding(mask_zero=True), layers.LSTM(3, **sequences), layers.GlobalMaxPooling1D())
    signal = floats("hidden", STEPS, 3)
    signal[0, 3:] = signal[1, ::2] = -1.5
    chain(
        "hidden",
        signal,
        layers.Masking(-1.5),
        layers.SimpleRNN(3, zero_output_for_mask=True, **sequences),
        layers.Dropout(0.5),
        layers.LSTM(2, zero_output_for_mask=True),
        shape=(STEPS, 3),
    )
    kept = keras.Sequential(
        [keras.Input(batch_shape=(ROWS, STEPS)), embedding(), layers.LSTM(3, stateful=True, unroll=True), layers.Dense(1)]
    )
    save("stateful", kept, ids("stateful"))


def two(name, **options):
    """Two inputs of ids, each looked up in a table of its own."""
    starts = [keras.Input((STEPS,), name=end) for end in ("left", "right")]
    return starts, [embedding(**options)(start) for start in starts], [ids(name), ids(name + " other")[::-1].copy()]


def merging():
    for masked in (False, True):
        label = "masked" if masked else "plain"
        starts, (x, y), data = two(f"merged_{label}", mask_zero=masked)
        parts = [
            layers.Add()([x, y]),
            layers.Subtract()([x, y]),
            layers.Multiply()([x, y, x]),
            layers.Average()([x, y]),
            layers.Maximum()([x, y]),
            layers.Minimum()([x, y]),
        ]
        side_by_side = layers.LSTM(3)(layers.Concatenate()(parts))
        one_by_one = [layers.GRU(2)(part) for part in parts[:2]]
        after = layers.SimpleRNN(2)(layers.Concatenate(axis=1)([x, y]))
        end = layers.Dense(2)(layers.concatenate([side_by_side, *one_by_one, after]))
        save(f"merged_{label}", keras.Model(starts, end), data)
    starts, _, data = two("half_masked")
    x, y = embedding(mask_zero=True)(starts[0]), embedding()(starts[1])
    after = layers.LSTM(2)(layers.Concatenate(axis=-2)([x, y]))
    beside = layers.LSTM(2)(layers.Concatenate()([x, y]))
    added = layers.LSTM(2)(layers.Add()([x, y]))
    save("half_masked", keras.Model(starts, layers.Average()([after, beside, added])), data)


def graphs():
    words, numbers = keras.Input((STEPS,), name="words"), keras.Input((3,), name="numbers")
    x = layers.Bidirectional(layers.LSTM(2))(embedding(mask_zero=True)(words))
    y = layers.Dense(4, activation="relu")(numbers)
    end = layers.Dense(1, activation="sigmoid")(layers.Concatenate()([x, y]))
    data = [ids("two_inputs"), floats("two_inputs", 3)]
    save("two_inputs", keras.Model([words, numbers], end), data)
    save("by_name", keras.Model({"b": numbers, "a": words}, {"y": end}), {"b": data[1], "a": data[0]})
    start = keras.Input((STEPS,))
    x = embedding(mask_zero=True)(start)
    x = layers.Activation("tanh")(layers.Dense(3)(layers.Dropout(0.3)(x)))
    out, *_ = layers.LSTM(3, return_sequences=True, return_state=True)(x)
    out, *_ = layers.Bidirectional(layers.GRU(2, return_sequences=True, return_state=True))(out)
    out = layers.Add()([out, out])
    wide, narrow = layers.GlobalAveragePooling1D()(out), layers.GlobalMaxPooling1D()(out)
    save("states_unused", keras.Model(start, layers.Maximum()([wide, narrow])), some_ids("states_unused"))
    signal = keras.Input((STEPS, 2))
    seen = layers.Masking(0.25)(signal)
    data = floats("residual", STEPS, 2)
    data[1, 2:] = data[2, :3] = 0.25
    x = layers.LSTM(2, return_sequences=True)(seen)
    x = layers.Add()([x, seen])
    save("residual", keras.Model(signal, layers.GRU(3)(x)), data)


def nested():
    front = keras.Sequential([keras.Input((STEPS,)), embedding(mask_zero=True), layers.Dense(3)], name="front")
    a, b = keras.Input((STEPS, 3)), keras.Input((STEPS, 3))
    pair = keras.Model([a, b], layers.Concatenate()([layers.LSTM(2)(a), layers.GRU(2)(b)]), name="pair")
    start = keras.Input((STEPS,))
    x = front(start)
    model = keras.Model(start, layers.Dense(2)(pair([x, embedding(mask_zero=True)(start)])))
    save("nested_masks", model, ids("nested_masks"))
    start, inside = keras.Input((STEPS,)), keras.Input((STEPS, 3))
    tail = keras.Model(inside, layers.LSTM(2)(inside), name="tail")
    save("nested_last", keras.Model(start, tail(embedding(mask_zero=True)(start))), ids("nested_last"))


def trained():
    """Two inputs, both ways: three steps, saved, three more."""
    words, numbers = keras.Input((STEPS,), name="words"), keras.Input((2,), name="numbers")
    x = layers.Embedding(ROWS * STEPS + 1, 3, mask_zero=True)(words)
    x = layers.Bidirectional(layers.GRU(3))(x)
    end = layers.Dense(1, activation="sigmoid")(layers.Concatenate()([x, layers.Dense(2)(numbers)]))
    model = keras.Model([words, numbers], end)
    golden.random_weights(model, "graph_trained")
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy", "mae"])
    data = [distinct_ids("graph_trained"), floats("graph_trained", 2)]
    y = np.array([[1], [0], [0], [1]], "float32")

    def steps():
        return [float(model.train_on_batch(data, y)[0]) for _ in range(3)]

    steps()
    inputs = [data[0].tolist(), golden.encode(data[1])]
    weights = [golden.encode(w) for w in model.get_weights()]
    output = golden.encode(model.predict(data, verbose=0))
    for form in BOTH:
        model.save(os.path.join(FOLDER, f"graph_trained.{form}"))
    case = {"name": "graph_trained", "files": [f"graph_trained.{form}" for form in BOTH], "inputs": inputs}
    CASES.append({**case, "output": output, "weights": weights, "target": y.tolist(), "after": steps()})


def unknown_training():
    """Losses, metrics and an optimizer that are none of ours: the model opens to predict."""
    for name, optimizer, loss in (("huber", "adam", keras.losses.Huber(2.0)), ("nadam", "nadam", "mse")):
        model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
        model.compile(optimizer, loss, metrics=["mae", keras.metrics.CosineSimilarity()])
        x = floats(name, 3)
        model.train_on_batch(x, np.ones((ROWS, 2)))
        save(name, model, x)


def weights_alone():
    """The weights of a graph by themselves, in one file and in several."""
    model = keras.models.load_model(os.path.join(FOLDER, "graph_trained.keras"))
    model.save_weights(os.path.join(FOLDER, "graph_trained.weights.h5"))
    # In GiB: a file of its own for nearly every weight.
    model.save_weights(os.path.join(FOLDER, "graph_shards.weights.json"), max_shard_size=400 / 2**30)
    with open(os.path.join(FOLDER, "graph_trained.config.json"), "w") as file:
        file.write(model.to_json())


def main():
    os.makedirs(FOLDER, exist_ok=True)
    keras.utils.set_random_seed(17)
    for make in (bidirectional, pooling_and_masking, merging, graphs, nested, trained, unknown_training):
        make()
    weights_alone()
    with open(os.path.join(FOLDER, "graph_files.json"), "w") as file:
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in CASES)
        file.write(f'{{"madeBy": "make_graph_files.py", "keras": "{keras.__version__}", "cases": [\n{lines}\n]}}\n')
    print(f"{len(CASES)} cases; golden/ holds {pack():.0f} KB")


if __name__ == "__main__":
    main()
