"""Hostile Parquet files. python3 parquet_attacks.py

Each is written with a small writer of Thrift's compact protocol, so that any count, length or place in it can lie. One
column `text` unless said otherwise. Needs pyarrow for Zstandard alone. Writes attacks-parquet.json as well.
"""

import gzip
import json
import os
import struct
import zlib

import pyarrow as pa

MI = 2**20
TRUE, FALSE, I32, I64, BINARY, LIST, STRUCT = 1, 2, 5, 6, 8, 9, 12
BOOLEAN, INT32, INT64, BYTE_ARRAY, FIXED = 0, 1, 2, 6, 7
REQUIRED, OPTIONAL = 0, 1
NONE, SNAPPY, GZIP, ZSTD = 0, 1, 2, 6
PLAIN, RLE, DELTA, DELTA_LENGTH, DELTA_PREFIX, DICTIONARY = 0, 3, 5, 6, 7, 8


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def zigzag(value):
    return varint(value * 2 if value >= 0 else -value * 2 - 1)


def element(kind, value):
    if kind in (I32, I64):
        return zigzag(value)
    if kind == BINARY:
        value = value.encode() if isinstance(value, str) else value
        return varint(len(value)) + value
    if kind == LIST:
        item, values = value
        return many(item, len(values)) + b"".join(element(item, one) for one in values)
    return b"" if kind in (TRUE, FALSE) else value


def many(item, length):
    return bytes([length << 4 | item]) if length < 15 else bytes([0xF0 | item]) + varint(length)


def fields(*triples):
    """A structure of (number, type, value), those without a value left out."""
    out, last = b"", 0
    for number, kind, value in triples:
        if value is None:
            continue
        out += bytes([number - last << 4 | kind]) + element(kind, value)
        last = number
    return out + b"\0"


def column(name="text", type=BYTE_ARRAY, optional=REQUIRED, children=None, converted=None, width=None, scale=None, precision=None):
    return fields(
        (1, I32, type), (2, I32, width), (3, I32, optional), (4, BINARY, name), (5, I32, children), (6, I32, converted), (7, I32, scale), (8, I32, precision)
    )


def chunk(at, size, type=BYTE_ARRAY, codec=NONE, values=1, dictionary=None, unpacked=None, name="text", statistics=None):
    about = fields(
        (1, I32, type),
        (2, LIST, (I32, [0])),
        (3, LIST, (BINARY, [name])),
        (4, I32, codec),
        (5, I64, values),
        (6, I64, size if unpacked is None else unpacked),
        (7, I64, size),
        (9, I64, at),
        (11, I64, dictionary),
        (12, STRUCT, statistics),
    )
    return fields((2, I64, at), (3, STRUCT, about))


def page(body, values, unpacked=None, packed=None, encoding=PLAIN):
    about = fields((1, I32, values), (2, I32, encoding), (3, I32, RLE), (4, I32, RLE))
    head = fields((1, I32, 0), (2, I32, len(body) if unpacked is None else unpacked), (3, I32, len(body) if packed is None else packed), (5, STRUCT, about))
    return head + body


def second(body, values, unpacked=None, encoding=PLAIN, levels=b"", packed=FALSE, claimed=None):
    about = fields(
        (1, I32, values), (2, I32, 0), (3, I32, values), (4, I32, encoding), (5, I32, len(levels) if claimed is None else claimed), (6, I32, 0), (7, packed, True)
    )
    size = len(levels) + (len(body) if unpacked is None else unpacked)
    return fields((1, I32, 3), (2, I32, size), (3, I32, len(levels) + len(body)), (8, STRUCT, about)) + levels + body


def dictionary(body, values, unpacked=None):
    about = fields((1, I32, values), (2, I32, PLAIN))
    return fields((1, I32, 2), (2, I32, len(body) if unpacked is None else unpacked), (3, I32, len(body)), (7, STRUCT, about)) + body


def footer(schema, groups, rows):
    return fields((1, I32, 2), (2, LIST, (STRUCT, schema)), (3, I64, rows), (4, LIST, (STRUCT, groups)))


def close(body, end, length=None):
    return body + end + struct.pack("<I", len(end) if length is None else length) + b"PAR1"


def file(pages, rows, type=BYTE_ARRAY, optional=REQUIRED, codec=NONE, element=None, **about):
    """One column, one group."""
    schema = [column("schema", None, None, 1), element or column(type=type, optional=optional)]
    group = fields((1, LIST, (STRUCT, [chunk(4, len(pages), type, codec, **about)])), (2, I64, len(pages)), (3, I64, rows))
    return close(b"PAR1" + pages, footer(schema, [group], rows))


