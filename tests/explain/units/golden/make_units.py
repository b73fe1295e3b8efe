"""Writes units.json: correlation, AUC, corrections and logistic regression by SciPy, scikit-learn and statsmodels.

python make_units.py  (scipy 1.17, scikit-learn 1.9, statsmodels 0.15)
"""
import json
import pathlib

import numpy as np
from scipy.stats import pearsonr, rankdata
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from statsmodels.stats.multitest import multipletests

random = np.random.default_rng(7)
N = 40
# Far from 0, where sums of squares would lose their digits; in steps, so that values are equal.
values = (np.round(random.normal(size=(N, 3)) * 4) / 4 + np.array([1000.0, 0.0, -3.0])).astype("float32")
sides = (random.random((N, 2)) < 0.4).astype(int)
p = np.round(random.random(12) ** 3, 3)
p[3] = p[5]

X = random.normal(size=(50, 3)) * np.array([1.0, 0.5, 2.0]) + 0.3
score = X @ np.array([[1.5, -1, 0.2], [-0.5, 0.7, 0.1], [0.2, 0.4, -0.6]]).T + random.normal(size=(50, 3))
three = score.argmax(1)
two = (score[:, 0] > score[:, 1]).astype(int)


def fitted(y, C):
    model = LogisticRegression(C=C, tol=1e-12, max_iter=10000).fit(X, y)
    return {"C": C, "y": y.tolist(), "coef": model.coef_.tolist(), "intercept": model.intercept_.tolist(),
            "probabilities": model.predict_proba(X[:5]).tolist()}


out = {
    "values": values.tolist(),
    "sides": sides.tolist(),
    "correlation": [[pearsonr(values[:, s].astype("float64"), sides[:, k]).statistic for k in range(2)] for s in range(3)],
    "ranks": rankdata(values[:, 1]).tolist(),
    "auc": [[roc_auc_score(sides[:, k], values[:, s]) for k in range(2)] for s in range(3)],
    "p": p.tolist(),
    "bh": multipletests(p, method="fdr_bh")[1].tolist(),
    "holm": multipletests(p, method="holm")[1].tolist(),
    "X": X.tolist(),
    "logistic": [fitted(two, 1.0), fitted(two, 0.05), fitted(three, 1.0), fitted(three, 10.0)],
}
pathlib.Path(__file__).with_name("units.json").write_text(json.dumps(out) + "\n")
