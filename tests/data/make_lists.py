"""Writes golden/written-lists.json: lists of labels as Python and JSON write them into a cell, and what they hold.

Python's own library alone: python3 tests/data/make_lists.py

pandas writes a list into CSV as str() does: the repr of each item. `items` are what ast.literal_eval and json.loads give.
"""

import ast
import json
import random
from pathlib import Path

rng = random.Random(5)
PIECES = ["a", "b c", "it's", 'say "x"', "\\", "\n", "\t", "\r", ",", "]", "[", "é", "映画", "😀", "\x00", "\x7f", "\xa0", "\u2028", "#", "0", "__proto__"]


def text():
    return "".join(rng.choice(PIECES) for _ in range(rng.randrange(4)))


def item():
    return rng.choice([text, text, text, lambda: rng.randrange(-99, 99), lambda: rng.choice([2.5, -0.1, 1e-07, 1e22])])()


cases = []
for _ in range(120):
    items = [item() for _ in range(rng.randrange(5))]
    for written, parsed in [
        (str(items), ast.literal_eval(str(items))),
        (json.dumps(items), json.loads(json.dumps(items))),
        (json.dumps(items, ensure_ascii=False, separators=(",", ":")), items),
    ]:
        assert parsed == items
        texts = [one if isinstance(one, str) else str(one) for one in parsed]
        cases.append({"written": written, "items": texts})
seen = {case["written"]: case for case in cases}
path = Path(__file__).parent / "golden" / "written-lists.json"
path.write_text(json.dumps(list(seen.values()), indent=0) + "\n")
