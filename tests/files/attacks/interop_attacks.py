"""TensorFlow.js models (model.json; their shard is tfjs_shard.bin, beside it) and safetensors files."""

import json
import struct

import numpy as np
from sound import attack, model

SHARD = "tfjs_shard.bin"
KERNEL = np.arange(6, dtype="f4").reshape(3, 2)
BIAS = np.ones(2, "f4")


def shard():
    return KERNEL.tobytes() + BIAS.tobytes()


# ---- TensorFlow.js ----


def tfjs(layer=None, **changes):
    """A sound model with other parts; `layer` goes into the configuration of its one layer."""
    config = {"name": "dense", "units": 2, "trainable": True, "batch_input_shape": [None, 3], **(layer or {})}
    topology = {
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": [{"class_name": "Dense", "config": config}]},
        "keras_version": "tfjs-layers 4.22.0",
        "backend": "tensor_flow.js",
    }
    manifest = [{"paths": [SHARD], "weights": [weight("dense/kernel", [3, 2]), weight("dense/bias", [2])]}]
    return {"format": "layers-model", "modelTopology": topology, "weightsManifest": manifest, **changes}


def weight(name, shape, dtype="float32", **more):
    return {"name": name, "shape": shape, "dtype": dtype, **more}


def with_weights(*weights, paths=(SHARD,)):
    return encode(tfjs(weightsManifest=[{"paths": list(paths), "weights": list(weights)}]))


def encode(value):
    return json.dumps(value).encode()


def with_path(path):
    return with_weights(weight("dense/kernel", [3, 2]), weight("dense/bias", [2]), paths=[path])


OWN_FOLDER = r"weightsManifest\[0\]\.paths: expected names of files in the model's own folder but received "


@attack("json", OWN_FOLDER + r'"\.\./')
def tfjs_path_up():
    return with_path("../attacks.test.ts")


@attack("json", OWN_FOLDER + '"/etc/passwd"')
def tfjs_path_absolute():
    return with_path("/etc/passwd")


@attack("json", OWN_FOLDER + r'"C:')
def tfjs_path_drive():
    return with_path("C:shard.bin")


@attack("json", OWN_FOLDER + r'"\.\.\\')
def tfjs_path_backslash():
    return with_path("..\\shard.bin")


@attack("json", OWN_FOLDER + '"%2e%2e%2f')
def tfjs_path_encoded():
    return with_path("%2e%2e%2fshard.bin")


@attack("json", OWN_FOLDER + '"https:')
def tfjs_path_address():
    return with_path("https://example.com/shard.bin")


@attack("json", OWN_FOLDER + r'"\.\."')
def tfjs_path_folder():
    return with_path("..")


@attack("json", "paths: expected at most 10000 files, each once")
def tfjs_shard_twice():
    return with_weights(weight("dense/kernel", [6, 2]), weight("dense/bias", [4]), paths=[SHARD, SHARD])


@attack("json", r"weightsManifest\[0\]: expected 4503599627370504 bytes of weights but received 32")
def tfjs_shape_bomb():
    return with_weights(weight("dense/kernel", [2**40, 2**10]), weight("dense/bias", [2]))


@attack("json", r"weights\[0\] dense/kernel: expected a shape: a list of whole numbers but received \[-3, 2\]")
def tfjs_shape_negative():
    return with_weights(weight("dense/kernel", [-3, 2]), weight("dense/bias", [2]))


@attack("json", r"weights\[0\] dense/kernel: expected a shape")
def tfjs_shape_fraction():
    return with_weights(weight("dense/kernel", [1.5, 4]), weight("dense/bias", [2]))


@attack("json", r"expected kernel of shape \(3, 2\) but received \"\(2, 3\)\"")
def tfjs_shape_other():
    return with_weights(weight("dense/kernel", [2, 3]), weight("dense/bias", [2]))


@attack("json", r"weights\[1\] dense/kernel: expected a name of its own")
def tfjs_weight_twice():
    return with_weights(weight("dense/kernel", [3, 2]), weight("dense/kernel", [2]))


@attack("json", r"dense/kernel: expected a dtype that is read .* received \"string\"")
def tfjs_dtype():
    return with_weights(weight("dense/kernel", [3, 2], "string"), weight("dense/bias", [2]))


@attack("json", "dense/kernel: expected quantization with scale and min")
def tfjs_quantization():
    quantization = {"dtype": "uint8", "scale": "1e999"}
    return with_weights(weight("dense/kernel", [3, 2], quantization=quantization), weight("dense/bias", [2]))


@attack("json", r"expected a list of at most 10000 weights but received 20000")
def tfjs_many_weights():
    return with_weights(*(weight(str(i), [0]) for i in range(20000)))


@attack("json", r"weightsManifest: expected 2 weights, as the layers have but received 1")
def tfjs_weights_missing():
    return with_weights(weight("kernel", [8]))


@attack("json", r'expected no key "__proto__"')
def tfjs_key_proto():
    return encode(tfjs()).replace(b'"units"', b'"__proto__": {"units": 2}, "units"')


@attack("json", r'modelTopology.*expected no key "constructor"')
def tfjs_key_constructor():
    return encode(tfjs({"constructor": {"prototype": {}}}))


@attack("json", "expected nesting of at most 100 levels")
def tfjs_deep():
    return encode(tfjs(modelTopology="@")).replace(b'"@"', b"[" * 100_000 + b"]" * 100_000)


