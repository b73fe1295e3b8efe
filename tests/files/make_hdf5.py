"""Writes golden/hdf5_{earliest,v108,latest}.h5.gz with h5py in three generations of the format, and golden/hdf5.json.gz: what
they hold. Run by itself:  python make_hdf5.py   (h5py 3.14 on HDF5 1.14.6)
"""

import gzip
import io
import json
import os

import h5py
import numpy as np
from packed import FOLDER


def fill(file, generation):
    rng = np.random.default_rng(5)
    file.attrs["text"] = "naïve " * 2000
    file.attrs["bytes"] = b"abc"
    file.attrs["fixed"] = np.bytes_("padded")
    file.attrs["names"] = np.array([b"dense/kernel:0", b"dense/bias:0"])
    file.attrs["variable_names"] = [f"layer {i}" for i in range(20)]
    file.attrs["empty"] = np.zeros((0,))
    file.attrs["matrix"] = rng.normal(size=(3, 2))
    file.attrs["half"] = np.float16(-0.333)
    for i in range(12):
        file.attrs[f"number_{i:02}"] = i - 5
    if generation != "earliest":
        file.attrs["huge"] = np.bytes_("q" * 70_000)
        file.attrs["middling"] = np.bytes_("m" * 5_000)
    data = file.create_group("data")
    data["float16"] = np.array([0, 1.5, -2.25, 6e-8, 65504, np.inf, -np.inf, 1e-5], "f2")
    data["float32"] = rng.normal(size=(3, 2, 4)).astype("f4")
    data["float64"] = rng.normal(size=5)
    data["big_endian"] = rng.normal(size=3).astype(">f4")
    for kind in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"):
        data[kind] = np.array([1, 100, 7 if kind[0] == "u" else -7], kind)
    data["scalar"] = np.int64(2**40)
    data["none"] = np.zeros((0, 3), "f4")
    data["fixed_text"] = np.array([b"ab", b"cde"])
    data["variable_text"] = ["x", "", "yé"]
    data["truth"] = np.array([True, False])
    packed = file.create_group("packed")
    ramp = rng.normal(size=(19, 11)).astype("f4")
    if generation == "latest":
        packed.create_dataset("single", data=ramp, chunks=ramp.shape, compression="gzip", shuffle=True)
        packed.create_dataset("single_plain", data=ramp, chunks=ramp.shape)
    else:
        packed.create_dataset("gzip", data=ramp, chunks=(5, 4), compression="gzip", shuffle=True)
        packed.create_dataset("checked", data=ramp, chunks=(6, 11), compression="gzip", fletcher32=True)
        packed.create_dataset("checked_plain", data=ramp, chunks=(6, 11), fletcher32=True)
        packed.create_dataset("chunks", data=rng.normal(size=(7, 5, 3)).astype("f4"), chunks=(2, 5, 2))
        packed.create_dataset("many_chunks", data=rng.normal(size=(30, 16)).astype("f4"), chunks=(2, 2))
    # Enough links for an index of two levels; they share one small dataset.
    links = file.create_group("links")
    links["first"] = np.float32(0.5)
    for i in range(400):
        links[f"link_{i}"] = links["first"]
    deep = file
    for i in range(12):
        deep = deep.create_group(f"level_{i}")
    deep.attrs["name"] = "bottom"


def plain(value):
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.ravel()]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value


def contents(file):
    found = {"": {"attributes": {k: plain(v) for k, v in file.attrs.items()}}}

    def visit(name, item):
        entry = {"attributes": {k: plain(v) for k, v in item.attrs.items()}}
        if isinstance(item, h5py.Dataset):
            values = plain(np.asarray(item[()]))
            entry |= {"shape": list(item.shape), "values": values if isinstance(values, list) else [values]}
        found[name] = entry

    def walk(group, path):
        for name, item in group.items():
            visit(path + name, item)
            if isinstance(item, h5py.Group):
                walk(item, f"{path}{name}/")

    walk(file, "")
    return found


def main():
    expected = {}
    for generation in ("earliest", "v108", "latest"):
        memory = io.BytesIO()
        bounds = (generation, "v108" if generation == "v108" else "latest")
        with h5py.File(memory, "w", libver=bounds) as file:
            fill(file, generation)
        with h5py.File(memory) as file:
            expected[generation] = contents(file)
        with gzip.GzipFile(os.path.join(FOLDER, f"hdf5_{generation}.h5.gz"), "wb", mtime=0) as file:
            file.write(memory.getvalue())
        print(generation, len(memory.getvalue()), "bytes")
    with gzip.GzipFile(os.path.join(FOLDER, "hdf5.json.gz"), "wb", mtime=0) as file:
        file.write(json.dumps(expected, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
