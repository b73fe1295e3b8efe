"""Makes golden/python_*.safetensors.gz: files that Python's safetensors wrote, from a model of real Keras, in several dtypes,
and golden/safetensors.json.gz: what Keras answers with the weights as stored. With a FOLDER, checks what Cellstate wrote there.

python make_safetensors.py [FOLDER]      (keras 3.15.1, safetensors, ml_dtypes)
"""

import gzip
import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras  # noqa: E402
import ml_dtypes  # noqa: E402
import numpy as np  # noqa: E402
from safetensors import safe_open  # noqa: E402
from safetensors.numpy import save  # noqa: E402

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
DTYPES = {"float32": np.float32, "float64": np.float64, "float16": np.float16, "bfloat16": ml_dtypes.bfloat16}


def write(name, data):
    with open(os.path.join(GOLDEN, name + ".gz"), "wb") as file:
        file.write(gzip.compress(data, 9, mtime=0))


def make():
    random = np.random.default_rng(7)
    model = keras.Sequential(
        [
            keras.layers.Input((6,)),
            keras.layers.Embedding(12, 5, name="words"),
            keras.layers.LSTM(4, name="reader"),
            keras.layers.Dense(2, activation="softmax", name="answer"),
        ]
    )
    drawn = [random.uniform(-0.9, 0.9, w.shape) for w in model.get_weights()]
    paths = [w.path.split("/") for w in model.weights]
    names = [f"{path[-3] if path[-2].endswith('_cell') else path[-2]}/{path[-1]}" for path in paths]
    rows = random.integers(0, 12, (3, 6))
    outputs = {}
    for dtype, kind in DTYPES.items():
        stored = [np.ascontiguousarray(w.astype(kind)) for w in drawn]
        model.set_weights([w.astype(np.float32) for w in stored])
        outputs[dtype] = model.predict(rows, verbose=0).ravel().tolist()
        config = keras.saving.serialize_keras_object(model)
        metadata = {"config": json.dumps(config), "keras_version": keras.__version__}
        write(f"python_{dtype}.safetensors", save(dict(zip(names, stored)), metadata))
    write("safetensors.json", json.dumps({"input": rows.tolist(), "outputs": outputs}).encode())


def check(folder):
    """Whether Python reads the same names, shapes and numbers: FOLDER holds model.safetensors and model.json."""
    with open(os.path.join(folder, "model.json")) as file:
        wanted = json.load(file)
    with safe_open(os.path.join(folder, "model.safetensors"), "numpy") as file:
        assert set(wanted) <= set(file.keys())
        json.loads(file.metadata()["config"])
        for name, values in wanted.items():
            assert np.array_equal(file.get_tensor(name).ravel(), np.array(values, np.float32)), name
        print(f"safetensors reads {len(file.keys())} arrays, equal to the bit; metadata {sorted(file.metadata())}")


if __name__ == "__main__":
    check(sys.argv[1]) if len(sys.argv) > 1 else make()
