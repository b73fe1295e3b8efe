"""Platt scaling from real scikit-learn 1.9: LogisticRegression without a penalty, to Platt's targets.

A score of yes counts (y + 1) / (y + 2) of a row of yes and the rest of one of no, a score of no 1 / (n + 2) of one of yes:
rows of both kinds with such weights have the same log loss as those targets.
"""

import numpy as np
import sklearn
from golden import encode, generator, write
from sklearn.linear_model import LogisticRegression

#: rows, the share of yes, how far their scores are lifted, spread, shift
CASES = {
    "even": (200, 0.5, 1.5, 1.0, 0.0),
    "rare": (500, 0.03, 2.0, 0.7, -1.0),
    "common": (300, 0.95, 1.0, 1.0, 0.5),
    "told apart": (60, 0.4, 30.0, 1.0, 0.0),
    "small numbers": (150, 0.3, 1e-4, 1e-4, 3e-3),
    "large numbers": (150, 0.3, 4e4, 3e4, -2e5),
    "few": (6, 0.5, 2.0, 1.0, 0.0),
}


def one(name, rows, share, lift, spread, shift):
    rng = generator("platt " + name)
    yes = (np.arange(rows) < max(2, round(share * rows))).astype(int)
    scores = (shift + lift * yes + spread * rng.normal(size=rows)).astype("float32")
    x = scores.astype("float64")
    high, low = (yes.sum() + 1) / (yes.sum() + 2), 1 / (rows - yes.sum() + 2)
    targets = np.where(yes == 1, high, low)
    mean, deviation = x.mean(), x.std()
    z = ((x - mean) / deviation)[:, None]
    model = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10**6, solver="newton-cholesky")
    model.fit(np.vstack([z, z]), np.repeat([1, 0], rows), sample_weight=np.concatenate([targets, 1 - targets]))
    slope = float(model.coef_[0, 0] / deviation)
    assert slope > 0, name
    return {
        "name": name,
        "scores": encode(scores),
        "yes": yes.tolist(),
        "slope": slope,
        "intercept": float(model.intercept_[0] - slope * mean),
    }


write("platt", [one(name, *settings) for name, settings in CASES.items()], sklearn=sklearn.__version__)
