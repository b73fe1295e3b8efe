"""Configurations that name code, hide keys, or ask for the impossible; and files that are no models."""

import json

from sound import attack, dense, model, with_config


@attack("keras", r"layers\[1\] lambda: expected a layer that Cellstate has .* received \"Lambda\"\. A Lambda layer is Python")
def config_lambda():
    code = {"class_name": "__lambda__", "config": {"code": "4wEAAAAAAAAA", "defaults": None, "closure": None}}
    config = {"name": "lambda", "function": code}
    return with_config(model({"module": "keras.layers", "class_name": "Lambda", "config": config}))


@attack("keras", r"layers\[1\]\.registered_name: expected a class of Keras's own but received \"evil>Dense\"")
def config_custom_layer():
    return with_config(model({**dense(), "registered_name": "evil>Dense"}))


@attack("keras", r"layers\[1\]\.module: expected a class of Keras's own but received \"os\"")
def config_module():
    return with_config(model({"module": "os", "class_name": "system", "config": {"command": "touch /tmp/evil"}}))


@attack("keras", r"layers\[1\]\.module: expected a class of Keras's own but received \"kerasevil\.layers\"")
def config_module_lookalike():
    return with_config(model({**dense(), "module": "kerasevil.layers"}))


@attack("keras", r"dense\.config\.activation: expected an activation that Cellstate has but received \"eval\"")
def config_function():
    function = {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"}
    return with_config(model(dense(activation=function)))


@attack("keras", r"dense\.config\.activation: expected an activation that Cellstate has but received \"__lambda__\"")
def config_lambda_activation():
    code = {"class_name": "__lambda__", "config": {"value": "4wEAAAAA"}}
    return with_config(model(dense(activation=code)))


@attack("keras", r"dense\.config\.kernel_initializer\.module: expected a class of Keras's own but received \"subprocess\"")
def config_initializer_module():
    popen = {"module": "subprocess", "class_name": "Popen", "config": {"args": ["sh"]}, "registered_name": None}
    return with_config(model(dense(kernel_initializer=popen)))


@attack("keras", r"layers\[1\] dense\.config\.bias_constraint\.config\.inner\.module: expected a class of Keras's own")
def config_hidden_module():
    inner = {"module": "posix", "class_name": "system", "config": {}}
    constraint = {"module": "keras.constraints", "class_name": "MaxNorm", "config": {"inner": inner}}
    return with_config(model(dense(bias_constraint=constraint)))


@attack("keras", r"expected a Sequential or Functional model but received \"Evil\"")
def config_model_class():
    return with_config({**model(), "class_name": "Evil"})


for key in ("__proto__", "constructor", "prototype"):

    def make_key(key=key):
        return with_config(json.dumps(model(dense(marker={"x": 1}))).replace("marker", key).encode())

    make_key.__name__ = f"config_key_{key.strip('_')}"
    attack("keras", rf"config\.json\.config\.layers\[1\]\.config: expected no key \"{key}\"")(make_key)


@attack("keras", r"config\.json: expected nesting of at most 100 levels")
def config_deep():
    return with_config(b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}")


@attack("keras", r"expected nesting of at most 100 levels|at most")
def config_deep_models():
    nested = dense()
    for _ in range(40):
        nested = {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [nested]}}
    return with_config(model(nested))


@attack("keras", r"layers\[1\] dense: layers\.Dense units: expected a whole number of at least 1 but received 1e\+300")
def config_huge_number():
    return with_config(model(dense(units=1e300)))


@attack("keras", r"layers/dense/vars/0: expected kernel of shape \(3, 4000000000\) but received \"\(3, 2\)\"")
def config_huge_units():
    return with_config(model(dense(units=4_000_000_000)))


@attack("keras", r"layers\[1\] dense: layers\.Dense units: expected a whole number of at least 1")
def config_integer_beyond_all():
    return with_config(json.dumps(model(dense(units="N"))).replace('"N"', "9" * 400).encode())


@attack("keras", r"config\.layers: expected at most 1000 layers but received 20000")
def config_many_layers():
    return with_config(model(*[{"class_name": "Flatten", "config": {"name": f"f{i}"}} for i in range(19_999)]))


@attack("keras", r"config\.layers: expected a list of layers but received \"Dense\"")
def config_layers_text():
    return with_config({**model(), "config": {"layers": "Dense"}})


@attack("keras", r"layers\[1\]: expected a layer \{ class_name, config \} but received 7")
def config_layer_number():
    return with_config(model(7))


@attack("keras", r"config\.json: expected JSON")
def config_not_json():
    return with_config(b'{"class_name": Sequential}')


@attack("keras", r"config\.json: expected text in UTF-8")
def config_not_utf8():
    return with_config(b'{"class_name": "\xff\xfe"}')


