"""Training with the layers around the recurrent ones, as make_training.py does it; no word comes twice in a batch."""

import golden  # first: it sets the environment
from golden import write
from make_training import ADAM, DATA, MOMENTUM, T, fit, network, steps

DENSE = ["dense", {"units": 5, "activation": "tanh"}]
BN = ["batchNormalization", {"momentum": 0.9}]
LN = ["layerNormalization", {}]
LSTM = ["lstm", {"units": 4}]
WORDS = {"vocabulary": 120}


def normalization():
    yield steps("batch normalization of steps", network(BN, LSTM, **WORDS), "distinct", ADAM)
    yield steps("batch normalization of rows", network(LSTM, BN, DENSE, BN, **WORDS), "distinct", MOMENTUM)
    yield steps("batch normalization of large batches", network(BN, LSTM, BN, **WORDS), "distinct", MOMENTUM, size=21)
    yield steps("layer normalization", network(LN, LSTM, LN, **WORDS), "distinct", ADAM)
    frozen = ["batchNormalization", {"trainable": False}]
    yield steps("frozen batch normalization", network(frozen, LSTM, **WORDS), "distinct", ADAM)
    penalty = {"gammaRegularizer": {"l2": 0.02}, "betaRegularizer": {"l1": 0.01}}
    yield fit("fit, batch normalization", network(["batchNormalization", penalty], LSTM, **WORDS), "distinct", MOMENTUM)


def others():
    slopes = ["prelu", {"sharedAxes": [1]}]
    steps_of = ["timeDistributed", {"layer": ["dense", {"units": 6, "activation": "relu"}]}]
    yield steps("time distributed, prelu", network(steps_of, slopes, LSTM, **WORDS), "distinct", ADAM)
    filters = ["conv1D", {"filters": 6, "kernelSize": 3, "padding": "causal", "activation": "relu"}]
    strided = ["conv1D", {"filters": 4, "kernelSize": 2, "strides": 2}]
    yield steps("convolutions", network(filters, strided, LSTM, **WORDS), "distinct", ADAM)


def attention():
    """Of a masked sequence to itself, by both scores."""
    for name, options in {"attention": {"useScale": True}, "attention, concat": {"scoreMode": "concat", "useScale": True}}.items():
        table = ["embedding", {"inputDim": 120, "outputDim": 5, "maskZero": True}, [0]]
        end = [[*LSTM, [2]], ["dense", {"units": 1, "activation": "sigmoid"}, [3]]]
        graph = [["input", {"shape": [T]}, []], table, ["attention", options, [1, 1]], *end]
        yield steps(name, graph, "distinct", ADAM)


if __name__ == "__main__":
    cases = [*normalization(), *others(), *attention()]
    x, y, _ = DATA["distinct"]
    write("training_layers", cases, data={"distinct": {"x": x.tolist(), "y": y.tolist(), "sampleWeight": None}})
