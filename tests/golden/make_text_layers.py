"""The layers around the recurrent ones: pooling, merging and the rest. Outputs and gradients as in make_layers.py."""

import golden  # first: it sets the environment
import numpy as np
from golden import write
from make_layers import B, I, T, V, case, floats, masked_ids

SEQUENCE = [["input", {"shape": [T, I]}]]
MASKED = [["embedding", {"inputDim": V, "outputDim": 4, "maskZero": True}]]
#: Masked, and of a known number of steps.
FIXED = [["input", {"shape": [T]}], *MASKED]
OUT = ["dense", {"units": 2, "activation": "sigmoid"}]
FLAT = ["flatten", {}]


def some_steps(name, **sizes):
    """As `masked_ids`, but no row is padding throughout."""
    ids = masked_ids(name, **sizes)
    ids[4, 3] = 5
    return ids


def rounded(name, *shape):
    """Floats of which many are alike."""
    return np.round(floats(name, *shape))


def pooling():
    cases = []

    def add(name, layers, x=None, before=SEQUENCE):
        cases.append(case(name, before + layers, floats(name, B, T, I) if x is None else x))

    for kind in ["globalMaxPooling1D", "globalAveragePooling1D"]:
        add(kind, [[kind, {}]])
        add(f"{kind} kept", [[kind, {"keepdims": True}], FLAT, OUT])
        add(f"{kind} kept out", [[kind, {"keepdims": True}]])
        add(f"{kind} of equals", [[kind, {}]], rounded(kind, B, T, I))
        add(f"{kind} of masked steps", [[kind, {}], OUT], some_steps(kind), MASKED)
        rnn = ["lstm", {"units": 3, "returnSequences": True}]
        add(f"{kind} of a masked lstm", [rnn, [kind, {}], OUT], some_steps(kind + "lstm"), MASKED)
        add(f"{kind} of dense steps", [["dense", {"units": 4, "activation": "relu"}], [kind, {}], OUT])
    windows = {
        "": {"poolSize": 2},
        " of three": {"poolSize": 3},
        " overlapping": {"poolSize": 3, "strides": 1},
        " apart": {"poolSize": 2, "strides": 3},
        " same": {"poolSize": 2, "padding": "same"},
        " same of four": {"poolSize": 4, "strides": 1, "padding": "same"},
        " same apart": {"poolSize": 3, "strides": 2, "padding": "same"},
        " of all": {"poolSize": T},
    }
    for kind in ["maxPooling1D", "averagePooling1D"]:
        for label, options in windows.items():
            add(kind + label, [[kind, options], FLAT], rounded(kind + label, B, T, I))
        add(f"{kind} out", [[kind, {"poolSize": 2}]])
        add(f"{kind} drops the mask", [[kind, {"poolSize": 2}], ["gru", {"units": 3}], OUT], some_steps(kind), MASKED)
    write("pooling", cases)


