"""Writes golden/: small files of word vectors in each format that is read, and what they hold (expected.json).

Python's own library alone: python3 tests/data/make_vectors.py

Layouts, as their programs write them:
  glove.txt       stanfordnlp/GloVe src/glove.c, save_params with write_header 0: "word %f %f …" a line
  word2vec.txt    tmikolov/word2vec word2vec.c, binary 0: "words width", then "word %lf %lf … " with a space at the end
  word2vec.bin    the same, binary 1: "words width\\n", then "word " + float32s + "\\n"
  gensim.bin      gensim KeyedVectors.save_word2vec_format(binary=True): the same without "\\n" behind the numbers
  fasttext.vec    facebookresearch/fastText saveVectors: "words width", then "word %.5g … " a line, </s> first
  fasttext.bin    facebookresearch/fastText saveModel, version 12, skip-gram with character n-grams:
                  magic, version; args; dictionary; quantized?; input matrix (output matrix left out: it is not read)
"""

import json
import random
import struct
from pathlib import Path

HERE = Path(__file__).parent / "golden"
WIDTH, BUCKETS, MINN, MAXN = 5, 37, 3, 5
WORDS = ["</s>", "the", "film", "Paris", "naïve", "映画", "it's", "1999", "zoë"]
STRANGE = ["films", "cinéma"]  # not in the dictionary: made of n-grams

rng = random.Random(7)
f32 = lambda x: struct.unpack("<f", struct.pack("<f", x))[0]
row = lambda: [f32(rng.uniform(-1, 1)) for _ in range(WIDTH)]


def fnv(data):
    """fastText's Dictionary::hash: each char is signed before it is widened."""
    h = 2166136261
    for byte in data:
        h ^= (byte - 256 if byte > 127 else byte) & 0xFFFFFFFF
        h = h * 16777619 & 0xFFFFFFFF
    return h


def ngrams(word):
    """Dictionary::computeSubwords, over characters in place of UTF-8 bytes."""
    if word == "</s>":
        return []
    text = f"<{word}>"
    parts = [text[i : i + n] for i in range(len(text)) for n in range(MINN, MAXN + 1) if i + n <= len(text)]
    return [len(WORDS) + fnv(part.encode()) % BUCKETS for part in parts]


def mean(rows):
    return [sum(column) / len(rows) for column in zip(*rows)]


def main():
    HERE.mkdir(exist_ok=True)
    plain = {word: row() for word in WORDS}
    rounded = {word: [float(f"{x:.5g}") for x in values] for word, values in plain.items()}
    exact = lambda values: " ".join(f"{x:.9g}" for x in values)
    head = f"{len(WORDS)} {WIDTH}\n"

    lines = [f"{word} {exact(values)}\n" for word, values in plain.items()]
    lines.insert(3, f". . . {exact(plain['the'])}\n")  # as in glove.840B: a word with spaces in it
    (HERE / "glove.txt").write_text("".join(lines), encoding="utf-8")
    (HERE / "word2vec.txt").write_text(
        head + "".join(f"{word} {exact(values)} \n" for word, values in plain.items()), encoding="utf-8"
    )
    (HERE / "fasttext.vec").write_text(
        head + "".join(f"{word} {' '.join(f'{x:.5g}' for x in values)} \n" for word, values in plain.items()),
        encoding="utf-8",
    )
    for name, end in {"word2vec.bin": b"\n", "gensim.bin": b""}.items():
        packed = [word.encode() + b" " + struct.pack(f"<{WIDTH}f", *values) + end for word, values in plain.items()]
        (HERE / name).write_bytes(head.encode() + b"".join(packed))

    matrix = [row() for _ in range(len(WORDS) + BUCKETS)]
    model = struct.pack("<ii", 793712314, 12)
    # dim ws epoch minCount neg wordNgrams loss(ns) model(sg) bucket minn maxn lrUpdateRate t
    model += struct.pack("<12id", WIDTH, 5, 5, 1, 5, 1, 2, 2, BUCKETS, MINN, MAXN, 100, 1e-4)
    model += struct.pack("<iiiqq", len(WORDS), len(WORDS), 0, 1000, -1)
    for i, word in enumerate(WORDS):
        model += word.encode() + b"\0" + struct.pack("<qb", 100 - i, 0)
    model += struct.pack("<?qq", False, len(matrix), WIDTH)
    for values in matrix:
        model += struct.pack(f"<{WIDTH}f", *values)
    (HERE / "fasttext.bin").write_bytes(model)

    composed = {word: mean([matrix[i]] + [matrix[k] for k in ngrams(word)]) for i, word in enumerate(WORDS)}
    composed |= {word: mean([matrix[k] for k in ngrams(word)]) for word in STRANGE}
    expected = {"width": WIDTH, "words": WORDS, "strange": STRANGE, "plain": plain, "rounded": rounded, "composed": composed}
    (HERE / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


main()
