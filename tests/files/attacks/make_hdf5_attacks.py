"""Writes attacks-hdf5.json and its files: HDF5 files and pickles that ask for far more than they hold. Standard library alone.
Run by itself:  python make_hdf5_attacks.py
"""

import gzip
import json
import os
import struct

FOLDER = os.path.dirname(os.path.abspath(__file__))
NOWHERE = 2**64 - 1
MEMORY = r"expected a file that takes (memory|work) in proportion to its size"
ENTRIES = []


def attack(name, refusal, data, reader="model"):
    with open(os.path.join(FOLDER, name + ".gz"), "wb") as file:
        file.write(gzip.compress(data, 9, mtime=0))
    ENTRIES.append({"file": name + ".gz", "refusal": refusal, "reader": reader})


def padded(data):
    return data + b"\0" * (-len(data) % 8)


def message(kind, body):
    body = padded(body)
    return struct.pack("<HHB3x", kind, len(body), 0) + body


def header(*messages):
    """An object header of version 1, which has no checksum."""
    body = b"".join(messages)
    return struct.pack("<BxHII4x", 1, len(messages), 1, len(body)) + body


def link(name, address):
    return message(6, bytes([1, 0, len(name)]) + name.encode() + struct.pack("<Q", address))


def superblock(root, end):
    head = b"\x89HDF\r\n\x1a\n" + bytes([0, 0, 0, 0, 0, 8, 8, 0]) + struct.pack("<HHI", 4, 16, 0)
    return head + struct.pack("<QQQQ", 0, NOWHERE, end, NOWHERE) + struct.pack("<QQII16x", 0, root, 0, 0)


class File:
    def __init__(self):
        self.data = bytearray(96)

    def put(self, data):
        self.data += b"\0" * (-len(self.data) % 8)
        at = len(self.data)
        self.data += data
        return at

    def whole(self, root):
        self.data[:96] = superblock(root, len(self.data))
        return bytes(self.data)


def symbols(file, heap_bytes, offsets):
    """The message of a group whose names lie at `offsets` of a heap, all leading to one empty group."""
    data = file.put(heap_bytes)
    heap = file.put(b"HEAP" + bytes(4) + struct.pack("<QQQ", len(heap_bytes), NOWHERE, data))
    child = file.put(header(message(2, bytes(2) + struct.pack("<QQ", NOWHERE, NOWHERE))))
    entries = b"".join(struct.pack("<QQII16x", offset, child, 0, 0) for offset in offsets)
    node = file.put(b"SNOD\x01\0" + struct.pack("<H", len(offsets)) + entries)
    keys = struct.pack("<QQQ", 0, node, 0)
    tree = file.put(b"TREE\0\0" + struct.pack("<HQQ", 1, NOWHERE, NOWHERE) + keys)
    return message(0x11, struct.pack("<QQ", tree, heap))


def long_names():
    """Names that end where the heap ends: each is the one before, less a letter."""
    file = File()
    return file.whole(file.put(header(symbols(file, b"x" * 99_999 + b"\0", range(3000)))))


def attribute(name, kind, count, data):
    name = name + b"\0"
    space = struct.pack("<BBB5xQ", 1, 1, 0, count)
    sizes = struct.pack("<BxHHH", 1, len(name), len(kind), len(space))
    return message(0x0C, sizes + padded(name) + padded(kind) + space + data)


VARIABLE = struct.pack("<B3sI", 0x19, b"\x01\0\0", 16) + struct.pack("<B3sIHH", 0x10, b"\0\0\0", 1, 0, 8)


def overlapping_heaps(count=4000):
    """Collections of strings that each hold all that come after them."""
    file = File()
    parts = []
    for i in range(count):
        parts.append(b"GCOL\x01\0\0\0" + struct.pack("<Q", 32 * (count - i) + 16) + struct.pack("<HH4xQ", i + 1, 1, 16))
    start = file.put(b"".join(parts) + bytes(16))
    values = b"".join(struct.pack("<IQI", 1, start + 32 * i, i + 1) for i in range(count))
    return file.whole(file.put(header(attribute(b"a", VARIABLE, count, values))))


