# Layers frozen after they are made; names counted over the whole script, as Keras counts them.
from tensorflow import keras
from tensorflow.keras.layers import Embedding, LSTM, Dense, Input, concatenate, GlobalAveragePooling1D

tried = keras.Sequential([Input((5,)), Embedding(9, 2), LSTM(3), Dense(1)])

a = Input(shape=(5,))
words = Embedding(20, 3)
h = words(a)
left = LSTM(4)(h)
right = GlobalAveragePooling1D()(h)
both = concatenate([left, right])
model = keras.models.Model(inputs=a, outputs=Dense(4, activation="softmax")(Dense(5)(both)))
words.trainable = False
model.compile(optimizer="adamw", loss="categorical_crossentropy", metrics=["accuracy"])
