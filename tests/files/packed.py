"""Gzips what the make_*.py scripts wrote: model files are mostly zeros."""

import gzip
import os

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")


def pack():
    """Every model file in golden/ becomes NAME.gz. Returns the size of the folder in KB."""
    for name in sorted(os.listdir(FOLDER)):
        path = os.path.join(FOLDER, name)
        if name.endswith((".keras", ".h5")):
            with open(path, "rb") as file, open(f"{path}.gz", "wb") as packed:
                packed.write(gzip.compress(file.read(), 9, mtime=0))
            os.remove(path)
    return sum(os.path.getsize(os.path.join(FOLDER, name)) for name in os.listdir(FOLDER)) / 1024
