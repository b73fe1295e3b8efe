"""Layers that move values or bend them one by one. Outputs and gradients as in make_layers.py."""

import golden  # first: it sets the environment
from golden import write
from make_layers import B, I, T, V, case, floats, masked_ids

SEQUENCE = [["input", {"shape": [T, I]}]]
ROWS = [["input", {"shape": [I]}]]
#: Masked, and of a known number of steps.
MASKED = [["input", {"shape": [T]}], ["embedding", {"inputDim": V, "outputDim": 4, "maskZero": True}]]
OUT = ["dense", {"units": 2, "activation": "sigmoid"}]
FLAT = ["flatten", {}]
GRU = ["gru", {"units": 3}]


def shaping():
    cases = []

    def add(name, layers, before=SEQUENCE, x=None):
        shape = before[0][1]["shape"]
        cases.append(case(name, before + layers, floats(name, B, *shape) if x is None else x))

    add("repeatVector", [["repeatVector", {"n": 4}], GRU], ROWS)
    add("repeatVector out", [["repeatVector", {"n": 4}]], ROWS)
    add("repeatVector once", [["repeatVector", {"n": 1}], FLAT], ROWS)
    encoder = ["lstm", {"units": 3}]
    add("repeatVector of an encoder", [encoder, ["repeatVector", {"n": 2}], GRU, OUT], MASKED, masked_ids("encoder"))

    for label, shape in {"rows": [T * I], "left": [-1], "steps": [I, T], "left steps": [-1, T], "left features": [I, -1]}.items():
        end = [GRU] if len(shape) == 2 else [OUT]
        add(f"reshape {label}", [["reshape", {"targetShape": shape}], *end])
        add(f"reshape {label} out", [["reshape", {"targetShape": shape}]])
    add("reshape rows to steps", [["reshape", {"targetShape": [3, 2]}], GRU], [["input", {"shape": [6]}]])
    add("reshape rows to rows", [["reshape", {"targetShape": [-1]}], OUT], ROWS)
    add("reshape drops the mask", [["reshape", {"targetShape": [T, 4]}], GRU], MASKED, masked_ids("reshape"))

    add("permute", [["permute", {"dims": [2, 1]}], GRU])
    add("permute out", [["permute", {"dims": [2, 1]}]])
    add("permute flat", [["permute", {"dims": [2, 1]}], FLAT, OUT])
    add("permute as it was", [["permute", {"dims": [1, 2]}], GRU])
    add("permute rows", [["permute", {"dims": [1]}], OUT], ROWS)
    add("permute drops the mask", [["permute", {"dims": [1, 2]}], GRU], MASKED, masked_ids("permute"))

    for label, padding in {"one": 1, "none": 0, "before": [2, 0], "behind": [0, 3], "both": [1, 2]}.items():
        add(f"zeroPadding1D {label}", [["zeroPadding1D", {"padding": padding}], GRU])
        add(f"zeroPadding1D {label} out", [["zeroPadding1D", {"padding": padding}]])
    add("zeroPadding1D drops the mask", [["zeroPadding1D", {}], GRU], MASKED, masked_ids("padding"))

    add("spatialDropout1D at inference", [["spatialDropout1D", {"rate": 0.4}], GRU])
    add("spatialDropout1D keeps the mask", [["spatialDropout1D", {"rate": 0.4}], GRU], MASKED, masked_ids("spatial"))
    write("shaping", cases)


def time_distributed():
    cases = []

    def add(name, inner, after=(FLAT,), before=SEQUENCE, x=None, **more):
        name = f"timeDistributed {name}"
        shape = before[0][1]["shape"]
        spec = before + [["timeDistributed", {"layer": inner}], *after]
        cases.append(case(name, spec, floats(name, B, *shape) if x is None else x, **more))

    add("dense out", ["dense", {"units": 4, "activation": "tanh"}], [])
    add("dense", ["dense", {"units": 4, "activation": "tanh"}])
    add("dense without bias", ["dense", {"units": 4, "useBias": False}])
    add("dense, gelu", ["dense", {"units": 4, "activation": "gelu"}])
    add("dense, softmax", ["dense", {"units": 4, "activation": "softmax"}])
    add("activation", ["activation", {"activation": "softplus"}])
    add("dropout at inference", ["dropout", {"rate": 0.5}])
    add("flatten", ["flatten", {}])
    add("of itself in steps of rows", ["reshape", {"targetShape": [-1]}])
    add("prelu", ["prelu", {}])
    dense = ["dense", {"units": 4, "activation": "sigmoid"}]
    add("dense, masked", dense, [GRU], MASKED, masked_ids("td"), sample_weight=True)
    rnn = ["lstm", {"units": 3, "returnSequences": True}]
    spec = MASKED + [rnn, ["timeDistributed", {"layer": dense}], ["globalAveragePooling1D", {}], OUT]
    ids = masked_ids("td lstm")
    ids[4, 2] = 3
    cases.append(case("timeDistributed dense on a masked lstm", spec, ids))
    write("time_distributed", cases)


def activation_layers():
    cases = []

    def add(kind, label, options, before=SEQUENCE, after=(FLAT,), **more):
        name = f"{kind} {label}"
        spec = before + [[kind, options], *after]
        # Spread wide enough to reach every part.
        cases.append(case(name, spec, 3 * floats(name, B, *before[0][1]["shape"]), **more))

    kinds = {
        "relu": {
            "": {},
            "at most": {"maxValue": 1.5},
            "at most six": {"maxValue": 6.0},
            "leaking": {"negativeSlope": 0.25},
            "from": {"threshold": 0.5},
            "all": {"maxValue": 2.5, "negativeSlope": 0.1, "threshold": 1.0},
            "leaking, at most": {"maxValue": 2.0, "negativeSlope": 0.1},
            "from, at most": {"maxValue": 2.0, "threshold": 0.75},
        },
        "leakyReLU": {"": {}, "steep": {"negativeSlope": 0.6}, "flat": {"negativeSlope": 0.0}},
        "elu": {"": {}, "deep": {"alpha": 2.5}, "shallow": {"alpha": 0.3}},
        "softmax": {"": {}, "by 2": {"axis": 2}, "over steps": {"axis": 1}, "over steps by -2": {"axis": -2}},
        "prelu": {
            "": {},
            "shared over steps": {"sharedAxes": [1]},
            "shared over features": {"sharedAxes": [2]},
            "shared": {"sharedAxes": [1, 2]},
        },
    }
    for kind, sets in kinds.items():
        for label, options in sets.items():
            add(kind, label, options)
            add(kind, f"{label} out", options, after=())
        add(kind, "rows", {}, ROWS, [OUT])
        if kind != "softmax":
            spec = MASKED + [[kind, {}], GRU]
            cases.append(case(f"{kind} masked", spec, masked_ids(kind)))
    add("prelu", "rows shared", {"sharedAxes": [1]}, ROWS, [OUT])
    steps = [["input", {"shape": [None, I]}]]
    name = "prelu of any number of steps"
    cases.append(case(name, steps + [["prelu", {"sharedAxes": [1]}], GRU], floats(name, B, T, I)))
    # Attention: a weight for every step, from the steps themselves.
    parts = [
        ["input", {"shape": [T, I]}, []],
        ["dense", {"units": 1, "activation": "tanh"}, [0]],
        ["softmax", {"axis": 1}, [1]],
        ["multiply", {}, [0, 2]],
        ["globalAveragePooling1D", {}, [3]],
    ]
    cases.append(case("softmax as attention", parts, floats("attention", B, T, I)))
    write("activation_layers", cases)


if __name__ == "__main__":
    shaping()
    time_distributed()
    activation_layers()
