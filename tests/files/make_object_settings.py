"""Writes golden/object_settings.json: every key of every object that Keras's files hold, set to another value than its
default, one at a time, with what real Keras 3.15.1 then puts out.

    python tests/files/make_object_settings.py

Layers that Cellstate has stand in a model of one layer (two for those that merge); weights and inputs come from a
formula that object-settings.test.ts has too, so that only outputs are kept. "value" is JSON as it would stand in the file;
"output" is null where Keras refuses it; "penalty" is what regularizers add to the loss. Initializers, regularizers,
constraints and dtype policies stand in a Dense layer, each of their keys in turn.
"""

import inspect
import json
import os

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
import keras
import numpy as np
from keras import layers as L

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
ROWS, STEPS, FEATURES = 2, 6, 4


def wave(count, phase):
    """Numbers from −0.6 to 0.6 that repeat nowhere."""
    return np.sin(np.arange(count) * 1.7 + phase).astype("float64") * 0.6


def example(shape, phase=0.3):
    return wave(ROWS * int(np.prod(shape)), phase).reshape((ROWS, *shape)).astype("float32")


IDS = np.array([[3, 1, 4, 1, 0, 2], [2, 0, 1, 3, 4, 0]], "float32")
SEQUENCE, ROW = (STEPS, FEATURES), (FEATURES,)


def node(class_name, config, module):
    return {"module": module, "class_name": class_name, "config": config, "registered_name": None}


L2 = node("L2", {"l2": 0.25}, "keras.regularizers")
CONSTANT = node("Constant", {"value": 0.75}, "keras.initializers")
NON_NEGATIVE = node("NonNeg", {}, "keras.constraints")
HALF = node("DTypePolicy", {"name": "mixed_float16"}, "keras")

# Of each key, in whatever layer.
VALUES = {
    "trainable": [False],
    "dtype": [HALF, "float16", node("QuantizedDTypePolicy", {"mode": "int8", "source_name": "float32"}, "keras")],
    "activation": ["relu", "softsign", "hard_sigmoid", None],
    "recurrent_activation": ["relu", "hard_sigmoid", "tanh"],
    "noise_shape": [[None, 1, FEATURES]],
    "seed": [11],
    "quantization_config": [node("Int8QuantizationConfig", {"weight_quantizer": None, "activation_quantizer": None}, "keras.quantizers")],
    "data_format": ["channels_first"],
    "units": [2],
    "dropout": [0.25],
    "recurrent_dropout": [0.25],
    "rate": [0.75],
    "axis": [1, -2, 2],
    "epsilon": [0.25],
    "momentum": [0.5],
    "max_value": [0.25],
    "negative_slope": [0.125],
    "threshold": [0.125],
    "alpha": [0.125],
    "shared_axes": [[1]],
    "mask_value": [1.0],
    "padding": ["same", "causal"],
    "strides": [2, [2]],
    "kernel_size": [2],
    "filters": [2],
    "groups": [2],
    "dilation_rate": [2],
    "pool_size": [3],
    "n": [2],
    "target_shape": [[2, 12]],
    "dims": [[1, 2]],
    "input_dim": [6],
    "output_dim": [2],
    "merge_mode": ["sum", "mul", "ave", None],
    "num_constants": [1],
    "weights": [[[0.5]]],
    "renorm": [True],
}
PER_CLASS = {
    ("ZeroPadding1D", "padding"): [2, [0, 3]],
    ("TextVectorization", "standardize"): ["lower", "strip_punctuation", None],
}


def alternatives(class_name, key, value):
    found = PER_CLASS.get((class_name, key), VALUES.get(key))
    if found is None and key.endswith("_initializer"):
        found = [CONSTANT]
    if found is None and key.endswith("_regularizer"):
        found = [L2]
    if found is None and key.endswith("_constraint"):
        found = [NON_NEGATIVE]
    if found is None and isinstance(value, bool):
        found = [not value]
    return [other for other in found or [] if other != value]


