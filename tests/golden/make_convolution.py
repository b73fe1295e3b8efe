"""Conv1D. Outputs and gradients as in make_layers.py."""

import golden  # first: it sets the environment
from golden import write
from make_layers import B, I, T, V, case, floats, masked_ids

FLAT = ["flatten", {}]
OUT = ["dense", {"units": 2, "activation": "sigmoid"}]


def convolution():
    cases = []

    def add(name, options, after=(FLAT,), steps=T, features=I, **more):
        name = f"conv1D {name}"
        spec = [["input", {"shape": [steps, features]}], ["conv1D", {"filters": 4, "kernelSize": 3, **options}], *after]
        cases.append(case(name, spec, floats(name, B, steps, features), scale=0.7, **more))

    windows = {
        "": {},
        "of one": {"kernelSize": 1},
        "of two": {"kernelSize": 2},
        "of four": {"kernelSize": 4},
        "of all": {"kernelSize": T},
        "by two": {"strides": 2},
        "by three": {"strides": 3, "kernelSize": 2},
        "spread": {"dilationRate": 2},
        "spread by three": {"dilationRate": 3, "kernelSize": 2},
    }
    for padding in ["valid", "same", "causal"]:
        for label, window in windows.items():
            add(f"{padding} {label}", {"padding": padding, **window})
        add(f"{padding} out", {"padding": padding})
    add("same wider than the sequence", {"padding": "same", "kernelSize": 9}, steps=4)
    add("causal wider than the sequence", {"padding": "causal", "kernelSize": 9}, steps=4)
    add("without bias", {"useBias": False})
    for padding in ["valid", "same", "causal"]:
        add(f"in groups {padding}", {"padding": padding, "groups": 2, "filters": 6}, features=4)
    add("in groups of one", {"groups": 3, "filters": 6, "padding": "same", "strides": 2})
    for name in ["relu", "tanh", "gelu", "softmax", "leakyRelu", "softplus", "hardSigmoid", "silu"]:
        add(name, {"activation": name})
    add("before a cell", {"activation": "relu"}, [["lstm", {"units": 3}], OUT])
    pooled = [["maxPooling1D", {"poolSize": 2}], ["conv1D", {"filters": 5, "kernelSize": 2}], ["globalMaxPooling1D", {}], OUT]
    add("twice, pooled", {"activation": "relu", "padding": "same"}, pooled)
    open_ended = [["input", {"shape": [None, I]}], ["conv1D", {"filters": 4, "kernelSize": 3}], ["globalAveragePooling1D", {}]]
    cases.append(case("conv1D of any number of steps", open_ended, floats("any", B, T, I)))
    words = [["embedding", {"inputDim": V, "outputDim": 4, "maskZero": True}], ["conv1D", {"filters": 3, "kernelSize": 2}]]
    cases.append(case("conv1D drops the mask", [*words, ["gru", {"units": 3}], OUT], masked_ids("conv")))
    write("convolution", cases)


if __name__ == "__main__":
    convolution()
