from tensorflow.keras import Input, Model, layers


def make(cell="lstm", vocab=2000, dim=32, units=24, bidirectional=True, pool=None, classes=2, name=None):
    """A text classifier as its arguments say."""
    cells = {"lstm": layers.LSTM, "gru": layers.GRU, "rnn": layers.SimpleRNN}
    if cell not in cells:
        raise ValueError(f"unknown cell {cell}")
    ids = Input(shape=(None,), dtype="int32")
    x = layers.Embedding(vocab, dim, mask_zero=pool is None)(ids)
    recurrent = cells[cell](units, return_sequences=pool is not None)
    if bidirectional:
        x = layers.Bidirectional(recurrent)(x)
    else:
        x = recurrent(x)
    if pool == "max":
        x = layers.GlobalMaxPooling1D()(x)
    elif pool == "mean":
        x = layers.GlobalAveragePooling1D()(x)
    if classes == 2:
        y = layers.Dense(1, activation="sigmoid")(x)
    else:
        y = layers.Dense(classes, activation="softmax")(x)
    return Model(ids, y, name=name or f"{cell}_{units}")


first = make()
second = make("gru", pool="max", bidirectional=False)
settings = dict(cell="rnn", pool="mean", units=10)
model = make(**settings, classes=5)
model.compile("adam", "sparse_categorical_crossentropy")
