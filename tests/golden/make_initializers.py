"""What Keras's initializers draw, as statistics: limits, mean and spread of large kernels, and each layer's own."""

import golden  # first: it sets the environment
import keras
import numpy as np
from golden import build, snake, write

DENSE = [400, 250]
CASES = [
    ("zeros", {}),
    ("ones", {}),
    ("constant", {"value": 0.75}),
    ("randomUniform", {}),
    ("randomUniform", {"minval": -0.2, "maxval": 0.7}),
    ("randomNormal", {}),
    ("randomNormal", {"mean": 0.4, "stddev": 0.2}),
    ("truncatedNormal", {}),
    ("truncatedNormal", {"mean": -0.3, "stddev": 0.5}),
    ("glorotUniform", {}),
    ("glorotNormal", {}),
    ("heUniform", {}),
    ("heNormal", {}),
    ("lecunUniform", {}),
    ("lecunNormal", {}),
    ("varianceScaling", {}),
    *[
        ("varianceScaling", {"scale": 1.7, "mode": mode, "distribution": distribution})
        for mode in ["fanIn", "fanOut", "fanAvg"]
        for distribution in ["uniform", "truncatedNormal", "untruncatedNormal"]
    ],
    ("orthogonal", {}),
    ("orthogonal", {"gain": 1.5}),
]


def statistics(values):
    """Mean, standard deviation, limits, and the share beyond one standard deviation, which tells shapes apart."""
    values = np.asarray(values, "float64")
    spread = values.std()
    beyond = float((np.abs(values - values.mean()) > spread).mean()) if spread > 0 else 0.0
    return {"mean": values.mean(), "std": spread, "min": values.min(), "max": values.max(), "beyond": beyond}


def of_initializer(kind, options):
    keras.utils.set_random_seed(7)
    words = {k: snake(v) if isinstance(v, str) else v for k, v in options.items()}
    made = getattr(keras.initializers, kind[0].upper() + kind[1:])(**words)
    return {
        "name": " ".join([kind, *map(str, options.values())]),
        "initializer": {"name": kind, **options},
        "shape": DENSE,
        "statistics": statistics(made(tuple(DENSE))),
    }


def of_layer(kind, options, inputs):
    """Each weight of a layer as Keras first makes it."""
    keras.utils.set_random_seed(7)
    spec = [["input", {"shape": inputs}]] if kind != "embedding" else []
    spec = [*spec, [kind, options]]
    model = build(spec, np.zeros((2, *inputs)))
    return {
        "name": " ".join([kind, *(f"{k} {v}" for k, v in options.items())]),
        "model": spec,
        "weights": [{"shape": list(w.shape), "statistics": statistics(w)} for w in model.get_weights()],
    }


if __name__ == "__main__":
    layers = [
        ("embedding", {"inputDim": 900, "outputDim": 70}, [4]),
        ("dense", {"units": 130}, [200]),
        ("simpleRNN", {"units": 90}, [3, 110]),
        ("lstm", {"units": 60}, [3, 110]),
        ("lstm", {"units": 60, "unitForgetBias": False}, [3, 110]),
        ("gru", {"units": 60}, [3, 110]),
        ("gru", {"units": 60, "resetAfter": False}, [3, 110]),
    ]
    cases = [of_initializer(*case) for case in CASES] + [of_layer(*layer) for layer in layers]
    write("initializers", cases)
