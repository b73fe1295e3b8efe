"""Makes label_sets.json: metrics of several labels a row by scikit-learn 1.9.1 and statsmodels 0.15.0.

Run: python make_label_sets.py   (needs numpy, scikit-learn, statsmodels)
"""
import json
import os
from collections import Counter

import numpy as np
from sklearn import metrics as sk
from statsmodels.stats.proportion import proportion_confint

rng = np.random.default_rng(2027)


def drawn(name, rows, priors, skill, thresholds, *, steps=None, topic=1.0):
    """priors: of each label. steps: probabilities rounded to so many levels, so that many tie and some are 0 or 1."""
    priors = np.array(priors, dtype=float)
    hidden = rng.normal(size=(rows, 1)) * topic  # the labels of a row hang together
    inner = np.clip(priors, 1e-9, 1 - 1e-9)
    y = (rng.random((rows, len(priors))) < 1 / (1 + np.exp(-np.log(inner / (1 - inner)) - hidden))).astype(int)
    y[:, priors == 0], y[:, priors == 1] = 0, 1
    p = 1 / (1 + np.exp(-(rng.normal(size=y.shape) - 0.7 + np.array(skill) * y)))
    if steps:
        p = np.round(p * steps) / steps
    return name, y, p.astype(np.float32), np.array(thresholds, dtype=float)


def triple(values):
    return [float(v) for v in values[:3]]


def interval(y, a, average):
    """Each row's influence is the slope of scikit-learn's F1 in that row's weight; Wilson's interval by statsmodels."""
    rows = len(y)

    def f1(weights):
        return sk.f1_score(y, a, average=average, zero_division=0, sample_weight=weights)

    def slope(row, step=1e-4):
        up, down = np.ones(rows), np.ones(rows)
        up[row] += step
        down[row] -= step
        return (f1(up) - f1(down)) / (2 * step)

    slopes = np.array([slope(row) for row in range(rows)])
    value, variance = f1(None), (slopes**2).sum() * rows / (rows - 1)
    count = value * (1 - value) / variance
    return [float(limit) for limit in proportion_confint(value * count, count, method="wilson")]


def best_threshold(y, p):
    """Midway below the probability from which on scikit-learn's curve has the best F1; the nearest to 0.5 among equals."""
    _, recall, thresholds = sk.precision_recall_curve(y, p)
    found = np.round(recall[:-1] * y.sum())
    given = np.array([(p >= t).sum() for t in thresholds])
    f1 = 2 * found / (given + y.sum())  # of whole numbers, so that equals are equal
    assert np.isclose(f1.max(), max(sk.f1_score(y, p >= t) for t in thresholds), rtol=1e-12)
    below = np.concatenate([[0], thresholds[:-1]]).astype(np.float32)
    middle = ((below.astype(float) + thresholds.astype(float)) / 2).astype(np.float32)
    middle = np.where(middle < thresholds, middle, below)
    best = f1[thresholds > 0].max()
    equals = middle[(f1 == best) & (thresholds > 0)]
    return dict(f1=float(best), threshold=float(min(equals, key=lambda t: (abs(t - 0.5), -t))))


def case(name, y, p, thresholds):
    a = (p > thresholds.astype(np.float32)).astype(int)
    rows, labels = y.shape
    each = [
        [*sk.precision_recall_fscore_support(y[:, k], a[:, k], average="binary", zero_division=0)[:3], y[:, k].sum()]
        for k in range(labels)
    ]
    both_sides = [0 < y[:, k].sum() < rows for k in range(labels)]
    clipped = np.clip(p.astype(float), 1e-7, 1 - 1e-7)
    if labels > 1:
        micro, macro = (
            triple(sk.precision_recall_fscore_support(y, a, average=average, zero_division=0))
            for average in ("micro", "macro")
        )
        jaccard = sk.jaccard_score(y, a, average="samples", zero_division=1)
    else:  # scikit-learn takes one column for two classes
        micro = macro = triple(each[0])
        jaccard = sk.accuracy_score(y, a)
    expected = dict(
        micro=micro,
        macro=macro,
        subsetAccuracy=float(sk.accuracy_score(y, a)),
        hammingLoss=float(sk.hamming_loss(y, a)),
        logLoss=float(sk.log_loss(y.ravel(), clipped.ravel())),
        jaccard=float(jaccard),
        labelsPerRow=[float(y.sum() / rows), float(a.sum() / rows)],
        commonestSet=Counter(map(tuple, y)).most_common(1)[0][1] / rows,
        perLabel=[
            dict(
                scores=triple(each[k]),
                support=int(each[k][3]),
                answered=int(a[:, k].sum()),
                auc=float(sk.roc_auc_score(y[:, k], p[:, k])) if both_sides[k] else None,
                averagePrecision=float(sk.average_precision_score(y[:, k], p[:, k])) if y[:, k].any() else None,
                best=best_threshold(y[:, k], p[:, k]) if both_sides[k] else None,
            )
            for k in range(labels)
        ],
        intervals=dict(
            subsetAccuracy=[
                float(v) for v in proportion_confint(int((y == a).all(1).sum()), rows, method="wilson")
            ],
            microF1=interval(y, a, "micro") if labels > 1 else interval(y[:, 0], a[:, 0], "binary"),
            macroF1=interval(y, a, "macro") if labels > 1 else interval(y[:, 0], a[:, 0], "binary"),
        ),
    )
    return dict(
        name=name,
        labels=labels,
        thresholds=thresholds.tolist(),
        probabilities=[float(v) for v in p.ravel()],
        truth=y.ravel().tolist(),
        expected=expected,
    )


CASES = [
    drawn("four labels", 120, [0.3, 0.1, 0.5, 0.2], [2.0, 1.2, 2.5, 0.6], [0.5, 0.35, 0.6, 0.45]),
    drawn(
        "a label of no row, of every row, answered never",
        90,
        [0, 1, 0.3, 0.4, 0.15],
        [1, 2, 1.5, 0.5, 2],
        [0.6, 0.2, 1, 0.4, 0.5],
    ),
    # 0.1, 0.7 and 0.9 are other numbers in float32 and float64, and probabilities of this case.
    drawn("ties, on the thresholds themselves", 150, [0.2, 0.4, 0.3], [1, 2, -0.8], [0.1, 0.7, 0.9], steps=10),
    drawn("most rows without any", 100, [0.08, 0.05, 0.1], [3, 3, 2], [0.5, 0.5, 0.5], topic=0.3),
    drawn("one label", 70, [0.35], [1.4], [0.5]),
    drawn("twenty labels", 60, np.linspace(0.05, 0.6, 20), np.linspace(2.5, 0.5, 20), np.linspace(0.3, 0.7, 20)),
]
cases = [case(*one) for one in CASES]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "label_sets.json")
with open(path, "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
for c in cases:
    print(c["name"], c["expected"]["micro"], c["expected"]["intervals"])