@attack("keras", r"expected a model \{ class_name, config \}")
def config_null():
    return with_config(b"[null]")


@attack("keras", r"layers\[1\] .*expected a layer that Cellstate has")
def config_wild_name():
    wild = "line\nbreak \x1b[31m red \u202e" + "x" * 100_000
    return with_config(model({"class_name": "Wild", "config": {"name": wild}}))


def functional(*layers, inputs=("a",), outputs=("b",)):
    ends = {"input_layers": [[n, 0, 0] for n in inputs], "output_layers": [[n, 0, 0] for n in outputs]}
    config = {"name": "f", "layers": layers, **ends}
    return {"module": "keras", "class_name": "Functional", "config": config}


def node(name, *inbound, class_name="Dense", **config):
    calls = [[[source, 0, 0, {}] for source in inbound]] if inbound else []
    config = {"name": name, "units": 2, **config}
    return {"class_name": class_name, "name": name, "config": config, "inbound_nodes": calls}


START = {"class_name": "InputLayer", "name": "a", "config": {"batch_shape": [None, 3], "name": "a"}, "inbound_nodes": []}


@attack("keras", r"expected a graph without circles")
def graph_circle():
    return with_config(functional(START, node("b", "c"), node("c", "b")))


@attack("keras", r"expected a layer named nowhere")
def graph_missing_layer():
    return with_config(functional(START, node("b", "nowhere")))


@attack("keras", r"expected a call without further tensors but received \"initial_state\"")
def graph_hidden_argument():
    layer = node("b", "a")
    layer["inbound_nodes"][0][0][3] = {"initial_state": ["a", 0, 0]}
    return with_config(functional(START, layer))


def tensor(name):
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}


@attack("keras", r"layers\[3\] b: expected the mask that its input carries .* but received \"another one, from n\"")
def graph_other_mask():
    """A mask where ids differ from 5, which no layer of ours would make."""
    words = node("e", class_name="Embedding", input_dim=4, output_dim=2, mask_zero=True)
    del words["config"]["units"]
    words["inbound_nodes"] = [{"args": [tensor("a")], "kwargs": {}}]
    unlike = {"module": "keras.src.ops.numpy", "class_name": "NotEqual", "name": "n", "config": {"name": "n"}}
    unlike["inbound_nodes"] = [{"args": [tensor("a"), 5], "kwargs": {}}]
    last = node("b", class_name="LSTM")
    last["inbound_nodes"] = [{"args": [tensor("e")], "kwargs": {"mask": tensor("n"), "training": False}}]
    return with_config(functional(START, words, unlike, last))


def called(name, class_name, *args, module="keras.layers", mask=None, **config):
    """A node as Keras 3 writes it; texts in `args` are names of what makes the tensors."""

    def argument(value):
        if isinstance(value, list):
            return [argument(item) for item in value]
        return tensor(value) if isinstance(value, str) else value

    kwargs = {"mask": tensor(mask)} if mask else {}
    inbound = [{"args": argument(list(args)), "kwargs": kwargs}]
    config = {"name": name, "trainable": True, **config}
    return {"module": module, "class_name": class_name, "name": name, "config": config, "inbound_nodes": inbound}


def operation(name, class_name, *args, **config):
    return called(name, class_name, *args, module="keras.src.ops.numpy", **config)


WORDS = called("e", "Embedding", "a", input_dim=4, output_dim=2, mask_zero=True)


@attack("keras", r"layers\[1\] b: expected a layer but received \"the operation Add\"\. Operations on tensors")
def graph_operation():
    """Says Add, and means e + 1."""
    return with_config(functional(START, operation("b", "Add", "a", 1), called("c", "Dense", "b", units=2), outputs=("c",)))


@attack("keras", r"layers\[1\] b: expected a layer but received \"the operation Multiply\"")
def graph_operation_without_module():
    layer = operation("b", "Multiply", "a", "a")
    del layer["module"], layer["config"]["trainable"]
    return with_config(functional(START, layer))


@attack("keras", r"layers\[2\] n: expected a graph without circles")
def graph_mask_circle():
    circle = [operation("n", "LogicalOr", "m", "m"), operation("m", "LogicalOr", "n", "n")]
    return with_config(functional(START, WORDS, *circle, called("b", "LSTM", "e", mask="n", units=2)))


@attack("keras", r"layers\[\d+\] j\d+: .*expected masks joined less often")
def graph_mask_bomb():
    """Masks that double in length sixty times over."""
    joined = [called(f"j{i}", "Concatenate", [f"j{i - 1}" if i else "e"] * 2, axis=1) for i in range(60)]
    always = operation("n", "NotEqual", "a", 0)
    return with_config(functional(START, WORDS, *joined, always, called("b", "LSTM", "j59", mask="n", units=2)))