def described(schema, groups=(), rows=0):
    return close(b"PAR1", footer(schema, list(groups), rows))


def text(value):
    return struct.pack("<I", len(value)) + value


def prefixed(levels):
    return struct.pack("<I", len(levels)) + levels


def run(length, value, bytes=1):
    return varint(length * 2) + value.to_bytes(bytes, "little")


def deflated(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def snappy_zeros(length):
    """Sixty-four for each three bytes."""
    whole, rest = divmod(length - 1, 64)
    return varint(length) + b"\0\0" + b"\xfe\1\0" * whole + (bytes([rest - 1 << 2 | 2, 1, 0]) if rest else b"")


def deltas(values, block=128, parts=4, first=0, least=zigzag(0), widths=b"\0\0\0\0", total=None):
    return varint(block) + varint(parts) + varint(values if total is None else total) + zigzag(first) + (least + widths) * -(-(values - 1) // block)


ROOT = column("schema", None, None, 1)
TWO = [column("schema", None, None, 2), column("text"), column("label")]


def two(first, second, rows):
    """Columns text and label."""
    place = 4 + len(first)
    chunks = [chunk(4, len(first), dictionary=4), chunk(place, len(second), dictionary=place, name="label")]
    group = fields((1, LIST, (STRUCT, chunks)), (2, I64, 1), (3, I64, rows))
    return close(b"PAR1" + first + second, footer(TWO, [group], rows))


def repeated(value, rows):
    """A dictionary of one value, and one run of it."""
    return dictionary(text(value), 1) + page(b"\1" + run(rows, 0), rows, encoding=DICTIONARY)


def wide(columns, pages, codec, rows):
    """Columns that all have pages of their own."""
    names = [f"c{i}" for i in range(columns)]
    chunks = [chunk(4 + i * len(pages), len(pages), codec=codec, name=name) for i, name in enumerate(names)]
    group = fields((1, LIST, (STRUCT, chunks)), (2, I64, 1), (3, I64, rows))
    schema = [column("schema", None, None, columns), *(column(name) for name in names)]
    return close(b"PAR1" + pages * columns, footer(schema, [group], rows))


def overlapping(columns):
    pages = page(text(b"a" * MI), 1)
    names = [f"c{i}" for i in range(columns)]
    group = fields((1, LIST, (STRUCT, [chunk(4, len(pages), name=name) for name in names])), (2, I64, 1), (3, I64, 1))
    schema = [column("schema", None, None, columns), *(column(name) for name in names)]
    return close(b"PAR1" + pages, footer(schema, [group], 1))


def placed(at, size, dictionary=None):
    group = fields((1, LIST, (STRUCT, [chunk(at, size, dictionary=dictionary)])), (2, I64, 1), (3, I64, 1))
    return close(b"PAR1" + page(text(b"a"), 1), footer([ROOT, column()], [group], 1))


def numbered(structures):
    """Structures of one field, each with a number of its own."""
    items = b"".join(bytes([TRUE]) + zigzag(1000 + i % 30000) + b"\0" for i in range(structures))
    return fields((1, I32, 2)) [:-1] + bytes([1 << 4 | LIST]) + many(STRUCT, structures) + items + b"\0"


def deep(levels):
    return described([column("schema", None, None, 1), *(column(f"c{i}", None, None, 1) for i in range(levels)), column()])


DECIMAL = column(type=FIXED, converted=5, width=4 * MI, scale=0, precision=9)
LONG_STATISTIC = fields((1, BINARY, b"\x7f" * 4 * MI))

FILES = {
    # What the file says of itself: lengths, depths and numbers of things.
    "list": (close(b"PAR1", fields((1, I32, 2))[:-1] + bytes([1 << 4 | LIST, 0xF0 | STRUCT]) + varint(2**31 - 1)), "a list longer than the file's description"),
    "list_of_numbers": (close(b"PAR1", bytes([2 << 4 | LIST, 0xF0 | I32]) + varint(2**32 - 1) + b"\0"), "a list longer than the file's description"),
    "structures": (close(b"PAR1", b"\x1c" * 8_000_000), "a description that is too deep"),
    "lists": (close(b"PAR1", b"\x29" + b"\x19" * 8_000_000), "a description that is too deep"),
    "values": (close(b"PAR1", b"\x29" + many(STRUCT, 8_000_000) + b"\0" * 8_000_000 + b"\0"), "a description of more than 1048576 values"),
    "values_almost": (close(b"PAR1", b"\x29" + many(STRUCT, 1_048_000) + b"\0" * 1_048_000 + b"\0"), "more columns than it says"),
    "numbered": (close(b"PAR1", numbered(100_000)), "more columns than it says"),
    "stop_with_number": (close(b"PAR1", b"\x10" + b"\0" * 40), "something else for a list"),
    "long_number": (close(b"PAR1", bytes([1 << 4 | I64]) + b"\xff" * MI + b"\0"), "a number of more than 64 bits"),
    "length_beyond": (close(b"PAR1" + b"\0" * 100, b"\0", 2**31), "one whose end is missing"),
    "length_whole": (close(b"PAR1" + b"\0" * 100, b"\0", 105), "one whose end is missing|description"),
    "length_huge": (b"PAR1" + b"\0" * 20 * MI + struct.pack("<I", 10 * MI) + b"PAR1", "a description of at most 8388608 bytes"),
    "no_end": (b"PAR1" * 2, "one whose end is missing"),
    # The schema.
    "columns": (described([column("schema", None, None, 10**6), *[column("c")] * 10**6]), "a description of more than 1048576 values"),
    "columns_almost": (described([column("schema", None, None, 10**5), *[column("c")] * 10**5]), "more than 10000 columns"),
    "children": (described([column("schema", None, None, 2**31 - 1), column()]), "fewer columns than it says"),
    "children_within": (described([ROOT, column("a", None, None, 2**31 - 1), column()]), "fewer columns than it says"),
    "children_few": (described([ROOT, column("a"), column("b")]), "more columns than it says"),
    "children_negative": (described([column("schema", None, None, -1), column()]), "a count that is none"),
    "schema_deep": (deep(20_000), "a schema that is too deep"),
    "schema_itself": (described([column("schema", None, None, 1), column("schema", None, None, 1)]), "fewer columns than it says"),
    "no_columns": (described([column("schema", None, None, 0)]), "one without columns"),
    "no_schema": (described([]), "fewer columns than it says"),
    "type": (file(page(text(b"a"), 1), 1, element=column(type=99)), "a column of an unknown type"),
    "type_other": (file(page(text(b"a"), 1), 1, element=column(type=INT64)), "another type than the schema has"),
    "control_names": (file(page(text(b"a"), 1), 1, element=column("\x1b[31m\u202e\r\n")), "cannot tell which column is the label"),
    # Rows and places.
    "rows_negative": (file(page(text(b"a"), 1), -1), "a count that is none"),
    "rows_huge": (file(page(text(b"a"), 1), 2**62), "a count that is none"),
    "rows_many": (file(page(text(b"a"), 2**31 - 1), 2**40), "a table that grows at most 50-fold"),
    "rows_more": (file(page(text(b"a"), 1), 2), "fewer values than its group has rows"),
    "rows_fewer": (file(page(text(b"a") * 2, 2), 1), "more values than its group has rows"),
    "place_beyond": (placed(2**40, 10), "stands outside the file"),
    "place_negative": (placed(-4, 10), "a count that is none"),
    "place_size": (placed(4, 2**40), "stands outside the file"),
    "place_dictionary": (placed(4, 10, 2**50), "stands outside the file"),
    "overlapping": (overlapping(5000), "columns that overlap"),
    # Pages: their lengths, what they unpack to, and how many there are.
    "page_values": (file(page(text(b"a"), 2**31 - 1), 1), "more values than its group has rows"),
    "page_values_negative": (file(page(text(b"a"), -1), 1), "a count that is none"),
    "page_long": (file(page(text(b"a"), 1, packed=2**31 - 1), 1), "a page longer than its column"),
    "page_long_negative": (file(page(text(b"a"), 1, packed=-5), 1), "a count that is none"),
    "page_unpacked": (file(page(text(b"a"), 1, unpacked=2**31 - 1), 1), "grows at most 50-fold"),
    "page_unpacked_negative": (file(page(text(b"a"), 1, unpacked=-1), 1, codec=SNAPPY), "a count that is none"),
    "page_unpacked_less": (file(page(text(b"abc"), 1, unpacked=4), 1), "another length than it says"),
    "pages_empty": (file(page(b"", 0) * 500_000, 1), "takes work in proportion to its size|fewer values"),
    "pages_none": (file(b"", 1), "fewer values than its group has rows"),
    "text_long": (file(page(struct.pack("<I", 2**32 - 1) + b"a", 1), 1), "a page that is cut short"),
    "snappy_size": (file(page(snappy_zeros(100), 1, unpacked=2**25), 1, codec=SNAPPY), "Snappy is damaged"),
    "snappy_bomb": (file(page(snappy_zeros(30 * MI), 1, unpacked=30 * MI) * 20, 20, codec=SNAPPY), "cannot tell which column is the label"),
    "snappy_less": (file(page(snappy_zeros(200 * MI), 1, unpacked=100), 1, codec=SNAPPY), "Snappy is damaged"),
    # A literal of minus five bytes: back to itself.
    "snappy_backwards": (file(page(varint(10) + b"\xfc\xfa\xff\xff\xff" + b"\0" * 10, 1, unpacked=10), 1, codec=SNAPPY), "Snappy is damaged"),
    "gzip_bomb": (file(page(deflated(b"\0" * 500 * MI), 1, unpacked=500 * MI), 1, codec=GZIP), "grows at most 50-fold|held in memory"),
    "gzip_less": (file(page(deflated(b"\0" * 500 * MI), 1, unpacked=100), 1, codec=GZIP), "compressed data of 100 bytes"),
    "gzip_more": (file(page(deflated(b"\0" * 100), 1, unpacked=2**25), 1, codec=GZIP), "compressed data of 33554432 bytes"),
    "gzip_header": (file(page(b"\x1f\x8b\x08\x1c" + b"\xff" * 30, 1, unpacked=10), 1, codec=GZIP), "a page that is cut short"),
    "zstd_bomb": (file(page(pa.compress(b"\0" * 500 * MI, "zstd", asbytes=True), 1, unpacked=500 * MI), 1, codec=ZSTD), "grows at most 50-fold|held in memory"),
    "zstd_less": (file(page(pa.compress(b"\0" * 500 * MI, "zstd", asbytes=True), 1, unpacked=100), 1, codec=ZSTD), "Zstandard"),
    "held": (wide(200, page(deflated(text(b"\0" * 2 * MI)), 1, unpacked=2 * MI + 4), GZIP, 1), "grows at most 50-fold|held in memory"),
    # Runs, levels and indices.
    "levels_run": (file(page(prefixed(run(2**30, 1)) + text(b"a"), 1), 1, optional=OPTIONAL), "a run longer than its page"),
    "levels_number": (file(page(prefixed(b"\xff" * 9) + text(b"a"), 1), 1, optional=OPTIONAL), "a number that is too long"),
    "levels_groups": (file(page(prefixed(varint(2**31 - 1)) + text(b"a"), 1), 1, optional=OPTIONAL), "a page that is cut short"),
    "levels_nothing": (file(page(prefixed(b"\1" * MI), 1), 1, optional=OPTIONAL), "a page that is cut short"),
    "levels_long": (file(page(struct.pack("<I", 2**32 - 1) + text(b"a"), 1), 1, optional=OPTIONAL), "a page that is cut short"),
    "levels_lie": (file(page(prefixed(run(1000, 1)) + text(b"a"), 1000), 1000, optional=OPTIONAL), "values are cut short"),
    "levels_few": (file(page(prefixed(run(3, 1)) + text(b"a") * 5, 5), 5, optional=OPTIONAL), "a page that is cut short"),
    "levels_high": (file(page(prefixed(run(1, 2)) + text(b"a"), 1), 1, optional=OPTIONAL), "a level that its column has not"),
    "levels_second": (file(second(text(b"a"), 1, levels=run(2**27, 1)), 1, optional=OPTIONAL), "a run longer than its page"),
    "levels_second_long": (file(second(text(b"a"), 1, claimed=2**31 - 1), 1, optional=OPTIONAL), "a page that is cut short"),
    "index_run": (file(dictionary(text(b"a"), 1) + page(b"\1" + run(2**30, 0), 10, encoding=DICTIONARY), 10, dictionary=4), "a run longer than its page"),
    "index_beyond": (file(dictionary(text(b"a"), 1) + page(b"\1" + run(10, 1), 10, encoding=DICTIONARY), 10, dictionary=4), "an index that its dictionary has not"),
    "index_wide": (file(dictionary(text(b"a"), 1) + page(b"\xff" + b"\3" * 100, 10, encoding=DICTIONARY), 10, dictionary=4), "indices of 255 bits"),
    "index_no_bits": (file(dictionary(text(b"a"), 1) + second(b"\0\xff\xff\xff\xff\x0f", 10, encoding=DICTIONARY), 10, dictionary=4), "10 rows|label"),
    "dictionary_none": (file(page(b"\1" + run(10, 0), 10, encoding=DICTIONARY), 10), "without the dictionary that it needs"),
    "dictionary_empty": (file(dictionary(b"", 0) + page(b"\0", 10, encoding=DICTIONARY), 10, dictionary=4), "an index that its dictionary has not"),
    "dictionary_huge": (file(dictionary(text(b"a"), 2**31 - 1) + page(b"\0", 1, encoding=DICTIONARY), 1, dictionary=4), "a dictionary longer than its page"),
    "dictionary_twice": (file(dictionary(text(b"a"), 1) * 2 + page(b"\0", 1, encoding=DICTIONARY), 1, dictionary=4), "two dictionaries"),
    "dictionary_entries": (file(dictionary(deflated(b"\0" * 32_000_000), 8_000_000, 32_000_000) + page(deflated(b"\0"), 1, 1, encoding=DICTIONARY), 1, dictionary=4, codec=GZIP), "held in memory"),
    "truth_run": (file(page(prefixed(run(2**30, 1)), 5, encoding=RLE), 5, type=BOOLEAN), "a run longer than its page"),
    # Differences.
    "delta_number": (file(page(varint(128) + varint(4) + varint(1000) + b"\xff" * MI, 1000, encoding=DELTA), 1000, type=INT64), "a number that is too long"),
    "delta_parts": (file(page(deltas(1000, block=2**31 - 128, parts=2**26), 1000, encoding=DELTA), 1000, type=INT64), "differences that are not what|too long"),
    "delta_no_parts": (file(page(deltas(1000, parts=0), 1000, encoding=DELTA), 1000, type=INT64), "differences that are not what they say"),
    "delta_no_block": (file(page(deltas(1000, block=128)[2:] + b"\0" * MI, 1000, encoding=DELTA), 1000, type=INT32), "differences that are not what they say"),
    "delta_wide": (file(page(deltas(1000, widths=b"\xff" * 4), 1000, encoding=DELTA), 1000, type=INT64), "differences of more than 64 bits"),
    "delta_cut": (file(page(deltas(1000, widths=b"\x40" * 4), 1000, encoding=DELTA), 1000, type=INT64), "a page that is cut short"),
    "delta_few": (file(page(deltas(3), 1000, encoding=DELTA), 1000, type=INT64), "differences that are not what they say"),
    "delta_length": (file(page(deltas(10, first=2**31 - 1) + b"a", 10, encoding=DELTA_LENGTH), 10), "a page that is cut short"),
    "delta_length_negative": (file(page(deltas(10, first=-5) + b"a" * 100, 10, encoding=DELTA_LENGTH), 10), "a count that is none"),
    "delta_prefix": (file(page(deltas(10, first=2**31 - 1) + deltas(10, first=1) + b"a" * 10, 10, encoding=DELTA_PREFIX), 10), "a page that is cut short"),
    # Each text is the one before and one letter more: a triangle.
    "delta_triangle": (
        two(
            page(deltas(100_001, first=0, least=zigzag(1)) + deltas(100_001, first=1) + b"a" * 100_001, 100_001, encoding=DELTA_PREFIX),
            repeated(b"a", 100_001),
            100_001,
        ),
        "grows at most 50-fold",
    ),
    # Numbers that are long.
    "decimal_statistics": (file(page(b"\1" * 4 * MI, 1), 1, type=FIXED, element=DECIMAL, statistics=LONG_STATISTIC), "a decimal number of 4194304 bytes"),
    "decimal_places": (file(page(b"\1", 1), 1, type=INT32, element=column(type=INT32, converted=5, scale=2**31 - 1)), "decimal numbers with 2147483647 places"),
    "width_none": (file(page(b"", 1), 1, type=FIXED, element=column(type=FIXED, width=0)), "values of no bytes"),
    # Few bytes, many rows: within bounds, and beyond.
    "few_bytes": (two(repeated(b"spam", 1_500_000), repeated(b"a", 1_500_000), 1_500_000), None),
    "few_bytes_more": (two(repeated(b"spam", 50_000_000), repeated(b"a", 50_000_000), 50_000_000), "grows at most 50-fold"),
    "long_text": (two(repeated(b"spam " * 100_000, 100_000), repeated(b"a", 100_000), 100_000), "grows at most 50-fold"),
    "no_text": (two(page(b"\1\0\0\0\xff" * 1_500_000, 1_500_000), repeated(b"a", 1_500_000), 1_500_000), "1500000 rows have an object as text"),
}

FOLDER = os.environ.get("OUT", os.path.dirname(os.path.abspath(__file__)))


def pack(data):
    """gzip without name or time, so that the same content gives the same bytes."""
    return gzip.compress(data, 9, mtime=0)


entries = []
for name, (data, refusal) in FILES.items():
    with open(os.path.join(FOLDER, f"parquet_{name}.parquet.gz"), "wb") as out:
        out.write(pack(data))
    entries.append({"reader": "data", "file": f"parquet_{name}.parquet.gz", "refusal": refusal})
with open(os.path.join(FOLDER, "attacks-parquet.json"), "w") as out:
    out.write(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
