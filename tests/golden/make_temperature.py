"""The factor on scores that temperature scaling settles on, from real SciPy: the least of n·NLL + (ln f − ln .4)²."""

import numpy as np
import scipy
from golden import encode, generator, write
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

#: rows, classes, how far the true class's score is lifted, spread
CASES = {
    "two classes": (40, 2, 1.0, 1.0),
    "six classes": (200, 6, 1.5, 1.0),
    "too sure": (300, 3, 4.0, 9.0),
    "too shy": (500, 3, 0.1, 0.02),
    "few rows": (3, 2, 1.0, 1.0),
    "one row, right": (1, 2, 5.0, 0.1),
    "one row, wrong": (1, 4, -5.0, 0.1),
    "all right": (50, 3, 20.0, 0.5),
    "all wrong": (50, 3, -20.0, 0.5),
    "noise": (400, 4, 0.0, 2.0),
}


def one(name, rows, classes, lift, spread):
    rng = generator("temperature " + name)
    labels = rng.integers(0, classes, rows)
    scores = (rng.normal(size=(classes, rows)) * spread).astype("float32")
    scores[labels, np.arange(rows)] += np.float32(lift)
    x = scores.astype("float64")

    def loss(factor):
        return -log_softmax(factor * x, axis=0)[labels, np.arange(rows)].mean()

    def cost(log):
        return rows * loss(np.exp(log)) + (log - np.log(0.4)) ** 2

    grid = np.linspace(np.log(1e-3), np.log(1e3), 4000)
    near = grid[np.argmin([cost(log) for log in grid])]
    bounds = (max(near - 0.01, np.log(1e-3)), min(near + 0.01, np.log(1e3)))
    best = float(np.exp(minimize_scalar(cost, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x))
    return {
        "name": name,
        "scores": encode(scores),
        "classes": labels.tolist(),
        "factor": best,
        "loss": float(loss(best)),
        "probabilities": encode(softmax(best * x, axis=0).T),
    }


write("temperature", [one(name, *settings) for name, settings in CASES.items()], scipy=scipy.__version__)
