# Cells, masks, convolutions, and whole numbers that Python holds as such.
from tensorflow import keras
from tensorflow.keras import layers

width = 32 // 8
model = keras.Sequential(
    [
        keras.Input(shape=(20, 3)),
        layers.Masking(mask_value=-1.0),
        layers.RNN([layers.LSTMCell(width), layers.GRUCell(2 ** 2 - 1)], return_sequences=True),
        layers.Conv1D(5, 3, padding="same", activation="tanh", use_bias=False),
        layers.MaxPooling1D(2),
        layers.TimeDistributed(layers.Dense(round(2.6))),
        layers.Flatten(),
        layers.Dense(1),
    ]
)
model.compile("sgd", "mean_squared_error")
