"""Attention: both scores, with and without a key, every mask. Outputs and gradients as in make_layers.py."""

import base64

import golden  # first: it sets the environment
import numpy as np
from golden import write
from make_layers import B, I, T, V, case, floats, masked_ids

S, F = 4, 5
OPTIONS = {
    "dot": {},
    "dot scaled": {"useScale": True},
    "concat": {"scoreMode": "concat"},
    "concat scaled": {"scoreMode": "concat", "useScale": True},
    "with dropout": {"dropout": 0.4, "useScale": True},
}
FLAT = ["flatten", {}]


def table(features, mask):
    return ["embedding", {"inputDim": V, "outputDim": features, "maskZero": mask}]


def some_values(name):
    """Ids of S steps: all there, hidden in front and behind, and in one row all hidden."""
    return masked_ids(name, steps=S)


def hidden(name, ids, features):
    """Floats with a number all over where ids are 0."""
    x = floats(name, B, ids.shape[1], features)
    x[ids == 0] = 0.5
    return x


def drawn(name, spec, x, **more):
    """A case of which the gradients of single numbers are no small remainders of large sums; drawn again where they are."""
    made = case(name, spec, x, **more)
    shapes = [(one["shape"], one["data"]) for one in made.get("gradients", [])]
    numbers = [np.frombuffer(base64.b64decode(data), "<f4")[0] for shape, data in shapes if not shape]
    return made if all(abs(number) > 0.01 for number in numbers) else drawn(f"{name}, again", spec, x, **more)


def attention():
    cases = []
    for label, options in OPTIONS.items():
        layer = ["attention", options]
        query, value, key = ([kind, {"shape": shape}, []] for kind, shape in [("input", [T, I]), ("input", [S, I]), ("input", [S, I])])
        wide = ["input", {"shape": [S, F]}, []]

        def data(name, *shapes):
            return [floats(f"{label} {name} {i}", B, *shape) for i, shape in enumerate(shapes)]

        def add(name, spec, x, **more):
            cases.append(drawn(f"{label} {name}", spec, x, **more))

        two = [query, value, [*layer, [0, 1]]]
        add("of two, out", two, data("out", (T, I), (S, I)))
        add("of two", [*two, [*FLAT, [2]]], data("two", (T, I), (S, I)), sample_weight=True)
        three = [query, wide, key, [*layer, [0, 1, 2]], [*FLAT, [3]]]
        add("of three", three, data("three", (T, I), (S, F), (S, I)))
        dense = [query, ["dense", {"units": 4, "activation": "tanh"}, [0]], [*layer, [1, 1]], [*FLAT, [2]]]
        add("of itself", dense, floats(f"{label} itself", B, T, I))
        thrice = [query, ["dense", {"units": 4}, [0]], [*layer, [1, 1, 1]], [*FLAT, [2]]]
        add("of itself thrice", thrice, floats(f"{label} thrice", B, T, I), scale=0.5)
        masks(label, layer, add)
    write("attention", cases)


def masks(label, layer, add):
    """Both, either and neither masked; what goes on shows behind a cell, what is 0 by itself."""
    ids = [["input", {"shape": [T]}, []], ["input", {"shape": [S]}, []]]
    ends = {"": ["lstm", {"units": 3}, [4]], " seen": [*FLAT, [4]]}
    for which, (q, v) in {"both": (True, True), "queries": (True, False), "values": (False, True)}.items():
        for end, after in ends.items():
            name = f"{which} masked{end}"
            x = [masked_ids(f"{label} {name}"), some_values(f"{label} {name} values")[::-1].copy()]
            add(name, [*ids, [*table(3, q), [0]], [*table(3, v), [1]], [*layer, [2, 3]], after], x)
    # The key's mask counts for nothing.
    numbers = [["input", {"shape": [T, I]}, []], ["input", {"shape": [S, F]}, []], ["input", {"shape": [S, I]}, []]]
    masking = ["masking", {"maskValue": 0.5}]
    for which, places in {"all inputs": (3, 4, 5), "the key": (0, 1, 5), "the value": (0, 4, 2), "the query": (3, 1, 2)}.items():
        name = f"{which} hidden"
        full = f"{label} {name}"
        x = [hidden(full, masked_ids(full), I)]
        x += [hidden(f"{full} {i}", some_values(f"{full} {i}"), width) for i, width in enumerate((F, I))]
        kept = [i for i in range(3) if 3 + i in places]
        spec = [*numbers, *([*masking, [i]] for i in kept)]
        at = [i if i < 3 else 3 + kept.index(i - 3) for i in places]
        spec += [[*layer, at], ["gru", {"units": 3}, [len(spec)]]]
        add(name, spec, x)
    own = [["input", {"shape": [T]}, []], [*table(4, True), [0]], [*layer, [1, 1]], ["globalAveragePooling1D", {}, [2]]]
    rows = masked_ids(f"{label} own")
    rows[4, 2] = 3
    add("of itself, masked", own, rows)


if __name__ == "__main__":
    attention()
