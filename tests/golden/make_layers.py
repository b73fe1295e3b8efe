"""Layers, one at a time and stacked: outputs, and gradients of a mean squared error, from Keras on TensorFlow."""

import json

import golden  # first: it sets the environment
import keras
import numpy as np
import tensorflow as tf
from golden import build, check_size, encode, generator, random_weights, write

assert golden.BACKEND == "tensorflow"

B, T, I, V = 5, 7, 3, 11
#: Activations whose slope their value does not tell: cells keep what they activate.
INPUT_KEPT = ["leakyRelu", "silu", "gelu", "geluApproximate", "mish", "hardSilu"]
#: Every activation that a recurrent cell takes.
CELL_ACTIVATIONS = [
    "linear", "sigmoid", "tanh", "relu", "hardSigmoid", "hardSigmoid2", "softsign", "softplus", "elu", "selu",
    "exponential", "relu6", "hardTanh", *INPUT_KEPT,
]  # fmt: skip
OTHER_ACTIVATIONS = ["softmax"]
UNBOUNDED = {"relu", "softplus", "elu", "selu", "exponential", "linear", "relu6", "softsign", "hardTanh", *INPUT_KEPT}


def token_ids(name, rows=B, steps=T, vocabulary=V):
    """Ids without zeros."""
    return generator(name + "/ids").integers(1, vocabulary, size=(rows, steps))


