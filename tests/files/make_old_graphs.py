"""Writes golden/old_graph_*: models of several inputs and both ways, and trained ones, in the forms of Keras 2.2 to 2.15, and
golden/old_graphs.json, as make_old_files.py does.

Run by itself:  python make_old_graphs.py
"""

import json
import os

from make_old_files import CASES, FOLDER, to_cudnn, write_archive, write_h5  # isort: skip
import golden
import keras
import numpy as np
from keras import layers
from make_keras_files import ROWS, STEPS, WORDS, ids
from old_configs import GRU_2, dense, embedding, input_layer, recurrent
from packed import pack

KINDS = ("kernel:0", "recurrent_kernel:0", "bias:0")
NUMBERS = 2


def note(name, form, model, inputs, **more):
    y = model.predict(inputs, verbose=0)
    golden.check_size(name, y)
    data = [x.tolist() if x.dtype.kind == "i" else golden.encode(x) for x in inputs]
    data = {"inputs": data} if len(data) > 1 else {"input": data[0]}
    weights = [golden.encode(w) for w in model.get_weights()]
    CASES.append({"name": name, "files": [f"{name}.{form}"], **data, "output": golden.encode(y), "weights": weights, **more})


def wrapped(name, layer, **more):
    config = {"name": name, "trainable": True, "layer": layer, "merge_mode": "concat", **more}
    return {"class_name": "Bidirectional", "config": config}


def keras_2_2():
    """Bidirectional around LSTM, GRU without reset_after, and CuDNNLSTM; weights named after the layers inside."""
    name = "old_graph_both_ways"
    sigmoid = {"recurrent_activation": "sigmoid"}
    model = keras.Sequential(
        [
            keras.Input((STEPS,)),
            layers.Embedding(WORDS, 3, mask_zero=True),
            layers.Bidirectional(layers.LSTM(2, return_sequences=True), merge_mode="sum"),
            layers.Bidirectional(layers.GRU(2, reset_after=False, return_sequences=True)),
            layers.Bidirectional(layers.LSTM(2), merge_mode="mul"),
            layers.Dense(1),
        ]
    )
    e, *cells, w, b = golden.random_weights(model, name)
    cudnn = [to_cudnn(*cells[i : i + 3], 4) for i in (12, 15)]
    # What cuDNN's two biases come to in float32.
    sums = [stored[2][:8] + stored[2][8:] for stored in cudnn]
    model.layers[3].set_weights([*cells[12:14], sums[0], *cells[15:17], sums[1]])
    fast = recurrent("CuDNNLSTM", "c", 2)
    for key in ("activation", "use_bias", "dropout", "recurrent_dropout", "unroll"):
        del fast["config"][key]
    config = [
        embedding("e", batch_input_shape=[None, STEPS], dtype="float32", input_length=STEPS, mask_zero=True),
        wrapped("b1", recurrent("LSTM", "l", 2, **sigmoid, return_sequences=True), merge_mode="sum"),
        wrapped("b2", recurrent("GRU", "g", 2, **sigmoid, return_sequences=True)),
        wrapped("b3", fast, merge_mode="mul"),
        dense("d", 1, "linear"),
    ]
    stored = [*cells[:12], *cudnn[0], *cudnn[1]]
    weights = [("e", [("e/embeddings:0", e)])]
    for i, inner in enumerate("lgc"):
        both = [f"b{i + 1}/{way}_{inner}/{kind}" for way in ("forward", "backward") for kind in KINDS]
        weights.append((f"b{i + 1}", list(zip(both, stored[6 * i : 6 * i + 6]))))
    weights.append(("d", [("d/kernel:0", w), ("d/bias:0", b)]))
    write_h5(name, "2.2.4", {"class_name": "Sequential", "config": {"name": "s", "layers": config}}, weights)
    note(name, "h5", model, [ids(name)])


def two_inputs(name):
    """A model of ids and numbers, and its weights."""
    words, numbers = keras.Input((STEPS,)), keras.Input((NUMBERS,))
    x = layers.Bidirectional(layers.GRU(2), merge_mode="ave")(layers.Embedding(WORDS, 3, mask_zero=True)(words))
    y = layers.Dense(2, activation="tanh")(numbers)
    end = layers.Dense(1)(layers.Concatenate()([x, layers.Add()([x, y]), y]))
    model = keras.Model([words, numbers], end)
    golden.random_weights(model, name)
    weights = {}
    for layer in model.layers:
        key = {"Embedding": "e", "Bidirectional": "b"}.get(type(layer).__name__)
        if isinstance(layer, layers.Dense):
            key = "d" if layer.units == 2 else "last"
        if key:
            weights[key] = layer.get_weights()
    data = [ids(name), golden.generator(name + "/input").normal(size=(ROWS, NUMBERS)).astype("float32")]
    return model, weights, data


