"""Writes golden/parquet/: small Parquet files as pyarrow writes them, and what they hold (golden/parquet.json).

pyarrow 25: python3 tests/data/make_parquet.py

A row is a list of texts, null where there is nothing, and {"unfit": …} where a value is no text: what Cellstate's
reader gives. Values come back out of each file through pyarrow and are put into words here.
"""

import datetime
import decimal
import json
import math
import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent / "golden" / "parquet"
UTC = datetime.timezone.utc


def moment(value):
    """Milliseconds at least, and as many digits more as there are."""
    digits = f"{value.microsecond:06d}"
    return digits if digits[3:].strip("0") else digits[:3]


def nanoseconds(value):
    """An instant that Python's own datetime has no room for."""
    if value is None:
        return None
    seconds, over = divmod(value, 10**9)
    whole = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    return f"{whole.isoformat()}.{over:09d}Z" if over % 10**6 else f"{whole.isoformat()}.{over // 10**6:03d}Z"


def said(value, kind):
    if value is None:
        return None
    if pa.types.is_list(kind):
        return {"unfit": ["…", "…"]}
    if pa.types.is_struct(kind):
        return {"unfit": {"…": "…"}}
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value == int(value) else repr(value).replace("e-0", "e-")
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"unfit": {"bytes": value[:16].hex() + ("…" if len(value) > 16 else "")}}
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        zone = "Z" if value.tzinfo else ""
        return f"{value.replace(microsecond=0, tzinfo=None).isoformat()}.{moment(value)}{zone}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return f"{value.strftime('%H:%M:%S')}.{moment(value)}"
    return str(value)


def cell(value, kind):
    # A list that is not there is unread as well.
    if pa.types.is_list(kind) or pa.types.is_struct(kind) or pa.types.is_map(kind):
        return {"unfit": {"…": "…"} if pa.types.is_struct(kind) else ["…", "…"]}
    return said(value, kind)


def rows_of(path):
    table = pq.read_table(path, coerce_int96_timestamp_unit="us")
    columns = []
    for column in table.columns:
        kind = column.type
        if pa.types.is_timestamp(kind) and kind.unit == "ns":
            columns.append([nanoseconds(value) for value in column.cast(pa.int64()).to_pylist()])
        else:
            columns.append([cell(value, kind) for value in column.to_pylist()])
    return [list(row) for row in zip(*columns)]


TEXTS = [
    "the film was good",
    "naïve, and \"quoted\"",
    "映画は良かった",
    "",
    "two\nlines",
    "\ufeffa mark in front",
    "a long one " * 12,
    "\ufffd stands here itself",
]


def plain(count=24, optional=True):
    label = [i % 2 for i in range(count)]
    text = [TEXTS[i % len(TEXTS)] + ("" if i < 16 else f" {i}") for i in range(count)]
    if optional:
        text[5] = text[6] = None
        label[7] = None
    schema = pa.schema([pa.field("text", pa.string(), optional), pa.field("label", pa.int64(), optional)])
    return pa.table({"text": text, "label": label}, schema=schema)


def types():
    at = datetime.datetime
    big = 2**53
    return pa.table(
        {
            "text": ["one", "two", "three", None],
            "int64": pa.array([big + 1, -(2**63), 2**63 - 1, None], pa.int64()),
            "uint64": pa.array([2**64 - 1, 0, 1, None], pa.uint64()),
            "int32": pa.array([-(2**31), 2**31 - 1, 0, None], pa.int32()),
            "uint32": pa.array([2**32 - 1, 0, 1, None], pa.uint32()),
            "int8": pa.array([-128, 127, 0, None], pa.int8()),
            "uint8": pa.array([255, 0, 1, None], pa.uint8()),
            "float32": pa.array([0.5, -1.0, 1e-3, float("nan")], pa.float32()),
            "float64": pa.array([0.1, 3.0, -2.5e-8, None], pa.float64()),
            "float16": pa.array([0.5, -2.0, 6e-8, None], pa.float16()),
            "bool": pa.array([True, False, True, None]),
            "date": pa.array([datetime.date(2024, 2, 29), datetime.date(1969, 12, 31), datetime.date(1, 1, 1), None]),
            "seconds": pa.array([at(2024, 2, 29, 12), at(1969, 12, 31, 23, 59, 59), at(1970, 1, 1), None], pa.timestamp("s")),
            "millis": pa.array([at(2024, 2, 29, 12, 0, 0, 123000), at(1969, 12, 31, 23, 59, 59, 999000), at(1970, 1, 1), None], pa.timestamp("ms", "UTC")),
            "micros": pa.array([at(2024, 2, 29, 12, 0, 0, 123456), at(1969, 12, 31, 23, 59, 59, 999999), at(1970, 1, 1), None], pa.timestamp("us", "UTC")),
            "naive": pa.array([at(2024, 2, 29, 12, 0, 0, 1), at(1900, 1, 1), at(9999, 12, 31), None], pa.timestamp("us")),
            "time": pa.array([datetime.time(1, 2, 3, 4), datetime.time(23, 59, 59, 999999), datetime.time(0), None], pa.time64("us")),
            "time32": pa.array([datetime.time(1, 2, 3, 4000), datetime.time(23, 59, 59), datetime.time(0), None], pa.time32("ms")),
            "decimal": pa.array([decimal.Decimal("12.50"), decimal.Decimal("-0.05"), decimal.Decimal("0.00"), None], pa.decimal128(9, 2)),
            "wide": pa.array([decimal.Decimal("12345678901234567890123456.789"), decimal.Decimal("-1.000"), decimal.Decimal("0.001"), None], pa.decimal128(38, 3)),
            "binary": pa.array([b"text", b"\xff\xfe\x00", bytes(range(200, 240)), None], pa.binary()),
            "fixed": pa.array([b"abcd", b"\x00\x01\x02\x03", b"\xff\xff\xff\xff", None], pa.binary(4)),
        }
    )


