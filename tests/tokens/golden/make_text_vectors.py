"""Golden vectors for the two text front ends, made with real Keras (3.15.1 on TensorFlow).

    python tests/text/golden/make_text_vectors.py

writes text-vectors.json beside itself: what TextVectorization, the legacy Tokenizer and pad_sequences do with texts
chosen to tell implementations apart.
"""

import json
import pathlib
import random

import keras
from keras.src.legacy.preprocessing.text import Tokenizer
from keras.utils import pad_sequences

FIT = [
    "The quick brown fox jumps over the lazy dog. The dog sleeps!",
    "A fox is not a dog; a dog isn't a fox -- don't mix them up.",
    "ÀÉÎ é È caf\u00e9 CAFÉ Straße STRASSE İstanbul istanbul ΣΊΣΥΦΟΣ σίσυφος",
    "constructor __proto__ toString hasOwnProperty constructor __proto__ prototype",
    "10 9 2 1 10 9 2 007 1e3 -1 3.14 0 00",
    "no\u00a0break thin\u2009space ideographic\u3000space next\u0085line word\u200bjoin",
    "tab\tnewline\nreturn\rform\ffeed\vtab unit\x1fsep file\x1csep",
    "emoji 😀 👍🏽 👩‍👩‍👧 😀 zebra \ue000private \uffee",
    "",
    "   \t \n ",
    "!!! ... --- [UNK] <OOV> [unk]",
    "supercalifragilisticexpialidocious" * 12 + " short",
    "don't DON'T dont can't 'quoted' o'clock's",
    "tie b tie a tie c aa ab ba Ω ω 中文 中 文 中文",
    "the the THE The tHe",
]
PROBE = [
    "The lazy fox never SLEEPS, unseen words",
    "constructor __proto__ valueOf 10 2 99",
    "É é CAFÉ café 中文 😀 🤖 İstanbul no\u00a0break",
    "",
    "???",
    "[UNK] tie the\tdog\r\ndog",
    "don't dont DON'T",
    "one two three four five six seven the eight nine ten",
]


def text_vectorization():
    cases = []
    standardizations = ["lower_and_strip_punctuation", "lower", "strip_punctuation", None]
    settings = [(s, split, None, None) for s in standardizations for split in ["whitespace", "character", None]]
    settings += [
        ("lower_and_strip_punctuation", "whitespace", 3, None),
        ("lower_and_strip_punctuation", "whitespace", 9, None),
        ("lower_and_strip_punctuation", "whitespace", 9, 4),
        ("lower_and_strip_punctuation", "whitespace", 1000, 12),
        ("lower", "character", 20, 7),
    ]
    for standardize, split, max_tokens, length in settings:
        layer = keras.layers.TextVectorization(
            max_tokens=max_tokens, standardize=standardize, split=split, output_sequence_length=length
        )
        ragged = keras.layers.TextVectorization(
            max_tokens=max_tokens, standardize=standardize, split=split, ragged=split is not None
        )
        layer.adapt(FIT)
        ragged.adapt(FIT)
        case = {
            "standardize": standardize,
            "split": split,
            "size": max_tokens,
            "length": length,
            "vocabulary": layer.get_vocabulary(),
        }
        if split is None:
            case["ids"] = [[int(row)] for row in ragged(FIT + PROBE).numpy().ravel()]
        else:
            case["ids"] = ragged(FIT + PROBE).to_list()
        if length is not None:
            case["rows"] = layer(FIT + PROBE).numpy().tolist()
        cases.append(case)
    return cases


def tokenizer():
    cases = []
    settings = [
        {},
        {"oov_token": "<OOV>"},
        {"oov_token": "the"},
        {"num_words": 2},
        {"num_words": 9},
        {"num_words": 9, "oov_token": "<OOV>"},
        {"num_words": 9, "oov_token": "the"},
        {"num_words": 5, "oov_token": "zebra"},
        {"num_words": 1000},
        {"lower": False},
        {"filters": ""},
        {"filters": "aeé中\t\n", "lower": False},
        {"filters": "😀\u00a0.", "oov_token": "?"},
        {"split": "e"},
        {"char_level": True},
        {"char_level": True, "lower": False, "num_words": 30},
        {"char_level": True, "oov_token": "UNK", "num_words": 12},
    ]
    for options in settings:
        made = Tokenizer(**options)
        made.fit_on_texts(FIT)
        ids = made.texts_to_sequences(FIT + PROBE)
        cases.append(
            {
                "options": options,
                "wordIndex": list(made.word_index.items()),
                "ids": ids,
                "texts": made.sequences_to_texts(ids),
            }
        )
    return cases


def padding():
    draw = random.Random(5)
    cases = []
    for maxlen in [None, 1, 3, 6]:
        for side in ["pre", "post"]:
            for cut in ["pre", "post"]:
                for value in [0, 7]:
                    rows = [[draw.randint(1, 99) for _ in range(draw.randint(0, 8))] for _ in range(5)]
                    padded = pad_sequences(rows, maxlen=maxlen, padding=side, truncating=cut, value=value)
                    cases.append(
                        {
                            "rows": rows,
                            "maxlen": maxlen,
                            "padding": side,
                            "truncating": cut,
                            "value": value,
                            "padded": padded.tolist(),
                        }
                    )
    return cases


vectors = {
    "keras": keras.__version__,
    "fit": FIT,
    "probe": PROBE,
    "textVectorization": text_vectorization(),
    "tokenizer": tokenizer(),
    "padding": padding(),
}
text = json.dumps(vectors, separators=(",", ":"))
pathlib.Path(__file__).with_name("text-vectors.json").write_text(text.replace('},{', '},\n{') + "\n")
