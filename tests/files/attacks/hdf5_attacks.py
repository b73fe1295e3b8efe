"""HDF5 files that lead elsewhere, run in circles, or hold less than they declare."""

import struct
import zlib

import h5py
import numpy as np
from sound import archive, attack, hdf5, legacy, members, with_weights


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


@attack("h5", r"0: expected the \d+ bytes that its shape \(2147483647, 2\) declares but received \"0 stored\"")
def hdf5_shape_bomb_that_fits():
    return legacy(lambda g: g.create_dataset("0", (2**31 - 1, 2), "f4"), inputs=2**31 - 1)


@attack("h5", r"0: expected a file that takes memory in proportion")
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


@attack("keras", DATA + r"expected data as it is, or packed by .* but received \"filter 32000 lzf\"")
def hdf5_unknown_filter():
    options = {"chunks": (3, 2), "compression": "lzf"}
    return with_weights(lambda g: g.create_dataset("0", (3, 2), "f4", **options), kernel=False)


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


@attack("keras", r"layers/dense/vars.*expected a file that takes memory in proportion")
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


@attack("keras", None)
def weights_not_a_number():
    """Opens, with a warning that names the weight."""
    kernel = np.array([[1, np.nan], [2, 3], [np.inf, 4]], "f4")
    return with_weights(lambda g: g.create_dataset("0", data=kernel), kernel=False)


for place, share in (("superblock", 0.005), ("attributes", 0.2), ("groups", 0.6), ("data", 0.98)):

    def make_h5_cut(share=share):
        data = legacy(lambda group: group.create_dataset("0", data=np.ones((3, 2), "f4")))
        return data[: int(len(data) * share)]

    make_h5_cut.__name__ = f"h5_cut_in_{place}"
    attack("h5", r"attack: expected (a whole HDF5 file|an HDF5 file|intact HDF5|a Keras model)")(make_h5_cut)


@attack("keras", None)
def weights_infinite():
    return with_weights(lambda group: group.create_dataset("0", data=np.full((3, 2), -np.inf, "f4")), kernel=False)
