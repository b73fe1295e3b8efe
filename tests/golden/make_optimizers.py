"""Ten steps of each optimizer on a kernel [4, 3] and a bias [3], from given gradients, by Keras on TensorFlow."""

import golden  # first: it sets the environment
import keras
import numpy as np
from golden import encode, generator, snake, write

STEPS = 10
CLASSES = {
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
}
OPTIONS = {
    "sgd": [
        {},
        {"learningRate": 0.1},
        {"learningRate": 0.1, "momentum": 0.8},
        {"learningRate": 0.1, "momentum": 0.8, "nesterov": True},
        {"learningRate": 0.1, "momentum": 0.8, "weightDecay": 0.05},
        {"learningRate": 0.1, "momentum": 0.8, "clipnorm": 0.6},
    ],
    "rmsprop": [
        {},
        {"learningRate": 0.02, "rho": 0.7, "epsilon": 1e-3},
        {"learningRate": 0.02, "momentum": 0.6},
        {"learningRate": 0.02, "centered": True},
        {"learningRate": 0.02, "momentum": 0.6, "centered": True, "rho": 0.8},
        {"learningRate": 0.02, "weightDecay": 0.05},
    ],
    "adam": [
        {},
        {"learningRate": 0.05, "beta1": 0.7, "beta2": 0.9},
        {"learningRate": 0.05, "epsilon": 0.1},
        {"learningRate": 0.05, "amsgrad": True, "beta2": 0.6},
        {"learningRate": 0.05, "weightDecay": 0.1},
        {"learningRate": 0.05, "clipnorm": 0.6},
        {"learningRate": 0.05, "clipvalue": 0.3},
        {"learningRate": 0.05, "globalClipnorm": 0.6},
    ],
    "adamw": [{}, {"learningRate": 0.05, "weightDecay": 0.2}, {"learningRate": 0.05, "amsgrad": True, "beta2": 0.6}],
}


def given():
    """Starting weights, and gradients that swell, shrink and turn, none near zero; one step's are all zero."""
    rng = generator("optimizers")

    def away_from_zero(*shape):
        return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.15, 1.2, size=shape)

    sizes = np.array([0.2, 1.0, 0.6, 1.4, 0.3, 0.0, 0.8, 0.25, 1.1, 0.5])
    kernel = away_from_zero(STEPS, 4, 3) * sizes[:, None, None]
    bias = away_from_zero(STEPS, 3) * sizes[::-1, None] * 0.7
    bias[5] = 0
    return [away_from_zero(4, 3), away_from_zero(3)], [kernel.astype("float32"), bias.astype("float32")]


def trajectory(optimizer, start, gradients):
    variables = [keras.Variable(np.asarray(w, "float32")) for w in start]
    optimizer.build(variables)
    path = []
    for step in range(STEPS):
        optimizer.apply([keras.ops.convert_to_tensor(g[step]) for g in gradients], variables)
        path.append([variable.numpy() for variable in variables])
    return [np.stack(values) for values in zip(*path)]


if __name__ == "__main__":
    assert golden.BACKEND == "tensorflow"
    start, gradients = given()
    plain, cases = {}, []
    for kind, sets in OPTIONS.items():
        for options in sets:
            made = CLASSES[kind](**{snake(k).replace("beta", "beta_"): v for k, v in options.items()})
            path = trajectory(made, start, gradients)
            words = ", ".join(f"{k} {v}" for k, v in options.items())
            for other, was in plain.items():
                assert np.abs(was - path[0]).max() > 2e-5, f"{kind} {words} cannot be told from {other}"
            plain[f"{kind} {words}"] = path[0]
            case = {"name": f"{kind} {words or 'by default'}", "optimizer": kind, "options": options}
            cases.append({**case, "path": [encode(values) for values in path]})
    write("optimizers", cases, start=[encode(w) for w in start], gradients=[encode(g) for g in gradients])
