"""Writes golden/old_*: files in the forms of Keras 2.0 to 2.15, put together with h5py as those versions wrote them, and
golden/old_files.json: what real Keras 3.15.1 puts out for the same weights in the same layers.

The forms follow files that those versions wrote. Run by itself:  python make_old_files.py
"""

import io
import json
import os
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
import golden  # noqa: E402
import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402
from make_keras_files import ROWS, STEPS, WORDS, distinct_ids, ids  # noqa: E402
from old_configs import GLOROT, GRU_2, NONE, ORTHOGONAL, ZEROS, dense, embedding, input_layer, recurrent  # noqa: E402
from packed import FOLDER, pack  # noqa: E402

CASES = []
hard_sigmoid = golden.activation("hardSigmoid2")


def note(name, model, x, **more):
    y = model.predict(x, verbose=0)
    golden.check_size(name, y)
    weights = [golden.encode(w) for w in model.get_weights()]
    file = name + (".keras" if os.path.exists(os.path.join(FOLDER, f"{name}.keras")) else ".h5")
    case = {"name": name, "files": [file], "input": x.tolist(), "output": golden.encode(y), "weights": weights}
    CASES.append({**case, **more})


def write_h5(name, version, model_config, weights, text=str, parts=1, training=None, optimizer=()):
    """weights: [(layer, [(weight name, values)])]. `parts` splits the lists of names as Keras does over 64 KB."""

    def names(group, attribute, values):
        values = np.array([value.encode() for value in values])
        if parts == 1 or len(values) < 2:
            group.attrs[attribute] = values
            return
        for i, part in enumerate(np.array_split(values, parts)):
            group.attrs[f"{attribute}{i}"] = part

    with h5py.File(os.path.join(FOLDER, f"{name}.h5"), "w") as file:
        file.attrs["keras_version"] = text(version)
        file.attrs["backend"] = text("tensorflow")
        file.attrs["model_config"] = text(json.dumps(model_config))
        if training:
            file.attrs["training_config"] = text(json.dumps(training))
        root = file.create_group("model_weights")
        root.attrs["keras_version"] = text(version)
        names(root, "layer_names", [layer for layer, _ in weights])
        for layer, arrays in weights:
            group = root.create_group(layer)
            names(group, "weight_names", [weight for weight, _ in arrays])
            for weight, values in arrays:
                group.create_dataset(weight, data=values)
        if optimizer:
            root = file.create_group("optimizer_weights")
            names(root, "weight_names", [weight for weight, _ in optimizer])
            for weight, values in optimizer:
                root.create_dataset(weight, data=values)


