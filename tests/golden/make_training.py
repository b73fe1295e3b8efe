"""Training with dropout off: the loss of every step, whole fits, and where the weights end. Usage: tensorflow|jax

Keras on TensorFlow (3.15.1) squares the gradient of an Embedding word by word occurrence and not word by word, so
Adam and RMSprop there take another second moment wherever a word comes twice in a batch: Σ g² for (Σ g)². Keras on
JAX, and Keras 2, follow the formula. So JAX makes the vectors; TensorFlow makes those in which no word comes twice
in a batch, and plain momentum, where there is nothing to square.
"""

import golden  # first: it sets the environment
import keras
import numpy as np
from golden import BACKEND, build, encode, generator, random_weights, snake, write

ROWS, T, V, BATCH, STEPS = 43, 12, 50, 8, 50


def dataset(classes=2, vocabulary=V):
    """Ids, padded in various ways, and labels that hang on a few words; weights a row."""
    rng = generator(f"training/{classes}/{vocabulary}")
    x = rng.integers(1, vocabulary, size=(ROWS, T))
    x[::3, :4] = 0
    x[1::7, 9:] = 0
    y = ((x % 7 == 3).sum(axis=1) + x[:, 6] * classes // vocabulary) % classes
    weights = (rng.random(ROWS) * 1.8 + 0.1).astype("float32")
    assert np.bincount(y, minlength=classes).min() > 2, np.bincount(y)
    return x, y, weights


def distinct(vocabulary=120):
    """Batches in which no id comes twice, and none is 0."""
    rng = generator("training/distinct")
    batches = [rng.permutation(np.arange(1, vocabulary))[: BATCH * T].reshape(BATCH, T) for _ in range(6)]
    x = np.concatenate(batches)[:ROWS]
    return x, (x[:, 3] + x[:, 7] > vocabulary).astype(int), None


DATA = {"binary": dataset(), "six": dataset(6), "distinct": distinct()}
OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
}
LOSSES = {
    "binaryCrossentropy": keras.losses.BinaryCrossentropy,
    "sparseCategoricalCrossentropy": keras.losses.SparseCategoricalCrossentropy,
    "categoricalCrossentropy": keras.losses.CategoricalCrossentropy,
    "meanSquaredError": keras.losses.MeanSquaredError,
}


def target(y, loss, classes):
    return np.eye(classes, dtype="float32")[y] if loss == "categoricalCrossentropy" else y[:, None].astype("float32")


def compiled(case, x):
    """The case's model with its starting weights, compiled."""
    keras.utils.set_random_seed(1)
    model = build(case["model"], x)
    weights = random_weights(model, case["name"], case.pop("scale", 0.6))
    kind, options = case["optimizer"]
    optimizer = OPTIMIZERS[kind](**{snake(k).replace("beta", "beta_"): v for k, v in options.items()})
    model.compile(optimizer=optimizer, loss=LOSSES[case["loss"]](), metrics=["accuracy"])
    case["weights"] = [encode(w) for w in weights]
    return model


def weighting(case, weights):
    """The sample weights and class weights that the case asks for."""
    return weights if case.get("weighted") else None, case.get("classWeight")


def steps(name, model, data, optimizer, loss="binaryCrossentropy", count=STEPS, size=BATCH, keep=True, **more):
    """One train_on_batch after another over the rows in order; the last batch of each round is short."""
    x, y, weights = DATA[data]
    case = {"name": name, "model": model, "data": data, "optimizer": optimizer, "loss": loss, "batchSize": size, **more}
    network = compiled(case, x)
    y = target(y, loss, network.output_shape[-1])
    sample, by_class = weighting(case, weights)
    losses = []
    starts = range(0, len(x), size)
    for step in range(count):
        rows = slice(starts[step % len(starts)], starts[step % len(starts)] + size)
        part = None if sample is None else sample[rows]
        logs = network.train_on_batch(x[rows], y[rows], part, by_class, return_dict=True)
        losses.append(float(logs["loss"]))
    moved = abs(np.mean(losses[-len(starts) :]) - np.mean(losses[: len(starts)]))
    assert moved > 1e-3, f"{name}: the loss has hardly moved, {moved}"
    case["losses"] = losses
    if keep:
        case["finalWeights"] = [encode(w) for w in network.get_weights()]
    case["finalOutput"] = encode(network(x, training=False))
    print(f"{name}: {losses[0]:.4f} … {losses[-1]:.4f}")
    return case


def fit(name, model, data, optimizer, loss="binaryCrossentropy", **more):
    """Three epochs in order, batches of five with a short last one, the last quarter held out; then evaluate."""
    x, y, weights = DATA[data]
    case = {"name": name, "model": model, "data": data, "optimizer": optimizer, "loss": loss, "batchSize": 5, **more}
    case |= {"epochs": 3, "validationSplit": 0.25}
    network = compiled(case, x)
    y = target(y, loss, network.output_shape[-1])
    sample, by_class = weighting(case, weights)
    options = {"validation_split": 0.25, "epochs": 3, "batch_size": 5, "shuffle": False, "verbose": 0}
    history = network.fit(x, y, sample_weight=sample, class_weight=by_class, **options).history
    case["history"] = {("valL" + k[5:] if k == "val_loss" else snake_to_camel(k)): v for k, v in history.items()}
    case["finalWeights"] = [encode(w) for w in network.get_weights()]
    case["evaluation"] = network.evaluate(x, y, batch_size=5, verbose=0, return_dict=True)
    return case


def snake_to_camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def network(*middle, vocabulary=V, mask=False, end=("dense", {"units": 1, "activation": "sigmoid"})):
    options = {"inputDim": vocabulary, "outputDim": 8} | ({"maskZero": True} if mask else {})
    return [["embedding", options], *[list(part) for part in middle], list(end)]


