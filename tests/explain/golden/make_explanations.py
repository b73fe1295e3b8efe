"""Every figure of explain by other means, to check ours against: python make_explanations.py (PyTorch 2.13, NumPy 2.4)

Gates, states, gradients by path, Jacobians, attributions, gradients of weights: float64 automatic differentiation of the
cells in explained.py. Singular values, principal components and the quadrature's nodes: NumPy. Weights are float32, as
models hold them; every random number comes from a generator seeded by a case's name.
"""

import base64
import json
import zlib
from pathlib import Path

import numpy as np
import torch
from explained import Model

V, F, T = 12, 3, 7
ROW = [3, 7, 1, 11, 5, 3, 9]
PRE, POST, INSIDE = [0, 0, 4, 9, 2, 7, 5], [4, 9, 2, 7, 5, 0, 0], [0, 4, 9, 0, 2, 7, 0]

WORDS = ["embedding", {"inputDim": V, "outputDim": F, "inputLength": T}]
MASKED = ["embedding", {"inputDim": V, "outputDim": F, "inputLength": T, "maskZero": True}]
SIGMOID = ["dense", {"units": 1, "activation": "sigmoid"}]
SOFTMAX = ["dense", {"units": 3, "activation": "softmax"}]
LINEAR = ["dense", {"units": 2}]
HIDDEN = ["dense", {"units": 4, "activation": "tanh"}]
FLAT, LARGEST, MEAN = ["flatten", {}], ["globalMaxPooling1D", {}], ["globalAveragePooling1D", {}]


def rnn(units=4, **options):
    return ["simpleRNN", {"units": units, **options}]


def lstm(units=4, **options):
    return ["lstm", {"units": units, **options}]


def gru(units=4, **options):
    return ["gru", {"units": units, **options}]


def both(layer, mode="concat", **options):
    return ["bidirectional", {"layer": layer, "mergeMode": mode, **options}]


STEPS = {"returnSequences": True}
OLD = {"resetAfter": False}

