"""Defaults of Keras's own constructors, read from their signatures, under Keras's names."""

import inspect

import golden  # first: it sets the environment
import keras
from golden import CLASSES, write

INITIALIZERS = [
    "Zeros", "Ones", "Constant", "RandomUniform", "RandomNormal", "TruncatedNormal", "VarianceScaling",
    "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal", "Orthogonal", "Identity",
]  # fmt: skip
GROUPS = {
    "layers": CLASSES,
    "initializers": {name[0].lower() + name[1:]: getattr(keras.initializers, name) for name in INITIALIZERS},
    "optimizers": {n.lower(): getattr(keras.optimizers, n) for n in ["SGD", "RMSprop", "Adam", "AdamW"]},
    "losses": {
        name[0].lower() + name[1:]: getattr(keras.losses, name)
        for name in
        ["BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy", "MeanSquaredError"]
    },  # fmt: skip
    "callbacks": {
        name[0].lower() + name[1:]: getattr(keras.callbacks, name) for name in ["EarlyStopping", "ReduceLROnPlateau"]
    },
}


def signature(made):
    """{ parameter: default }, None for a parameter that must be given listed apart."""
    parameters = inspect.signature(made.__init__).parameters.values()
    named = [p for p in parameters if p.name != "self" and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    return {
        "required": [p.name for p in named if p.default is p.empty],
        "defaults": {p.name: p.default for p in named if p.default is not p.empty},
    }


if __name__ == "__main__":
    named = [(group, name, made) for group, members in GROUPS.items() for name, made in members.items()]
    write("defaults", [{"group": group, "name": name, **signature(made)} for group, name, made in named])
