"""Hostile data files: what a reader of texts and labels may be sent. python3 data_attacks.py

Each is small as stored here and large once unpacked: lines, quotes, rows and values without end, gzip within gzip.
"""

import gzip
import os
import zlib

MI = 2**20


def pack(data, level=9):
    """gzip without name or time, so that the same content gives the same bytes."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


FILES = {
    # One row of 15 million fields; the same in quotes; the same as a header's names.
    "data_commas.csv": b"text,label\n" + b"," * 15_000_000 + b"\n",
    "data_commas_first.csv": b"," * 15_000_000,
    "data_quoted_fields.csv": b"text,label\n" + b'"",' * 5_000_000,
    "data_many_names.csv": ",".join(f"c{i:05d}" for i in range(9000)).encode() + b"\n" + b"," * 8999 + b"\n",
    # A quote that is never closed, one full of quotes, a line that never ends.
    "data_open_quote.csv": b'text,label\n"' + b"a" * 60 * MI,
    "data_doubled_quotes.csv": b'text,label\n"' + b'"' * 40 * MI,
    "data_endless_line.csv": b"text,label\n" + b"a" * 60 * MI,
    "data_endless_line.jsonl": b'{"text": "' + b"a" * 60 * MI,
    "data_carriage_returns.csv": b"text,label\na,b\n" + b"\r" * 40 * MI,
    # Rows without end, or of nothing.
    "data_blank_lines.csv": b"\n" * 60 * MI,
    "data_short_rows.csv": b"text,label\n" + b"a,b\nc,d\n" * 1_000_000,
    "data_long_name.csv": b"a" * 70_000 + b",b\n" + b"a,b\n" * 300_000,
    # Values: many, deep, and keys without end.
    "data_many_values.jsonl": b'{"text": "a", "label": [' + b"1," * 7_000_000 + b"1]}\n",
    "data_many_objects.jsonl": b'{"text": "a", "label": [' + b"{}," * 5_000_000 + b"1]}\n",
    "data_deep_values.jsonl": b'{"text": ' + b"[" * 8_000_000 + b"]" * 8_000_000 + b"}\n",
    "data_many_keys.jsonl": b"{" + b",".join(b'"%x":1' % i for i in range(20_000)) + b"}\n",
    # gzip that grows a thousandfold, and of very many parts.
    "data_bomb.csv.gz": pack(b"text,label\n" + b"a b,c\n" * 50_000_000),
    "data_empty_parts.csv.gz": pack(b"") * 500_000,
}

FOLDER = os.path.dirname(os.path.abspath(__file__))
for name, data in FILES.items():
    with open(os.path.join(os.environ.get("OUT", FOLDER), f"{name}.gz"), "wb") as file:
        file.write(pack(data))