@attack("keras", r"layers\[2\] n: this operation: expected one that makes masks as Keras does but received \"Exp\"")
def graph_mask_operation():
    layer = called("b", "LSTM", "e", mask="n", units=2)
    return with_config(functional(START, WORDS, operation("n", "Exp", "a"), layer))


@attack("keras", r"layers\[1\] b: expected a layer used once but received \"2 uses\"\. Shared layers are not read")
def graph_shared_layer():
    layer = called("b", "Dense", "a", units=3)
    layer["inbound_nodes"] *= 2
    return with_config(functional(START, layer))


@attack("keras", r"expected a model with one output but received \"2 outputs\"")
def graph_two_outputs():
    both = [called(name, "Dense", "a", units=3) for name in "bc"]
    return with_config(functional(START, *both, outputs=("b", "c")))


@attack("keras", r"layers\[3\] b\S* expected the first output of a layer but received \"output 2 of s\"")
def graph_state_used():
    layer = called("b", "Dense", "s", units=2)
    layer["inbound_nodes"][0]["args"][0]["config"]["keras_history"][2] = 2
    cell = called("s", "LSTM", "e", units=2, return_state=True)
    return with_config(functional(START, WORDS, cell, layer))


@attack("keras", r"output_layers: expected the first output of a layer but received \"output 1 of s\"")
def graph_state_put_out():
    config = functional(START, WORDS, called("s", "LSTM", "e", units=2, return_state=True))
    config["config"]["output_layers"] = ["s", 0, 1]
    return with_config(config)


@attack("keras", r"layers\[2\] b: .*expected an axis other than the batch's, as .1 or 1 but received 1e\+300")
def graph_huge_axis():
    merged = called("b", "Concatenate", ["a", "a"], axis=10**300)
    return with_config(functional(START, called("c", "Dense", "a", units=1), merged))


def both_ways(inner, **more):
    config = {"name": "b", "layer": inner, **more}
    return with_config(model({"module": "keras.layers", "class_name": "Bidirectional", "config": config}))


@attack("keras", r"layers\[1\] b\.config\.layer: expected a layer that Cellstate has .* received \"Lambda\"\. A Lambda layer")
def inner_lambda():
    return both_ways({"module": "keras.layers", "class_name": "Lambda", "config": {"function": "x"}})


@attack("keras", r"layers\[1\] b\.config\.backward_layer.module: expected a class of Keras's own but received \"subprocess\"")
def inner_module():
    cell = {"module": "keras.layers", "class_name": "LSTM", "config": {"name": "l", "units": 2}}
    return both_ways(cell, backward_layer={"module": "subprocess", "class_name": "Popen", "config": {}})


@attack("keras", r"layers\[1\] b\.config\.layer\.registered_name: expected a class of Keras's own but received \"evil>LSTM\"")
def inner_custom_layer():
    return both_ways({"class_name": "LSTM", "config": {"units": 2}, "registered_name": "evil>LSTM"})


@attack("keras", r"layers\[1\] b\.config\.layer: expected a layer \{ class_name, config \} but received \"LSTM\"")
def inner_text():
    return both_ways("LSTM")


@attack("keras", None)
def compile_module():
    """Opened to predict; what it would be trained with is only named."""
    popen = {"module": "subprocess", "class_name": "Popen", "config": {"args": ["sh"]}, "registered_name": None}
    return with_config(model(compile_config={"optimizer": popen, "loss": popen, "metrics": [popen]}))


@attack("keras", r"expected a layer with one input but received \"2 inputs\"")
def graph_two_inputs():
    return with_config(functional(START, node("b", "a", "a")))


@attack("keras", r"but received \"a Python pickle\"")
def pickle_with_code():
    return b"\x80\x04cposix\nsystem\n(S'touch /tmp/evil'\ntR."


@attack("keras", r"but received \"an empty file\"")
def empty():
    return b""


@attack("json", r"expected nesting of at most 100 levels")
def json_deep():
    return b'{"config":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}"


@attack("keras", r"attack layers\[1\] lambda: expected a layer that Cellstate has .* received \"Lambda\"")
def json_lambda():
    return json.dumps(model({"class_name": "Lambda", "config": {"name": "lambda"}})).encode()


@attack("keras", r"attack\.config\.layers\[1\]\.config: expected no key \"__proto__\"")
def json_key_proto():
    return json.dumps(model(dense(marker=1))).replace("marker", "__proto__").encode()


@attack("keras", r"attack: expected JSON but received")
def json_cut():
    return json.dumps(model(*[dense()] * 30)).encode()[:3000]


@attack("keras", r"attack: expected a Keras model .* but received \"a Python pickle\"")
def pickle_of_protocol_0():
    return b"cposix\nsystem\n(S'touch /tmp/evil'\ntR."