#: Name, layers, row, what of the output the gradient is of, its target.
CASES = [
    ("rnn", [WORDS, rnn(), SIGMOID], ROW, "loss", 1),
    ("rnn relu", [WORDS, rnn(activation="relu"), SIGMOID], ROW, "loss", 0),
    ("rnn linear, no bias", [WORDS, rnn(activation="linear", useBias=False), LINEAR], ROW, "output", 1),
    ("rnn softsign, elu above", [WORDS, rnn(activation="softsign", **STEPS), rnn(3, activation="elu"), SIGMOID], ROW, "loss", 1),
    ("rnn backwards, flat", [WORDS, rnn(goBackwards=True, **STEPS), FLAT, SOFTMAX], ROW, "logOdds", 2),
    ("lstm", [WORDS, lstm(unitForgetBias=True), SIGMOID], ROW, "loss", 1),
    ("lstm of the other class", [WORDS, lstm(unitForgetBias=False), HIDDEN, SIGMOID], ROW, "probability", 0),
    ("lstm no bias", [WORDS, lstm(useBias=False), SOFTMAX], ROW, "loss", 0),
    ("lstm hard sigmoid, softsign", [WORDS, lstm(recurrentActivation="hardSigmoid", activation="softsign"), SIGMOID], ROW, "loss", 1),
    ("lstm Keras 2's hard sigmoid", [WORDS, lstm(recurrentActivation="hardSigmoid2"), SIGMOID], ROW, "logOdds", 1),
    ("lstm relu", [WORDS, lstm(activation="relu"), SIGMOID], ROW, "loss", 0),
    ("lstm softplus, selu", [WORDS, lstm(activation="softplus", **STEPS), lstm(3, activation="selu"), LINEAR], ROW, "output", 0),
    ("lstm linear", [WORDS, lstm(activation="linear"), SIGMOID], ROW, "loss", 1),
    ("lstm backwards", [WORDS, lstm(goBackwards=True), SIGMOID], ROW, "loss", 1),
    ("lstm steps, largest", [WORDS, lstm(**STEPS), LARGEST, SOFTMAX], ROW, "loss", 1),
    ("lstm steps, mean", [WORDS, lstm(**STEPS), MEAN, SIGMOID], ROW, "loss", 1),
    ("lstm of one unit", [WORDS, lstm(1), SIGMOID], ROW, "loss", 1),
    ("lstm masked in front", [MASKED, lstm(), SIGMOID], PRE, "loss", 1),
    ("lstm masked behind", [MASKED, lstm(), SIGMOID], POST, "loss", 1),
    ("lstm masked here and there", [MASKED, lstm(goBackwards=True), SOFTMAX], INSIDE, "loss", 2),
    ("lstm masked behind, steps flat", [MASKED, lstm(**STEPS), FLAT, SIGMOID], POST, "loss", 1),
    ("lstm zeroed at masks", [MASKED, lstm(zeroOutputForMask=True, **STEPS), FLAT, SIGMOID], INSIDE, "loss", 1),
    ("gru", [WORDS, gru(), SIGMOID], ROW, "loss", 1),
    ("gru of 2014", [WORDS, gru(**OLD), SIGMOID], ROW, "loss", 1),
    ("gru no bias", [WORDS, gru(useBias=False), LINEAR], ROW, "output", 1),
    ("gru of 2014 no bias", [WORDS, gru(useBias=False, **OLD), SOFTMAX], ROW, "probability", 1),
    ("gru hard sigmoid, softsign", [WORDS, gru(recurrentActivation="hardSigmoid", activation="softsign"), SIGMOID], ROW, "loss", 0),
    ("gru of 2014, elu, steps backwards", [WORDS, gru(activation="elu", goBackwards=True, **STEPS, **OLD), FLAT, SIGMOID], ROW, "loss", 1),
    ("gru masked in front, steps flat", [MASKED, gru(**STEPS), FLAT, SIGMOID], PRE, "loss", 1),
    ("gru of 2014 masked behind, mean", [MASKED, gru(**STEPS, **OLD), MEAN, SIGMOID], POST, "loss", 1),
    ("both lstm", [WORDS, both(lstm()), SIGMOID], ROW, "loss", 1),
    ("both lstm summed", [WORDS, both(lstm(), "sum"), SIGMOID], ROW, "loss", 1),
    ("both gru multiplied", [WORDS, both(gru(), "mul"), SOFTMAX], ROW, "loss", 1),
    ("both gru of 2014, mean of both", [WORDS, both(gru(**OLD), "ave"), SIGMOID], ROW, "loss", 0),
    ("both gru steps, largest", [WORDS, both(gru(**STEPS)), LARGEST, SIGMOID], ROW, "loss", 1),
    ("both rnn steps summed, mean", [WORDS, both(rnn(**STEPS), "sum"), MEAN, SIGMOID], ROW, "loss", 1),
    ("both lstm steps multiplied, flat", [WORDS, both(lstm(**STEPS), "mul"), FLAT, LINEAR], ROW, "output", 0),
    ("both lstm masked behind", [MASKED, both(lstm()), SIGMOID], POST, "loss", 1),
    ("both gru masked in front, averaged steps", [MASKED, both(gru(**STEPS), "ave"), MEAN, SIGMOID], PRE, "loss", 1),
    ("lstm there, gru back", [WORDS, both(lstm(), "sum", backwardLayer=gru(goBackwards=True)), SIGMOID], ROW, "loss", 1),
    ("both lstm, lstm above", [WORDS, both(lstm(3, **STEPS)), lstm(2), SIGMOID], ROW, "loss", 1),
    ("lstm on gru on rnn", [WORDS, rnn(3, **STEPS), gru(4, **STEPS), lstm(2), HIDDEN, SOFTMAX], ROW, "loss", 0),
    ("two lstms masked in front", [MASKED, lstm(4, **STEPS), lstm(3), SIGMOID], PRE, "loss", 1),
    ("convolved words, gru", [WORDS, ["conv1D", {"filters": 4, "kernelSize": 3, "activation": "tanh"}], gru(3), SIGMOID], ROW, "loss", 1),
    ("convolved sequence, lstm", [["input", {"shape": [T, 2]}], ["conv1D", {"filters": 3, "kernelSize": 2, "padding": "same"}], lstm(3), SOFTMAX], None, "loss", 1),
    ("sequence, both gru", [["input", {"shape": [T, 2]}], both(gru(3)), LINEAR], None, "output", 1),
]


