"""Priority and words of tickets, two inputs."""
from tensorflow import keras
from tensorflow.keras import layers

num_tags = 12
num_words = 4000
num_departments = 4

title_input = keras.Input(shape=(None,), name="title")
body_input = keras.Input(shape=(None,), name="body")
tags_input = keras.Input(shape=(num_tags,), name="tags")
title_features = layers.Embedding(num_words, 64)(title_input)
body_features = layers.Embedding(num_words, 64)(body_input)
title_features = layers.LSTM(128)(title_features)
body_features = layers.LSTM(32)(body_features)
x = layers.concatenate([title_features, body_features, tags_input])
department_pred = layers.Dense(num_departments, activation="softmax", name="department")(x)
model = keras.Model(
    inputs=[title_input, body_input, tags_input],
    outputs=department_pred,
)
keras.utils.plot_model(model, "tickets.png", show_shapes=True)
model.compile(optimizer=keras.optimizers.RMSprop(1e-3), loss=keras.losses.CategoricalCrossentropy())
