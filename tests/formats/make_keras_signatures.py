"""Writes down what Keras's constructors take: python make_keras_signatures.py > golden/keras_signatures.json (Keras 3.15.1)."""
import inspect
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
from keras.src.legacy.preprocessing.text import Tokenizer



def of_text(module, name):
    """Leaves out the layers for pictures."""
    return name[0].isupper() and not (module == "layers" and any(mark in name for mark in ("2D", "3D", "Random")))


def names(cls):
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return [n for n, p in inspect.signature(cls.__init__).parameters.items() if n != "self" and p.kind not in kinds]


MODULES = {
    "layers": keras.layers,
    "optimizers": keras.optimizers,
    "optimizers.schedules": keras.optimizers.schedules,
    "losses": keras.losses,
    "metrics": keras.metrics,
    "initializers": keras.initializers,
    "regularizers": keras.regularizers,
    "constraints": keras.constraints,
    "callbacks": keras.callbacks,
}
found = {
    module: {n: names(getattr(held, n)) for n in dir(held) if inspect.isclass(getattr(held, n)) and of_text(module, n)}
    for module, held in MODULES.items()
}
found["preprocessing.text"] = {"Tokenizer": names(Tokenizer)}
print("{\n" + ",\n".join(f'"{m}": {{\n' + ",\n".join(f'"{n}": {json.dumps(v)}' for n, v in c.items()) + "\n}" for m, c in found.items()) + "\n}")