def small(vocabulary=V):
    """The flagship at a small size."""
    dense = ["dense", {"units": 7, "activation": "sigmoid"}]
    return network(["lstm", {"units": 5}], ["flatten", {}], dense, vocabulary=vocabulary)


ADAM = ["adam", {"learningRate": 0.02}]
MOMENTUM = ["sgd", {"learningRate": 0.1, "momentum": 0.9}]


def on_both():
    yield steps("flagship, adam, no word twice", small(120), "distinct", ADAM)
    yield steps("flagship, rmsprop, no word twice", small(120), "distinct", ["rmsprop", {"learningRate": 0.01}])
    yield steps("flagship, sgd with momentum", small(), "binary", MOMENTUM)


def on_jax():
    six = ["dense", {"units": 6, "activation": "softmax"}]
    sparse, categorical = "sparseCategoricalCrossentropy", "categoricalCrossentropy"
    stacked = [["lstm", {"units": 5, "returnSequences": True}], ["lstm", {"units": 4}]]
    yield steps("flagship, adam by default", small(), "binary", ["adam", {}])
    yield steps("flagship, adam", small(), "binary", ADAM)
    yield steps("flagship, rmsprop", small(), "binary", ["rmsprop", {"learningRate": 0.01}])
    yield steps("flagship, class weights", small(), "binary", ADAM, classWeight={0: 0.6, 1: 2.5})
    yield steps("flagship, sample weights, a last batch of one", small(), "binary", ADAM, size=21, weighted=True)
    yield steps("simple rnn", network(["simpleRNN", {"units": 6}]), "binary", ADAM)
    yield steps("gru", network(["gru", {"units": 5}]), "binary", ADAM)
    yield steps("gru, reset before", network(["gru", {"units": 5, "resetAfter": False}]), "binary", MOMENTUM)
    yield steps("stacked masked lstm", network(*stacked, mask=True), "binary", ["rmsprop", {"learningRate": 0.01}])
    backwards = [["gru", {"units": 5, "goBackwards": True}], ["dense", {"units": 4, "activation": "relu"}]]
    yield steps("masked gru backwards", network(*backwards, mask=True), "binary", ADAM)
    yield steps("six classes, sparse", network(["lstm", {"units": 6}], end=six), "six", ADAM, sparse)
    weights = {0: 1.0, 1: 2.0, 2: 0.5, 3: 1.5, 4: 3.0}
    gru = network(["gru", {"units": 6}], end=six)
    adamw = ["adamw", {"learningRate": 0.02}]
    yield steps("six classes, weighted", gru, "six", adamw, categorical, size=40, classWeight=weights)
    clipped = ["adam", {"learningRate": 0.02, "amsgrad": True, "globalClipnorm": 0.2}]
    yield steps("clipped, amsgrad", small(), "binary", clipped)
    clipped = ["sgd", {**MOMENTUM[1], "clipnorm": 0.05}]
    yield steps("squared error, clipnorm", small(), "binary", clipped, "meanSquaredError")
    yield steps("regularized", regularized(), "binary", ADAM)
    yield steps("frozen layers", frozen(), "binary", ["adam", {"learningRate": 0.02, "globalClipnorm": 0.2}])
    yield steps("flagship at full size", full(), "full", ["adam", {}], count=10, size=8, keep=False, scale=0.4)
    yield fit("fit", small(), "binary", ADAM)
    yield fit("fit, class weights", small(), "binary", ADAM, classWeight={0: 0.6, 1: 2.5})
    yield fit("fit, sample weights", small(), "binary", ADAM, weighted=True)
    yield fit("fit, regularized", regularized(), "binary", ADAM)
    yield fit("fit, six classes", network(["gru", {"units": 6}], end=six), "six", ADAM, sparse)


def regularized():
    """L1, L2 and both, on every kind of weight; the penalties are part of the loss."""
    lstm = {"units": 5, "kernelRegularizer": {"l1": 0.003}, "recurrentRegularizer": {"l2": 0.01}}
    lstm["biasRegularizer"] = {"l2": 0.02}
    dense = {"units": 4, "activation": "tanh", "kernelRegularizer": {"l1": 0.002, "l2": 0.004}}
    dense["biasRegularizer"] = {"l1": 0.01}
    layers = network(["lstm", lstm], ["dense", dense])
    layers[0][1]["embeddingsRegularizer"] = {"l2": 0.005}
    return layers


def frozen():
    """Layers that do not train: their gradients count in no norm, and their weights stay."""
    dense = ["dense", {"units": 4, "activation": "tanh"}]
    return network(["lstm", {"units": 5, "trainable": False}], dense, ["dense", {"units": 3, "trainable": False}])


def full():
    """The flagship itself, without its dropout; sixteen rows."""
    rng = generator("training/full")
    x = rng.integers(1, 1000, size=(16, 200))
    x[::3, :120] = 0
    DATA["full"] = (x, (x[:, -1] % 2).astype(int), None)
    return [
        ["embedding", {"inputDim": 1000, "outputDim": 16, "inputLength": 200}],
        ["lstm", {"units": 32}],
        ["flatten", {}],
        ["dense", {"units": 256, "activation": "sigmoid"}],
        ["dense", {"units": 1, "activation": "sigmoid"}],
    ]


if __name__ == "__main__":
    cases = list(on_both()) + (list(on_jax()) if BACKEND == "jax" else [])
    data = {
        name: {"x": x.tolist(), "y": y.tolist(), "sampleWeight": None if w is None else encode(w)}
        for name, (x, y, w) in DATA.items()
        if any(case["data"] == name for case in cases)
    }
    write(f"training_{BACKEND}", cases, data=data)
