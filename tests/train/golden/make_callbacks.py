"""What Keras's own EarlyStopping and ReduceLROnPlateau decide, epoch by epoch, for made-up validation losses.

Run with Keras 3.15.1: python tests/train/golden/make_callbacks.py
Writes callbacks.json beside this file. NaN is written as null.
"""

import json
import math
import os
import pathlib
import random

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras

EPOCHS = 18


def sequences():
    rng = random.Random(7)
    falling = [1 / (1 + e) for e in range(EPOCHS)]
    flat = [0.5] * EPOCHS
    steps = [1.0, 0.9, 0.9, 0.9, 0.85, 0.86, 0.86, 0.86, 0.86, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
    rising = [round(0.1 + 0.03 * e + 0.04 * (e % 3), 6) for e in range(EPOCHS)]
    small = [1 - 0.00005 * e for e in range(EPOCHS)]
    noisy = [round(1 / (1 + 0.3 * e) + rng.uniform(-0.2, 0.2), 6) for e in range(EPOCHS)]
    wild = [round(rng.uniform(0, 1), 6) for _ in range(EPOCHS)]
    missing = [0.9, math.nan, 0.8, math.nan, math.nan, 0.85, 0.7, 0.75, 0.75, 0.75] + [0.75] * 8
    return {
        "falling": falling,
        "flat": flat,
        "steps": steps,
        "rising": rising,
        "small": small,
        "noisy": noisy,
        "wild": wild,
        "missing": missing,
    }


def plateau(values, **options):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    callback = keras.callbacks.ReduceLROnPlateau(**options)
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {options["monitor"]: value})
        rates.append(float(model.optimizer.learning_rate.numpy()))
    return rates


def stopping(values, **options):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    callback = keras.callbacks.EarlyStopping(restore_best_weights=True, **options)
    callback.set_model(model)
    callback.on_train_begin()
    model.stop_training = False
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {options["monitor"]: value})
        if model.stop_training:
            return {"epochs": epoch + 1, "best": callback.best_epoch}
    return {"epochs": len(values), "best": callback.best_epoch}


def plain(values):
    return [None if math.isnan(v) else v for v in values]


def main():
    plateaus, stops = [], []
    for name, values in sequences().items():
        for mode, monitor in (("min", "val_loss"), ("max", "val_accuracy")):
            if mode == "max" and name not in ("rising", "wild"):
                continue
            for patience in (0, 1, 3):
                for min_delta in (0.0, 0.05):
                    common = {"monitor": monitor, "mode": mode, "patience": patience, "min_delta": min_delta}
                    stops.append({"values": name, **common, **stopping(values, **common)})
                    for cooldown, min_lr in ((0, 0.0), (1, 0.0), (2, 0.02)):
                        options = {**common, "factor": 0.5, "cooldown": cooldown, "min_lr": min_lr}
                        rates = [float(f"{rate:.7g}") for rate in plateau(values, **options)]
                        plateaus.append({"values": name, **options, "rates": rates})
    vectors = {
        "keras": keras.__version__,
        "sequences": {name: plain(values) for name, values in sequences().items()},
        "earlyStopping": stops,
        "reduceOnPlateau": plateaus,
    }
    path = pathlib.Path(__file__).with_name("callbacks.json")
    path.write_text(json.dumps(vectors, separators=(",", ":")) + "\n")


main()