@attack("json", r"expected a layer that Cellstate has .* received \"Lambda\"")
def tfjs_lambda():
    topology = {"class_name": "Sequential", "config": [{"class_name": "Lambda", "config": {"function": ["eval"]}}]}
    topology["config"][0]["config"]["batch_input_shape"] = [None, 3]
    return encode(tfjs(modelTopology=topology))


@attack("json", "expected a TensorFlow.js layers model but received \"a graph model\"")
def tfjs_graph_model():
    return encode(tfjs(format="graph-model"))


@attack("json", "expected an activation that Cellstate has but received \"__proto__\"")
def tfjs_activation():
    return encode(tfjs({"activation": "__proto__"}))


# ---- safetensors ----


def arrays(**changes):
    sound = {
        "dense/kernel": {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 24]},
        "dense/bias": {"dtype": "F32", "shape": [2], "data_offsets": [24, 32]},
    }
    for name, change in changes.items():
        sound[f"dense/{name}"].update(change)
    return sound


def pack(header, data=None, length=None):
    text = header if isinstance(header, bytes) else encode(header)
    return struct.pack("<Q", len(text) if length is None else length) + text + (shard() if data is None else data)


def with_metadata(entries, config=None, **more):
    metadata = {"config": json.dumps(model() if config is None else config), "keras_version": "3.15.1", **more}
    return {"__metadata__": metadata, **entries}


def safetensors(**changes):
    return pack(with_metadata(arrays(**changes)))


@attack("safetensors", r"header: expected at most \d+ bytes but received 18446744073709552000")
def safetensors_header_vast():
    return pack(with_metadata(arrays()), length=2**64 - 1)


@attack("safetensors", r"header: expected at most \d+ bytes but received 2147483648")
def safetensors_header_long():
    return pack(with_metadata(arrays()), length=2**31)


@attack("safetensors", "header: expected JSON")
def safetensors_header_short():
    return pack(with_metadata(arrays()), length=40)


@attack("safetensors", r"dense/bias: expected data_offsets that begin at 24, where the array before ends but received 16")
def safetensors_overlap():
    return pack(with_metadata(arrays(bias={"data_offsets": [16, 24]})), data=shard()[:24])


@attack("safetensors", "dense/bias: expected data_offsets that begin at 24, .* but received 32")
def safetensors_gap():
    return pack(with_metadata(arrays(bias={"data_offsets": [32, 40]})), data=shard() + b"\0" * 8)


@attack("safetensors", "expected 32 bytes of arrays but received 4096")
def safetensors_more_data():
    return pack(with_metadata(arrays()), data=shard() + b"\0" * 4064)


@attack("safetensors", "dense/kernel: expected data_offsets of 24 bytes within 20")
def safetensors_cut():
    return pack(with_metadata(arrays()), data=shard()[:20])


@attack("safetensors", r"dense/kernel: expected data_offsets of 36 bytes within 32 but received \[0, 24\]")
def safetensors_shape_size():
    return safetensors(kernel={"shape": [3, 3]})


@attack("safetensors", r"expected kernel of shape \(3, 2\) but received \"\(2, 3\)\"")
def safetensors_shape_other():
    return safetensors(kernel={"shape": [2, 3]})


@attack("safetensors", "dense/kernel: expected data_offsets of .* bytes within 32")
def safetensors_shape_bomb():
    return safetensors(kernel={"shape": [2**50, 2**50]})


@attack("safetensors", r"dense/kernel: expected a shape: whole numbers but received \[-3, -2\]")
def safetensors_shape_negative():
    return safetensors(kernel={"shape": [-3, -2]})


@attack("safetensors", r"dense/kernel: expected data_offsets \[begin, end\]: whole numbers")
def safetensors_offsets():
    return safetensors(kernel={"data_offsets": [0, 24, 32]})


@attack("safetensors", "dense/kernel: expected a dtype that is read .* received \"F8_E4M3\"")
def safetensors_dtype():
    return safetensors(kernel={"dtype": "F8_E4M3"})


@attack("safetensors", r'header: expected no key "__proto__"')
def safetensors_key_proto():
    return pack(encode(with_metadata(arrays())).replace(b"dense/kernel", b"__proto__"))


@attack("safetensors", r'metadata config.*expected no key "constructor"')
def safetensors_config_key():
    return pack(with_metadata(arrays(), config={**model(), "constructor": {}}))


@attack("safetensors", 'header: expected one key "dense/bias" but received "two"')
def safetensors_name_twice():
    return pack(encode(with_metadata(arrays())).replace(b"dense/kernel", b"dense/bias"))


@attack("safetensors", "header: expected nesting of at most 100 levels")
def safetensors_deep():
    return pack(b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}")


@attack("safetensors", "__metadata__: expected texts by name")
def safetensors_metadata():
    return pack({"__metadata__": {"config": {"class_name": "Sequential"}}, **arrays()})


@attack("safetensors", "expected the network in the metadata, as Cellstate writes it but received \"2 arrays alone\"")
def safetensors_no_network():
    return pack(arrays())


@attack("safetensors", r"expected a layer that Cellstate has .* received \"Lambda\"")
def safetensors_lambda():
    layer = {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "lambda"}, "registered_name": None}
    return pack(with_metadata(arrays(), config=model(layer)))