def keras_2_0():
    """A list of layers, no input layer, hard sigmoid in the gates, texts of fixed length."""
    name = "old_2_0"
    model = keras.Sequential(
        [
            keras.Input((STEPS,)),
            layers.Embedding(WORDS, 3),
            layers.LSTM(3, recurrent_activation=hard_sigmoid, return_sequences=True),
            layers.GRU(2, recurrent_activation=hard_sigmoid, reset_after=False),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    e, *lstm_gru, w, b = golden.random_weights(model, name)
    gates = {"recurrent_activation": "hard_sigmoid", "implementation": 0}
    config = [
        embedding("embedding_1", batch_input_shape=[None, STEPS], dtype="int32", input_length=STEPS),
        recurrent("LSTM", "lstm_1", 3, **gates, unit_forget_bias=True, return_sequences=True),
        recurrent("GRU", "gru_1", 2, **gates),
        dense("dense_1", 1, "sigmoid"),
    ]
    kinds = ("kernel:0", "recurrent_kernel:0", "bias:0")
    weights = [
        ("embedding_1", [("embedding_1/embeddings:0", e)]),
        ("lstm_1", [(f"lstm_1/{kind}", v) for kind, v in zip(kinds, lstm_gru[:3])]),
        ("gru_1", [(f"gru_1/{kind}", v) for kind, v in zip(kinds, lstm_gru[3:])]),
        ("dense_1", [("dense_1/kernel:0", w), ("dense_1/bias:0", b)]),
    ]
    write_h5(name, "2.0.9", {"class_name": "Sequential", "config": config}, weights, text=np.bytes_)
    note(name, model, ids(name))


def keras_2_2():
    """A Sequential with a name, no input layer, names of weights in two parts, float64 weights."""
    name = "old_2_2"
    model = keras.Sequential(
        [
            keras.Input((STEPS,)),
            layers.Embedding(WORDS, 3, mask_zero=True),
            layers.SimpleRNN(4, return_sequences=True),
            layers.LSTM(2),
            layers.Dense(3, activation="softmax"),
        ]
    )
    values = golden.random_weights(model, name)
    config = {
        "name": "sequential_3",
        "layers": [
            embedding("embedding_3", batch_input_shape=[None, None], dtype="float32", input_length=None, mask_zero=True),
            recurrent("SimpleRNN", "rnn_3", 4, return_sequences=True),
            recurrent("LSTM", "lstm_3", 2, recurrent_activation="sigmoid", implementation=1, unit_forget_bias=True),
            {"class_name": "Dropout", "config": {"name": "drop", "rate": 0.5, "noise_shape": None, "seed": None}},
            dense("dense_3", 3, "softmax"),
        ],
    }
    double = [v.astype("float64") for v in values]
    kinds = ("kernel:0", "recurrent_kernel:0", "bias:0")
    weights = [
        ("embedding_3", [("embedding_3/embeddings:0", double[0])]),
        ("rnn_3", [(f"rnn_3/{kind}", v) for kind, v in zip(kinds, double[1:4])]),
        ("lstm_3", [(f"lstm_3/{kind}", v) for kind, v in zip(kinds, double[4:7])]),
        ("drop", []),
        ("dense_3", [("dense_3/kernel:0", double[7]), ("dense_3/bias:0", double[8])]),
    ]
    write_h5(name, "2.2.4", {"class_name": "Sequential", "config": config}, weights, parts=2)
    note(name, model, ids(name))


def trained(name):
    """A model trained for three steps by Keras 3, its state, and the losses of three steps more."""
    model = keras.Sequential(
        [
            keras.Input((STEPS,)),
            layers.Embedding(ROWS * STEPS + 1, 3, mask_zero=True),
            layers.GRU(4, reset_after=True),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    golden.random_weights(model, name)
    model.compile(optimizer=keras.optimizers.Adam(0.02), loss="binary_crossentropy", metrics=["accuracy"])
    x = distinct_ids(name)
    y = golden.generator(name + "/target").integers(0, 2, size=(ROWS, 1)).astype("float32")

    def steps():
        return [float(model.train_on_batch(x, y)[0]) for _ in range(3)]

    steps()
    state = [keras.ops.convert_to_numpy(v) for v in model.optimizer.variables]
    return model, x, y, state, steps


OPTIMIZER = {"learning_rate": 0.02, "decay": 0.0, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07, "amsgrad": False}


def tf_2_4():
    """tf.keras: a Functional graph with nested lists, time_major, cells named in the weights, moments one after another."""
    name = "old_tf_2_4"
    model, x, y, state, steps = trained(name)
    e, k, r, b, w, c = model.get_weights()
    start = input_layer("input_1")
    parts = [
        start,
        embedding("embedding", mask_zero=True, dtype="float32", input_length=None, input_dim=ROWS * STEPS + 1),
        recurrent("GRU", "gru", 4, recurrent_activation="sigmoid", dtype="float32", **GRU_2),
        dense("dense", 1, "sigmoid", dtype="float32"),
    ]
    before = None
    for part in parts:
        part["name"] = part["config"]["name"]
        part["inbound_nodes"] = [[[before, 0, 0, {}]]] if before else []
        before = part["name"]
    config = {"name": "model", "layers": parts, "input_layers": [["input_1", 0, 0]], "output_layers": [["dense", 0, 0]]}
    cell = [f"gru/gru_cell_1/{kind}" for kind in ("kernel", "recurrent_kernel", "bias")]
    names = ["embedding/embeddings", *cell, "dense/kernel", "dense/bias"]
    weights = [
        ("input_1", []),
        ("embedding", [("embedding/embeddings:0", e)]),
        ("gru", [(f"{n}:0", v) for n, v in zip(names[1:4], (k, r, b))]),
        ("dense", [("dense/kernel:0", w), ("dense/bias:0", c)]),
    ]
    slots = {"m": state[2::2], "v": state[3::2]}
    moments = [(f"Adam/{n}/{slot}:0", v) for slot, values in slots.items() for n, v in zip(names, values)]
    training = {
        "loss": "binary_crossentropy",
        "metrics": [[{"class_name": "MeanMetricWrapper", "config": {"name": "accuracy", "fn": "binary_accuracy"}}]],
        "weighted_metrics": None,
        "loss_weights": None,
        "optimizer_config": {"class_name": "Adam", "config": {"name": "Adam", **OPTIMIZER}},
    }
    step = ("Adam/iter:0", np.int64(3))
    model_config = {"class_name": "Functional", "config": config}
    write_h5(name, "2.4.0", model_config, weights, training=training, optimizer=[step, *moments])
    note(name, model, x, target=y.tolist())
    CASES[-1]["after"] = steps()


def archive_config(rows):
    def origin(node, module="keras.layers"):
        config = dict(node["config"])
        for key, value in config.items():
            if key.endswith("initializer"):
                config[key] = {"module": "keras.initializers", **value, "registered_name": None}
        return {"module": module, "class_name": node["class_name"], "config": config, "registered_name": None}

    parts = [
        input_layer("embedding_input"),
        embedding("embedding", mask_zero=True, dtype="float32", input_length=STEPS, input_dim=rows),
        recurrent("GRU", "gru", 4, recurrent_activation="sigmoid", dtype="float32", **GRU_2),
        dense("dense", 1, "sigmoid", dtype="float32"),
    ]
    nodes = [origin(part) for part in parts]
    nodes[2]["build_config"] = {"input_shape": [None, STEPS, 3]}
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": nodes},
        "registered_name": None,
        "build_config": {"input_shape": [None, STEPS]},
        "compile_config": {
            "optimizer": {
                "module": "keras.optimizers",
                "class_name": "Adam",
                "config": {"name": "Adam", "jit_compile": False, "is_legacy_optimizer": False, **OPTIMIZER},
                "registered_name": None,
            },
            "loss": "binary_crossentropy",
            "metrics": ["accuracy"],
            "loss_weights": None,
            "weighted_metrics": None,
        },
    }


def write_archive(name, version, config, datasets, compression):
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        for path, values in datasets:
            file.create_dataset(path, data=values)
    with zipfile.ZipFile(os.path.join(FOLDER, f"{name}.keras"), "w", compression) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version, "date_saved": "2023-11-23@10:00:00"}))
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", memory.getvalue())


