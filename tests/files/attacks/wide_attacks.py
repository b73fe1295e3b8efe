"""JSON that is neither deep nor long by what it says, and holds millions of values; and keys that come twice."""

import json
import random
import struct
import zipfile
import zlib

from sound import archive, attack, members, model, with_config

TOO_MUCH = "expected a file that takes memory in proportion to its size"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def wide(item, megabytes):
    return '{"a":[' + item * (megabytes * 1_000_000 // len(item)) + "0]}"


def zipped(body, name="config.json"):
    """In an archive, with as much text that does not compress as keeps a member under a hundred times what is stored."""
    dice = random.Random(1)
    missing = max(0, len(body) // 98 - len(zlib.compress(body.encode(), 9)))
    noise = "".join(dice.choice(LETTERS) for _ in range(int(missing * 1.4) + 100))
    body = body[:-1] + f',"r":"{noise}"}}'
    return archive([(n, body.encode() if n == name else d) for n, d in members()], zipfile.ZIP_DEFLATED)


@attack("keras", TOO_MUCH)
def zip_wide_objects():
    return zipped(wide("{},", 12))


@attack("keras", TOO_MUCH)
def zip_wide_keys():
    return zipped(wide('{"a":1},', 12))


@attack("keras", TOO_MUCH)
def zip_wide_metadata():
    return zipped(wide("[],", 12), "metadata.json")


@attack("keras", TOO_MUCH)
def zip_wide_texts():
    return zipped(wide('"",', 16))


@attack("json", TOO_MUCH)
def json_wide_objects():
    return wide("{},", 40).encode()


@attack("json", TOO_MUCH)
def json_wide_arrays():
    return wide("[[0]],", 40).encode()


@attack("json", r"expected a layer \{ class_name, config \} but received Infinity")
def json_long_number():
    return ('{"class_name":"Sequential","config":{"layers":[' + "9" * 1_000_000 + "]}}").encode()


@attack("keras", r'config\.json\.config: expected one key "layers" but received "two"')
def json_key_twice():
    return with_config(json.dumps(model()).replace('"layers":', '"layers": [], "layers":').encode())


@attack("keras", r'config\.json\.config: expected one key "layers" but received "two"')
def json_key_twice_escaped():
    return with_config(json.dumps(model()).replace('"layers":', '"l\\u0061yers": [], "layers":').encode())


def safetensors(header):
    return struct.pack("<Q", len(header)) + header


@attack("safetensors", TOO_MUCH)
def safetensors_wide():
    return safetensors(wide("{},", 30).encode())


@attack("safetensors", TOO_MUCH)
def safetensors_many_arrays():
    entry = '"%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}'
    return safetensors(("{" + ",".join(entry % i for i in range(300_000)) + "}").encode())


@attack("safetensors", TOO_MUCH)
def safetensors_wide_metadata():
    config = "[" + "[]," * 9_000_000 + "0]"
    return safetensors(json.dumps({"__metadata__": {"config": config}}).encode())


@attack("json", TOO_MUCH)
def tfjs_wide():
    body = json.dumps({"format": "layers-model", "modelTopology": model(), "weightsManifest": []})
    return (body[:-1] + ',"x":[' + "{}," * 12_000_000 + "0]}").encode()
