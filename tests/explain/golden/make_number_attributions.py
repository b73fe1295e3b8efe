"""Attributions of rows of numbers and of several inputs, to check ours against: python make_number_attributions.py (PyTorch 2.13, NumPy 2.4)

Integrated gradients by one rule of Gauss and Legendre of 256 points on float64 automatic differentiation of the cells in
explained.py; occlusion and the memory along its gradient as in make_explanations.py, whose generator of a case's name draws
the weights (float32, as models hold them) and the rows.
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from explained import Model
from make_explanations import LINEAR, MEAN, OLD, SIGMOID, SOFTMAX, STEPS, WORDS, both, encode, generator, grad, gru, lstm, memory, objective, rnn, without

POINTS = 256
SERIES = ["input", {"shape": [5, 2]}]
MASKING = ["masking", {}]

#: Name; branches, each the layers of one input; the last layer, above all of them; what of the output F is, its target.
CASES = [
    ("steps, lstm", [[SERIES, lstm()]], SIGMOID, "logOdds", 1),
    ("steps, rnn, amounts", [[SERIES, rnn()]], LINEAR, "output", 1),
    ("steps, gru of 2014 backwards", [[SERIES, gru(goBackwards=True, **OLD)]], SOFTMAX, "logOdds", 2),
    ("steps, both gru, mean", [[SERIES, both(gru(**STEPS)), MEAN]], SOFTMAX, "logOdds", 0),
    ("steps that Masking hides, gru", [[SERIES, MASKING, gru()]], SIGMOID, "logOdds", 0),
    ("steps that Masking hides, both lstm", [[SERIES, MASKING, both(lstm())]], SIGMOID, "probability", 1),
    ("one vector", [[["input", {"shape": [4]}]]], SIGMOID, "probability", 1),
    ("words, steps and a vector", [[WORDS, lstm()], [SERIES, gru(3)], [["input", {"shape": [3]}]]], SOFTMAX, "logOdds", 1),
    ("words twice", [[WORDS, lstm(3)], [WORDS, rnn(2)]], SIGMOID, "logOdds", 1),
]
ROWS = {0: [0, 0, 4, 9, 2, 7, 5], 1: [3, 7, 1, 11, 5, 3, 0]}


class Branch:
    """The layers of one input, its row, and the straight way from what stands for nothing to the row."""

    def __init__(self, spec, rng, place):
        kind, options = spec[0]
        self.words = kind == "embedding"
        self.vector = kind == "input" and len(options["shape"]) == 1
        self.model = None if self.vector else Model(spec, rng)
        self.weights = [] if self.vector else self.model.tensors(gradients=True)
        if self.words:
            self.row = ROWS[place]
            self.end = self.weights[0][torch.tensor(self.row)].detach()
            self.start = self.weights[0][0].detach().expand(len(self.row), -1)
            return
        self.row = rng.normal(size=options["shape"]).astype("float32").astype("float64")
        if ["masking", {}] in spec:
            self.row[[0, 3]] = 0
        self.row = self.row.tolist()
        self.end = torch.tensor(self.row)
        self.start = torch.zeros_like(self.end)

    def __call__(self, given=None, row=None):
        row = self.row if row is None else row
        if not self.vector:
            return self.model(row, self.weights, given)
        return torch.tensor(row) if given is None else given

    def hidden(self):
        """Places that are no words, or that Masking hides."""
        if self.words:
            return [word == 0 for word in self.row]
        masking = not self.vector and any(layer[0] == "masking" for layer in self.model.layers)
        return [masking and all(v == 0 for v in step) for step in ([self.row] if self.vector else self.row)]

    def occluded(self):
        places = [t for t, hidden in enumerate(self.hidden()) if not hidden]
        if self.words:
            return [without(self.row, t) for t in places]
        if self.vector:
            return [[0.0] * len(self.row)]
        return [[[0.0] * len(step) if place == t else step for place, step in enumerate(self.row)] for t in places]


def graph(specs, head):
    """One list of [layer, options, places], as the tests build it."""
    nodes, ends = [], []
    for spec in specs:
        if spec[0][0] == "embedding":
            nodes.append(["input", {"shape": [spec[0][1]["inputLength"]]}, []])
        for kind, options in spec:
            nodes.append([kind, options, [] if kind == "input" else [len(nodes) - 1]])
        ends.append(len(nodes) - 1)
    if len(ends) > 1:
        nodes.append(["concatenate", {}, ends])
    return [*nodes, [*head, [len(nodes) - 1]]]


def case(name, specs, head, kind, target):
    rng = generator(name)
    branches = [Branch(spec, rng, place) for place, spec in enumerate(specs)]
    width = sum(len(branch()) for branch in branches)
    last = Model([["input", {"shape": [None, width]}], head], rng)
    above = last.tensors()

    def value(given):
        """F of outputs of the branches."""
        return objective(kind, target, last(None, above, torch.cat(given)))

    run = lambda at: [branch(branch.start + at * (branch.end - branch.start)) for branch in branches]
    integrated = [torch.zeros_like(branch.end) for branch in branches]
    nodes, shares = np.polynomial.legendre.leggauss(POINTS)
    for node, share in zip((nodes + 1) / 2, shares / 2):
        given = [(b.start + node * (b.end - b.start)).requires_grad_() for b in branches]
        slopes = torch.autograd.grad(value([b(g) for b, g in zip(branches, given)]), given)
        integrated = [total + share * slope * (b.end - b.start) for total, slope, b in zip(integrated, slopes, branches)]
    whole, start = value(run(1)).item(), value(run(0)).item()
    residual = abs(sum(each.sum().item() for each in integrated) - (whole - start))
    assert residual < 1e-12, residual
    inputs = []
    for place, branch in enumerate(branches):
        others = [b() for b in branches]
        gone = []
        for row in branch.occluded():
            others[place] = branch(row=row)
            gone.append(whole - value(others).item())
        seen = [t for t, hidden in enumerate(branch.hidden()) if not hidden]
        own = integrated[place][None] if branch.vector else integrated[place]
        inputs.append({"row": branch.row, "places": seen, "integrated": encode(own[seen].detach()), "occlusion": encode(gone)})
    parts = along(branches, value)
    drawn = by_depth(branches) + last.weights
    return {
        "name": name,
        "model": graph(specs, head),
        "weights": base64.b64encode(np.concatenate([w.ravel() for w in drawn]).astype("<f4").tobytes()).decode(),
        "of": [kind, target],
        "value": whole,
        "baseline": start,
        "inputs": inputs,
        "memory": parts,
    }


def by_depth(branches):
    """Weights as a graph has them: layers farthest from the end first, of several branches in turn."""
    levels = {}
    for branch in branches:
        left = list(branch.model.weights) if branch.model else []
        layers = branch.model.layers if branch.model else []
        for depth, (*_, count) in zip(range(len(layers), 0, -1), layers):
            levels.setdefault(depth, []).extend(left[:count])
            left = left[count:]
    return [w for depth in sorted(levels, reverse=True) for w in levels[depth]]


def along(branches, value):
    """What each step left in the memory of the last cell that reads first to last, along its gradient."""
    with_cells = [b for b in branches if b.model and b.model.cells]
    if not with_cells:
        return None
    branch = with_cells[-1]
    cell = [cells for _, _, cells, _ in branch.model.layers if cells][-1][0]
    value([b() for b in branches]).backward()
    parts = memory(cell)
    if parts is None:
        return None
    real = [step for step in cell.steps if not step["masked"]]
    left, held = np.zeros(len(branch.row)), np.zeros(len(branch.row))
    for step, contribution, share in zip(cell.steps, parts["contributions"], parts["shares"]):
        left[step["t"]] = contribution @ grad(real[-1]["c"]).numpy()
        held[step["t"]] = share
    return {"input": branches.index(branch), "along": encode(left), "held": encode(held)}


if __name__ == "__main__":
    made = [case(*each) for each in CASES]
    for each in made:
        print(each["name"], each["value"], each["baseline"])
    lines = ",\n".join(json.dumps(one, separators=(",", ":"), allow_nan=False) for one in made)
    head = json.dumps({"torch": torch.__version__, "numpy": np.__version__})[:-1]
    out = Path(__file__).parent / "number-attributions.json"
    out.write_text(f'{head}, "cases": [\n{lines}\n]}}\n')
    print(f"{len(made)} cases, {out.stat().st_size / 1024:.0f} KB")
