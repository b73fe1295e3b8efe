"""Makes intervals.json: intervals and tests by scipy 1.17.1, statsmodels 0.15.0 and scikit-learn 1.9.1.

Run: python make_intervals.py   (needs numpy, scipy, statsmodels, scikit-learn; some minutes)
"""
import json
import os

import numpy as np
from scipy import stats
from sklearn import metrics as sk
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

rng = np.random.default_rng(21)
MATRICES = {
    "two classes": [[430, 12], [9, 49]],
    "two classes, few rows": [[11, 2], [3, 4]],
    "one class answered": [[40, 0], [8, 0]],
    "no mistake": [[30, 0], [0, 10]],
    "four classes, one rare": [[90, 5, 0, 1], [7, 60, 2, 0], [1, 4, 77, 0], [2, 0, 0, 3]],
}


def wilson(right, rows):
    return [right, rows, *map(float, proportion_confint(right, rows, method="wilson"))]


def scores(y, predicted, classes, w=None):
    f1 = sk.f1_score(y, predicted, labels=range(classes), average="macro", sample_weight=w, zero_division=0)
    return f1, sk.matthews_corrcoef(y, predicted, sample_weight=w)


def limits(values):
    """[macro F1, MCC] [low, high] of values [n, 2]."""
    return np.percentile(values, [2.5, 97.5], axis=0).T.tolist()


def bayesian(matrix, draws=20000):
    """Rubin's bootstrap by numpy's Dirichlet distribution, scored by scikit-learn; a weight a cell."""
    matrix = np.array(matrix)
    y, predicted = np.nonzero(matrix)
    weights = rng.dirichlet(matrix[y, predicted], draws)
    return limits([scores(y, predicted, len(matrix), w) for w in weights])


def classical(matrix):
    """The percentile bootstrap over rows by scipy, scored by scikit-learn."""
    matrix = np.array(matrix)
    cells = np.argwhere(matrix)
    rows = np.repeat(cells, matrix[tuple(cells.T)], axis=0)

    def one(k):
        def statistic(y, predicted):
            return scores(y, predicted, len(matrix))[k]

        ci = stats.bootstrap(
            tuple(rows.T), statistic, paired=True, vectorized=False, n_resamples=4000, method="percentile", rng=rng
        ).confidence_interval
        return [float(ci.low), float(ci.high)]

    return [one(0), one(1)]


def test_of(only_a, only_b):
    table = [[50, only_a], [only_b, 30]]
    exact = only_a + only_b < 25
    found = mcnemar(table, exact=exact, correction=True)
    p = float(found.pvalue)
    if exact:
        assert only_a + only_b == 0 or np.isclose(p, stats.binomtest(only_a, only_a + only_b).pvalue)
    else:
        assert np.isclose(p, stats.chi2.sf(found.statistic, 1), rtol=1e-12)
    return dict(onlyA=only_a, onlyB=only_b, exact=exact, statistic=float(found.statistic), p=p)


def paired_difference(both, only_a, only_b, neither):
    """The percentile bootstrap by scipy of the difference of two accuracies on the same rows."""
    a = np.repeat([1, 1, 0, 0], [both, only_a, only_b, neither])
    b = np.repeat([1, 0, 1, 0], [both, only_a, only_b, neither])

    def statistic(a, b, axis):
        return b.mean(axis=axis) - a.mean(axis=axis)

    ci = stats.bootstrap(
        (a, b), statistic, paired=True, vectorized=True, n_resamples=20000, method="percentile", rng=rng, batch=500
    ).confidence_interval
    return dict(counts=[both, only_a, only_b, neither], interval=[float(ci.low), float(ci.high)])


def log_loss_interval(rows):
    p = rng.uniform(0.02, 0.98, rows).astype(np.float32)
    y = (rng.uniform(size=rows) < p).astype(int)
    losses = -np.log(np.where(y == 1, p.astype(float), 1 - p.astype(float)))
    return dict(
        probabilities=[float(np.format_float_positional(v, unique=True)) for v in p],
        labels=y.tolist(),
        interval=[float(v) for v in DescrStatsW(losses).zconfint_mean()],
    )


def weighted():
    """Four rows, one a cell, that count as many as Kish says: cells of less than one row among them."""
    weights = np.array([[3, 0.5], [0.4, 2]])
    rows = weights.sum() ** 2 / (weights**2).sum()
    return dict(weights=weights.tolist(), rows=float(rows), bayesian=bayesian(weights * rows / weights.sum()))


out = dict(
    wilson=[wilson(*case) for case in [(0, 10), (10, 10), (1, 1), (7, 9), (1100, 1115), (22980, 25000)]],
    bootstrap=[dict(name=name, matrix=m, bayesian=bayesian(m)) for name, m in MATRICES.items()],
    classical=[dict(name=name, matrix=MATRICES[name], limits=classical(MATRICES[name])) for name in ["two classes"]],
    mcnemar=[
        test_of(*case)
        for case in [(0, 0), (0, 5), (0, 6), (3, 3), (9, 2), (2, 9), (12, 12), (1, 23), (10, 15), (25, 0), (40, 22), (300, 410), (20, 400)]
    ],
    difference=[paired_difference(1700, 60, 90, 150), paired_difference(300, 300, 200, 200)],
    logLoss=log_loss_interval(60),
    weighted=weighted(),
)
with open(os.path.join(os.path.dirname(__file__), "intervals.json"), "w") as file:
    json.dump(out, file, indent=None, separators=(",", ":"))
    file.write("\n")