def plain_dtypes(value):
    """Older and shorter ways of the same: "float32" for a policy object."""
    if isinstance(value, list):
        return [plain_dtypes(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "DTypePolicy" and value["config"] == {"name": "float32"}:
        return "float32"
    return {key: plain_dtypes(item) for key, item in value.items() if key not in ("shared_object_id", "build_config")}


def chain(shape, *layers):
    model = keras.Sequential([keras.Input(shape), *layers], name="chain")
    return plain_dtypes(json.loads(json.dumps(keras.saving.serialize_keras_object(model))))


def merged(layer):
    starts = [keras.Input(SEQUENCE, name=name) for name in ("a", "b")]
    return plain_dtypes(json.loads(json.dumps(keras.saving.serialize_keras_object(keras.Model(starts, layer(starts), name="merged")))))


def inputs_of(kind):
    if kind == "ids":
        return [IDS]
    if kind == "two":
        return [example(SEQUENCE), example(SEQUENCE, 1.1)]
    return [example(SEQUENCE if kind == "sequence" else ROW)]


def run(config, kind):
    """Outputs and penalties with weights by the formula, or None where Keras refuses."""
    keras.utils.clear_session()
    try:
        model = keras.saving.deserialize_keras_object(json.loads(json.dumps(config)))
        values = [np.abs(wave(w.size, i)).reshape(w.shape) if "variance" in v.name else wave(w.size, i).reshape(w.shape) for i, (v, w) in enumerate(zip(model.weights, model.get_weights()))]
        model.set_weights(values)
        x = inputs_of(kind)
        output = model(x if len(x) > 1 else x[0], training=False)
        penalty = float(sum(float(loss) for loss in model.losses))
        return np.asarray(output, "float64"), penalty
    except Exception:  # whatever way it refuses in
        return None


def numbers(array):
    return [float(f"{value:.7g}") for value in np.asarray(array).ravel()]


def find(config, class_name, outer=None):
    """The configuration to change: of the layer, or of the one inside it."""
    for item in config["config"]["layers"]:
        if item["class_name"] == class_name:
            return item["config"]
    raise KeyError(class_name)


LAYERS = [
    ("sequence", L.Activation("tanh")), ("two", L.Add()), ("two", L.Average()), ("two", L.Concatenate()),
    ("two", L.Maximum()), ("two", L.Minimum()), ("two", L.Multiply()), ("two", L.Subtract()),
    ("sequence", L.AveragePooling1D(2)), ("sequence", L.MaxPooling1D(2)),
    ("sequence", L.Bidirectional(L.GRU(3))),
    ("sequence", L.Dense(3)), ("sequence", L.Dropout(0.5)), ("ids", L.Embedding(5, 3)), ("sequence", L.Flatten()),
    ("sequence", L.GRU(3)), ("sequence", L.LSTM(3)), ("sequence", L.SimpleRNN(3)),
    ("sequence", L.GlobalAveragePooling1D()), ("sequence", L.GlobalMaxPooling1D()), ("sequence", L.Masking()),
    ("sequence", L.BatchNormalization()), ("sequence", L.Conv1D(4, 3)), ("sequence", L.ELU()),
    ("sequence", L.LayerNormalization()), ("sequence", L.LeakyReLU()), ("sequence", L.PReLU()),
    ("sequence", L.Permute((2, 1))), ("sequence", L.ReLU()), ("row", L.RepeatVector(3)),
    ("sequence", L.Reshape((12, 2))), ("sequence", L.Softmax()), ("sequence", L.SpatialDropout1D(0.5)),
    ("sequence", L.TimeDistributed(L.Dense(3))), ("sequence", L.ZeroPadding1D()),
    ("sequence", L.RNN(L.LSTMCell(3))), ("sequence", L.RNN(L.GRUCell(3))), ("sequence", L.RNN(L.SimpleRNNCell(3))),
    ("sequence", L.RNN(L.StackedRNNCells([L.LSTMCell(3), L.GRUCell(2)]))),
]  # fmt: skip
# Whose own settings are gone through, of layers inside others.
INNER = {"Bidirectional": ["layer"], "TimeDistributed": ["layer"], "RNN": ["cell"]}


def layer_cases():
    cases = []
    for kind, layer in LAYERS:
        class_name = type(layer).__name__
        base = merged(layer) if kind == "two" else chain({"ids": (STEPS,), "row": ROW}.get(kind, SEQUENCE), layer)
        paths = [[]] + [[key] for key in INNER.get(class_name, [])]
        output, penalty = run(base, kind)
        case = {"class": class_name, "input": kind, "model": base, "output": numbers(output), "settings": []}
        for path in paths:
            own = find(base, class_name)
            inner_class = class_name
            for key in path:
                inner_class = own[key]["class_name"]
                own = own[key]["config"]
            for key, value in own.items():
                if key in ("name", "layer", "backward_layer", "cell", "cells"):
                    continue
                for other in alternatives(inner_class, key, value):
                    changed = json.loads(json.dumps(base))
                    place = find(changed, class_name)
                    for step in path:
                        place = place[step]["config"]
                    place[key] = other
                    result = run(changed, kind)
                    case["settings"].append(
                        {
                            "path": [*path, key],
                            "value": other,
                            "output": None if result is None else "same" if result[0].shape == output.shape and np.allclose(result[0], output, atol=1e-7) else numbers(result[0]),
                            **({"penalty": float(f"{result[1]:.7g}")} if result and result[1] else {}),
                        }
                    )
        case["keys"] = sorted(find(base, class_name))
        cases.append(case)
    return cases


def classes(module, base):
    """By their own names: Keras has others for some."""
    found = [c for c in vars(module).values() if inspect.isclass(c) and issubclass(c, base) and c is not base]
    return {c.__name__: c for c in sorted(found, key=lambda c: c.__name__)}


OTHERS = {
    "gain": 2.5, "value": 0.75, "mean": 0.5, "stddev": 0.25, "minval": -0.25, "maxval": 0.75, "scale": 3.0,
    "mode": "fan_out", "distribution": "untruncated_normal", "seed": 7, "l1": 0.125, "l2": 0.25, "factor": 0.5,
    "max_value": 0.5, "min_value": 0.25, "rate": 0.5, "axis": 1, "input_axes": [0], "output_axes": [1],
    "input_axis": 0, "output_axis": 1, "side": "left", "fft_length": 8, "window": "hamming", "scaling": "density",
    "periodic": True, "name": "float16", "source_name": "float16", "amax_history_length": 16,
}  # fmt: skip
ARGUMENTS = {
    "QuantizedDTypePolicy": {"mode": "int8", "source_name": "float32"},
    "QuantizedFloat8DTypePolicy": {"mode": "float8", "source_name": "float32"},
    "Int4DTypePolicy": {"mode": "int4/16", "source_name": "float32"},
    "GPTQDTypePolicy": {"mode": "gptq/4/-1", "source_name": "float32"},
    "AWQDTypePolicy": {"mode": "awq/4/-1", "source_name": "float32"},
    "DTypePolicy": {"name": "mixed_bfloat16"}, "FloatDTypePolicy": {"name": "mixed_bfloat16"},
}  # fmt: skip


def object_cases():
    """Each object as it is by default, and with each of its keys in turn."""
    kinds = [
        ("kernel_initializer", keras.initializers, keras.initializers.Initializer),
        ("kernel_regularizer", keras.regularizers, keras.regularizers.Regularizer),
        ("kernel_constraint", keras.constraints, keras.constraints.Constraint),
        ("dtype", keras.dtype_policies, object),
    ]
    base = chain(SEQUENCE, L.Dense(3))
    cases = []
    for key, module, parent in kinds:
        for name, kind in classes(module, parent).items():
            if name == "STFT":  # needs scipy to be made
                whole = node("STFT", {"side": "real", "window": "hann", "scaling": "density", "periodic": False}, "keras.initializers")
            else:
                arguments = {"default_policy": "mixed_float16"} if name == "DTypePolicyMap" else ARGUMENTS.get(name, {})
                whole = json.loads(json.dumps(keras.saving.serialize_keras_object(kind(**arguments))))
            for setting, value in [(None, None), *whole["config"].items()]:
                changed = json.loads(json.dumps(whole))
                if setting is not None:
                    if setting not in OTHERS:
                        continue
                    changed["config"][setting] = OTHERS[setting]
                model = json.loads(json.dumps(base))
                find(model, "Dense")[key] = changed
                result = run(model, "sequence")
                cases.append(
                    {
                        "key": key,
                        "class": name,
                        "setting": setting,
                        "object": plain_dtypes(changed),
                        "output": None if result is None else numbers(result[0]),
                        **({"penalty": float(f"{result[1]:.7g}")} if result and result[1] else {}),
                    }
                )
    return {"model": base, "cases": cases}


def main():
    keras.utils.set_random_seed(4)
    everything = {
        "madeBy": os.path.basename(__file__),
        "keras": keras.__version__,
        "objects": object_cases(),
        "layers": layer_cases(),
        "layerNames": sorted(classes(L, keras.Layer)),
        "activationNames": sorted(name for name, f in vars(keras.activations).items() if inspect.isfunction(f) and name not in ("get", "serialize", "deserialize")),
    }
    with open(os.path.join(FOLDER, "object_settings.json"), "w") as file:
        lines = [f'"{key}": ' + ("[\n" + ",\n".join(json.dumps(v, separators=(",", ":")) for v in value) + "\n]" if isinstance(value, list) else json.dumps(value, separators=(",", ":"))) for key, value in everything.items()]
        file.write("{" + ",\n".join(lines) + "}\n")
    print(sum(len(case["settings"]) for case in everything["layers"]), "settings,", len(everything["objects"]["cases"]), "objects")


if __name__ == "__main__":
    main()