def generator(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def encode(array):
    """An array as its shape and the base64 of its little-endian float64."""
    array = np.asarray([a.detach().numpy() if isinstance(a, torch.Tensor) else a for a in array] if isinstance(array, list) else array, dtype="<f8")
    assert np.isfinite(array).all()
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


# ---- the number that gradients are of ---------------------------------------------------------------------


def objective(kind, target, output):
    if kind == "output":
        return output[target]
    p = output[target] if len(output) > 1 else output[0] if target == 1 else 1 - output[0]
    return {"loss": -torch.log(p), "probability": p, "logOdds": torch.log(p) - torch.log1p(-p)}[kind]


# ---- one cell on one row ----------------------------------------------------------------------------------


def trace(cell):
    """[S] steps in processing order; gates of masked ones are zeros, and there are none in a SimpleRNN."""
    zeros = torch.zeros(len(cell.networks), cell.units)
    gates = [torch.stack(list(s["gates"].values())) if not s["masked"] else zeros for s in cell.steps]
    return {
        "times": [s["t"] for s in cell.steps],
        "masked": [s["masked"] for s in cell.steps],
        "x": encode([s["x"] for s in cell.steps]),
        "h": encode([s["h"] for s in cell.steps]),
        **({"c": encode([s["c"] for s in cell.steps])} if cell.kind == "LSTM" else {}),
        **({"gates": encode(gates)} if cell.kind != "SimpleRNN" else {}),
    }


def grad(tensor):
    return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad


def to_memory(cell, step, v):
    """What arrives at a step's memory of a gradient that arrives at its h."""
    if cell.kind != "LSTM":
        return v
    memory = step["c"].detach().requires_grad_()
    gates = {k: g.detach() for k, g in step["gates"].items()}
    return torch.autograd.grad(cell.emit(gates, memory), memory, v)[0]


def along_memory(cell, steps, above):
    """∂/∂memory of Σ above · h where the gates are constants: what comes along the direct path alone."""
    memory, before = [], torch.zeros(cell.units)
    total = torch.zeros(())
    for step, reaching in zip(steps, above):
        gates = {k: g.detach() for k, g in step["gates"].items()}
        parts = cell.keep_and_write(gates)
        before = parts[0] * before + parts[1] if parts else step["c"].detach().clone()
        before = before if before.requires_grad else before.requires_grad_()
        before.retain_grad()
        memory.append(before)
        total = total + reaching @ cell.emit(gates, before)
    total.backward()
    return [grad(m) for m in memory]


def flow(cell):
    """Gradients of the objective that has gone backward, by step and path; masked steps left out."""
    steps, above = [], []
    for step in cell.steps:
        if not step["masked"]:
            steps.append(step)
            above.append(torch.zeros(cell.units))
        if steps:
            above[-1] = above[-1] + grad(step["above"])
    total, dh = [grad(s["c"]) for s in steps], [grad(s["h"]) for s in steps]
    direct = along_memory(cell, steps, above)
    paths = []
    for before, step, reaching in zip(steps, steps[1:], above):
        ways = [grad(step["direct"]), *(to_memory(cell, before, grad(c)) for c in step["copies"].values())]
        paths.append(torch.stack([*ways, to_memory(cell, before, reaching)]))
        torch.testing.assert_close(paths[-1].sum(0), grad(before["c"]), rtol=1e-12, atol=1e-13)
    norms = [[torch.linalg.norm(v) for v in (t, h, d, t - d)] for t, h, d in zip(total, dh, direct)]
    return {
        "total": encode(total),
        "dh": encode(dh),
        "direct": encode(direct),
        "paths": encode(paths),
        "norms": encode(np.array(norms, dtype=float)),
    }


def jacobians(cell):
    """Singular values of each step's Jacobian but the first's, and the largest of the products from the end."""
    steps = [s for s in cell.steps if not s["masked"]]
    state = lambda s: (torch.cat([s["h"], s["c"]]) if cell.kind == "LSTM" else s["h"]).detach()
    by_step = [
        torch.autograd.functional.jacobian(lambda v, now=now: cell.whole_step(now["x"].detach(), v), state(before)).numpy()
        for before, now in zip(steps, steps[1:])
    ]
    whole, products = np.eye(len(state(steps[0]))), []
    for J in reversed(by_step):
        whole = whole @ J
        products.insert(0, np.linalg.svd(whole, compute_uv=False)[0])
    return {"singular": encode([np.linalg.svd(J, compute_uv=False) for J in by_step]), "products": encode(products)}


def memory(cell):
    """What each step wrote that is still there at the end."""
    if cell.kind == "SimpleRNN":
        return None
    left, contributions, kept = np.ones(cell.units), [], []
    for step in reversed(cell.steps):
        keep, write = (1, np.zeros(cell.units)) if step["masked"] else (p.detach().numpy() for p in cell.keep_and_write(step["gates"]))
        contributions.insert(0, left * write)
        kept.insert(0, left)
        left = left * keep
    masses = np.abs(np.array(contributions)).sum(1)
    return {"contributions": np.array(contributions), "kept": np.array(kept), "shares": masses / masses.sum()}


def unrolled(cell, k):
    """The last state as a sum of products over the last k steps, newest first; of a SimpleRNN the state itself."""
    steps = [s for s in cell.steps if not s["masked"]]
    if cell.kind == "SimpleRNN":
        return [steps[-1]["h"]]
    left, terms = torch.ones(cell.units), []
    for step in reversed(steps[-k:]):
        keep, write = cell.keep_and_write(step["gates"])
        terms.append(left * write)
        left = left * keep
    start = steps[-k - 1]["c"] if len(steps) > k else torch.zeros(cell.units)
    return [*terms, left * start]


# ---- a model on one row -----------------------------------------------------------------------------------


def attribution(model, row, kind, target, cell):
    """Integrated gradients, occlusion, and the memory along its gradient."""
    weights = model.tensors()
    table = weights[0]
    value = lambda given: objective(kind, target, model(row, weights, given))
    words, padding = table[torch.tensor(row)], table[0].expand(len(row), -1)
    end, start = value(words).item(), value(padding).item()
    enough = 1e-8 * max(abs(end - start), 1e-3)

    def piece(low, high, points):
        """Shares over a piece of the path, and by how much they miss the change of F over it."""
        nodes, shares = np.polynomial.legendre.leggauss(points)
        total = torch.zeros_like(words)
        for node, share in zip((nodes + 1) / 2, shares / 2):
            given = (padding + (low + (high - low) * node) * (words - padding)).requires_grad_()
            total += (high - low) * share * torch.autograd.grad(value(given), given)[0]
        parts = (total * (words - padding)).sum(1)
        ends = [value(padding + at * (words - padding)).item() for at in (low, high)]
        return abs(parts.sum().item() - (ends[1] - ends[0])), low, high, parts

    # The whole path with more and more points; where none will do, whose number then tells nothing, halves of halves.
    points = 8
    pieces = [piece(0, 1, points)]
    while pieces[0][0] > enough and points < 64:
        points *= 2
        pieces = [piece(0, 1, points)]
    if pieces[0][0] > enough:
        points = None
        for _ in range(400):
            if sum(each[0] for each in pieces) <= enough:
                break
            pieces.sort(key=lambda each: each[0])
            _, low, high, _ = pieces.pop()
            middle = (low + high) / 2
            pieces += [piece(low, middle, 6), piece(middle, high, 6)]
    integrated = sum(each[3] for each in pieces)
    places = [t for t, word in enumerate(row) if word != 0]
    whole = objective(kind, target, model(row, weights)).item()
    gone = [whole - objective(kind, target, model(without(row, t), weights)).item() for t in places]
    out = {"value": whole, "baseline": start, "points": points, "integrated": encode(integrated[places]), "occlusion": encode(gone)}
    objective(kind, target, model(row, weights, words.clone().requires_grad_())).backward()
    parts = memory(cell)
    # Steps of a convolution are no words.
    if not parts or len(cell.steps) != len(row):
        return out
    real = [s for s in cell.steps if not s["masked"]]
    along, held = np.zeros(len(row)), np.zeros(len(row))
    for step, contribution, share in zip(cell.steps, parts["contributions"], parts["shares"]):
        along[step["t"]] = contribution @ grad(real[-1]["c"]).numpy()
        held[step["t"]] = share
    return {**out, "along": encode(along[places]), "held": encode(held[places])}


def without(row, t):
    rest = row[:t] + row[t + 1 :]
    return [*rest, 0] if row[-1] == 0 and row[0] != 0 else [0, *rest]


def embedding(table):
    """Neighbours of one word by cosine, and all words but padding on the plane of the first two components."""
    own, others = table[2], [i for i in range(1, len(table)) if i != 2]
    cosines = np.array([table[i] @ own / np.linalg.norm(table[i]) / np.linalg.norm(own) for i in others])
    order = np.argsort(-cosines)
    rows = table[1:] - table[1:].mean(0)
    _, singular, directions = np.linalg.svd(rows, full_matrices=False)
    directions = directions[:2]
    directions *= np.sign(directions[[0, 1], np.abs(directions).argmax(1)])[:, None]
    return {
        "neighbours": [others[i] for i in order],
        "cosines": encode(cosines[order]),
        "places": encode(rows @ directions.T),
        "explained": encode(singular[:2] ** 2 / (singular**2).sum()),
    }


def weight_gradients(model, row, rng):
    """Of the mean squared distance to a target."""
    weights = model.tensors(gradients=True)
    output = model(row, weights)
    target = rng.uniform(size=len(output)).astype("float32").astype("float64")
    ((output - torch.tensor(target)) ** 2).mean().backward()
    return {"target": target.tolist(), "gradients": encode(np.concatenate([grad(w).numpy().ravel() for w in weights]))}


def default_cell(model):
    """The last recurrent layer; of two that read both ways, the first."""
    layers = [cells for _, _, cells, _ in model.layers if cells]
    return layers[-1][0]


def case(name, spec, row, kind, target):
    rng = generator(name)
    model = Model(spec, rng)
    words = row is not None
    row = row if words else rng.normal(size=spec[0][1]["shape"]).astype("float32").astype("float64").tolist()
    weights = model.tensors(gradients=True)
    output = model(row, weights)
    value = objective(kind, target, output)
    value.backward()
    of = "output" if kind == "output" else "logOdds"
    cells = []
    for cell in model.cells:
        parts = memory(cell)
        cells.append(
            {
                "kind": cell.kind,
                **trace(cell),
                "flow": flow(cell),
                "jacobians": jacobians(cell),
                "memory": parts and {key: encode(values) for key, values in parts.items()},
                "unrolled": encode(unrolled(cell, 3)),
            }
        )
    return {
        "name": name,
        "model": spec,
        "row": row,
        "weights": base64.b64encode(np.concatenate([w.ravel() for w in model.weights]).astype("<f4").tobytes()).decode(),
        "counts": model.counts,
        "of": [kind, target],
        "output": encode(output.detach().numpy()),
        "value": value.item(),
        "cells": cells,
        "fitting": weight_gradients(model, row, rng),
        "attribution": attribution(model, row, of, target, default_cell(model)) if words else None,
        "embedding": embedding(model.weights[0]) if words else None,
    }


if __name__ == "__main__":
    made = []
    for each in CASES:
        try:
            made.append(case(*each))
        except Exception as error:
            raise RuntimeError(each[0]) from error
        print(each[0], made[-1]["value"], made[-1]["attribution"] and made[-1]["attribution"]["points"])
    lines = ",\n".join(json.dumps(one, separators=(",", ":"), allow_nan=False) for one in made)
    head = json.dumps({"torch": torch.__version__, "numpy": np.__version__})[:-1]
    out = Path(__file__).parent / "explanations.json"
    out.write_text(f'{head}, "cases": [\n{lines}\n]}}\n')
    print(f"{len(made)} cases, {out.stat().st_size / 1024:.0f} KB")
