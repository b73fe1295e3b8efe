"""Files that ask for far more than they hold, each in another way. python3 counted_attacks.py"""

import gzip
import io
import json

A, B = {"name": "i", "batch_shape": [None, 4, 3]}, {"name": "i", "batch_shape": [None, 3]}
INPUT = {"class_name": "InputLayer", "name": "i", "config": A, "inbound_nodes": []}


def sequential(layers):
    return json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": [INPUT, *layers]}})


def cells():
    """50 layers of a thousand cells each."""
    stack = {"class_name": "StackedRNNCells", "config": {"cells": [{"class_name": "LSTMCell", "config": {"units": 1}}] * 1000}}
    config = {"cell": stack, "return_sequences": True}
    return sequential([{"class_name": "RNN", "config": {"name": f"r{i}", **config}} for i in range(50)])


def layer(kind, name, tensors, kwargs={}, **config):
    config = {"name": name, "trainable": True, **config}
    return {"class_name": kind, "name": name, "config": config, "inbound_nodes": [{"args": [[[t, 0, 0] for t in tensors]], "kwargs": kwargs}]}


def masks(end):
    """A mask of 600 conditions, joined again and again."""
    names = [f"m{k}" for k in range(600)]
    layers = [INPUT, *(layer("Masking", name, ["i"], mask_value=k) for k, name in enumerate(names)), layer("Add", "big", names)]
    layers += end
    config = {"name": "f", "layers": layers, "input_layers": [["i", 0, 0]], "output_layers": [[layers[-1]["name"], 0, 0]]}
    return json.dumps({"class_name": "Functional", "config": config})


heed = lambda tensor: layer("LSTM", "l", [tensor], {"mask": [tensor, 0, 0]}, units=2)
sums = [layer("Add", f"a{k}", ["big", f"m{k}"]) for k in range(190)]
FILES = {
    "counted_cells.json": (cells(), "at most 10000 layers and cells", "model"),
    # Every object has room for a thousand numbers.
    "counted_numbered_keys.json": ('{"a":[' + '{"1000":1},' * 300_000 + "1]}", "takes memory in proportion", "model"),
    "counted_mask_repeated.json": (masks([layer("Add", "z", ["big"] * 100_000), heed("z")]), None, "model"),
    "counted_mask_in_turn.json": (masks([layer("Concatenate", "z", ["big"] * 100_000, axis=1), heed("z")]), "masks joined less often", "model"),
    "counted_masks_joined.json": (
        masks([*sums, *(layer("Add", f"b{k}", [f"a{j}" for j in range(190)]) for k in range(190)), layer("Add", "z", [f"b{k}" for k in range(190)]), heed("z")]),
        "masks joined less often",
        "model",
    ),
    "counted_sparse_lines.jsonl": (
        json.dumps({"text": "a", "label": "b", **{f"k{i}": 1 for i in range(998)}}) + "\n" + '{"k997":1}\n' * 500_000,
        "lines with most of the file's 1000 keys",
        "data",
    ),
}



def layer_names():
    """A list that names one layer 60,000 times, whose own list is as long. Needs h5py and NumPy."""
    import h5py
    import numpy as np

    layers = [{"class_name": "InputLayer", "config": B}, {"class_name": "Dense", "config": {"name": "d", "units": 2}}]
    memory = io.BytesIO()
    with h5py.File(memory, "w", libver="earliest") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": layers}})
        file.attrs["keras_version"] = "2.15.0"
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = np.array([b"a"] * 60_000)
        weights.create_group("a").attrs["weight_names0"] = np.array([b"k"] * 60_000)
    return memory.getvalue()


if __name__ == "__main__":
    FILES["counted_layer_names.h5"] = (layer_names(), "layer_names: expected each layer once", "model")
    entries = []
    for name, (text, refusal, reader) in FILES.items():
        with open(f"{name}.gz", "wb") as file:
            file.write(gzip.compress(text.encode() if isinstance(text, str) else text, 9, mtime=0))
        entries.append({"file": f"{name}.gz", "refusal": refusal, "reader": reader})
    with open("attacks-counted.json", "w") as file:
        file.write(json.dumps(entries, indent=2) + "\n")