def merging():
    cases = []

    def graph(name, parts, x, **more):
        cases.append(case(name, parts, x, **more))

    def two(shape=(T, I), other=None):
        return [["input", {"shape": list(shape)}, []], ["input", {"shape": list(other or shape)}, []]]

    def pair(name, shape=(T, I), other=None):
        return [floats(name + " 0", B, *shape), floats(name + " 1", B, *(other or shape))]

    kinds = ["add", "subtract", "multiply", "average", "maximum", "minimum"]
    flat = ["flatten", {}, [-1]]

    def last(parts):
        """Fills in the place of the layer before for every −1."""
        return [[k, o, [i - 1 if p == -1 else p for p in places]] for i, (k, o, places) in enumerate(parts)]

    for kind in kinds:
        graph(f"{kind} rows", last(two((I,)) + [[kind, {}, [0, 1]]]), pair(kind, (I,)))
        graph(f"{kind} sequences", last(two() + [[kind, {}, [0, 1]], flat]), pair(kind + " steps"))
        graph(f"{kind} out", last(two() + [[kind, {}, [0, 1]]]), pair(kind + " out"))
        wide = {"one feature": ((T, I), (T, 1)), "one step": ((1, I), (T, I)), "a row and steps": ((I,), (T, I))}
        wide |= {"one number": ((I,), (1,)), "one step of one feature": ((T, I), (1, 1))}
        for label, shapes in wide.items():
            name = f"{kind} {label}"
            graph(name, last(two(*shapes) + [[kind, {}, [0, 1]]] + ([flat] if len(shapes[1]) > 1 else [])), pair(name, *shapes))
        if kind != "subtract":
            three = two() + [["input", {"shape": [T, I]}, []], [kind, {}, [0, 1, 2]], flat]
            graph(f"{kind} three", last(three), pair(kind) + [floats(kind, B, T, I)])
            graph(f"{kind} of one twice", last(two()[:1] + [["dense", {"units": 2}, [0]], [kind, {}, [1, 1, 1]], flat]), floats(kind, B, T, I), scale=0.5)
        graph(f"{kind} of equals", last(two() + [[kind, {}, [0, 1]], flat]), [rounded(kind + str(i), B, T, I) for i in (0, 1)])
    masked(graph, last, kinds)
    graph("concatenate rows", last(two((I,), (4,)) + [["concatenate", {}, [0, 1]]]), pair("rows", (I,), (4,)))
    for label, axis, other in [("features", -1, (T, 4)), ("features by 2", 2, (T, 4)), ("steps", 1, (3, I)), ("steps by -2", -2, (3, I))]:
        parts = two((T, I), other) + [["concatenate", {"axis": axis}, [0, 1]]]
        graph(f"concatenate {label} out", parts, pair(label, (T, I), other))
        graph(f"concatenate {label}", last(parts + [["gru", {"units": 4}, [-1]]]), pair(label, (T, I), other))
    write("merging", cases)


def masked(graph, last, kinds):
    """Merged sequences of which both, the first or the second have a mask; what the mask did shows behind a cell."""
    table = ["embedding", {"inputDim": V, "outputDim": 3, "maskZero": True}]
    plain = ["embedding", {"inputDim": V, "outputDim": 3}]
    start = [["input", {"shape": [T]}, []], ["input", {"shape": [T]}, []]]
    flat = ["flatten", {}, [-1]]
    ends = {"": [["lstm", {"units": 3}, [-1]]], " seen": [flat]}
    steps = {"both": (table, table), "first": (table, plain), "second": (plain, table)}
    for kind in kinds:
        for label, tables in steps.items():
            for end, layers in ends.items():
                name = f"{kind} masked {label}{end}"
                ids = [masked_ids(name), masked_ids(name + " other")[::-1].copy()]
                merged = [[*tables[0], [0]], [*tables[1], [1]], [kind, {}, [2, 3]]]
                graph(name, last(start + merged + layers), ids)
        if kind in ("maximum", "multiply", "minimum"):
            three = [*start, start[0], [*table, [0]], [*plain, [1]], [*table, [2]], [kind, {}, [3, 4, 5]]]
            ids = [masked_ids(kind + str(i))[::step].copy() for i, step in enumerate((1, -1, 1))]
            graph(f"{kind} masked two of three", last(three + [flat]), ids)
    # Vectors instead of ids: the operations that join masks move an Embedding in Keras's order of layers.
    start = [["input", {"shape": [T, I]}, []], ["input", {"shape": [T, I]}, []]]
    hidden = ["masking", {"maskValue": 0.5}]
    for axis in (-1, 1):
        for label, places in {"both": (2, 3), "first": (2, 1), "second": (0, 3)}.items():
            name = f"concatenate along {axis} masked {label}"
            x = [floats(name + str(i), B, T, I) for i in (0, 1)]
            for i, one in enumerate(x):
                one[masked_ids(name + str(i))[:: 1 - 2 * i] == 0] = 0.5
            merged = [[*hidden, [0]], [*hidden, [1]], ["concatenate", {"axis": axis}, list(places)]]
            unused = {2, 3} - set(places)
            parts = last(start + merged + ends[""])
            graph(name, without(parts, unused), x)


def without(parts, unused):
    """A graph without some of its entries."""
    kept = [i for i in range(len(parts)) if i not in unused]
    return [[parts[i][0], parts[i][1], [kept.index(place) for place in parts[i][2]]] for i in kept]


