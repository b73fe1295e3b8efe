"""Writes golden/graph_*.keras.gz and *.h5.gz: windows, normalisation, shapes and activations as layers, saved by real
Keras 3.15.1; and what they put out: golden/layer_files.json. As make_graph_files.py, whose means it uses.
"""

import json
import os

from make_graph_files import CASES, STEPS, chain, embedding, floats, ids, save, some_ids  # isort: skip
import keras
from keras import layers
from make_keras_files import FOLDER
from packed import pack


def windows():
    chain(
        "windows",
        floats("windows", STEPS, 4),
        layers.Conv1D(6, 3, padding="causal", dilation_rate=2, activation="relu"),
        layers.BatchNormalization(momentum=0.8),
        layers.SpatialDropout1D(0.3),
        layers.Conv1D(4, 2, strides=2, groups=2, use_bias=False, padding="same"),
        layers.LayerNormalization(epsilon=0.01),
        layers.BatchNormalization(scale=False, center=False, trainable=False),
        layers.GlobalMaxPooling1D(),
        layers.BatchNormalization(axis=1),
        layers.Dense(2),
        shape=(STEPS, 4),
    )


def shapes():
    chain(
        "shapes",
        floats("shapes", STEPS, 2),
        layers.TimeDistributed(layers.Dense(3, activation="tanh")),
        layers.ZeroPadding1D((1, 2)),
        layers.Permute((2, 1)),
        layers.PReLU(shared_axes=[1]),
        layers.TimeDistributed(layers.LayerNormalization(), name="each"),
        layers.Softmax(axis=1),
        layers.Reshape((-1, 5)),
        layers.ReLU(max_value=0.6, negative_slope=0.1, threshold=0.05),
        layers.Flatten(),
        layers.RepeatVector(2),
        layers.LeakyReLU(negative_slope=0.4),
        layers.ELU(alpha=0.5),
        layers.PReLU(),
        layers.GRU(3),
        shape=(STEPS, 2),
    )


def masks():
    chain(
        "masks",
        ids("masks"),
        embedding(mask_zero=True),
        layers.SpatialDropout1D(0.2),
        layers.BatchNormalization(),
        layers.TimeDistributed(layers.Dense(3)),
        layers.LayerNormalization(),
        layers.LeakyReLU(),
        layers.LSTM(3),
    )
    start = keras.Input((STEPS,))
    x = embedding(mask_zero=True)(start)
    x = layers.TimeDistributed(layers.Dense(3, activation="tanh"))(layers.BatchNormalization()(x))
    wide = layers.GRU(2)(layers.PReLU(shared_axes=[1])(x))
    conv = layers.GlobalMaxPooling1D()(layers.Conv1D(2, 2)(x))
    save("masks_in_a_graph", keras.Model(start, layers.Concatenate()([wide, conv])), ids("masks graph"))


def attention():
    """Masked queries and values, a key, one of whose masks goes on; a sequence to itself."""
    texts = [keras.Input((STEPS,), name=name) for name in ("asked", "told")]
    query, value = (embedding(mask_zero=True)(text) for text in texts)
    key = layers.Masking(0.25)(layers.Dense(embedding().output_dim, activation="tanh")(value))
    met = layers.Attention(use_scale=True, score_mode="concat", dropout=0.2, seed=3)([query, value, key])
    own = layers.Attention(use_scale=True, name="own")([met, met], use_causal_mask=False)
    ends = [layers.LSTM(3)(own), layers.GlobalAveragePooling1D()(layers.Attention()([value, met]))]
    x = [some_ids("asked"), some_ids("told")[::-1].copy()]
    save("attention", keras.Model(texts, layers.Dense(2)(layers.Concatenate()(ends))), x)


def main():
    keras.utils.set_random_seed(18)
    for make in (windows, shapes, masks, attention):
        make()
    with open(os.path.join(FOLDER, "layer_files.json"), "w") as file:
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in CASES)
        file.write(f'{{"madeBy": "make_layer_files.py", "keras": "{keras.__version__}", "cases": [\n{lines}\n]}}\n')
    print(f"{len(CASES)} cases; golden/ holds {pack():.0f} KB")


if __name__ == "__main__":
    main()
