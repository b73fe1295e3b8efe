"""Shared by the make_*.py scripts, which write vectors/*.json from real Keras 3.15.1.

A script's vectors depend only on the script: every random number comes from a generator seeded by a case's name.
Each script runs by itself, on TensorFlow unless its first argument names another backend; losses and training are
made on both:  python make_losses.py jax
(Keras 3.15.1 with TensorFlow 2.21 and JAX 0.10, on the CPU.)

Models are written as the JavaScript tests build them: a list of [layer, options] in camelCase, or, for a graph, of
[layer, options, places of the inputs]. `build` turns that list into a Keras model, so both sides read the same words.
"""

import base64
import json
import os
import re
import sys
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
if len(sys.argv) > 1:
    os.environ["KERAS_BACKEND"] = sys.argv[1]

import keras  # noqa: E402
import numpy as np  # noqa: E402

assert keras.__version__ == "3.15.1", keras.__version__
VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors")
BACKEND = keras.backend.backend()

# ---- JSON -------------------------------------------------------------------------------------------------


def encode(array):
    """An array as its shape and the base64 of its little-endian float32."""
    array = np.asarray(array, dtype="<f4", order="C")  # ascontiguousarray would make a list of a single number
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def write(family, cases, **more):
    """vectors/FAMILY.json: how it was made, then one case a line."""
    head = {"madeBy": os.path.basename(sys.argv[0]), "keras": keras.__version__, "backend": BACKEND, **more}
    path = os.path.join(VECTORS, f"{family}.json")
    with open(path, "w") as file:
        file.write("{\n")
        for key, value in head.items():
            file.write(f"{json.dumps(key)}: {json.dumps(value)},\n")
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        file.write(f'"cases": [\n{lines}\n]\n}}\n')
    print(f"{family}: {len(cases)} cases, {os.path.getsize(path) / 1024:.0f} KB")


# ---- models -----------------------------------------------------------------------------------------------

CLASSES = {
    "embedding": keras.layers.Embedding,
    "simpleRNN": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
    "dense": keras.layers.Dense,
    "dropout": keras.layers.Dropout,
    "flatten": keras.layers.Flatten,
    "activation": keras.layers.Activation,
    "bidirectional": keras.layers.Bidirectional,
    "masking": keras.layers.Masking,
    "attention": keras.layers.Attention,
    "concatenate": keras.layers.Concatenate,
    "add": keras.layers.Add,
    "average": keras.layers.Average,
    "subtract": keras.layers.Subtract,
    "multiply": keras.layers.Multiply,
    "maximum": keras.layers.Maximum,
    "minimum": keras.layers.Minimum,
    "globalMaxPooling1D": keras.layers.GlobalMaxPooling1D,
    "globalAveragePooling1D": keras.layers.GlobalAveragePooling1D,
    "maxPooling1D": keras.layers.MaxPooling1D,
    "averagePooling1D": keras.layers.AveragePooling1D,
    "spatialDropout1D": keras.layers.SpatialDropout1D,
    "repeatVector": keras.layers.RepeatVector,
    "reshape": keras.layers.Reshape,
    "permute": keras.layers.Permute,
    "zeroPadding1D": keras.layers.ZeroPadding1D,
    "timeDistributed": keras.layers.TimeDistributed,
    "softmax": keras.layers.Softmax,
    "relu": keras.layers.ReLU,
    "leakyReLU": keras.layers.LeakyReLU,
    "elu": keras.layers.ELU,
    "prelu": keras.layers.PReLU,
    "rnn": keras.layers.RNN,
    "simpleRNNCell": keras.layers.SimpleRNNCell,
    "lstmCell": keras.layers.LSTMCell,
    "gruCell": keras.layers.GRUCell,
    "stackedRNNCells": keras.layers.StackedRNNCells,
    "conv1D": keras.layers.Conv1D,
    "batchNormalization": keras.layers.BatchNormalization,
    "layerNormalization": keras.layers.LayerNormalization,
}

#: Gates along the last axis of a recurrent layer's weights.
GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def activation(name):
    """Keras's activation of that name; those Keras 3 has under no name of its own are put together here."""
    if name == "hardSigmoid2":  # Keras 2's hard_sigmoid
        return lambda x: keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)
    if name == "geluApproximate":
        return lambda x: keras.activations.gelu(x, approximate=True)
    return keras.activations.get(snake(name))


def layer(kind, options):
    if kind == "input":
        return keras.Input(**options)
    arguments = {}
    for key, value in options.items():
        if key == "inputLength":
            continue  # Keras 3 takes it only to drop it
        if key.lower().endswith("activation"):
            value = activation(value)
        elif key in ("layer", "backwardLayer", "cell"):
            value = layer(*value)
        elif key == "cells":
            value = [layer(*cell) for cell in value]
        elif key.endswith("Regularizer"):
            value = keras.regularizers.L1L2(**value)
        arguments[snake(key)] = value
    return CLASSES[kind](**arguments)


def build_graph(spec):
    """The Keras model of a list of [layer, options, places of the inputs]; the last entry is the output."""
    made = []
    for kind, options, places in spec:
        one = layer(kind, options)
        taken = [made[place] for place in places]
        made.append(one if not taken else one(taken[0] if len(taken) == 1 else taken))
    inputs = [made[i] for i, part in enumerate(spec) if not part[2]]
    return keras.Model(inputs[0] if len(inputs) == 1 else inputs, made[-1])


def build(spec, x):
    """The Keras model of a list of [layer, options], built for inputs like x; or that of a graph."""
    if len(spec[0]) == 3:
        return build_graph(spec)
    model = keras.Sequential([layer(kind, options) for kind, options in spec])
    if not model.built:
        model.build((None,) + x.shape[1:])
    return model


# ---- numbers ----------------------------------------------------------------------------------------------


def generator(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def gates_of(part, variable):
    """By the layer, or, inside another, by the cell that the variable's path names."""
    inside = next((gates for kind, gates in GATES.items() if f"{kind.lower()}_cell" in variable.path), 1)
    return GATES.get(type(part).__name__, inside)


def random_weights(model, name, scale=1.0):
    """Weights of which no two gates, rows or columns are alike: each gate has its own spread and its own bias."""
    rng = generator(name + "/weights")
    weights = []
    for part in model.layers:
        for variable in part.weights:
            gates = gates_of(part, variable)
            units = (tuple(variable.shape) or (1,))[-1] // gates
            spread = np.repeat(np.array([0.7, 0.45, 0.9, 0.55])[:gates], units) * scale
            centre = np.repeat(np.array([-0.2, 0.5, 0.15, -0.35])[:gates], units)
            drawn = rng.normal(size=tuple(variable.shape) or (1,)) * spread
            if variable.name.endswith("bias"):
                drawn = 0.5 * drawn + centre * scale
            if variable.name.endswith("variance"):
                drawn = np.abs(drawn) + 0.4
            if not tuple(variable.shape):
                drawn = 1.2 + 0.5 * drawn  # a single number near 0 would leave nothing of what it multiplies
            weights.append(drawn.reshape(variable.shape).astype("float32"))
    model.set_weights(weights)
    return weights


def check_size(name, array, low=1e-3, high=40.0):
    """A vector of zeros, or one that has run off, would test nothing."""
    array = np.asarray(array)
    assert np.isfinite(array).all(), f"{name}: not finite"
    assert low < np.abs(array).max() < high, f"{name}: largest is {np.abs(array).max()}"
