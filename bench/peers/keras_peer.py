"""Keras's flagship, dropout and recurrent dropout .1; backend by KERAS_BACKEND. Same lines as torch_peer.py."""
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402
import numpy as np  # noqa: E402

LENGTH, VOCABULARY = 200, 1000


def make(what, batch, inputs, units):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((LENGTH,), dtype="int32"),
            layers.Embedding(VOCABULARY, inputs),
            layers.LSTM(units, dropout=0.1, recurrent_dropout=0.1),
            layers.Flatten(),
            layers.Dropout(0.1),
            layers.Dense(256, activation="sigmoid"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    x = np.random.default_rng(1).integers(1, VOCABULARY, (batch, LENGTH)).astype("int32")
    y = (np.arange(batch) % 2).astype("float32")
    if what == "predict":
        return lambda: model.predict_on_batch(x)
    return lambda: model.train_on_batch(x, y)


tasks = {}
print(f"Keras {keras.__version__} on {keras.backend.backend()}", flush=True)
for line in sys.stdin:
    what, *numbers = line.split()
    batch, inputs, units, repeats = map(int, numbers)
    key = (what, batch, inputs, units)
    if key not in tasks:
        tasks[key] = make(*key)
        tasks[key]()
    start = time.perf_counter()
    for _ in range(repeats):
        tasks[key]()
    print((time.perf_counter() - start) * 1000 / repeats, flush=True)
