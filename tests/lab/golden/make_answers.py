"""The lab's loss of answers at every step by other means: python make_answers.py (PyTorch 2.13, float64)

Scores spread over hundreds of nats, so that steps are surely right and surely wrong; some steps have no target. The loss
is the cross-entropy of a sequence's steps, summed, the mean over sequences.
"""

import json
from pathlib import Path

import numpy as np
import torch

from make_variants import encode

B, T, O = 4, 7, 5
SPREADS = {"near": 1.0, "sure": 20.0, "far": 300.0}


def case(name, spread):
    draw = np.random.default_rng(list(SPREADS).index(name))
    z = torch.tensor(draw.normal(0, spread, (B, T, O)), requires_grad=True)
    classes = torch.tensor(draw.integers(0, O, (B, T)))
    asked = torch.tensor(draw.random((B, T)) < 0.7)
    each = torch.nn.functional.cross_entropy(z.reshape(-1, O), classes.reshape(-1), reduction="none").reshape(B, T)
    loss = (each * asked).sum(1)
    loss.mean().backward()
    target = torch.nn.functional.one_hot(classes, O) * asked[..., None]
    return {
        "name": name,
        "scores": encode(z.detach()),
        "targets": encode(target),
        "losses": encode(loss.detach()),
        "gradients": encode(z.grad),
    }


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(case(*one), separators=(",", ":")) for one in SPREADS.items())
    out = Path(__file__).with_name("answers.json")
    head = f'"madeBy": "{Path(__file__).name}",\n"torch": "{torch.__version__}"'
    out.write_text(f'{{\n{head},\n"cases": [\n{lines}\n]\n}}\n')
    print(len(SPREADS), "cases", out.stat().st_size, "bytes")
