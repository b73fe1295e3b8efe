"""Learning-rate schedules and gradient accumulation by Keras on TensorFlow: rates, fifty steps of fit, and files."""

import gzip
import json
import os

import golden  # first: it sets the environment
import h5py
import keras
import numpy as np
from golden import encode, generator, snake, write

S = keras.optimizers.schedules
FILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "files", "golden")
CLASSES = {
    "exponentialDecay": S.ExponentialDecay,
    "piecewiseConstantDecay": S.PiecewiseConstantDecay,
    "polynomialDecay": S.PolynomialDecay,
    "inverseTimeDecay": S.InverseTimeDecay,
    "cosineDecay": S.CosineDecay,
    "cosineDecayRestarts": S.CosineDecayRestarts,
}
OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
}
SCHEDULES = [
    ("exponentialDecay", {"initialLearningRate": 0.1, "decaySteps": 7, "decayRate": 0.6}),
    ("exponentialDecay", {"initialLearningRate": 0.1, "decaySteps": 7, "decayRate": 0.6, "staircase": True}),
    ("exponentialDecay", {"initialLearningRate": 0.003, "decaySteps": 1000, "decayRate": 1.5}),
    ("piecewiseConstantDecay", {"boundaries": [3, 10, 25], "values": [0.1, 0.05, 0.2, 0.01]}),
    ("piecewiseConstantDecay", {"boundaries": [4], "values": [0.1, 0.0]}),
    ("polynomialDecay", {"initialLearningRate": 0.1, "decaySteps": 20}),
    ("polynomialDecay", {"initialLearningRate": 0.1, "decaySteps": 11, "power": 2.0, "endLearningRate": 0.01, "cycle": True}),
    ("polynomialDecay", {"initialLearningRate": 0.01, "decaySteps": 13, "power": 0.5, "endLearningRate": 0.05}),
    ("inverseTimeDecay", {"initialLearningRate": 0.1, "decaySteps": 3, "decayRate": 0.5}),
    ("inverseTimeDecay", {"initialLearningRate": 0.1, "decaySteps": 3, "decayRate": 0.5, "staircase": True}),
    ("cosineDecay", {"initialLearningRate": 0.1, "decaySteps": 30}),
    ("cosineDecay", {"initialLearningRate": 0.1, "decaySteps": 17, "alpha": 0.3}),
    ("cosineDecay", {"initialLearningRate": 0.001, "decaySteps": 20, "warmupTarget": 0.1, "warmupSteps": 9}),
    ("cosineDecay", {"initialLearningRate": 0.1, "decaySteps": 20, "warmupTarget": 0.02, "warmupSteps": 9, "alpha": 0.1}),
    ("cosineDecayRestarts", {"initialLearningRate": 0.1, "firstDecaySteps": 5}),
    ("cosineDecayRestarts", {"initialLearningRate": 0.1, "firstDecaySteps": 6, "tMul": 1.0, "mMul": 0.8}),
    ("cosineDecayRestarts", {"initialLearningRate": 0.1, "firstDecaySteps": 4, "tMul": 1.5, "mMul": 0.9, "alpha": 0.05}),
    ("cosineDecayRestarts", {"initialLearningRate": 0.1, "firstDecaySteps": 3, "tMul": 3.0}),
]
# Every step of a short training, and some of a long one.
STEPS = [*range(121), 255, 256, 1000, 12345, 50_000]


def schedule(name, options):
    return CLASSES[name](**{snake(key): value for key, value in options.items()})


def rates():
    for name, options in SCHEDULES:
        made = schedule(name, options)
        # As fit computes it: in a graph, from the optimizer's int64 count.
        values = [float(made(keras.ops.convert_to_tensor(step, "int64"))) for step in STEPS]
        assert np.isfinite(values).all(), name
        yield {"name": name, "options": options, "rates": encode(np.float32(values))}


FITS = [
    *[{"optimizer": "sgd", "options": {"momentum": 0.5}, "schedule": [name, options]} for name, options in SCHEDULES],
    {"optimizer": "adam", "options": {"amsgrad": True}, "schedule": list(SCHEDULES[0])},
    {"optimizer": "adamw", "options": {"weightDecay": 0.1}, "schedule": list(SCHEDULES[12])},
    {"optimizer": "rmsprop", "options": {"centered": True, "momentum": 0.3}, "schedule": list(SCHEDULES[14])},
    {"optimizer": "sgd", "options": {"learningRate": 0.2, "gradientAccumulationSteps": 2}},
    {"optimizer": "sgd", "options": {"learningRate": 0.2, "momentum": 0.6, "gradientAccumulationSteps": 3, "clipnorm": 0.3}},
    {"optimizer": "adam", "options": {"learningRate": 0.05, "gradientAccumulationSteps": 4}},
    {"optimizer": "adam", "options": {"learningRate": 0.05, "amsgrad": True, "gradientAccumulationSteps": 7, "globalClipnorm": 0.5}},
    {"optimizer": "adamw", "options": {"learningRate": 0.05, "weightDecay": 0.2, "gradientAccumulationSteps": 3}},
    {"optimizer": "rmsprop", "options": {"learningRate": 0.02, "centered": True, "gradientAccumulationSteps": 3}},
    {"optimizer": "adam", "options": {"gradientAccumulationSteps": 3}, "schedule": list(SCHEDULES[12])},
]
BATCH, EPOCHS = 4, 2


