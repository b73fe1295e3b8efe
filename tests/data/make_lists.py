"""Writes golden/written-lists.json: lists, tuples and sets of labels as Python and JSON write them, and what they hold.

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
for _ in range(60):
    items = [item() for _ in range(rng.randrange(5))]
    unique = list(dict.fromkeys(items))
    # A set is written in no order that lasts: here in the one of its items.
    as_set = "{" + ", ".join(map(repr, unique)) + "}" if unique else "set()"
    assert ast.literal_eval(as_set) == set(unique) and eval(f"frozenset({as_set})") == frozenset(unique)
    for written, parsed in [
        (str(tuple(items)), list(ast.literal_eval(str(tuple(items))))),
        (as_set, unique),
        (f"frozenset({as_set})" if unique else str(frozenset()), unique),
    ]:
        cases.append({"written": written, "items": [one if isinstance(one, str) else str(one) for one in parsed]})
seen = {case["written"]: case for case in cases}
path = Path(__file__).parent / "golden" / "written-lists.json"
path.write_text(json.dumps(list(seen.values()), indent=0) + "\n")