def masked_ids(name, rows=B, steps=T, vocabulary=V):
    """Rows without padding, padded in front, behind, in the middle of the row, and all padding."""
    ids = token_ids(name, rows, steps, vocabulary)
    ids[1, : steps // 2] = 0
    ids[2, steps // 2 :] = 0
    ids[3, 1::3] = 0
    ids[4, :] = 0
    return ids


def floats(name, *shape):
    return generator(name + "/x").normal(size=shape).astype("float32")


def gradients(model, x, y, weights):
    """Loss, gradients of all weights, and of those inputs that are not ids. Mean squared error, weighted if asked."""
    loss_of = keras.losses.MeanSquaredError()
    tensors = [tf.constant(one) for one in inputs_of(x)]
    with tf.GradientTape() as tape:
        floating = [tensor for tensor in tensors if tensor.dtype.is_floating]
        for tensor in floating:
            tape.watch(tensor)
        out = model(tensors if isinstance(x, list) else tensors[0], training=True)
        loss = loss_of(y, out, sample_weight=weights)
    found = tape.gradient(loss, [getattr(v, "value", v) for v in list(model.trainable_variables) + floating])
    return float(loss), [tf.convert_to_tensor(g).numpy() for g in found]


def inputs_of(x):
    """A list of inputs, or one of them."""
    return x if isinstance(x, list) else [x]


def encode_input(x):
    return x.tolist() if x.dtype.kind == "i" else encode(x)


def case(name, spec, x, scale=1.0, sample_weight=False):
    """One case. A model that ends in rows of features, and drops nothing out, also has gradients."""
    keras.utils.set_random_seed(1)
    model = build(spec, x)
    weights = random_weights(model, name, scale)
    out = np.asarray(model(x, training=False))
    check_size(name, out)
    made = {
        "name": name,
        "model": spec,
        "weights": [encode(w) for w in weights],
        **({"inputs": [encode_input(one) for one in x]} if isinstance(x, list) else {"input": encode_input(x)}),
        "output": encode(out),
    }
    drops = any(word in json.dumps(spec).lower() for word in ("dropout", "noise"))
    if out.ndim == 2 and not drops:
        rng = generator(name + "/target")
        y = rng.normal(size=out.shape).astype("float32")
        rows = (rng.random(len(out)) + 0.25).astype("float32") if sample_weight else None
        loss, found = gradients(model, x, y, rows)
        for index, gradient in enumerate(found):
            check_size(f"{name} gradient {index}", gradient, 3e-5)
        made["target"] = encode(y)
        if rows is not None:
            made["sampleWeight"] = encode(rows)
        made["loss"] = loss
        trained = len(model.trainable_variables)
        made["gradients"] = [encode(g) for g in found[:trained]]
        if isinstance(x, list):
            made["inputGradients"] = [encode(g) for g in found[trained:]]
        elif len(found) > trained:
            made["inputGradient"] = encode(found[-1])
    return made


# ---- families ---------------------------------------------------------------------------------------------


def recurrent(kind, units, extra):
    """Every option of one kind of cell; `extra` holds option sets that only this kind has."""
    cases = []
    sequence = [["input", {"shape": [T, I]}]]
    flat = ["flatten", {}]

    def add(name, options, x=None, before=None, after=(), scale=1.0, **more):
        name = f"{kind} {name}"
        x = floats(name, B, T, I) if x is None else x
        spec = (sequence if before is None else before) + [[kind, {"units": units, **options}], *after]
        cases.append(case(name, spec, x, scale, **more))

    masked = [["embedding", {"inputDim": V, "outputDim": I, "maskZero": True, "inputLength": T}]]
    plain = [["embedding", {"inputDim": V, "outputDim": I}]]
    variants = {"": {}, **extra}
    for label, options in variants.items():
        add(f"last{label}", options)
        add(f"sequence{label}", {"returnSequences": True, **options}, after=[flat])
        add(f"no bias{label}", {"useBias": False, **options})
        add(f"backwards{label}", {"goBackwards": True, **options})
        both = {"goBackwards": True, "returnSequences": True, **options}
        add(f"backwards sequence{label}", both, after=[flat])
        for way, route in {"": {}, "backwards ": {"goBackwards": True}}.items():
            ids = masked_ids(f"{kind} {way}{label}")
            add(f"{way}masked{label}", {**route, **options}, ids, masked, sample_weight=True)
            add(f"{way}masked sequence{label}", {"returnSequences": True, **route, **options}, ids, masked, [flat])
        add(f"zeros without mask{label}", options, masked_ids(f"{kind} plain"), plain)
    add("sequence out", {"returnSequences": True})
    add("masked sequence out", {"returnSequences": True}, masked_ids(kind), masked)
    add("one unit, one row", {"units": 1}, floats(kind, 1, 2, I), [["input", {"shape": [2, I]}]])
    add("wide", {"units": 19}, floats(kind + " wide", 3, 9, 18), [["input", {"shape": [9, 18]}]], scale=0.4)
    add("sample weights", {}, sample_weight=True)
    add("dropout at inference", {"dropout": 0.4, "recurrentDropout": 0.3})
    for name in CELL_ACTIVATIONS:
        scale = 0.05 if name == "exponential" else 0.5 if name in UNBOUNDED else 1.0
        add(f"activation {name}", {"activation": name}, scale=scale)
        if kind != "simpleRNN":
            scale = 0.2 if name == "exponential" else 0.3 if kind == "gru" else 0.6
            add(f"recurrent activation {name}", {"recurrentActivation": name}, scale=scale)
    ids = masked_ids(f"{kind} relu")
    add("masked relu", {"activation": "relu", "returnSequences": True}, ids, masked, [flat], scale=0.5)
    for label, options in variants.items():
        mixed(add, kind, label, options, masked)
    write({"simpleRNN": "simple_rnn"}.get(kind, kind), cases)


def mixed(add, kind, label, options, masked):
    """Two activations of which the input is kept, or one of them beside the default; masked, backwards, wide."""
    flat, scale = ["flatten", {}], 0.4 if kind == "gru" else 0.9
    both = {"activation": "silu", **({} if kind == "simpleRNN" else {"recurrentActivation": "hardSilu"}), **options}
    steps = {"returnSequences": True, **both}
    ids = masked_ids(f"{kind} mixed{label}")
    add(f"mixed{label}", both, scale=scale)
    add(f"mixed sequence{label}", steps, after=[flat], scale=scale)
    add(f"mixed masked{label}", both, ids, masked, sample_weight=True, scale=scale)
    add(f"mixed masked sequence backwards{label}", {"goBackwards": True, **steps}, ids, masked, [flat], scale=scale)
    add(f"gelu candidate{label}", {"activation": "gelu", "useBias": False, **options}, ids, masked, scale=scale)
    wide = {"units": 19, **both, "activation": "mish"}
    x = floats(f"{kind} mixed wide", 3, 9, 18)
    add(f"mixed wide{label}", wide, x, [["input", {"shape": [9, 18]}]], scale=scale / 3)


def dense():
    cases = []
    for name in CELL_ACTIVATIONS + OTHER_ACTIVATIONS:
        for over, x in {"rows": floats("rows " + name, 4, 5), "steps": floats("steps " + name, 4, 6, 5)}.items():
            spec = [["input", {"shape": list(x.shape[1:])}], ["dense", {"units": 3, "activation": name}]]
            if over == "steps":
                spec.append(["flatten", {}])
            cases.append(case(f"dense {name} over {over}", spec, x))
    x = floats("dense", 4, 5)
    cases.append(case("dense no bias", [["input", {"shape": [5]}], ["dense", {"units": 7, "useBias": False}]], x))
    cases.append(case("dense one unit", [["input", {"shape": [5]}], ["dense", {"units": 1}]], x, sample_weight=True))
    x = floats("dense steps", 3, 6, 4)
    spec = [["input", {"shape": [6, 4]}], ["dense", {"units": 3, "activation": "softmax"}]]
    cases.append(case("dense sequence out", spec, x))
    x = floats("dense wide", 3, 67)
    spec = [["input", {"shape": [67]}], ["dense", {"units": 35, "activation": "tanh"}], ["dense", {"units": 18}]]
    cases.append(case("dense wide", spec, x, 0.2))
    write("dense", cases)


def embedding():
    cases = []
    for name, options, ids in [
        ("embedding", {}, token_ids("embedding")),
        ("embedding of zeros", {}, masked_ids("embedding of zeros")),
        ("embedding masked", {"maskZero": True}, masked_ids("embedding masked")),
    ]:
        options = {"inputDim": V, "outputDim": 4, **options}
        cases.append(case(name + " out", [["embedding", options]], ids))
        spec = [["embedding", {**options, "inputLength": T}], ["flatten", {}]]
        cases.append(case(name, spec, ids, sample_weight=True))
    spec = [["input", {"shape": [T]}], ["embedding", {"inputDim": V, "outputDim": 4}], ["flatten", {}]]
    cases.append(case("embedding after input", spec, token_ids("embedding after input")))
    write("embedding", cases)


def shapes():
    """Flatten, Activation and Dropout."""
    rows, steps = [["input", {"shape": [5]}]], [["input", {"shape": [6, 5]}]]
    x, s = floats("shapes", 4, 5), floats("shapes steps", 4, 6, 5)
    end = ["dense", {"units": 3}]
    cases = [
        case("flatten rows", rows + [["flatten", {}], end], x),
        case("flatten steps", steps + [["flatten", {}]], s),
        case("flatten then dense", steps + [["flatten", {}], end], s),
        case("dropout rows", rows + [["dropout", {"rate": 0.4}], end], x),
        case("dropout steps", steps + [["dropout", {"rate": 0.4}], ["flatten", {}], end], s),
        case("activation out", steps + [["activation", {"activation": "softmax"}]], s),
    ]
    for name in ["tanh", "relu", "softmax", "gelu", "hardSigmoid"]:
        spec = [["activation", {"activation": name}], ["flatten", {}], end]
        cases.append(case(f"activation {name} over steps", steps + spec, s))
    write("shapes", cases)


def activations():
    """Every activation over a grid, far out, and where one or the other has a kink or a zero.

    Left out are the kinks at which Keras's own backends disagree about the slope, or at which the output alone, from
    which a fused backward works, cannot tell the kink from what lies beyond it.
    """
    grid = np.linspace(-9.9, 9.9, 132, dtype="float32").reshape(12, 11)
    tails = np.array([[-100, -88, -40, -20, -0.4, 0.3, 20, 40, 88, 99.5, 100]], dtype="float32")
    points = [0, -3, 3, 6, -1, 1, -2.5, 2.5]
    unsettled = {"selu": {0}, "hardTanh": {-1, 1}, "hardSigmoid2": {-2.5, 2.5}}
    cases = []
    for name in CELL_ACTIVATIONS + OTHER_ACTIVATIONS:
        kinks = np.array([[x for x in points if x not in unsettled.get(name, ())]], dtype="float32")
        for where, x in {"grid": grid, "tails": tails, "kinks": kinks}.items():
            if where == "tails" and name == "exponential":
                x = np.array([[-100, -40, -20, -15, 1, 2, 3, 4]], dtype="float32")
            function, tensor = golden.activation(name), tf.constant(x)
            weight = generator(name + where).normal(size=x.shape).astype("float32")
            with tf.GradientTape() as tape:
                tape.watch(tensor)
                out = function(tensor)
                total = tf.reduce_sum(weight * out)
            gradient = tape.gradient(total, tensor).numpy()
            cases.append(
                {
                    "name": f"{name} {where}",
                    "activation": name,
                    "input": encode(x),
                    "output": encode(out),
                    "outputGradient": encode(weight),
                    "inputGradient": encode(gradient),
                }
            )
    write("activations", cases)


def stacks():
    """Layers together: masks carried through layers that keep them, stacked and reversed recurrent layers."""
    masked = [["embedding", {"inputDim": V, "outputDim": 4, "maskZero": True}]]
    plain = [["embedding", {"inputDim": V, "outputDim": 4, "inputLength": T}]]
    flat, out = ["flatten", {}], ["dense", {"units": 2, "activation": "sigmoid"}]

    def rnn(kind, units, **options):
        return [kind, {"units": units, **options}]

    fixed = [["embedding", {"inputDim": V, "outputDim": 4, "maskZero": True, "inputLength": T}]]
    specs = {
        "lstm on lstm": plain + [rnn("lstm", 4, returnSequences=True), rnn("lstm", 3), out],
        "three masked kinds": masked
        + [rnn("lstm", 4, returnSequences=True), rnn("gru", 3, returnSequences=True), rnn("simpleRNN", 5), out],
        "mask through dropout": masked + [["dropout", {"rate": 0.3}], rnn("lstm", 4), out],
        "mask through activation and dense": masked
        + [["activation", {"activation": "tanh"}], ["dense", {"units": 3}], rnn("lstm", 4), out],
        "mask through dense into gru": masked + [["dense", {"units": 3, "activation": "relu"}], rnn("gru", 4), out],
        "flatten drops the mask": fixed + [rnn("gru", 3, returnSequences=True), flat, out],
        "reversed sequence under the unreversed mask": masked
        + [rnn("lstm", 3, returnSequences=True, goBackwards=True), rnn("lstm", 4), out],
        "reversed twice": masked
        + [rnn("gru", 3, returnSequences=True, goBackwards=True), rnn("gru", 4, goBackwards=True), out],
        "reset before, stacked and masked": masked
        + [rnn("gru", 3, returnSequences=True, resetAfter=False), rnn("gru", 4, resetAfter=False), out],
        "dense between recurrent layers": plain
        + [rnn("simpleRNN", 4, returnSequences=True), ["dense", {"units": 3, "activation": "gelu"}], rnn("lstm", 3)]
        + [out],
        "softmax over six": plain + [rnn("gru", 5), ["dense", {"units": 6, "activation": "softmax"}]],
        "deep dense": plain
        + [flat, ["dense", {"units": 6, "activation": "mish"}]]
        + [["dense", {"units": 5, "activation": "leakyRelu"}], out],
    }
    cases = [case(name, spec, masked_ids(name), sample_weight=True) for name, spec in specs.items()]
    write("stacks", cases)


def flagship():
    """The network that the whole project serves, at its full size: outputs for eight rows."""
    spec = [
        ["embedding", {"inputDim": 1000, "outputDim": 16, "inputLength": 200}],
        ["lstm", {"units": 32, "dropout": 0.1, "recurrentDropout": 0.1}],
        ["flatten", {}],
        ["dropout", {"rate": 0.1}],
        ["dense", {"units": 256, "activation": "sigmoid"}],
        ["dense", {"units": 1, "activation": "sigmoid"}],
    ]
    ids = generator("flagship/ids").integers(0, 1000, size=(8, 200))
    ids[3, :150] = 0
    model = build(spec, ids)
    weights = random_weights(model, "flagship", 0.3)
    out = np.asarray(model(ids, training=False))
    check_size("flagship", out)
    assert np.ptp(out) > 0.02, out
    made = {"name": "flagship", "model": spec, "weights": [encode(w) for w in weights], "input": ids.tolist()}
    write("flagship", [{**made, "output": encode(out)}])


if __name__ == "__main__":
    recurrent("simpleRNN", 4, {})
    recurrent("lstm", 4, {})
    recurrent("gru", 4, {", reset before": {"resetAfter": False}})
    dense()
    embedding()
    shapes()
    activations()
    stacks()
    flagship()
