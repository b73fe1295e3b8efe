"""Losses and their gradients with respect to the model's output. Usage: make_losses.py tensorflow|jax

Where the last layer is a sigmoid or softmax, Keras on TensorFlow takes the loss from the logits before it; on JAX,
from the clipped probabilities. Both ways are Keras's, so each backend makes its own file of the same cases.
Sparse probabilities without a softmax before them come from TensorFlow alone: the operation it calls normalises
them, which JAX does not.
"""

import golden  # first: it sets the environment
import keras
import numpy as np
from golden import BACKEND, encode, generator, write


def loss_and_gradient(loss, y, activation, x, weights):
    """The loss of activation(x) and its gradient with respect to x."""

    def value(x):
        return loss(y, keras.activations.get(activation)(x), sample_weight=weights)

    if BACKEND == "jax":
        import jax

        found, gradient = jax.value_and_grad(value)(x)
        return float(found), np.asarray(gradient)
    import tensorflow as tf

    tensor = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        found = value(tensor)
    return float(found), tape.gradient(found, tensor).numpy()


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True)).astype("float32")


CASES = []
CLASSES = {
    "binaryCrossentropy": keras.losses.BinaryCrossentropy,
    "categoricalCrossentropy": keras.losses.CategoricalCrossentropy,
    "sparseCategoricalCrossentropy": keras.losses.SparseCategoricalCrossentropy,
    "meanSquaredError": keras.losses.MeanSquaredError,
}


def add(kind, name, x, y, activation="linear", **options):
    """The case as it is, and again with a weight a row."""
    name = f"{kind} {name}"
    x = np.asarray(x, "float32")
    y = np.asarray(y)
    loss = CLASSES[kind](**{golden.snake(k): v for k, v in options.items()})
    weights = (generator(name + "/rows").random(len(x)) * 1.7 + 0.1).astype("float32")
    for suffix, rows in {"": None, ", sample weights": weights}.items():
        target = y if y.dtype.kind == "i" else y.astype("float32")
        value, gradient = loss_and_gradient(loss, target, activation, x, rows)
        assert value > 1e-3 and np.isfinite(gradient).all() and np.abs(gradient).max() > 1e-4, name
        case = {"name": name + suffix, "loss": kind, "options": options, "activation": activation}
        case |= {"input": encode(x), "target": y.tolist() if y.dtype.kind == "i" else encode(y)}
        if rows is not None:
            case["sampleWeight"] = encode(rows)
        CASES.append({**case, "value": value, "inputGradient": encode(gradient)})


def binary():
    rng = generator("binary")
    kind = "binaryCrossentropy"
    for width in (1, 3):
        x = rng.normal(size=(6, width)) * 2
        y = (rng.random((6, width)) < 0.5).astype("float32")
        p = 1 / (1 + np.exp(-x))
        for smoothing in (0.0, 0.15):
            options = {"labelSmoothing": smoothing}
            add(kind, f"probabilities {width} smoothing {smoothing}", p, y, **options)
            add(kind, f"sigmoid {width} smoothing {smoothing}", x, y, "sigmoid", **options)
            add(kind, f"logits {width} smoothing {smoothing}", x, y, fromLogits=True, **options)
        add(kind, f"soft targets {width}", p, rng.random((6, width)))
    ends = [[0.0], [1.0], [0.0], [1.0], [1e-8], [0.25]]
    add(kind, "exact zeros and ones", ends, [[1.0], [0.0], [0.0], [1.0], [1.0], [0.0]])
    far = [[50.0], [-50.0], [30.0], [-30.0], [4.0], [-95.0]]
    add(kind, "saturated sigmoid", far, [[0.0], [1.0], [1.0], [0.0], [1.0], [1.0]], "sigmoid")
    add(kind, "saturated logits", far, [[0.0], [1.0], [1.0], [0.0], [1.0], [1.0]], fromLogits=True)


def categorical():
    rng = generator("categorical")
    kind = "categoricalCrossentropy"
    x = rng.normal(size=(5, 4)) * 2
    y = np.eye(4)[[2, 0, 3, 1, 2]]
    p = softmax(x)
    uneven = p * np.array([[0.5], [2.0], [1.3], [0.9], [1.0]])
    for smoothing in (0.0, 0.1):
        options = {"labelSmoothing": smoothing}
        add(kind, f"probabilities smoothing {smoothing}", p, y, **options)
        add(kind, f"probabilities that do not sum to one, smoothing {smoothing}", uneven, y, **options)
        add(kind, f"softmax smoothing {smoothing}", x, y, "softmax", **options)
        add(kind, f"logits smoothing {smoothing}", x, y, fromLogits=True, **options)
    add(kind, "soft targets", p, softmax(rng.normal(size=(5, 4))))
    far = np.array([[60, 0, 1, 2], [-70, 3, 0, 1], [0, 0, 0, 90], [1, 40, 2, 3], [5, 4, 3, 2]])
    add(kind, "saturated softmax", far, y, "softmax")
    add(kind, "saturated logits", far, y, fromLogits=True)
    add(kind, "exact zeros and ones", ends(p), y)


def ends(p):
    """Certain of the right class, of a wrong one, …; the last row is left as it is."""
    return np.concatenate([np.eye(4)[[2, 1, 3, 0]], p[4:]])


def sparse():
    rng = generator("sparse")
    kind = "sparseCategoricalCrossentropy"
    x = rng.normal(size=(5, 4)) * 2
    y = np.array([[2], [0], [3], [1], [2]])
    p = softmax(x)
    add(kind, "softmax", x, y, "softmax")
    add(kind, "logits", x, y, fromLogits=True)
    far = np.array([[60, 0, 1, 2], [-70, 3, 0, 1], [0, 0, 0, 90], [1, 40, 2, 3], [5, 4, 3, 2]])
    add(kind, "saturated softmax", far, y, "softmax")
    if BACKEND == "tensorflow":
        add(kind, "probabilities", p, y)
        add(kind, "probabilities that do not sum to one", p * np.array([[0.5], [1.2], [1.1], [0.9], [1.0]]), y)
        add(kind, "exact zeros and ones", ends(p), y)


def squared():
    rng = generator("squared")
    for width in (1, 3):
        add("meanSquaredError", f"{width}", rng.normal(size=(6, width)), rng.normal(size=(6, width)))
        add("meanSquaredError", f"sigmoid {width}", rng.normal(size=(6, width)), rng.random((6, width)), "sigmoid")


if __name__ == "__main__":
    binary()
    categorical()
    sparse()
    squared()
    path = {"tensorflow": "logits", "jax": "probabilities"}[BACKEND]
    write(f"losses_{BACKEND}", CASES, path=path)
