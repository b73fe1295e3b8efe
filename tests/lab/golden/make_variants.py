"""The lab's LSTM by other means, to check ours against: python make_variants.py (PyTorch 2.13, ONNX Runtime 1.30)

States and gradients: float64 automatic differentiation of the formulas of Greff et al. 2017 in PyTorch. Before a case is
written, its states are held against ONNX Runtime's own LSTM, which has peepholes, coupled gates (input_forget) and
activations; a gate that is taken away is one that its bias holds open there. Random numbers come from a generator seeded
by a case's name.
"""

import base64
import json
import zlib
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnx import TensorProto, helper

B, T, I, U = 3, 5, 2, 4
GATES = "ifgo"
#: What is left of i f o, and what else there is.
CASES = {
    "lstm": dict(),
    "lstm-1997": dict(gates="io"),
    "lstm-peephole": dict(peepholes=True),
    "lstm-nig": dict(gates="fo", peepholes=True),
    "lstm-nfg": dict(gates="io", peepholes=True),
    "lstm-nog": dict(gates="if", peepholes=True),
    "lstm-niaf": dict(peepholes=True, activation="linear"),
    "lstm-noaf": dict(peepholes=True, outputActivation="linear"),
    "lstm-cifg": dict(gates="io", peepholes=True, coupled=True),
}
PHI = {"tanh": torch.tanh, "linear": lambda z: z}
ONNX = {"tanh": "Tanh", "linear": "Affine"}
#: A bias that holds a gate open: its sigmoid is 1 in float32.
OPEN = 50.0


def columns(gates):
    return [gate for gate in GATES if gate == "g" or gate in gates]


def states(v, gates, peepholes, coupled, activation, outputActivation):
    """h [T][B][U] and the last c [B][U]."""
    there = columns(gates)
    holes = [gate for gate in there if gate != "g"]
    h, c, hs = v["h0"], v["c0"], []
    for t in range(T):
        z = v["x"][t] @ v["kernel"] + h @ v["recurrent"] + v["bias"]

        def gate(name, seen):
            if name not in there:
                return torch.ones_like(h)
            at = there.index(name)
            own = z[:, at * U : (at + 1) * U]
            return torch.sigmoid(own + v["peepholes"][holes.index(name)] * seen if peepholes else own)

        at = there.index("g")
        i = gate("i", c)
        f = 1 - i if coupled else gate("f", c)
        c = f * c + i * PHI[activation](z[:, at * U : (at + 1) * U])
        h = gate("o", c) * PHI[outputActivation](c)
        hs.append(h)
    return torch.stack(hs), c


def by_onnxruntime(v, gates, peepholes, coupled, activation, outputActivation):
    """The same from an LSTM node: gates i o f c in its order, peepholes i o f."""
    there = columns(gates)
    holes = [gate for gate in there if gate != "g"]

    def part(name, of):
        if name in there:
            at = there.index(name)
            return of[..., at * U : (at + 1) * U]
        return np.zeros((*of.shape[:-1], U))

    numbers = {name: value.detach().numpy() for name, value in v.items()}
    order = "iofg"
    W = np.concatenate([part(name, numbers["kernel"]).T for name in order])
    R = np.concatenate([part(name, numbers["recurrent"]).T for name in order])
    bias = np.concatenate([part(name, numbers["bias"]) if name in there else np.full(U, OPEN) for name in order])
    inputs = {
        "X": numbers["x"],
        "W": W[None],
        "R": R[None],
        "Bias": np.concatenate([bias, np.zeros_like(bias)])[None],
        "h0": numbers["h0"][None],
        "c0": numbers["c0"][None],
    }
    names = ["X", "W", "R", "Bias", "", "h0", "c0"]
    if peepholes:
        seen = [numbers["peepholes"][holes.index(name)] if name in there else np.zeros(U) for name in "iof"]
        inputs["P"] = np.concatenate(seen)[None]
        names.append("P")
    chosen = [activation, outputActivation]
    affine = {"activation_alpha": [1.0] * chosen.count("linear"), "activation_beta": [0.0] * chosen.count("linear")}
    node = helper.make_node(
        "LSTM",
        names,
        ["Y", "", "Y_c"],
        hidden_size=U,
        input_forget=int(coupled),
        activations=["Sigmoid", *(ONNX[name] for name in chosen)],
        **(affine if "linear" in chosen else {}),
    )
    graph = helper.make_graph(
        [node],
        "lstm",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape) for name, value in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("Y", "Y_c")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    Y, last = session.run(None, {name: value.astype("<f4") for name, value in inputs.items()})
    return Y[:, 0], last[0]


def encode(array):
    array = np.asarray(array, dtype="<f8", order="C")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def case(name, gates="ifo", peepholes=False, coupled=False, activation="tanh", outputActivation="tanh"):
    draw = np.random.default_rng(zlib.crc32(name.encode()))
    G = len(columns(gates))
    shapes = {"x": (T, B, I), "kernel": (I, G * U), "recurrent": (U, G * U), "bias": (G * U,), "h0": (B, U), "c0": (B, U)}
    if peepholes:
        shapes["peepholes"] = (G - 1, U)
    v = {key: torch.tensor(draw.normal(0, 0.8, shape), requires_grad=True) for key, shape in shapes.items()}
    how = (gates, peepholes, coupled, activation, outputActivation)
    h, c = states(v, *how)
    for ours, theirs in zip((h, c), by_onnxruntime(v, *how)):
        difference = np.abs(ours.detach().numpy() - theirs).max()
        assert difference < 2e-6, (name, difference)
    dH = torch.tensor(draw.normal(0, 1, (T, B, U)))
    (h * dH).sum().backward()
    return {
        "name": name,
        "activation": activation,
        "outputActivation": outputActivation,
        "has": {"inputGate": "i" in gates, "forgetGate": "f" in gates, "outputGate": "o" in gates, "coupled": coupled},
        "values": {key: encode(value.detach()) for key, value in v.items()},
        "h": encode(h.detach()),
        "lastC": encode(c.detach()),
        "dH": encode(dH),
        "gradients": {key: encode(value.grad) for key, value in v.items()},
    }


if __name__ == "__main__":
    cases = [case(name, **options) for name, options in CASES.items()]
    head = {"madeBy": Path(__file__).name, "torch": torch.__version__, "onnxruntime": onnxruntime.__version__}
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases)
    out = Path(__file__).with_name("variants.json")
    out.write_text("{\n" + "".join(f"{json.dumps(k)}: {json.dumps(v)},\n" for k, v in head.items()) + f'"cases": [\n{lines}\n]\n}}\n')
    print(len(cases), "cases", out.stat().st_size, "bytes")