def tiny_texts(objects=60):
    """Headers that continue in the same 64 KB of one-letter texts."""
    file = File()
    block = attribute(b"a", struct.pack("<B3sI", 0x13, b"\0\0\0", 1), 65_000, b"x" * 65_000)
    shared = file.put(block)
    more = message(0x10, struct.pack("<QQ", shared, len(block)))
    links = [link(f"{i:x}", file.put(header(more))) for i in range(objects)]
    return file.whole(file.put(header(*links)))


def shared_continuation(objects=2000):
    """Headers that all continue in one block of thousands of empty messages."""
    file = File()
    block = message(0, b"") * 8000
    shared = file.put(block)
    more = message(0x10, struct.pack("<QQ", shared, len(block)))
    links = [link(f"{i:x}", file.put(header(more))) for i in range(objects)]
    return file.whole(file.put(header(*links)))


def deep_enumeration():
    """A type of a type of a type …, as an attribute."""
    kind = struct.pack("<B3sI", 0x18, b"\0\0\0", 1) * 8000
    file = File()
    return file.whole(file.put(header(attribute(b"a", kind, 1, b"\0"))))


def name_twice():
    file = File()
    empty = file.put(header(message(2, bytes(2) + struct.pack("<QQ", NOWHERE, NOWHERE))))
    return file.whole(file.put(header(link("model_weights", empty), link("model_weights", empty))))


ORDERED = b"\x80\x02ccollections\nOrderedDict\nq\x00"


def ordered(keep, pairs=20_000, calls=20_000):
    body = b"](" + b"".join(b"J" + struct.pack("<i", i) + b"N\x86" for i in range(pairs)) + b"e\x85q\x01("
    return ORDERED + body + (b"h\x00h\x01R" + (b"" if keep else b"0")) * calls + b"l."


def numpy_text(length=200_000, calls=5000):
    kind = b"U" + str(length).encode()
    made = b"\x80\x03cnumpy.core.multiarray\nscalar\nq\x00cnumpy\ndtype\nX" + struct.pack("<I", len(kind)) + kind
    return made + b"\x85RB" + struct.pack("<I", 4 * length) + b"a\0\0\0" * length + b"\x86q\x010(" + b"h\x00h\x01R" * calls + b"l."


def laughs():
    """Ten lists, each of a hundred of the one before: a reader that copied them would never end."""
    return b"\x80\x02]q\x00" + b"".join(b"](" + bytes([0x68, i]) * 100 + bytes([0x65, 0x71, i + 1]) for i in range(10)) + b"."


def pickles():
    many = 400_000
    attack("pickle_ordered_kept.pkl", MEMORY, ordered(True), "vocabulary")
    attack("pickle_ordered_dropped.pkl", MEMORY, ordered(False), "vocabulary")
    attack("pickle_numpy_text.pkl", MEMORY, numpy_text(), "vocabulary")
    negative = b"\x80\x02K\x01" + b"".join(b"p-%d\n" % i for i in range(1, 20_000)) + b"."
    attack("pickle_negative_memo.pkl", "expected memo entries in order", negative, "vocabulary")
    attack("pickle_copied_lists.pkl", r"expected a word but received .object", laughs(), "vocabulary")
    attack("pickle_self_list.pkl", r"expected a word but received .object", b"\x80\x02]q\x00h\x00a.", "vocabulary")
    attack("pickle_maps.pkl", MEMORY, b"\x80\x02" + b"}" * 2 * many + b".", "vocabulary")
    attack("pickle_marks.pkl", MEMORY, b"\x80\x02" + b"(" * 4 * many + b".", "vocabulary")
    attack("pickle_state_twice.pkl", "an object to give attributes to", b"\x80\x02ckeras.preprocessing.text\nTokenizer\n)\x81}b}K\x01K\x02sb}b.", "vocabulary")


def main():
    attack("hdf5_long_names.h5", MEMORY, long_names())
    attack("hdf5_overlapping_heaps.h5", MEMORY, overlapping_heaps())
    attack("hdf5_tiny_texts.h5", MEMORY, tiny_texts())
    attack("hdf5_shared_continuation.h5", MEMORY, shared_continuation())
    attack("hdf5_deep_enumeration.h5", "expected a group at the root", deep_enumeration())
    attack("hdf5_name_twice.h5", "names that are there once, without a slash", name_twice())
    pickles()
    with open(os.path.join(FOLDER, "attacks-hdf5.json"), "w") as file:
        lines = [json.dumps(entry) for entry in ENTRIES]
        file.write("[\n  " + ",\n  ".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
