from keras.layers import Input, Embedding, Conv1D, GlobalMaxPooling1D, Dense, Dropout
from keras.layers.merge import Concatenate
from keras.models import Model
import numpy as np

np.random.seed(0)
# ---------------------- Parameters section -------------------
model_type = "CNN-rand"
embedding_dim = 50
filter_sizes = (3, 8)
num_filters = 10
dropout_prob = (0.5, 0.8)
hidden_dims = 50
sequence_length = 64
max_words = 5000
# ---------------------- Parameters end -----------------------

if model_type in ["CNN-non-static", "CNN-static"]:
    embedding_weights = np.load('vectors.npy')
elif model_type == "CNN-rand":
    embedding_weights = None
else:
    raise ValueError("Unknown model type")

input_shape = (sequence_length,)
model_input = Input(shape=input_shape)
z = Embedding(max_words, embedding_dim, input_length=sequence_length, name="embedding")(model_input)
z = Dropout(dropout_prob[0])(z)
conv_blocks = []
for sz in filter_sizes:
    conv = Conv1D(filters=num_filters,
                  kernel_size=sz,
                  padding="valid",
                  activation="relu",
                  strides=1)(z)
    conv = GlobalMaxPooling1D()(conv)
    conv_blocks.append(conv)
z = Concatenate()(conv_blocks) if len(conv_blocks) > 1 else conv_blocks[0]
z = Dropout(dropout_prob[1])(z)
z = Dense(hidden_dims, activation="relu")(z)
model_output = Dense(1, activation="sigmoid")(z)
model = Model(model_input, model_output)
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])

if model_type == "CNN-non-static":
    weights = np.array([v for v in embedding_weights.values()])
    embedding_layer = model.get_layer("embedding")
    embedding_layer.set_weights([weights])