def archives_of_keras_2():
    """Keras 2.13's first word in paths, and 2.15's backslashes on Windows; no learning rate among the state."""
    for name, version, top, joint, compression in (
        ("old_2_13", "2.13.1", "_layer_checkpoint_dependencies", "/", zipfile.ZIP_STORED),
        ("old_2_15_windows", "2.15.0", "layers", "\\", zipfile.ZIP_DEFLATED),
    ):
        model, x, y, state, steps = trained(name)
        e, k, r, b, w, c = model.get_weights()
        paths = [
            (joint.join((top, "embedding")), [e]),
            (joint.join((top, "gru", "cell")), [k, r, b]),
            (joint.join((top, "dense")), [w, c]),
            ("optimizer", [np.int64(3), *state[2:]]),
        ]
        datasets = [(f"{path}/vars/{i}", v) for path, values in paths for i, v in enumerate(values)]
        datasets.append(("metrics" + joint + "mean/vars/0", np.float32(0.5)))
        write_archive(name, version, archive_config(ROWS * STEPS + 1), datasets, compression)
        note(name, model, x, target=y.tolist())
        CASES[-1]["after"] = steps()


def to_cudnn(kernel, recurrent, bias, gates):
    """The layout of CuDNNLSTM and CuDNNGRU: kernels by column, gate by gate; an input and a recurrent bias."""
    by_column = [k.T.reshape(k.shape) for k in np.hsplit(kernel, gates)]
    transposed = [k.T for k in np.hsplit(recurrent, gates)]
    biases = bias.ravel() if bias.ndim == 2 else np.concatenate([0.25 * bias, 0.75 * bias])
    return [np.hstack(by_column), np.hstack(transposed), biases]


def cudnn():
    """CuDNNLSTM and CuDNNGRU of Keras 2.2."""
    name = "old_cudnn"
    model = keras.Sequential(
        [
            keras.Input((STEPS,)),
            layers.Embedding(WORDS, 3),
            layers.LSTM(4, return_sequences=True),
            layers.GRU(2, reset_after=True),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    e, *cells, w, b = golden.random_weights(model, name)
    lstm = to_cudnn(*cells[:3], 4)
    gru = to_cudnn(*cells[3:], 3)
    # What cuDNN's two biases come to in float32.
    model.layers[1].set_weights([*cells[:2], lstm[2][:16] + lstm[2][16:]])
    cell = {"trainable": True, "return_state": False, "go_backwards": False, "stateful": False, "units": 4}
    more = {"kernel_initializer": GLOROT, "recurrent_initializer": ORTHOGONAL, "bias_initializer": ZEROS, **NONE}
    config = [
        embedding("embedding_1", batch_input_shape=[None, STEPS], dtype="float32", input_length=STEPS),
        {"class_name": "CuDNNLSTM", "config": {"name": "l", **cell, **more, "return_sequences": True}},
        {"class_name": "CuDNNGRU", "config": {"name": "g", **cell, **more, "return_sequences": False, "units": 2}},
        dense("dense_1", 1, "sigmoid"),
    ]
    kinds = ("kernel:0", "recurrent_kernel:0", "bias:0")
    weights = [
        ("embedding_1", [("embedding_1/embeddings:0", e)]),
        ("l", [(f"l/{kind}", v) for kind, v in zip(kinds, lstm)]),
        ("g", [(f"g/{kind}", v) for kind, v in zip(kinds, gru)]),
        ("dense_1", [("dense_1/kernel:0", w), ("dense_1/bias:0", b)]),
    ]
    write_h5(name, "2.2.4", {"class_name": "Sequential", "config": {"name": "s", "layers": config}}, weights)
    note(name, model, ids(name))


def main():
    keras.utils.set_random_seed(13)
    cudnn()
    keras_2_0()
    keras_2_2()
    tf_2_4()
    archives_of_keras_2()
    with open(os.path.join(FOLDER, "old_files.json"), "w") as file:
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in CASES)
        file.write(f'{{"madeBy": "make_old_files.py", "keras": "{keras.__version__}", "cases": [\n{lines}\n]}}\n')
    print(f"{len(CASES)} cases; golden/ holds {pack():.0f} KB")


if __name__ == "__main__":
    main()
