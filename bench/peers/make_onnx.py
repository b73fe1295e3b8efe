"""The flagship as ONNX with a native LSTM node and random weights, to standard output. Arguments: inputs units."""
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

inputs, units = map(int, sys.argv[1:3])
random = np.random.default_rng(1)


def weights(name, *shape):
    return numpy_helper.from_array((0.1 * random.standard_normal(shape)).astype(np.float32), name)


nodes = [
    helper.make_node("Cast", ["ids"], ["indices"], to=TensorProto.INT32),
    helper.make_node("Gather", ["table", "indices"], ["embedded"]),
    helper.make_node("Transpose", ["embedded"], ["steps"], perm=[1, 0, 2]),
    helper.make_node("LSTM", ["steps", "W", "R", "B"], ["", "last", ""], hidden_size=units),
    helper.make_node("Squeeze", ["last", "axis"], ["state"]),
    helper.make_node("Gemm", ["state", "W1", "b1"], ["z1"]),
    helper.make_node("Sigmoid", ["z1"], ["hidden"]),
    helper.make_node("Gemm", ["hidden", "W2", "b2"], ["z2"]),
    helper.make_node("Sigmoid", ["z2"], ["probability"]),
]
initializers = [
    weights("table", 1000, inputs),
    weights("W", 1, 4 * units, inputs),
    weights("R", 1, 4 * units, units),
    weights("B", 1, 8 * units),
    numpy_helper.from_array(np.array([0], dtype=np.int64), "axis"),
    weights("W1", units, 256),
    weights("b1", 256),
    weights("W2", 256, 1),
    weights("b2", 1),
]
graph = helper.make_graph(
    nodes,
    "flagship",
    [helper.make_tensor_value_info("ids", TensorProto.FLOAT, ["batch", 200])],
    [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["batch", 1])],
    initializers,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
sys.stdout.buffer.write(model.SerializeToString())
