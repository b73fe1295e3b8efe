"""Settings of the wrong kind, names that JavaScript knows, signs that a terminal obeys, and ZIP fields out of range."""

import json
import struct
import zipfile

from sound import ATTACKS, archive, dense, members, model, with_config

UNITS = "layers.Dense units: expected a whole number of at least 1 but received"
ACTIVATION = "dense.config.activation: expected an activation that Cellstate has"
ESCAPE = "\x1b[2J\x1b]0;owned\x07\n"


def add(name, kind, data, refusal):
    ATTACKS.append((f"{name}.{kind}", lambda: data, refusal))


def settings(called, refusal, **config):
    add(f"odd_{called}", "keras", with_config(model(dense(**config))), refusal)


settings("units_negative", f"{UNITS} -1", units=-1)
settings("units_fraction", f"{UNITS} 1.5", units=1.5)
settings("units_text", f'{UNITS} \\"1\\"', units="1")
settings("units_true", f"{UNITS} true", units=True)
settings("units_vast", f"{UNITS} 1e\\+308", units=1e308)
settings("units_controls", f"{UNITS} \\S", units="\u009b2J\u202egnp.exe\u2028x")
settings("units_object", f"{UNITS} an object", units={"\x1b[31mX\x1b[0m\nSECOND LINE": 1})
settings("units_list", f"{UNITS} \\[", units=[{ESCAPE: 1}])
settings("activation_object", ACTIVATION, activation={ESCAPE: 1})
settings("activation_constructor", ACTIVATION, activation="constructor")
settings("activation_to_string", ACTIVATION, activation="toString")
settings("initializer_value_of", None, kernel_initializer={"class_name": "valueOf", "config": {}})
settings("name_escape", None, name="a\x1b[2J\x9b31m\u202eb\nroot#")
settings("name_constructor", None, name="constructor")
settings("name_has_own_property", None, name="hasOwnProperty")
settings("dtype_int8", "dtype", dtype="int8")
policy = {"module": "keras", "class_name": "QuantizedDTypePolicy", "config": {"mode": "int8", "source_name": "float32"}}
settings("dtype_quantized", "dtype", dtype=policy)

for word in ("constructor", "toString", "__defineGetter__"):
    layer = {**dense(), "class_name": word}
    add(f"odd_class_{word.strip('_')}", "keras", with_config(model(layer)), "expected a layer that Cellstate has")

compiled = {"optimizer": "toString", "loss": "valueOf", "metrics": ["constructor"]}
add("odd_compile_names", "keras", with_config(model(compile_config=compiled)), None)


def shaped(name, shape, refusal):
    config = model()
    config["config"]["layers"][0]["config"]["batch_shape"] = shape
    add(f"odd_shape_{name}", "keras", with_config(config), refusal)


shaped("vast", [None, 2**53], "expected a whole number of at least 1")
shaped("negative", [None, -5], "expected \\[batch, steps or features\\]")

inside = dense()
for _ in range(40):
    inside = {"module": "keras.layers", "class_name": "TimeDistributed", "config": {"name": "t", "layer": inside}}
add("odd_nested_wrappers", "keras", with_config(model(inside)), "TimeDistributed|layer")

text = json.dumps(model())
add("odd_nan", "keras", with_config(text.replace('"units": 2', '"units": NaN').encode()), "expected JSON but received")
add("odd_infinite", "keras", with_config(text.replace('"units": 2', '"units": 1e999').encode()), f"{UNITS} Infinity")
add("odd_utf16", "keras", with_config(text.encode("utf-16")), "expected text in UTF-8")
add("odd_byte_order_mark", "keras", with_config(b"\xef\xbb\xbf" + text.encode()), None)

sound = archive()
end = sound.rfind(b"PK\5\6")
central = sound.find(b"PK\1\2")


def patched(at, form, value):
    data = bytearray(sound)
    struct.pack_into(form, data, at, value)
    return bytes(data)


ODD_ZIPS = {
    "second_end": sound[: end + 20] + struct.pack("<H", 44) + b"PK\5\6" + b"\0" * 16 + struct.pack("<H", 22) + b"y" * 22,
    "trailing": sound + b"x" * 100,
    "prefix": b"PK\3\4" + b"junk" * 50 + sound,
    "count": sound[: end + 8] + b"\xff\xff\xff\xff" + sound[end + 12 :],
    "offset": patched(central + 42, "<I", 0xFFFFFFFF),
    "extra_length": patched(central + 30, "<H", 0xFFFF),
    "name_length": patched(central + 28, "<H", 0),
    "end_alone": b"PK\5\6" + b"\0" * 18,
    "bzip2": archive(members(), zipfile.ZIP_BZIP2),
    "lzma": archive(members(), zipfile.ZIP_LZMA),
}
for name, data in ODD_ZIPS.items():
    refusal = "stored or deflated" if name in ("bzip2", "lzma") else "ZIP archive|config.json"
    add(f"odd_zip_{name}", "keras", data, refusal)
