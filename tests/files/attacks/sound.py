"""A sound model file to start from, and the register of what is made of it."""

import io
import json
import struct
import zipfile

import h5py
import numpy as np

ATTACKS = []


def attack(kind, refusal):
    """Registers a function that returns the bytes of an attack. `refusal`: what the message must match."""

    def register(make):
        ATTACKS.append((f"{make.__name__}.{kind}", make, refusal))
        return make

    return register


def dense(**more):
    config = {"name": "dense", "units": 2, **more}
    return {"module": "keras.layers", "class_name": "Dense", "config": config, "registered_name": None}


def model(*layers, **more):
    start = {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "input"}}
    config = {"name": "sequential", "layers": [start, *(layers or [dense()])]}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None, **more}


def hdf5(fill=None, kernel=True, **options):
    memory = io.BytesIO()
    with h5py.File(memory, "w", **options) as file:
        group = file.create_group("layers/dense/vars")
        if kernel:
            group["0"] = np.arange(6, dtype="f4").reshape(3, 2)
        group["1"] = np.ones(2, "f4")
        if fill:
            fill(group)
    return memory.getvalue()


def members(config=None, weights=None):
    config = model() if config is None else config
    text = config if isinstance(config, bytes) else json.dumps(config).encode()
    return [
        ("metadata.json", b'{"keras_version": "3.15.1"}'),
        ("config.json", text),
        ("model.weights.h5", hdf5() if weights is None else weights),
    ]


def archive(entries=None, method=zipfile.ZIP_STORED):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as file:
        for name, data in members() if entries is None else entries:
            # A date of its own would make other bytes on every run.
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, method)
    return memory.getvalue()


def with_config(config):
    return archive(members(config=config))


def with_weights(fill=None, **options):
    return archive(members(weights=hdf5(fill, **options)))


def patch_directory(data, name, offset, form, *values):
    """Changes fields of a member's entry in the central directory; `offset` counts from the entry's start."""
    data = bytearray(data)
    at = data.rindex(name.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    struct.pack_into(form, data, at + offset, *values)
    return bytes(data)


def legacy(fill, inputs=3):
    config = model()
    config["config"]["layers"][0]["config"]["batch_shape"] = [None, inputs]
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        file.attrs["keras_version"] = "3.15.1"
        file.attrs["model_config"] = json.dumps(config)
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = np.array([b"dense"])
        group = root.create_group("dense")
        group.attrs["weight_names"] = np.array([b"0", b"1"])
        group["1"] = np.ones(2, "f4")
        fill(group)
    return memory.getvalue()
