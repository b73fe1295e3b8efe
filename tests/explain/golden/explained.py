"""Models of recurrent layers in float64, each cell written out by hand, for make_explanations.py.

Every network of a cell (a gate, the candidate) sees a copy of h of its own, and the memory has one beside them, so that
automatic differentiation keeps apart what comes back by each of them. Layouts of weights are Keras's.
"""

import numpy as np
import torch
import torch.nn.functional as nn

torch.set_default_dtype(torch.float64)

ACTIVATIONS = {
    "linear": lambda x: x,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "hardSigmoid": lambda x: torch.clamp(x + 3, 0, 6) / 6,
    "hardSigmoid2": lambda x: torch.clamp(0.2 * x + 0.5, 0, 1),
    "softsign": nn.softsign,
    "softplus": lambda x: torch.log1p(torch.exp(x)),
    "elu": nn.elu,
    "selu": nn.selu,
    "softmax": lambda x: torch.softmax(x, -1),
}

#: Networks in the order of Keras's columns.
NETWORKS = {
    "SimpleRNN": ["candidate"],
    "LSTM": ["input", "forget", "candidate", "output"],
    "GRU": ["update", "reset", "candidate"],
}
KINDS = {"simpleRNN": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


class Cell:
    """One recurrent layer: its step, and what the steps of its last run were."""

    def __init__(self, name, options):
        self.kind = KINDS[name]
        self.units = options["units"]
        self.networks = NETWORKS[self.kind]
        self.use_bias = options.get("useBias", True)
        self.reset_after = self.kind == "GRU" and options.get("resetAfter", True)
        self.phi = ACTIVATIONS[options.get("activation", "tanh")]
        self.sigma = ACTIVATIONS[options.get("recurrentActivation", "sigmoid")]
        self.backwards = options.get("goBackwards", False)
        self.sequences = options.get("returnSequences", False)
        self.zeroed = options.get("zeroOutputForMask", False)

    def shapes(self, inputs):
        width = len(self.networks) * self.units
        bias = [(2, width)] if self.reset_after else [(width,)]
        return [(inputs, width), (self.units, width), *(bias if self.use_bias else [])]

    def take(self, weights):
        """Cuts this layer's weights, and its bias of two rows, into blocks a network."""
        cut = lambda w: dict(zip(self.networks, torch.split(w, self.units, dim=-1)))
        self.W, self.R = cut(weights[0]), cut(weights[1])
        width = len(self.networks) * self.units
        bias = weights[2].reshape(-1, width) if self.use_bias else torch.zeros(2, width)
        self.b = cut(bias[0])
        self.b2 = cut(bias[1]) if self.reset_after else {k: torch.zeros(self.units) for k in self.networks}

    def step(self, x, copies, memory):
        """(gates, carried state); `copies` of h by network, `memory` the one that the direct path carries."""
        seen = lambda k: x @ self.W[k] + copies[k] @ self.R[k] + self.b[k] + self.b2[k]
        if self.kind == "SimpleRNN":
            return {"candidate": self.phi(seen("candidate"))}
        if self.kind == "LSTM":
            gates = {k: (self.phi if k == "candidate" else self.sigma)(seen(k)) for k in self.networks}
            return gates
        z, r = self.sigma(seen("update")), self.sigma(seen("reset"))
        h = copies["candidate"]
        inner = r * (h @ self.R["candidate"] + self.b2["candidate"]) if self.reset_after else (r * h) @ self.R["candidate"]
        fresh = self.phi(x @ self.W["candidate"] + self.b["candidate"] + inner)
        return {"update": z, "reset": r, "candidate": fresh}

    def keep_and_write(self, gates):
        """What the memory keeps and what is written to it; None in a SimpleRNN."""
        if self.kind == "LSTM":
            return gates["forget"], gates["input"] * gates["candidate"]
        return (gates["update"], (1 - gates["update"]) * gates["candidate"]) if self.kind == "GRU" else None

    def carried(self, gates, memory):
        if self.kind == "SimpleRNN":
            return gates["candidate"]
        keep, write = self.keep_and_write(gates)
        return keep * memory + write

    def emit(self, gates, memory):
        return gates["output"] * self.phi(memory) if self.kind == "LSTM" else memory

    def whole_step(self, x, state):
        """state after [h, or h and c] from state before: for Jacobians."""
        h, memory = (state[: self.units], state[self.units :]) if self.kind == "LSTM" else (state, state)
        gates = self.step(x, {k: h for k in self.networks}, memory)
        memory = self.carried(gates, memory)
        return torch.cat([self.emit(gates, memory), memory]) if self.kind == "LSTM" else memory

    def run(self, x, mask):
        """x [T, I] to [T, U], or [U]; keeps every tensor of every step."""
        steps = len(x)
        order = range(steps - 1, -1, -1) if self.backwards else range(steps)
        h = memory = torch.zeros(self.units)
        self.steps, shown = [], []
        for t in order:
            masked = mask is not None and not mask[t]
            if masked:
                self.steps.append({"t": t, "masked": True, "x": x[t], "h": h, "c": memory})
            else:
                copies = {k: kept(h) for k in self.networks}
                direct = kept(memory)
                gates = self.step(x[t], copies, direct)
                memory = kept(self.carried(gates, direct))
                h = kept(self.emit(gates, memory)) if self.kind == "LSTM" else memory
                one = {"t": t, "masked": False, "x": x[t], "gates": gates, "h": h, "c": memory}
                self.steps.append({**one, "copies": copies, "direct": direct})
            above = kept(h)
            self.steps[-1]["above"] = above
            shown.append(torch.zeros_like(h) if masked and self.zeroed else above)
        return torch.stack(shown) if self.sequences else shown[-1]


def kept(tensor):
    """A copy of its own in the graph, whose gradient is kept."""
    copy = tensor.clone()
    if not copy.requires_grad:
        copy.requires_grad_()
    copy.retain_grad()
    return copy


class Model:
    """A list of [layer, options] as the tests build it."""

    def __init__(self, spec, rng):
        self.layers, self.weights, self.cells = [], [], []
        width = steps = None
        for kind, options in spec:
            inside, shapes, width, steps = self.layer(kind, options, width, steps)
            drawn = [self.draw(rng, shape, inside) for shape in shapes]
            self.layers.append((kind, options, inside, len(drawn)))
            self.weights += drawn
            self.counts = getattr(self, "counts", []) + ([sum(w.size for w in drawn)] if kind != "input" else [])

    def layer(self, kind, options, width, steps):
        """Its cells, the shapes of its weights, and the width and steps of its output."""
        if kind == "input":
            return [], [], options["shape"][1], options["shape"][0]
        if kind == "masking":
            return [], [], width, steps
        if kind == "embedding":
            return [], [(options["inputDim"], options["outputDim"])], options["outputDim"], options["inputLength"]
        if kind == "dense":
            bias = [(options["units"],)] if options.get("useBias", True) else []
            return [], [(width, options["units"]), *bias], options["units"], steps
        if kind == "conv1D":
            K, U = options["kernelSize"], options["filters"]
            bias = [(U,)] if options.get("useBias", True) else []
            return [], [(K, width, U), *bias], U, steps if options.get("padding") == "same" else steps - K + 1
        if kind == "flatten":
            return [], [], width * (steps or 1), None
        if kind.startswith("global"):
            return [], [], width, None
        if kind in KINDS:
            cells = [Cell(kind, options)]
        else:
            first, given = options["layer"], options.get("backwardLayer")
            second = given or [first[0], {**first[1], "goBackwards": not first[1].get("goBackwards", False)}]
            cells = [Cell(*first), Cell(*second)]
        self.cells += cells
        shapes = [shape for cell in cells for shape in cell.shapes(width)]
        width = cells[0].units
        if len(cells) == 2 and options.get("mergeMode", "concat") == "concat":
            width += cells[1].units
        return cells, shapes, width, steps if cells[0].sequences else None

    @staticmethod
    def draw(rng, shape, cells):
        """float32 numbers of which no two gates are alike in spread and centre."""
        gates = len(cells[0].networks) if cells else 1
        spread = np.repeat(np.array([0.7, 0.45, 0.9, 0.55])[:gates], max(1, shape[-1] // gates))
        drawn = rng.normal(size=shape) * np.resize(spread, shape[-1])
        if len(shape) == 1 or (cells and shape[0] == 2 and len(shape) == 2 and cells[0].reset_after):
            centre = np.repeat(np.array([-0.2, 0.5, 0.15, -0.35])[:gates], max(1, shape[-1] // gates))
            drawn = 0.5 * drawn + np.resize(centre, shape[-1])
        return drawn.astype("float32").astype("float64")

    def tensors(self, gradients=False):
        return [torch.tensor(w, requires_grad=gradients) for w in self.weights]

    def __call__(self, row, weights=None, given=None):
        """The output of a row of ids or of [T][I] numbers; `given` stands in place of an Embedding's output, or of the numbers."""
        weights = list(weights if weights is not None else self.tensors())
        mask = None
        for kind, options, cells, count in self.layers:
            own, weights = weights[:count], weights[count:]
            act = ACTIVATIONS[options.get("activation", "linear")] if not cells else None
            if kind == "input":
                x = torch.tensor(row) if given is None else given
            elif kind == "masking":
                mask = np.any(np.array(row) != 0, axis=1)
            elif kind == "embedding":
                x = given if given is not None else own[0][torch.tensor(row)]
                mask = np.array(row) != 0 if options.get("maskZero") else None
            elif kind == "dense":
                x = act(x @ own[0] + (own[1] if len(own) > 1 else 0))
            elif kind == "conv1D":
                x = act(conv1d(x, own, options))
            elif kind == "flatten":
                x = x.reshape(-1)
            elif kind == "globalMaxPooling1D":
                x = x.amax(0)
            elif kind == "globalAveragePooling1D":
                x = x[mask].mean(0) if mask is not None else x.mean(0)
            elif kind in KINDS:
                cells[0].take(own)
                x = cells[0].run(x, mask)
            else:
                x = self.both(x, mask, own, cells, options)
            if kind in ("flatten", "conv1D") or kind.startswith("global") or (cells and not cells[0].sequences):
                mask = None
        return x

    @staticmethod
    def both(x, mask, own, cells, options):
        first = len(own) // 2 if len(cells[0].shapes(1)) == len(cells[1].shapes(1)) else len(cells[0].shapes(1))
        cells[0].take(own[:first])
        cells[1].take(own[first:])
        one, two = (cell.run(x, mask) for cell in cells)
        if cells[1].sequences:
            two = two.flip(0)
        mode = options.get("mergeMode", "concat")
        if mode == "concat":
            return torch.cat([one, two], -1)
        return {"sum": one + two, "mul": one * two, "ave": (one + two) / 2}[mode]


def conv1d(x, own, options):
    K = options["kernelSize"]
    if options.get("padding") == "same":
        x = nn.pad(x, (0, 0, (K - 1) // 2, K - 1 - (K - 1) // 2))
    y = nn.conv1d(x.T[None], own[0].permute(2, 1, 0))[0].T
    return y + own[1] if len(own) > 1 else y
