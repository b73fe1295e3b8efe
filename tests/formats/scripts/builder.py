# A function that builds, with defaults, lists of arguments and keywords of its own.
import tensorflow as tf
from tensorflow.keras import layers as L, regularizers as R


def block(units, *, rate=0.25, bidirectional=False, **more):
    layer = L.LSTM(units, **more)
    return [L.Bidirectional(layer, merge_mode="sum") if bidirectional else layer, L.Dropout(rate)]


def build(vocabulary, *units, classes=2, optimizer=None):
    model = tf.keras.Sequential()
    model.add(L.Embedding(vocabulary, 6, embeddings_initializer="uniform"))
    for i, n in enumerate(units):
        for layer in block(n, bidirectional=i == 0, return_sequences=i < len(units) - 1):
            model.add(layer)
    model.add(L.Dense(max(8, units[-1]), kernel_regularizer=R.L1L2(l1=1e-4, l2=1e-3), bias_initializer="ones"))
    model.add(L.Dense(classes, activation=tf.nn.softmax))
    model.compile(optimizer=optimizer or tf.keras.optimizers.Adam(1e-2), loss="sparse_categorical_crossentropy")
    return model


model = build(40, 5, 3, classes=4)
model.build(input_shape=(None, 11))
model.fit(x11, classes, epochs=2)