def keras_name(key):
    return snake(key).replace("beta", "beta_")


def optimizer(fit):
    options = {keras_name(key): value for key, value in fit["options"].items()}
    if "schedule" in fit:
        options["learning_rate"] = schedule(*fit["schedule"])
    return OPTIMIZERS[fit["optimizer"]](**options)


def network():
    return keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(3, "tanh"), keras.layers.Dense(1)])


def given():
    rng = generator("schedules")
    x = rng.normal(size=(98, 5)).astype("float32")  # 25 batches of four an epoch, the last of two
    y = (x @ rng.normal(size=(5, 1)) + 0.3 * rng.normal(size=(98, 1))).astype("float32")
    weights = [rng.normal(size=shape).astype("float32") * 0.6 for shape in [(5, 3), (3,), (3, 1), (1,)]]
    return x, y, weights


class Path(keras.callbacks.Callback):
    """The weights after every step, and the rate of the next."""

    def __init__(self):
        super().__init__()
        self.weights, self.rates = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.weights.append(np.concatenate([w.ravel() for w in self.model.get_weights()]))
        self.rates.append(float(self.model.optimizer.learning_rate))


def fits(x, y, weights):
    for fit in FITS:
        model = network()
        model.set_weights(weights)
        model.compile(optimizer(fit), "mean_squared_error")
        path = Path()
        # Two epochs of one fit, then a third in another: what is accumulated stays.
        first = model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0, callbacks=[path])
        model.fit(x[:9], y[:9], batch_size=BATCH, epochs=1, shuffle=False, verbose=0, callbacks=[path])
        assert len(path.weights) == 53, len(path.weights)
        golden.check_size(str(fit), path.weights[-1])
        yield {
            **fit,
            "iterations": int(model.optimizer._iterations),
            "loss": first.history["loss"],
            # Of every fifth step, and of the last.
            "weights": encode(np.stack([path.weights[i] for i in [*range(4, 50, 5), 52]])),
            "rates": encode(np.float32(path.rates)),
        }


def save(name, model):
    """A model and its optimizer as Keras saves them, in both formats."""
    for ending in ("keras", "h5"):
        path = f"/tmp/{name}.{ending}"
        model.save(path)
        with open(path, "rb") as file, open(f"{FILES}/{name}.{ending}.gz", "wb") as packed:
            packed.write(gzip.compress(file.read(), 9, mtime=0))
        os.remove(path)


def old_decay(x, y, weights):
    """A file as tf.keras 2.10 wrote it, of SGD with decay: Keras 3 has no such option, but the same steps."""
    model = network()
    model.set_weights(weights)
    model.compile(keras.optimizers.SGD(0.1, momentum=0.5), "mean_squared_error")
    model.save("/tmp/decay.h5")
    with h5py.File("/tmp/decay.h5", "r+") as file:
        config = {"name": "SGD", "learning_rate": 0.1, "decay": 0.05, "momentum": 0.5, "nesterov": False}
        training = {
            "loss": "mean_squared_error",
            "metrics": None,
            "weighted_metrics": None,
            "loss_weights": None,
            "optimizer_config": {"class_name": "SGD", "config": config},
        }
        file.attrs["training_config"] = json.dumps(training)
        file.attrs["keras_version"] = "2.10.0"
        del file["optimizer_weights"]
    with open("/tmp/decay.h5", "rb") as file, open(f"{FILES}/decay.h5.gz", "wb") as packed:
        packed.write(gzip.compress(file.read(), 9, mtime=0))
    os.remove("/tmp/decay.h5")
    # tf.keras 2.10: learning_rate / (1 + decay · iterations)
    rate = S.InverseTimeDecay(0.1, decay_steps=1, decay_rate=0.05)
    model.compile(keras.optimizers.SGD(rate, momentum=0.5), "mean_squared_error")
    return model.fit(x, y, batch_size=BATCH, epochs=2, shuffle=False, verbose=0).history["loss"]


def files(x, y, weights):
    """Trained for seven batches, saved in the middle of an accumulation, trained on."""
    kinds = {
        "scheduled": {"optimizer": "adam", "options": {"amsgrad": True}, "schedule": list(SCHEDULES[12])},
        "accumulated": {"optimizer": "adam", "options": {"learningRate": 0.05, "amsgrad": True, "gradientAccumulationSteps": 3}},
        "accumulated_sgd": {
            "optimizer": "sgd",
            "options": {"momentum": 0.5, "gradientAccumulationSteps": 4},
            "schedule": list(SCHEDULES[8]),
        },
    }
    for name, fit in kinds.items():
        model = network()
        model.set_weights(weights)
        model.compile(optimizer(fit), "mean_squared_error")
        model.fit(x[:28], y[:28], batch_size=BATCH, shuffle=False, verbose=0)
        save(name, model)
        loss = model.fit(x, y, batch_size=BATCH, epochs=2, shuffle=False, verbose=0).history["loss"]
        yield {"file": name, **fit, "loss": loss}


if __name__ == "__main__":
    assert golden.BACKEND == "tensorflow"
    x, y, weights = given()
    write(
        "schedules",
        list(rates()),
        steps=STEPS,
        data={"x": encode(x), "y": encode(y), "weights": [encode(w) for w in weights]},
        fits=list(fits(x, y, weights)),
        files=list(files(x, y, weights)),
        decay=old_decay(x, y, weights),
    )
