"""BatchNormalization and LayerNormalization. Outputs are those of inference, gradients those of training."""

import golden  # first: it sets the environment
from golden import write
from make_layers import B, I, T, V, case, floats, masked_ids

SEQUENCE = [["input", {"shape": [T, I]}]]
ROWS = [["input", {"shape": [I]}]]
MASKED = [["embedding", {"inputDim": V, "outputDim": 4, "maskZero": True}]]
OUT = ["dense", {"units": 2, "activation": "sigmoid"}]
FLAT = ["flatten", {}]
GRU = ["gru", {"units": 3}]

OPTIONS = {
    "": {},
    "no shift": {"center": False},
    "no scale": {"scale": False},
    "neither": {"center": False, "scale": False},
    "a large epsilon": {"epsilon": 0.3},
}


def normalization():
    cases = []

    def add(name, layers, before=SEQUENCE, x=None, **more):
        shape = before[0][1].get("shape", [])
        cases.append(case(name, before + layers, floats(name, B, *shape) if x is None else x, **more))

    for kind in ["batchNormalization", "layerNormalization"]:
        for label, options in OPTIONS.items():
            add(f"{kind} {label} rows", [["dense", {"units": 4, "useBias": False}], [kind, options], OUT], ROWS)
            add(f"{kind} {label} steps", [[kind, options], FLAT])
        for axis in (2, [-1]) if kind == "layerNormalization" else (2,):
            add(f"{kind} axis {axis}", [[kind, {"axis": axis}], GRU])
        add(f"{kind} rows axis 1", [[kind, {"axis": 1}], OUT], ROWS)
        add(f"{kind} out", [[kind, {}]])
        if kind == "batchNormalization":
            add(f"{kind} of one feature", [["dense", {"units": 1, "useBias": False}], [kind, {"epsilon": 0.5}], FLAT])
        add(f"{kind} frozen", [[kind, {"trainable": False, "scale": False, "center": False}], GRU])
        add(f"{kind} masked", [[kind, {}], GRU], MASKED, masked_ids(kind), sample_weight=True)
        flat = [["input", {"shape": [T]}], *MASKED]
        add(f"{kind} masked, seen", [[kind, {}], FLAT], flat, masked_ids(kind + " seen"))
        cell = ["lstm", {"units": 5, "returnSequences": True}]
        add(f"{kind} between cells", [cell, [kind, {}], GRU, [kind, {}], OUT], MASKED, masked_ids(kind + " cells"))
    wide = [["input", {"shape": [37]}]]
    add("layerNormalization wide", [["layerNormalization", {}], OUT], wide)
    add("batchNormalization wide", [["batchNormalization", {}], OUT], wide)
    write("normalization", cases)


if __name__ == "__main__":
    normalization()