def nested():
    return pa.table(
        {
            "text": ["one", "two", "three"],
            "tags": pa.array([["a", "b"], [], None], pa.list_(pa.string())),
            "meta": pa.array([{"a": 1, "b": "x"}, {"a": None, "b": "y"}, None]),
            "label": ["x", "y", "x"],
        }
    )


def odd_names():
    names = ["__proto__", "a.b", "constructor", "名前", "with space", 'q"uote', "line\nbreak", "", "field_1"]
    return pa.table([pa.array([f"{i} {j}" for j in range(3)]) for i in range(len(names))], names=names)


def delta(count=300):
    return pa.table(
        {
            "text": [f"https://example.org/{'x' * (i % 9)}/{i // 7}" for i in range(count)],
            "title": [f"title {i * 7919 % 1000}" for i in range(count)],
            "big": pa.array([(-1) ** i * (i**7) + 2**40 for i in range(count)], pa.int64()),
            "small": pa.array([(i * 7919) % 4001 - 2000 if i % 5 else None for i in range(count)], pa.int32()),
            "label": pa.array([i % 2 for i in range(count)], pa.int64()),
        }
    )


FILES = {
    **{codec: (plain(), dict(compression=codec)) for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]},
    "v2": (plain(), dict(data_page_version="2.0", compression="snappy")),
    "v2_gzip": (plain(), dict(data_page_version="2.0", compression="gzip")),
    "plain": (plain(), dict(use_dictionary=False)),
    "plain_v2": (plain(), dict(use_dictionary=False, data_page_version="2.0")),
    "required": (plain(optional=False), {}),
    "required_v2": (plain(optional=False), dict(data_page_version="2.0", use_dictionary=False)),
    "groups": (plain(60), dict(row_group_size=7)),
    "pages": (plain(400), dict(data_page_size=64, write_batch_size=8, use_dictionary=["label"])),
    "types": (types(), {}),
    "types_plain": (types(), dict(use_dictionary=False, data_page_version="2.0")),
    "int96": (types().select(["text", "naive"]), dict(use_deprecated_int96_timestamps=True)),
    "nanos": (
        pa.table({"text": ["a", "b", "c"], "at": pa.array([1709208000123456789, -1, 0], pa.timestamp("ns", "UTC"))}),
        {},
    ),
    "nested": (nested(), {}),
    "odd_names": (odd_names(), {}),
    "empty": (plain().slice(0, 0), {}),
    "no_columns": (plain().select([]), {}),
    "no_text": (pa.table({"a": pa.array([1, 2, 3]), "b": pa.array([0.5, 1.5, 2.5])}), {}),
    "delta": (
        delta(),
        dict(
            use_dictionary=False,
            column_encoding={
                "text": "DELTA_BYTE_ARRAY",
                "title": "DELTA_LENGTH_BYTE_ARRAY",
                "big": "DELTA_BINARY_PACKED",
                "small": "DELTA_BINARY_PACKED",
                "label": "DELTA_BINARY_PACKED",
            },
        ),
    ),
    "split": (
        types().select(["text", "float32", "float64", "int32", "int64"]),
        dict(
            use_dictionary=False,
            column_encoding={name: "BYTE_STREAM_SPLIT" for name in ["float32", "float64", "int32", "int64"]},
        ),
    ),
    "rle": (
        pa.table({"text": [f"t{i}" for i in range(50)], "label": [i % 3 == 0 if i % 7 else None for i in range(50)]}),
        dict(use_dictionary=False, data_page_version="2.0", column_encoding={"label": "RLE"}),
    ),
    "one_value": (pa.table({"text": ["the same"] * 50, "label": [1] * 50}), {}),
    "all_null": (pa.table({"text": ["a", "b"], "label": pa.array([None, None], pa.string())}), {}),
    "checksums": (plain(), dict(write_page_checksum=True, write_page_index=True)),
}


def main():
    HERE.mkdir(parents=True, exist_ok=True)
    expected = {}
    for name, (table, options) in FILES.items():
        path = HERE / f"{name}.parquet"
        pq.write_table(table, path, **options)
        expected[name] = {"columns": table.column_names, "rows": rows_of(path)}
    with open(HERE.with_suffix(".json"), "w") as file:
        json.dump(expected, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


main()
