"""Writes the attack corpus: one file for each way in which a model file may be hostile or damaged, and attacks.json,
which says what refusing it must name. Each file is made by the small function of its name, and gzipped where it is large.
Run by itself:  python make_attacks.py
"""

import gzip
import io
import json
import os
import struct
import zipfile
import zlib

import h5py
import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))
ATTACKS = []


def attack(kind, refusal):
    """Registers a function that returns the bytes of an attack. `refusal`: what the message must match."""

    def register(make):
        ATTACKS.append((f"{make.__name__}.{kind}", make, refusal))
        return make

    return register


# ---- a sound model to start from ---------------------------------------------------------------------------


def dense(**more):
    return {"module": "keras.layers", "class_name": "Dense", "config": {"name": "dense", "units": 2, **more}, "registered_name": None}


def model(*layers, **more):
    start = {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "input"}}
    config = {"name": "sequential", "layers": [start, *(layers or [dense()])]}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None, **more}


def hdf5(fill=None, kernel=True, **options):
    memory = io.BytesIO()
    with h5py.File(memory, "w", **options) as file:
        group = file.create_group("layers/dense/vars")
        if kernel:
            group["0"] = np.arange(6, dtype="f4").reshape(3, 2)
        group["1"] = np.ones(2, "f4")
        if fill:
            fill(group)
    return memory.getvalue()


def members(config=None, weights=None):
    config = model() if config is None else config
    text = config if isinstance(config, bytes) else json.dumps(config).encode()
    return [
        ("metadata.json", b'{"keras_version": "3.15.1"}'),
        ("config.json", text),
        ("model.weights.h5", hdf5() if weights is None else weights),
    ]


def archive(entries=None, method=zipfile.ZIP_STORED):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as file:
        for name, data in members() if entries is None else entries:
            file.writestr(name, data)
    return memory.getvalue()


def with_config(config):
    return archive(members(config=config))


def with_weights(fill=None, **options):
    return archive(members(weights=hdf5(fill, **options)))


