# Losses and optimizers with arguments; a model inside a model; character level.
import keras
from keras.layers import *
from keras.preprocessing.sequence import pad_sequences

encoder = keras.Sequential([Embedding(33, 4, mask_zero=True), SimpleRNN(5, activation="relu", unroll=True)], name="encoder")
model = keras.Sequential([Input((6,)), encoder, BatchNormalization(momentum=0.9), LeakyReLU(0.2), Dense(1, activation="sigmoid")])
rows = pad_sequences(sequences=[[1, 2]], maxlen=6)
model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=1e-3, weight_decay=0.01, global_clipnorm=2.0),
    loss=keras.losses.BinaryCrossentropy(label_smoothing=0.1),
)