def masking():
    """The value that hides a step is not 0, so that what takes its place shows."""
    cases = []

    def hidden(name, value, rows=B):
        x = floats(name, rows, T, I)
        x[masked_ids(name) == 0] = value
        x[0, 2, :2] = value
        return x

    for value in (0.0, -1.5):
        layer = ["masking", {"maskValue": value}]
        name = f"masking {value}"
        cases.append(case(f"{name} out", SEQUENCE + [layer], hidden(name, value)))
        cases.append(case(name, SEQUENCE + [layer, FLAT], hidden(name, value)))
        for kind in ["lstm", "gru", "simpleRNN"]:
            spec = SEQUENCE + [layer, ["dense", {"units": 3}], [kind, {"units": 3}]]
            cases.append(case(f"{name} before {kind}", spec, hidden(name + kind, value)))
    write("masking", cases)


def bidirectional():
    """Every way of merging, every cell, masked or not, sequences or the last output, followed by what heeds the mask."""
    cases = []

    def both(name, inner, modes, x=None, before=SEQUENCE, after=(), **more):
        for mode in modes:
            spec = before + [["bidirectional", {"layer": inner, "mergeMode": mode, **more}], *after]
            data = floats(name, B, T, I) if x is None else x
            cases.append(case(f"{name} {mode}", spec, data, sample_weight=x is not None))

    modes = ["concat", "sum", "mul", "ave"]
    for kind in ["lstm", "gru", "simpleRNN"]:
        few = modes if kind == "lstm" else ["concat", "mul"]
        last, steps = [kind, {"units": 3}], [kind, {"units": 3, "returnSequences": True}]
        both(f"bidirectional {kind}", last, few)
        both(f"bidirectional {kind} steps", steps, few, after=[FLAT])
        both(f"bidirectional {kind} masked", last, few, masked_ids(kind), MASKED, [OUT])
        both(f"bidirectional {kind} masked steps seen", steps, few, masked_ids(kind), FIXED, [FLAT])
        both(f"bidirectional {kind} masked steps", steps, few, masked_ids(kind), MASKED, [["gru", {"units": 2}]])
        both(f"bidirectional {kind} out", steps, ["concat"], masked_ids(kind), MASKED)
    twice = ["bidirectional", {"layer": ["lstm", {"units": 2}]}]
    both("bidirectional on bidirectional", ["gru", {"units": 3, "returnSequences": True}], ["concat"], after=[twice])
    pool = ["globalMaxPooling1D", {}]
    masked = {"x": masked_ids("bidirectional pool"), "before": MASKED}
    both("bidirectional pooled", ["lstm", {"units": 3, "returnSequences": True}], ["concat"], after=[pool, OUT], **masked)
    other = ["gru", {"units": 2, "goBackwards": True, "resetAfter": False}]
    both("bidirectional of two kinds", ["lstm", {"units": 3}], ["concat"], backwardLayer=other)
    other = ["lstm", {"units": 3, "goBackwards": True, "useBias": False, "returnSequences": True}]
    inner = ["simpleRNN", {"units": 3, "returnSequences": True}]
    both("bidirectional of two kinds of steps", inner, ["sum"], backwardLayer=other, after=[FLAT])
    forward = ["gru", {"units": 3, "goBackwards": True, "returnSequences": True}]
    backward = ["gru", {"units": 3, "returnSequences": True}]
    both("bidirectional, the other way round", forward, ["concat"], backwardLayer=backward, after=[FLAT])
    options = {"units": 3, "useBias": False, "activation": "relu", "recurrentActivation": "hardSigmoid"}
    both("bidirectional with options", ["lstm", options], ["concat"])
    cases += zeroed()
    write("bidirectional", cases)


def zeroed():
    """The option by which hidden steps put out zeros, on a layer by itself."""
    cases = []
    for kind in ["lstm", "gru", "simpleRNN"]:
        for way in (False, True):
            for steps in (False, True):
                options = {"units": 3, "zeroOutputForMask": True, "goBackwards": way, "returnSequences": steps}
                name = f"{kind} zeroed{' backwards' * way}{' steps' * steps}"
                end = [FLAT] if steps else [OUT]
                cases.append(case(name, (FIXED if steps else MASKED) + [[kind, options], *end], masked_ids(name)))
    return cases


if __name__ == "__main__":
    pooling()
    merging()
    masking()
    bidirectional()
