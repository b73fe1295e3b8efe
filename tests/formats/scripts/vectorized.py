# TextVectorization outside the network, RMSprop by position, several classes.
import keras
from keras import layers

vectorize = layers.TextVectorization(max_tokens=50, output_sequence_length=9, standardize="lower")
vectorize.adapt(texts)
x = vectorize(texts)

inputs = keras.Input(shape=(9,), dtype="int64", name="ids")
h = layers.Embedding(50, 5, name="words")(inputs)
h = layers.GRU(4, reset_after=False, return_sequences=True)(h)
h = layers.GlobalMaxPooling1D()(h)
h = layers.Dense(6, "relu", kernel_regularizer=keras.regularizers.l2(0.02))(h)
outputs = layers.Dense(3, activation="softmax")(h)
model = keras.Model(inputs, outputs, name="topics")
model.compile(keras.optimizers.RMSprop(5e-4, 0.85, 0.1, 1e-5, True), keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
model.fit(x, classes, batch_size=8, epochs=3)
