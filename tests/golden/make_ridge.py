"""Ridge regression over sparse binary features in blocks, each row scaled by a factor of its own in each block, from real
scikit-learn 1.9.

Row i counts s_i of a block for every feature of it that it has; there is no intercept, and for each penalty λ the weights are
Ridge's, solved by a Cholesky factor in double precision.
"""

import numpy as np
import sklearn
from golden import generator, write
from sklearn.linear_model import Ridge

#: rows, features of each block, the share of features that a row has, noise
CASES = {
    "small": (12, [9], 0.4, 0.3),
    "wide": (30, [150, 40], 0.1, 0.5),
    "tall": (160, [12, 20], 0.3, 0.2),
    "rare": (60, [80], 0.03, 1.0),
}
PENALTIES = [0.01, 0.25, 1.0, 16.0, 1000.0]


def block(rng, rows, features, share):
    present = rng.random((rows, features)) < share * rng.uniform(0.2, 1.8, features)
    present[rows // 2] = False  # a row without a feature is answered by 0
    scales = (1 / np.sqrt(np.maximum(1, present.sum(1))) * rng.uniform(0.5, 1.0, rows)).astype("float32")
    ids = [np.flatnonzero(row) for row in present]
    kept = {
        "features": features,
        "starts": [0, *np.cumsum([len(each) for each in ids]).tolist()],
        "ids": np.concatenate(ids).tolist(),
        "scales": scales.tolist(),
    }
    return kept, present * scales.astype("float64")[:, None]


def one(name, rows, sizes, share, noise):
    rng = generator("ridge " + name)
    blocks = [block(rng, rows, features, share) for features in sizes]
    x = np.hstack([part for _, part in blocks])
    y = x @ rng.normal(size=x.shape[1]) + noise * rng.normal(size=rows)
    y -= y.mean()
    weights = [Ridge(alpha=alpha, fit_intercept=False, solver="cholesky").fit(x, y).coef_ for alpha in PENALTIES]
    assert np.abs(weights[0]).max() > 0.1, name
    return {
        "name": name,
        "rows": rows,
        "blocks": [kept for kept, _ in blocks],
        "targets": y.tolist(),
        "solutions": [
            {"penalty": alpha, "weights": each.tolist(), "scores": (x @ each).tolist()}
            for alpha, each in zip(PENALTIES, weights)
        ],
    }


write("ridge", [one(name, *settings) for name, settings in CASES.items()], sklearn=sklearn.__version__)