def merging(kind, name, **more):
    return {"class_name": kind, "config": {"name": name, "trainable": True, "dtype": "float32", **more}}


def graph(*inbound):
    """(layer, names of what it is called on) to a Functional's nodes: nested lists, as Keras 2 wrote them."""
    nodes = []
    for layer, sources in inbound:
        calls = [[[source, int(source == "inner"), 0, {}] for source in sources]] if sources else []
        nodes.append({**layer, "name": layer["config"]["name"], "inbound_nodes": calls})
    return nodes


def two_input_config(nested):
    """The numbers' Dense stands, if nested, in a model of its own, whose calls Keras 2 counted from 1."""
    words, numbers = input_layer("words"), input_layer("numbers")
    numbers["config"]["batch_input_shape"] = [None, NUMBERS]
    d = dense("d", 2, "tanh", dtype="float32")
    if nested:
        start = input_layer("start")
        start["config"]["batch_input_shape"] = [None, NUMBERS]
        ends = {"input_layers": [["start", 0, 0]], "output_layers": [["d", 0, 0]]}
        inside = graph((start, []), (d, ["start"]))
        d = {"class_name": "Functional", "config": {"name": "inner", "layers": inside, **ends}}
    cell = recurrent("GRU", "g", 2, recurrent_activation="sigmoid", dtype="float32", **GRU_2)
    name = d["config"]["name"]
    nodes = graph(
        (words, []),
        (embedding("e", mask_zero=True, dtype="float32", input_length=None), ["words"]),
        (numbers, []),
        (wrapped("b", cell, merge_mode="ave"), ["e"]),
        (d, ["numbers"]),
        (merging("Add", "add"), ["b", name]),
        (merging("Concatenate", "concatenate", axis=-1), ["b", "add", name]),
        (dense("last", 1, "linear", dtype="float32"), ["concatenate"]),
    )
    ends = {"input_layers": [["words", 0, 0], ["numbers", 0, 0]], "output_layers": [["last", 0, 0]]}
    return {"name": "model", "layers": nodes, **ends}


def tf_2_3():
    """Class Model, a model inside, weights with the names of cells."""
    name = "old_graph_tf_2_3"
    model, w, data = two_inputs(name)
    both = [f"b/{way}_g/gru_cell_{i}/{kind}" for i, way in enumerate(("forward", "backward"), 1) for kind in KINDS]
    weights = [
        ("words", []),
        ("e", [("e/embeddings:0", w["e"][0])]),
        ("numbers", []),
        ("b", list(zip(both, w["b"]))),
        ("inner", [("d/kernel:0", w["d"][0]), ("d/bias:0", w["d"][1])]),
        ("last", [("last/kernel:0", w["last"][0]), ("last/bias:0", w["last"][1])]),
    ]
    write_h5(name, "2.3.0-tf", {"class_name": "Model", "config": two_input_config(True)}, weights)
    note(name, "h5", model, data)


def keras_2_15():
    """An archive of 2.15, whose graph is written as before."""
    name = "old_graph_2_15"
    model, w, data = two_inputs(name)
    config = {"module": "keras.src.engine.functional", "class_name": "Functional", "config": two_input_config(False)}
    config |= {"registered_name": "Functional", "build_config": {"input_shape": [[None, STEPS], [None, NUMBERS]]}}
    paths = {"embedding": w["e"], "dense": w["d"], "dense_1": w["last"]}
    paths |= {f"bidirectional/{way}_layer/cell": w["b"][3 * i : 3 * i + 3] for i, way in enumerate(("forward", "backward"))}
    datasets = [(f"layers/{path}/vars/{i}", v) for path, values in paths.items() for i, v in enumerate(values)]
    write_archive(name, "2.15.0", config, datasets, 0)
    note(name, "keras", model, data)


