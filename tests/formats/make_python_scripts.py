"""Runs each script of scripts/ in real Keras, without training it, and writes down what it comes to.

python make_python_scripts.py > golden/python_scripts.json (Keras 3.15.1, TensorFlow 2.21)
"""
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np
import tensorflow as tf
from keras.src.legacy.preprocessing import text as legacy

said = {}


def recording(name, function, keep):
    def call(*args, **kwargs):
        said.setdefault(name, []).append({key: kwargs[key] for key in keep if key in kwargs})
        return function(*args, **kwargs)

    return call


def fit(self, x=None, y=None, batch_size=None, epochs=1, **more):
    said["fit"] = {"epochs": epochs, "batch_size": batch_size, "validation_split": more.get("validation_split", 0.0)}


keras.Model.fit = fit
texts = ["a good film", "a bad film"] * 20
world = {
    "texts": texts,
    "labels": [1, 0] * 20,
    "classes": np.arange(40) % 3,
    "x11": np.zeros((40, 11)),
}


def describe(model):
    layers = []
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if isinstance(layer, keras.Model):
            layers += describe(layer)
            continue
        layers.append(
            {
                "class": type(layer).__name__,
                "name": layer.name,
                "params": layer.count_params(),
                "shape": list(layer.output.shape),
            }
        )
    return layers


def plain(value):
    if isinstance(value, (np.floating, float)):
        return float(value)
    return value


def compiled(model):
    if not model.compiled:
        return None
    config = {key: plain(value) for key, value in model.optimizer.get_config().items()}
    loss = model.loss
    settings = loss.get_config() if isinstance(loss, keras.losses.Loss) else {}
    return {
        "optimizer": {"class": type(model.optimizer).__name__, **config},
        "loss": {
            "name": loss if isinstance(loss, str) else loss.name,
            "from_logits": settings.get("from_logits", False),
            "label_smoothing": settings.get("label_smoothing", 0.0),
        },
    }


found = {}
for path in sorted(pathlib.Path(__file__).parent.joinpath("scripts").glob("*.py")):
    said.clear()
    keras.backend.clear_session()
    scope = dict(world)
    exec(compile(path.read_text(), path.name, "exec"), scope)
    model = scope["model"]
    if not model.built:
        model.build((None, scope["LENGTH"]))
    found[path.name] = {
        "name": model.name,
        "layers": describe(model),
        "trainable": sum(int(np.prod(v.shape)) for v in model.trainable_variables),
        "total": model.count_params(),
        "compiled": compiled(model),
        "fit": said.get("fit"),
    }
json.dump(found, sys.stdout, indent=1)
print()
