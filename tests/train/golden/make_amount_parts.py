"""Makes amount_parts.json: the truth and the answers of amounts.json, in parts by true amount, by pandas 3.0.6.

Run: python make_amount_parts.py   (needs pandas; after make_amounts.py)
"""
import json
import os

import pandas as pd

here = os.path.dirname(os.path.abspath(__file__))


def parts(case):
    rows = pd.DataFrame(dict(truth=case["truth"], predicted=case["predicted"]))
    count = max(1, min(10, len(rows) // 5))
    rows["part"] = pd.qcut(rows.truth, count, labels=False, duplicates="drop")
    return [
        dict(
            rows=len(part),
            truth=[part.truth.mean(), part.truth.min(), part.truth.max()],
            predicted=[part.predicted.mean(), *part.predicted.quantile([0.1, 0.9])],
        )
        for _, part in rows.groupby("part")
    ]


with open(os.path.join(here, "amounts.json")) as file:
    cases = json.load(file)
with open(os.path.join(here, "amount_parts.json"), "w") as file:
    json.dump({case["name"]: parts(case) for case in cases}, file, separators=(",", ":"))
    file.write("\n")
