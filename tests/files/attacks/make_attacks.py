"""Writes the attack corpus: one file for each way in which a model file may be hostile or damaged, and attacks.json,
which says what refusing it must name. Each file is made by the small function of its name in the modules beside this one,
and gzipped where that is worth it. Run by itself:  python make_attacks.py
"""

import gzip
import json
import os

import config_attacks  # noqa: F401
import hdf5_attacks  # noqa: F401
import interop_attacks
import odd_attacks  # noqa: F401
import wide_attacks  # noqa: F401
import zip_attacks  # noqa: F401
from sound import ATTACKS

FOLDER = os.path.dirname(os.path.abspath(__file__))


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
    with open(os.path.join(FOLDER, "attacks.json")) as file:
        for entry in json.load(file):
            os.remove(os.path.join(FOLDER, entry["file"]))
    with open(os.path.join(FOLDER, interop_attacks.SHARD), "wb") as file:
        file.write(interop_attacks.shard())
    listing = [{"file": write(name, make()), "refusal": refusal} for name, make, refusal in ATTACKS]
    total = sum(os.path.getsize(os.path.join(FOLDER, entry["file"])) for entry in listing)
    with open(os.path.join(FOLDER, "attacks.json"), "w") as file:
        file.write("[\n" + ",\n".join(map(formatted, listing)) + "\n]\n")
    print(f"{len(listing)} attacks, {total / 1024:.0f} KB")


if __name__ == "__main__":
    main()
