"""Makes amounts.json: metrics of predicted amounts by scikit-learn 1.9.1 and scipy 1.17.1.

Run: python make_amounts.py   (needs numpy, scipy, scikit-learn)
"""
import json
import os

import numpy as np
from scipy import stats
from sklearn import metrics as sk

rng = np.random.default_rng(2028)
DRAWS, AT_ONCE = 400_000, 20_000


def limits(y, p):
    """Rubin's bootstrap by numpy's exponential distribution: [R², RMSE, MAE] [low, high]; held to scikit-learn's scores."""
    values = []
    for _ in range(DRAWS // AT_ONCE):
        w = rng.exponential(size=(AT_ONCE, len(y)))
        w /= w.sum(1, keepdims=True)
        squared = w @ (p - y) ** 2
        spread = (w * (y - (w @ y)[:, None]) ** 2).sum(1)
        values.append(np.stack([1 - squared / spread, np.sqrt(squared), w @ np.abs(p - y)], 1))
        for k, score in enumerate((sk.r2_score, sk.root_mean_squared_error, sk.mean_absolute_error)):
            assert np.allclose(values[-1][:50, k], [score(y, p, sample_weight=one) for one in w[:50]], rtol=1e-9)
    return np.percentile(np.concatenate(values), [2.5, 97.5], axis=0).T.tolist()


def case(name, y, p, *, offset=0.0, single=False):
    """offset: added to truth and answers in what is tested; errors and spread stay, to the last digit, as without it."""
    if single:
        p = p.astype(np.float32)
    assert ((y + offset) - offset == y).all() and (single or ((p + offset) - offset == p).all())
    p = p.astype(float)
    return dict(
        name=name,
        single=single,
        truth=(y + offset).tolist(),
        predicted=(p + offset).tolist(),
        expected=dict(
            r2=float(sk.r2_score(y, p)),
            meanSquaredError=float(sk.mean_squared_error(y, p)),
            rootMeanSquaredError=float(sk.root_mean_squared_error(y, p)),
            meanAbsoluteError=float(sk.mean_absolute_error(y, p)),
            medianAbsoluteError=float(sk.median_absolute_error(y, p)),
            pearson=float(stats.pearsonr(y, p).statistic),
            spearman=float(stats.spearmanr(y, p).statistic),
            truth=[float(v) for v in (y.mean() + offset, y.std(), y.min() + offset, y.max() + offset)],
            baseline=[
                float(sk.root_mean_squared_error(y, np.full_like(y, y.mean()))),
                float(sk.mean_absolute_error(y, np.full_like(y, np.median(y)))),
            ],
            intervals=limits(y, p),
        ),
    )


def skewed(rows):
    y = rng.gamma(0.8, 3.0, rows)
    return y, 0.7 * y + rng.gamma(1.5, 0.8, rows)


y, p = skewed(83)
stars = rng.choice(5, 90, p=[0.1, 0.05, 0.15, 0.3, 0.4]) + 1.0
guesses = np.clip(np.round(stars + rng.normal(-0.4, 1.1, 90)), 1, 5)
# In steps that 10⁹ leaves as they are: the deviation is 2 · 10⁻⁹ of the mean.
small = np.round(rng.gamma(2, 1.5, 70) * 1024) / 1024
near = np.round((small + rng.normal(0.2, 0.9, 70)) * 1024) / 1024
cases = [
    case("skewed", y, p),
    case("skewed, in float32", *skewed(64), single=True),
    case("stars: whole numbers that tie", stars, guesses),
    case("far from 0", small, near, offset=1e9),
    case("so far that the mean has no digit left", np.round(8 * small) / 8, np.round(8 * near) / 8, offset=1e15),
    case("worse than the mean, and the wrong way round", y, 9 - 1.6 * y + rng.normal(size=83)),
    case("an even number of rows, below 0", -np.abs(rng.normal(size=40)) - 3, rng.normal(-4, 1, 40)),
    case("three rows", np.array([1.5, -2.0, 7.25]), np.array([1.0, 0.5, 4.0])),
]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "amounts.json")
with open(path, "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
for c in cases:
    print(c["name"], c["expected"]["r2"], c["expected"]["intervals"])
