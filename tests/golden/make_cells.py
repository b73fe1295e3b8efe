"""RNN of one cell and of several. Outputs and gradients as in make_layers.py."""

import golden  # first: it sets the environment
from golden import write
from make_layers import B, I, T, V, case, floats, masked_ids

SEQUENCE = [["input", {"shape": [T, I]}]]
MASKED = [["input", {"shape": [T]}], ["embedding", {"inputDim": V, "outputDim": 4, "maskZero": True}]]
FLAT = ["flatten", {}]
OUT = ["dense", {"units": 2, "activation": "sigmoid"}]

LSTM, GRU, RNN = (["lstmCell", {"units": 3}], ["gruCell", {"units": 2}], ["simpleRNNCell", {"units": 4}])
STACKS = {
    "an lstm": LSTM,
    "a gru": ["gruCell", {"units": 3, "resetAfter": False}],
    "a simple rnn": ["simpleRNNCell", {"units": 3, "useBias": False}],
    "two": ["stackedRNNCells", {"cells": [LSTM, GRU]}],
    "three": ["stackedRNNCells", {"cells": [RNN, LSTM, LSTM]}],
    "one in a stack": ["stackedRNNCells", {"cells": [GRU]}],
}


def cells():
    cases = []
    for label, cell in STACKS.items():
        for way in (False, True):
            for steps in (False, True):
                options = {"cell": cell, "goBackwards": way, "returnSequences": steps}
                name = f"rnn of {label}{' backwards' * way}{' steps' * steps}"
                end = [FLAT] if steps else []
                cases.append(case(name, SEQUENCE + [["rnn", options], *end], floats(name, B, T, I)))
                # Keras on TensorFlow cannot carry the states of a stack through hidden steps.
                if cell[0] == "stackedRNNCells":
                    continue
                cases.append(case(f"{name} masked", MASKED + [["rnn", options], *(end or [OUT])], masked_ids(name)))
                zeroed = {**options, "zeroOutputForMask": True}
                cases.append(case(f"{name} zeroed", MASKED + [["rnn", zeroed], *(end or [OUT])], masked_ids(name)))
                if steps:
                    after = [["rnn", options], ["gru", {"units": 2}], OUT]
                    cases.append(case(f"{name} masked, then a gru", MASKED + after, masked_ids(name)))
    write("cells", cases)


if __name__ == "__main__":
    cells()