def patch_directory(data, name, offset, form, *values):
    """Changes fields of a member's entry in the central directory; `offset` counts from the entry's start."""
    data = bytearray(data)
    at = data.rindex(name.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    struct.pack_into(form, data, at + offset, *values)
    return bytes(data)


# ---- ZIP ---------------------------------------------------------------------------------------------------


@attack("keras", r"config\.json: expected at most 100 times its \d+ stored bytes")
def zip_bomb_honest():
    return archive(members(config=b" " * (100 << 20)), zipfile.ZIP_DEFLATED)


@attack("keras", r"config\.json: expected compressed data of 5000 bytes but received \"more than that\"")
def zip_bomb_lying():
    data = archive(members(config=b" " * (100 << 20)), zipfile.ZIP_DEFLATED)
    return patch_directory(data, "config.json", 24, "<I", 5000)


@attack("keras", r"config\.json: expected compressed data of \d+ bytes but received \d+")
def zip_member_shorter_than_said():
    data = archive(method=zipfile.ZIP_DEFLATED)
    return patch_directory(data, "config.json", 24, "<I", 3000)


@attack("keras", r"config\.json: expected \d+ bytes stored as they are")
def zip_stored_sizes_disagree():
    return patch_directory(archive(), "config.json", 24, "<I", 9000)


@attack("keras", r"members of at most \d+ bytes together")
def zip_many_small_bombs():
    entries = [(f"assets/{i}", b"\0" * (9 << 10)) for i in range(3000)]
    packed = archive([*members(), *entries], zipfile.ZIP_DEFLATED)
    data = bytearray(packed)
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        if data[at + 46 : at + 53] == b"assets/":
            struct.pack_into("<II", data, at + 20, 400, 40_000)
        at += 46
    return bytes(data)


for label, member in (
    ("zip_path_up", "../../etc/evil"),
    ("zip_path_up_inside", "assets/../../evil"),
    ("zip_path_absolute", "/etc/evil"),
    ("zip_path_drive", "C:/evil"),
    ("zip_path_control", "assets/a\x1b[2Jb"),
):

    def make_path(member=member):
        return archive([*members(), (member, b"x")])

    make_path.__name__ = label
    attack("keras", r"expected a relative name that stays inside the archive")(make_path)


@attack("keras", r"\.\.\\\\evil.*expected a relative name that stays inside the archive|expected a relative name")
def zip_path_backslash():
    return archive([*members(), ("..#evil", b"x")]).replace(b"..#evil", b"..\\evil")


@attack("keras", r"config\.json: expected one member of this name but received \"two\"")
def zip_duplicate():
    entries = members()
    return archive([*entries, ("confug.json", b"{}")]).replace(b"confug.json", b"config.json")


@attack("keras", r"expected data of its own but received \"another member's bytes\"")
def zip_overlap():
    data = archive([*members(), ("assets/a", b"x" * 50), ("assets/b", b"y" * 50)])
    first = data.index(b"assets/a") - 30
    return patch_directory(data, "assets/b", 42, "<I", first)


@attack("keras", r"config\.json: expected a member without encryption")
def zip_encrypted():
    return patch_directory(archive(), "config.json", 8, "<H", 1)


@attack("keras", r"config\.json: expected a stored or deflated member but received \"method 12\"")
def zip_method():
    return patch_directory(archive(), "config.json", 10, "<H", 12)


@attack("keras", r"config\.json: expected a header that agrees with the directory")
def zip_two_names():
    data = bytearray(archive())
    at = data.index(b"config.json")
    data[at : at + 6] = b"secret"
    return bytes(data)


@attack("keras", r"at most 4096 members but received \"5003 members\"")
def zip_too_many_members():
    return archive([*members(), *((f"assets/{i}", b"") for i in range(5000))])


@attack("keras", r"config\.json: expected data that matches its checksum")
def zip_wrong_checksum():
    return archive().replace(b'"units": 2', b'"units": 3', 1)


@attack("keras", r"expected a member under 4 GiB")
def zip_over_4_gib():
    return patch_directory(archive(), "model.weights.h5", 20, "<II", 0xFFFFFFFF, 0xFFFFFFFF)


for place, share in (("start", 0.02), ("config", 0.1), ("weights", 0.5), ("directory", 0.985), ("end", 0.999)):

    def make_cut(share=share):
        data = archive()
        return data[: int(len(data) * share)]

    make_cut.__name__ = f"zip_cut_in_{place}"
    attack("keras", r"expected an intact ZIP archive but received \"a damaged one\"")(make_cut)


@attack("keras", r"expected a Keras archive with config\.json")
def zip_without_config():
    return archive(members()[2:])


# ---- configuration -----------------------------------------------------------------------------------------


@attack("keras", r"layers\[1\] lambda: expected a layer that Cellstate has .* but received \"Lambda\"\. A Lambda layer is Python code")
def config_lambda():
    code = {"class_name": "__lambda__", "config": {"code": "4wEAAAAAAAAA", "defaults": None, "closure": None}}
    return with_config(model({"module": "keras.layers", "class_name": "Lambda", "config": {"name": "lambda", "function": code}}))


@attack("keras", r"layers\[1\]\.registered_name: expected a class of Keras's own but received \"evil>Dense\"")
def config_custom_layer():
    return with_config(model({**dense(), "registered_name": "evil>Dense"}))


@attack("keras", r"layers\[1\]\.module: expected a class of Keras's own but received \"os\"")
def config_module():
    return with_config(model({**dense(), "module": "os", "class_name": "system", "config": {"command": "touch /tmp/evil"}}))


@attack("keras", r"layers\[1\]\.module: expected a class of Keras's own but received \"kerasevil\.layers\"")
def config_module_lookalike():
    return with_config(model({**dense(), "module": "kerasevil.layers"}))


@attack("keras", r"layers\[1\] dense\.config\.activation: expected an activation that Cellstate has but received \"eval\"")
def config_function():
    function = {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"}
    return with_config(model(dense(activation=function)))


@attack("keras", r"layers\[1\] dense\.config\.activation: expected an activation that Cellstate has but received \"__lambda__\"")
def config_lambda_activation():
    code = {"class_name": "__lambda__", "config": {"value": "4wEAAAAA"}}
    return with_config(model(dense(activation=code)))


@attack("keras", r"layers\[1\] dense\.config\.kernel_initializer\.module: expected a class of Keras's own but received \"subprocess\"")
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
    config = {"name": "f", "layers": layers, "input_layers": [[n, 0, 0] for n in inputs], "output_layers": [[n, 0, 0] for n in outputs]}
    return {"module": "keras", "class_name": "Functional", "config": config}


def node(name, *inbound, class_name="Dense", **config):
    calls = [[[source, 0, 0, {}] for source in inbound]] if inbound else []
    return {"class_name": class_name, "name": name, "config": {"name": name, "units": 2, **config}, "inbound_nodes": calls}


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


@attack("keras", r"expected a layer with one input but received \"2 inputs\"")
def graph_two_inputs():
    return with_config(functional(START, node("b", "a", "a")))


# ---- HDF5 --------------------------------------------------------------------------------------------------

DATA = r"layers/dense/vars/0: "


@attack("keras", DATA + r"expected an object in this file but received \"a soft link to /layers/dense/vars/1\"")
def hdf5_soft_link():
    return with_weights(lambda g: g.__setitem__("0", h5py.SoftLink("/layers/dense/vars/1")), kernel=False)


@attack("keras", DATA + r"expected an object in this file but received \"a soft link to")
def hdf5_soft_link_new_format():
    return with_weights(lambda g: g.__setitem__("0", h5py.SoftLink("/x")), kernel=False, libver="latest")


@attack("keras", DATA + r"expected an object in this file but received \"an external link to /etc/passwd\"")
def hdf5_external_link():
    return with_weights(lambda g: g.__setitem__("0", h5py.ExternalLink("/etc/passwd", "/x")), kernel=False)


@attack("keras", DATA + r"expected data in this file but received \"a dataset kept in other files\"")
def hdf5_external_data():
    def fill(group):
        group.create_dataset("0", (3, 2), "f4", external=[("/etc/passwd", 0, 24)])

    return with_weights(fill, kernel=False)


@attack("keras", DATA + r"expected data in this file but received \"a virtual dataset\"")
def hdf5_virtual_data():
    def fill(group):
        layout = h5py.VirtualLayout((3, 2), "f4")
        layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (3, 2))
        group.create_virtual_dataset("0", layout)

    return with_weights(fill, kernel=False, libver="latest")


@attack("keras", DATA + r"expected kernel of shape \(3, 2\) but received \"\(1000000000000, 2\)\"")
def hdf5_shape_bomb():
    return with_weights(lambda g: g.create_dataset("0", (10**12, 2), "f4"), kernel=False)


@attack("h5", r"0: expected the \d+ bytes that its shape \(4000000, 2\) declares but received \"0 stored\"")
def hdf5_nothing_stored():
    return legacy(lambda g: g.create_dataset("0", (4_000_000, 2), "f4"), inputs=4_000_000)


@attack("h5", r"0: expected contents in proportion to the file's \d+ bytes")
def hdf5_shape_bomb_that_fits():
    return legacy(lambda g: g.create_dataset("0", (2**31 - 1, 2), "f4"), inputs=2**31 - 1)


@attack("h5", r"0: expected contents in proportion to the file's \d+ bytes")
def hdf5_zeros_bomb():
    """Two gigabytes of zeros, honestly packed."""

    def fill(group):
        data = group.create_dataset("0", (2**28, 2), "f4", chunks=(2**20, 2), compression="gzip")
        packed = zlib.compress(b"\0" * 8 * 2**20, 9)
        for i in range(0, 2**28, 2**23):
            data.id.write_direct_chunk((i, 0), packed)

    return legacy(fill, inputs=2**28)


@attack("keras", DATA + r"expected compressed data of 256 bytes but received \"more than that\"")
def hdf5_chunk_bomb():
    """A chunk of 256 bytes that unpacks to a hundred megabytes."""

    def fill(group):
        data = group.create_dataset("0", (3, 2), "f4", maxshape=(None, 2), chunks=(32, 2), compression="gzip")
        data.id.write_direct_chunk((0, 0), zlib.compress(b"\0" * (100 << 20), 9))

    return with_weights(fill, kernel=False)


@attack("keras", DATA + r"expected data as it is, or packed by deflate, shuffle or fletcher32 but received \"filter 32000 lzf\"")
def hdf5_unknown_filter():
    return with_weights(lambda g: g.create_dataset("0", (3, 2), "f4", chunks=(3, 2), compression="lzf"), kernel=False)


@attack("keras", r"layers/dense/vars/loop: expected groups that end but received \"a link back to a group that contains it\"")
def hdf5_link_cycle():
    return with_weights(lambda g: g.__setitem__("loop", g.file["layers"]))


@attack("keras", r"expected at most 32768 objects but received \"more\"")
def hdf5_link_maze():
    """Each group holds the next one twice: 2 to the 30th ways down."""

    def fill(group):
        below = group.file.create_group("end")
        for i in range(30):
            here = group.file.create_group(f"maze{i}")
            here["left"] = here["right"] = below
            below = here

    return with_weights(fill)


@attack("keras", r"expected groups at most 32 deep")
def hdf5_deep_groups():
    return with_weights(lambda g: g.create_group("/".join("abcdefgh" * 5)))


@attack("keras", DATA + r"expected numbers or text but received \"elements of type compound\"")
def hdf5_compound():
    kind = np.dtype([("a", "f4"), ("b", "f4")])
    return with_weights(lambda g: g.create_dataset("0", data=np.zeros((3, 2), kind)), kernel=False)


@attack("keras", DATA + r"expected numbers but received \"text\"")
def hdf5_text_weights():
    return with_weights(lambda g: g.create_dataset("0", data=np.array([[b"a", b"b"]] * 3)), kernel=False)


@attack("keras", DATA + r"expected a type and shape of its own but received \"a shared one\"")
def hdf5_named_type():
    def fill(group):
        group.file["kind"] = np.dtype("f4")
        group.create_dataset("0", (3, 2), group.file["kind"])

    return with_weights(fill, kernel=False)


@attack("keras", r"layers/dense/vars.*expected contents in proportion")
def hdf5_text_amplified():
    """One long string, referred to from every element of an attribute."""

    def fill(group):
        group.attrs["name"] = ["@" * 100_000, *["b"] * 3000]

    data = bytearray(hdf5(fill))
    reference = struct.pack("<I", 100_000)
    first = data.index(reference + data[data.index(reference) + 4 : data.index(reference) + 16])
    element = bytes(data[first : first + 16])
    for i in range(1, 3001):
        data[first + 16 * i : first + 16 * i + 16] = element
    return archive(members(weights=bytes(data)))


for place, share in (("superblock", 0.005), ("header", 0.1), ("data", 0.6), ("end", 0.99)):

    def make_cut_hdf5(share=share):
        data = hdf5()
        return archive(members(weights=data[: int(len(data) * share)]))

    make_cut_hdf5.__name__ = f"hdf5_cut_in_{place}"
    attack("keras", r"model\.weights\.h5: expected (a whole HDF5 file|an HDF5 file|intact HDF5)")(make_cut_hdf5)


def legacy(fill, inputs=3):
    config = model()
    config["config"]["layers"][0]["config"]["batch_shape"] = [None, inputs]
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        file.attrs["keras_version"] = "3.15.1"
        file.attrs["model_config"] = json.dumps(config)
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = np.array([b"dense"])
        group = root.create_group("dense")
        group.attrs["weight_names"] = np.array([b"0", b"1"])
        group["1"] = np.ones(2, "f4")
        fill(group)
    return memory.getvalue()


@attack("h5", r"model_config: expected nesting of at most 100 levels")
def h5_deep_config():
    data = legacy(lambda g: g.file.attrs.__setitem__("model_config", "[" * 5000 + "]" * 5000))
    return data


@attack("h5", r"model_weights/dense/\.\./x: expected the dataset that weight_names lists")
def h5_name_outside():
    return legacy(lambda g: g.attrs.__setitem__("weight_names", np.array([b"../x", b"1"])))


@attack("keras", r"expected a Keras archive with model\.weights\.h5")
def zip_without_weights():
    return archive(members()[:2])


@attack("h5", r"expected a whole model .* but received \"weights alone\"")
def h5_weights_alone():
    return hdf5()


@attack("h5", r"expected a whole model .* but received \"a configuration alone\"")
def h5_config_alone():
    return legacy(lambda g: g.file.__delitem__("model_weights"))


# ---- other files -------------------------------------------------------------------------------------------


@attack("keras", r"but received \"a Python pickle\"")
def pickle_with_code():
    return b"\x80\x04cposix\nsystem\n(S'touch /tmp/evil'\ntR."


@attack("keras", r"but received \"an empty file\"")
def empty():
    return b""


@attack("json", r"expected nesting of at most 100 levels")
def json_deep():
    return b'{"config":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}"


# ---- accepted ----------------------------------------------------------------------------------------------


@attack("keras", None)
def weights_not_a_number():
    """Opens, with a warning that names the weight."""
    kernel = np.array([[1, np.nan], [2, 3], [np.inf, 4]], "f4")
    return with_weights(lambda g: g.create_dataset("0", data=kernel), kernel=False)


def write(name, data):
    """Returns the file's name, with .gz where it was worth it."""
    if len(data) > 2048:
        name, data = name + ".gz", gzip.compress(data, 9, mtime=0)
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(data)
    return name


def formatted(entry):
    """JSON as the project's formatter lays it out."""
    fields = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in entry.items()]
    line = "  { " + ", ".join(fields) + " }"
    return line if len(line) < 110 else "  {\n    " + ",\n    ".join(fields) + "\n  }"


def main():
    for name in os.listdir(FOLDER):
        if name.endswith((".keras", ".h5", ".json", ".gz")):
            os.remove(os.path.join(FOLDER, name))
    listing = [{"file": write(name, make()), "refusal": refusal} for name, make, refusal in ATTACKS]
    total = sum(os.path.getsize(os.path.join(FOLDER, entry["file"])) for entry in listing)
    with open(os.path.join(FOLDER, "attacks.json"), "w") as file:
        file.write("[\n" + ",\n".join(map(formatted, listing)) + "\n]\n")
    print(f"{len(listing)} attacks, {total / 1024:.0f} KB")


if __name__ == "__main__":
    main()
