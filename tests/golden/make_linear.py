"""Linear support vector machines over sparse binary features, weighed and scaled, from real scikit-learn 1.9.

Feature j counts r_j where a row has it, row i is scaled by s_i, and its error costs C_i: LinearSVC (liblinear) of the L2
loss, by its dual, to eight digits. Written are u_j = w_j r_j and the bias, as the solver under test keeps them.
"""

import numpy as np
import sklearn
from golden import encode, generator, write
from sklearn.svm import LinearSVC

#: rows, features, the share of features that a row has, the share of rows of the class, cost, balance
CASES = {
    "small": (12, 9, 0.4, 0.5, 1.0, 0.0),
    "uneven": (40, 25, 0.2, 0.15, 0.5, 1.0),
    "wide": (30, 200, 0.1, 0.4, 2.0, 0.5),
    "tall": (150, 20, 0.3, 0.3, 1.0, 0.5),
    "rare": (90, 60, 0.1, 0.05, 1.0, 1.0),
}


def one(name, rows, features, share, inside, cost, balance):
    rng = generator("linear " + name)
    present = rng.random((rows, features)) < share * rng.uniform(0.2, 1.8, features)
    present[rows // 2] = False  # a row without a feature is answered by the bias alone
    values = np.where(rng.random(features) < 0.1, 0.0, rng.normal(0.3, 1.2, features)).astype("float32")
    lengths = np.sqrt((present * values.astype("float64") ** 2).sum(1))
    scales = np.where(lengths > 0, 1 / np.maximum(lengths, 1e-9), 0) * rng.uniform(0.5, 1.5, rows)
    scales = scales.astype("float32")
    x = present * values.astype("float64") * scales.astype("float64")[:, None]
    drawn = x @ rng.normal(size=features) + 0.4 * rng.normal(size=rows)
    y = np.where(drawn > np.quantile(drawn, 1 - inside), 1, -1)
    sides = np.where(y > 0, (y > 0).sum(), (y < 0).sum())
    costs = (cost * (rows / (2 * sides)) ** balance).astype("float32")
    svc = LinearSVC(loss="squared_hinge", dual=True, tol=1e-10, max_iter=10**7, intercept_scaling=1.0, C=1.0, random_state=1)
    svc.fit(x, y, sample_weight=costs.astype("float64"))
    weights = svc.coef_[0] * values
    assert np.abs(weights).max() > 0.05, name
    ids = [np.flatnonzero(row) for row in present]
    return {
        "name": name,
        "rows": rows,
        "features": features,
        "starts": [0, *np.cumsum([len(each) for each in ids]).tolist()],
        "ids": np.concatenate(ids).tolist(),
        "values": encode(values),
        "scales": encode(scales),
        "targets": y.tolist(),
        "costs": encode(costs),
        "weights": encode(weights),
        "bias": float(svc.intercept_[0]),
    }


write("linear", [one(name, *settings) for name, settings in CASES.items()], sklearn=sklearn.__version__)
