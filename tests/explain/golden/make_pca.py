"""Principal components by numpy's singular value decomposition, to check ours against: python make_pca.py"""

import json
from pathlib import Path

import numpy as np

generator = np.random.default_rng(20)


def case(name, rows, count):
    """Rows as float32, as an Embedding holds them; components in float64."""
    rows = rows.astype(np.float32)
    centred = rows.astype(np.float64) - rows.astype(np.float64).mean(axis=0)
    _, singular, directions = np.linalg.svd(centred, full_matrices=False)
    directions = directions[:count]
    largest = np.argmax(np.abs(directions), axis=1)
    directions = directions * np.sign(directions[np.arange(count), largest])[:, None]
    variances = np.zeros(rows.shape[1])
    variances[: len(singular)] = singular**2 / (len(rows) - 1)
    return {
        "name": name,
        "width": rows.shape[1],
        "rows": [round(float(v), 9) for v in rows.ravel()],
        "mean": rows.astype(np.float64).mean(axis=0).tolist(),
        "directions": directions.tolist(),
        "variances": variances.tolist(),
        "explained": (variances[:count] / variances.sum()).tolist(),
        "places": (centred @ directions.T).ravel().tolist(),
    }


def stretched(rows, width, scale):
    mix = generator.normal(size=(width, width))
    return generator.normal(size=(rows, width)) * scale @ mix


cases = [
    case("many rows", stretched(40, 6, np.array([4, 2, 1, 0.5, 0.2, 0.1])), 3),
    case("fewer rows than numbers a row", stretched(5, 8, np.ones(8)), 2),
    case("two numbers a row", stretched(12, 2, np.array([3, 1])), 2),
    case("far from the origin, small spread", 100 + 1e-2 * stretched(30, 4, np.array([4, 3, 2, 1])), 2),
]
for c in cases:
    exact = np.array(c["rows"], dtype=np.float32)
    assert np.array_equal(exact, np.array(c["rows"]).astype(np.float32))
out = Path(__file__).parent / "pca.json"
out.write_text(json.dumps({"numpy": np.__version__, "cases": cases}) + "\n")
