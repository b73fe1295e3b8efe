"""Makes vectors.json: metrics of random predictions by scikit-learn 1.9.1 and Keras 3.15.1.

Run: python make_vectors.py   (needs keras, tensorflow, scikit-learn)
"""
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

rng = np.random.default_rng(20)


def predictions(name, rows, outputs, *, threshold=0.5, weights=False, steps=None, absent=None, skill=1.0):
    """steps: scores rounded to so many levels, so that many tie and some are 0 or 1. absent: a class without rows."""
    classes = 2 if outputs == 1 else outputs
    share = np.arange(1, classes + 1, dtype=float)
    if absent is not None:
        share[absent] = 0
    labels = rng.choice(classes, rows, p=share / share.sum())
    logits = rng.normal(size=(rows, classes)) + skill * np.eye(classes)[labels]
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    if outputs == 1:
        p = p[:, 1:]
    if steps:
        p = np.round(p * steps) / steps
    p = p.astype(np.float32)
    w = rng.uniform(0, 3, rows).round(3) if weights else None
    return dict(name=name, outputs=outputs, threshold=threshold, p=p, labels=labels, w=w, classes=classes)


def keras_auc(y, p, w, **options):
    metric = keras.metrics.AUC(**options)
    for start in range(0, len(y), 16):
        part = slice(start, start + 16)
        metric.update_state(y[part], p[part], None if w is None else w[part])
    return float(metric.result())


def calibrate(claimed, came_true, w, bins=10):
    """Reliability by numpy; the unweighted rates are checked against scikit-learn's calibration_curve."""
    index = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], claimed)
    w = np.ones(len(claimed)) if w is None else w
    out, error = [], 0.0
    for b in range(bins):
        m = index == b
        if m.any():
            mean, rate = np.average(claimed[m], weights=w[m]), np.average(came_true[m], weights=w[m])
            error += w[m].sum() / w.sum() * abs(mean - rate)
        else:
            mean = rate = 0.0
        out.append([int(m.sum()), float(mean), float(rate)])
    if (w == 1).all() and set(came_true) == {0, 1}:
        rates, means = calibration_curve(came_true, claimed, n_bins=bins)
        kept = [b for b in out if b[0]]
        assert np.allclose([b[1] for b in kept], means) and np.allclose([b[2] for b in kept], rates)
    return dict(bins=out, error=float(error))


def best(y, p, w, score):
    """The best value that any threshold reaches, by trying all of them."""
    tries = np.unique(np.concatenate([[0.0], p.astype(np.float64)]))
    return max(float(score(y, (p > t).astype(int), sample_weight=w)) for t in tries)


def expected(c):
    p, y, w, k = c["p"], c["labels"], c["w"], c["classes"]
    binary = c["outputs"] == 1
    predicted = (p[:, 0] > np.float32(c["threshold"])).astype(int) if binary else p.argmax(1)
    every = dict(labels=range(k), sample_weight=w, zero_division=0)
    scores = sk.precision_recall_fscore_support(y, predicted, **every)
    averages = {
        a: [float(v) for v in sk.precision_recall_fscore_support(y, predicted, average=a, **every)[:3]]
        for a in ("macro", "weighted")
    }
    hot = np.eye(k)[y]
    full = np.hstack([1 - p.astype(np.float64), p.astype(np.float64)]) if binary else p.astype(np.float64)
    column = p[:, 0].astype(np.float64) if binary else None
    if binary:
        accuracy = keras.metrics.BinaryAccuracy(threshold=c["threshold"])
        accuracy.update_state(y[:, None], p, w)
    else:
        accuracy = keras.metrics.SparseCategoricalAccuracy()
        accuracy.update_state(y[:, None], p, w)
    both = len(np.unique(y)) == k
    out = dict(
        confusion=sk.confusion_matrix(y, predicted, labels=range(k), sample_weight=w).tolist(),
        kerasAccuracy=float(accuracy.result()),
        accuracy=float(sk.accuracy_score(y, predicted, sample_weight=w)),
        perClass=np.array(scores).T.tolist(),
        **averages,
        mcc=float(sk.matthews_corrcoef(y, predicted, sample_weight=w)),
        # clipped as Keras clips; scikit-learn's own clip is narrower
        logLoss=float(np.average(-np.log(np.clip(full[np.arange(len(y)), y], 1e-7, 1 - 1e-7)), weights=w)),
        kerasAuc=keras_auc(y[:, None] if binary else hot, p, w),
        calibration=calibrate(
            column if binary else full.max(1), y if binary else (full.argmax(1) == y).astype(int), w
        ),
    )
    if full.min() > 1e-6:
        assert abs(out["logLoss"] - sk.log_loss(y, full, labels=range(k), sample_weight=w)) < 1e-6
    if binary:
        out["brier"] = float(sk.brier_score_loss(y, column, sample_weight=w, labels=[0, 1]))
        out["bestF1"] = best(y, p[:, 0], w, lambda *a, **o: sk.f1_score(*a, zero_division=0, **o))
        out["bestAccuracy"] = best(y, p[:, 0], w, sk.accuracy_score)
        if both:
            out["auc"] = float(sk.roc_auc_score(y, column, sample_weight=w))
    else:
        out["brier"] = float(np.average(((full - hot) ** 2).sum(1), weights=w))
        out["kerasAucMultiLabel"] = keras_auc(hot, p, w, multi_label=True, num_labels=k)
        flat = None if w is None else np.repeat(w, k)
        out["auc"] = float(sk.roc_auc_score(hot.ravel(), full.ravel(), sample_weight=flat))
        if both:
            out["aucMultiLabel"] = float(sk.roc_auc_score(hot, full, average="macro", sample_weight=w))
    return out


def plain(c):
    return dict(
        name=c["name"],
        outputs=c["outputs"],
        threshold=c["threshold"],
        probabilities=[float(np.format_float_positional(v, unique=True)) for v in c["p"].ravel()],
        labels=c["labels"].tolist(),
        weights=None if c["w"] is None else c["w"].tolist(),
        expected=expected(c),
    )


cases = [
    predictions("two classes", 80, 1),
    predictions("threshold 0.3, many ties", 80, 1, threshold=0.3, steps=10),
    predictions("scores of 0 and 1", 40, 1, steps=4, skill=3.0),
    predictions("two classes, weighted", 80, 1, weights=True),
    predictions("threshold 0.7, ties, weighted", 60, 1, threshold=0.7, steps=20, weights=True),
    predictions("one class only", 30, 1, absent=0),
    predictions("three classes", 60, 3),
    predictions("six classes, weighted", 90, 6, weights=True, skill=2.0),
    predictions("four classes, one absent", 50, 4, absent=3),
]
with open(os.path.join(os.path.dirname(__file__), "vectors.json"), "w") as out:
    json.dump([plain(c) for c in cases], out, indent=None, separators=(",", ":"))
    out.write("\n")
