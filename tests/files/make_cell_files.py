"""Writes golden/graph_cells_*.keras.gz and *.h5.gz: RNN of one cell and of several, forwards, backwards and both ways, saved
by real Keras 3.15.1; and what they put out: golden/cell_files.json. As make_graph_files.py, whose means it uses.
"""

import json
import os

from make_graph_files import CASES, STEPS, chain, embedding, floats, save, some_ids  # isort: skip
import golden
import keras
import numpy as np
from keras import layers
from make_keras_files import FOLDER
from packed import pack

SEQUENCES = {"return_sequences": True}


def single():
    chain(
        "cells_single",
        floats("cells_single", STEPS, 2),
        layers.RNN(layers.LSTMCell(3, recurrent_activation="hard_sigmoid", dropout=0.1), **SEQUENCES),
        layers.RNN(layers.GRUCell(3, reset_after=False, activation="relu", name="own"), go_backwards=True, **SEQUENCES),
        layers.RNN(layers.LSTMCell(2, unit_forget_bias=False, use_bias=False), name="third", **SEQUENCES),
        layers.RNN(layers.SimpleRNNCell(3, activation="softsign", recurrent_dropout=0.2), unroll=True),
        layers.Dense(2),
        shape=(STEPS, 2),
    )
    chain(
        "cells_masked",
        some_ids("cells_masked"),
        embedding(mask_zero=True),
        layers.RNN(layers.GRUCell(3, kernel_regularizer="l2", kernel_initializer="he_normal"), **SEQUENCES),
        layers.RNN(layers.LSTMCell(3), zero_output_for_mask=True, **SEQUENCES),
        layers.RNN(layers.SimpleRNNCell(2, use_bias=False)),
    )


def stacks():
    # Two of a kind and of a size: only their order tells their weights apart.
    chain(
        "cells_stacked",
        floats("cells_stacked", STEPS, 3),
        layers.RNN([layers.LSTMCell(3), layers.GRUCell(3), layers.LSTMCell(3, name="top")], **SEQUENCES),
        layers.Flatten(),
        shape=(STEPS, 3),
    )
    chain(
        "cells_stacked_backwards",
        floats("cells_stacked_backwards", STEPS, 3),
        layers.RNN(
            layers.StackedRNNCells([layers.SimpleRNNCell(3), layers.SimpleRNNCell(3)], name="pile"),
            go_backwards=True,
            **SEQUENCES,
        ),
        layers.RNN([layers.GRUCell(2)], trainable=False),
        shape=(STEPS, 3),
    )


def both_ways():
    both = layers.Bidirectional
    chain(
        "cells_both_ways",
        some_ids("cells_both_ways"),
        embedding(mask_zero=True),
        both(layers.RNN(layers.LSTMCell(3), **SEQUENCES)),
        both(layers.RNN(layers.GRUCell(2), name="inside"), merge_mode="sum"),
    )
    chain(
        "cells_both_stacked",
        floats("cells_both_stacked", STEPS, 2),
        both(
            layers.RNN([layers.LSTMCell(2), layers.SimpleRNNCell(2)], **SEQUENCES),
            backward_layer=layers.RNN([layers.GRUCell(3), layers.GRUCell(2)], go_backwards=True, **SEQUENCES),
        ),
        both(layers.RNN([layers.GRUCell(2), layers.GRUCell(2)]), merge_mode="ave"),
        shape=(STEPS, 2),
    )


def graph():
    start = keras.Input((STEPS,))
    x = embedding(mask_zero=True)(start)
    sequence, *_ = layers.RNN(layers.LSTMCell(3), return_state=True, **SEQUENCES)(x)
    last = layers.RNN(layers.GRUCell(3))(sequence)
    beside = layers.Bidirectional(layers.RNN(layers.SimpleRNNCell(2)))(sequence)
    save("cells_in_a_graph", keras.Model(start, layers.Concatenate()([last, beside])), some_ids("cells_in_a_graph"))


def trained():
    """Three steps, saved, three more."""
    model = keras.Sequential(
        [
            keras.Input((STEPS, 2)),
            layers.RNN([layers.LSTMCell(3), layers.GRUCell(2), layers.LSTMCell(2)], **SEQUENCES),
            layers.Bidirectional(layers.RNN([layers.SimpleRNNCell(2), layers.GRUCell(2)])),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    x = floats("cells_trained", STEPS, 2)
    y = np.array([[1], [0], [0], [1]], "float32")
    golden.random_weights(model, "cells_trained")
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")

    def steps():
        return [float(model.train_on_batch(x, y)) for _ in range(3)]

    steps()
    save("cells_trained", model, x, randomise=False, target=y.tolist())
    CASES[-1]["after"] = steps()


def main():
    keras.utils.set_random_seed(23)
    for make in (single, stacks, both_ways, graph, trained):
        make()
    with open(os.path.join(FOLDER, "cell_files.json"), "w") as file:
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in CASES)
        file.write(f'{{"madeBy": "make_cell_files.py", "keras": "{keras.__version__}", "cases": [\n{lines}\n]}}\n')
    print(f"{len(CASES)} cases; golden/ holds {pack():.0f} KB")


if __name__ == "__main__":
    main()