def trained(kind, version, optimizer, config, store):
    """Three steps by Keras 3, the optimizer's state as `store(state, names)` lays it out, and the losses of three more."""
    name = f"old_graph_{kind}"
    model = keras.Sequential([keras.Input((NUMBERS,)), layers.Dense(3, activation="tanh"), layers.Dense(1)])
    golden.random_weights(model, name)
    model.compile(optimizer, "mse")
    x = golden.generator(name + "/input").normal(size=(ROWS, NUMBERS)).astype("float32")
    y = golden.generator(name + "/target").normal(size=(ROWS, 1)).astype("float32")
    names = ["d/kernel", "d/bias", "last/kernel", "last/bias"]

    def steps():
        return [float(model.train_on_batch(x, y)) for _ in range(3)]

    steps()
    state = [keras.ops.convert_to_numpy(v) for v in model.optimizer.variables]
    values = model.get_weights()
    parts = [dense("d", 3, "tanh", batch_input_shape=[None, NUMBERS]), dense("last", 1, "linear")]
    weights = [
        ("d", [(f"{n}:0", v) for n, v in zip(names[:2], values[:2])]),
        ("last", [(f"{n}:0", v) for n, v in zip(names[2:], values[2:])]),
    ]
    training = {"loss": "mean_squared_error", "metrics": None, "optimizer_config": config}
    model_config = {"class_name": "Sequential", "config": {"name": "s", "layers": parts}}
    write_h5(name, version, model_config, weights, training=training, optimizer=store(state[2:], names))
    note(name, "h5", model, [x], target=y.tolist())
    CASES[-1]["after"] = steps()


STEP = np.int64(3)


def optimizers():
    adam = {"learning_rate": 0.02, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07, "amsgrad": False}

    def variables(state, names):
        """Keras 2.2: the step, first moments, second moments, and a placeholder a weight where there is no amsgrad."""
        slots = [*state[0::2], *state[1::2], *[np.zeros(1, "f4") for _ in names]]
        named = [("training/Adam/Variable" + (f"_{i}" if i else "") + ":0", v) for i, v in enumerate(slots)]
        return [("Adam/iterations:0", STEP), *named]

    older = {"lr": 0.02, **{key: value for key, value in adam.items() if key != "learning_rate"}, "decay": 0.0}
    trained("adam_2_2", "2.2.4", keras.optimizers.Adam(0.02), {"class_name": "Adam", "config": older}, variables)

    def pairs(state, names):
        """Keras 2.11 to 2.15: the two moments of a weight side by side."""
        named = [(f"Adam/{slot}/{n}:0", state[2 * i + j]) for i, n in enumerate(names) for j, slot in enumerate("mv")]
        return [("iteration:0", STEP), *named]

    config = {"class_name": "Custom>Adam", "config": {"name": "Adam", "is_legacy_optimizer": False, **adam}}
    trained("adam_2_15", "2.15.0", keras.optimizers.Adam(0.02), config, pairs)

    def momentum(state, names):
        return [("SGD/iter:0", STEP), *[(f"SGD/{n}/momentum:0", v) for n, v in zip(names, state)]]

    config = {"name": "SGD", "learning_rate": 0.05, "decay": 0.0, "momentum": 0.8, "nesterov": True}
    sgd = keras.optimizers.SGD(0.05, momentum=0.8, nesterov=True)
    trained("sgd_2_4", "2.4.0", sgd, {"class_name": "SGD", "config": config}, momentum)

    def slots(state, names):
        kinds = ("rms", "momentum")
        named = [(f"RMSprop/{n}/{kind}:0", state[4 * k + i]) for k, kind in enumerate(kinds) for i, n in enumerate(names)]
        return [("RMSprop/iter:0", STEP), *named]

    config = {"name": "RMSprop", "learning_rate": 0.005, "decay": 0.0, "rho": 0.9, "momentum": 0.4, "epsilon": 1e-07}
    rmsprop = keras.optimizers.RMSprop(0.005, momentum=0.4)
    trained("rmsprop_2_4", "2.4.0", rmsprop, {"class_name": "RMSprop", "config": {**config, "centered": False}}, slots)


def main():
    keras.utils.set_random_seed(19)
    keras_2_2()
    tf_2_3()
    keras_2_15()
    optimizers()
    with open(os.path.join(FOLDER, "old_graphs.json"), "w") as file:
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in CASES)
        file.write(f'{{"madeBy": "make_old_graphs.py", "keras": "{keras.__version__}", "cases": [\n{lines}\n]}}\n')
    print(f"{len(CASES)} cases; golden/ holds {pack():.0f} KB")


if __name__ == "__main__":
    main()
