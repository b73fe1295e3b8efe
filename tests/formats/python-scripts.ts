/** Keras scripts in the styles people write, each with the parameters Keras counts for it. */

export interface ScriptCase {
  name: string;
  script: string;
  /** Parameters layer by layer, inputs left out. */
  params: number[];
  definitions?: Record<string, number>;
}

const FLAGSHIP = [16000, 6272, 0, 0, 8448, 257];

export const SCRIPTS: ScriptCase[] = [
  {
    name: "the flagship, .add by .add",
    script: `
from keras.models import Sequential
from keras.layers import Embedding, LSTM, Flatten, Dropout, Dense

model = Sequential()
model.add(Embedding(1000, 16, input_length=200))
model.add(LSTM(32, dropout=0.1, recurrent_dropout=0.1))
model.add(Flatten())
model.add(Dropout(0.1))
model.add(Dense(256, activation='sigmoid'))
model.add(Dense(1, activation='sigmoid'))
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
history = model.fit(x_train, y_train, epochs=10, validation_data=(x_test, y_test))
`,
    params: FLAGSHIP,
  },
  {
    name: "the list form, tf.keras spelt out",
    script: `import tensorflow as tf
model = tf.keras.Sequential([
    tf.keras.layers.Embedding(input_dim=1000, output_dim=16, input_length=200),
    tf.keras.layers.LSTM(units=32, dropout=.1, recurrent_dropout=.1),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dropout(rate=.1),
    tf.keras.layers.Dense(256, "sigmoid"),
    tf.keras.layers.Dense(1, "sigmoid"),
])`,
    params: FLAGSHIP,
  },
  {
    name: "constants and arithmetic",
    script: `
from tensorflow import keras
from tensorflow.keras import layers
VOCAB_SIZE, MAX_LEN = 10 * 100, 2 * 10 ** 2
EMBEDDING_DIM = VOCAB_SIZE // 50 - 4
units: int = int(64 / 2)
model = keras.Sequential(name="reviews")
model.add(keras.Input(shape=(MAX_LEN,)))
model.add(layers.Embedding(VOCAB_SIZE, EMBEDDING_DIM))
model.add(layers.LSTM(units))
model.add(layers.Dense(1, activation=keras.activations.sigmoid))
`,
    params: [16000, 6272, 33],
  },
  {
    name: "bare names after a star import",
    script: `from keras.layers import *
from keras.models import *
model = Sequential()
model.add(Embedding(500, 8, input_length=30))
model.add(GRU(10, return_sequences=True))
model.add(SimpleRNN(6))
model.add(Dense(3, activation='softmax'))`,
    params: [4000, 600, 102, 21],
  },
  {
    name: "a function that builds, called with arguments",
    script: `
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Embedding, LSTM

def build_model(vocab, units=16, *, classes=2):
    """Returns the classifier."""
    model = Sequential()
    model.add(Embedding(vocab, 8, input_length=20))
    model.add(LSTM(units))
    model.add(Dense(classes, activation="softmax"))
    return model

if __name__ == "__main__":
    model = build_model(100, classes=5)
    model.summary()
`,
    params: [800, 1600, 85],
  },
  {
    name: "a module that only defines the function",
    script: `
from keras import Sequential, layers
def create(units=4):
    return Sequential([layers.Input((7, 3)), layers.LSTM(units), layers.Dense(1)])
`,
    params: [128, 5],
  },
  {
    name: "a functional chain",
    script: `
from keras import layers, Model, Input
inputs = Input(shape=(50,), dtype="int32", name="ids")
x = layers.Embedding(300, 12, name="words")(inputs)
x = layers.LSTM(9)(x)
x = layers.Dropout(0.5)(x)
outputs = layers.Dense(4, activation="softmax")(x)
model = Model(inputs=inputs, outputs=outputs)
`,
    params: [3600, 792, 0, 40],
  },
  {
    name: "layers kept in variables, then added",
    script: `
import keras
embedding = keras.layers.Embedding(200, 4, mask_zero=True, input_length=10)
rnn = keras.layers.SimpleRNN(5, activation='relu', use_bias=False)
head = keras.layers.Dense(1)
m = keras.models.Sequential([embedding, rnn])
m.add(head)
`,
    params: [800, 45, 6],
  },
  {
    name: "a loop that stacks",
    script: `
from keras.models import Sequential
from keras.layers import LSTM, Dense, Input
model = Sequential()
model.add(Input(shape=(10, 2)))
for units in [8, 6]:
    model.add(LSTM(units, return_sequences=True))
for _ in range(2):
    model.add(LSTM(4, return_sequences=True))
model.add(LSTM(3))
model.add(Dense(1))
`,
    params: [352, 360, 176, 144, 96, 4],
  },
  {
    name: "settings in a dictionary",
    script: `
from keras.models import Sequential
from keras.layers import *
config = {"vocab": 50, 'dim': 6, "units": [3, 2]}
model = Sequential([
  Embedding(config["vocab"], config['dim'], input_length=5),
  GRU(config["units"][0], reset_after=False),
  Dense(config["units"][-1]),
])
`,
    params: [300, 90, 8],
  },
  {
    name: "a strategy's scope and try",
    script: `
import tensorflow as tf
strategy = tf.distribute.MirroredStrategy()
try:
    import wandb
except ImportError:
    wandb = None
with strategy.scope():
    model = tf.keras.models.Sequential([tf.keras.layers.Embedding(40, 4, input_length=9), tf.keras.layers.GRU(5)])
    model.compile(tf.keras.optimizers.RMSprop(1e-3), loss=tf.keras.losses.BinaryCrossentropy(from_logits=True))
`,
    params: [160, 165],
  },
  {
    name: "regularizers and initializers",
    script: `
from keras import regularizers, initializers
from keras.models import Sequential
from keras.layers import Embedding, LSTM, Dense
from keras.regularizers import l2
model = Sequential([
    Embedding(30, 3, input_length=4, embeddings_initializer=initializers.RandomNormal(stddev=0.02)),
    LSTM(2, kernel_regularizer=l2(0.01), recurrent_regularizer=regularizers.L1L2(l1=1e-5, l2=1e-4),
         kernel_initializer="he_normal"),
    Dense(1, kernel_regularizer=regularizers.l1(0.001), bias_initializer=initializers.Constant(0.1)),
])
`,
    params: [90, 48, 3],
  },
  {
    name: "input_shape on the first layer, as in Keras 2",
    script: `
model = Sequential()
model.add(LSTM(7, input_shape=(12, 4), return_sequences=False))
model.add(Dense(1, activation='linear'))
`,
    params: [336, 8],
  },
  {
    name: "a value that the caller knows",
    script: `
tokenizer.fit_on_texts(texts)
vocab_size = len(tokenizer.word_index) + 1
model = Sequential([Embedding(vocab_size, 8, input_length=15), LSTM(4), Dense(1)])
`,
    definitions: { vocab_size: 120 },
    params: [960, 208, 5],
  },
  {
    name: "pretrained vectors set aside",
    script: `
matrix = load_vectors("glove.txt")
model = Sequential()
model.add(Embedding(100, 10, weights=[matrix], input_length=6, trainable=False))
model.add(SimpleRNN(3))
model.add(Dense(1, activation='sigmoid'))
`,
    params: [1000, 42, 4],
  },
  {
    name: "comments, continuation lines, odd spacing",
    script: `# -*- coding: utf-8 -*-
"""My homework."""
from keras.models import (  # the models
    Sequential,
)
from keras.layers import Embedding as E, \\
    LSTM
model = Sequential( [ E( 20 , 2 , input_length = 3 ) ,   # words
    LSTM( 2, ) ] )   # done
print(f"{model.count_params()} parameters")
`,
    params: [40, 40],
  },
  {
    name: "the last of two models",
    script: `
from keras.models import Sequential
from keras.layers import Embedding, LSTM, SimpleRNN, Dense
first = Sequential([Embedding(20, 2, input_length=3), SimpleRNN(2)])
second = Sequential([Embedding(20, 2, input_length=3), LSTM(2), Dense(1)])
second.compile("sgd", "mse")
`,
    params: [40, 40, 3],
  },
  {
    name: "both ways, pooled: a Kaggle kernel",
    script: `
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Embedding, LSTM, Dense, Bidirectional, Dropout, GlobalMaxPool1D
model = Sequential()
model.add(Embedding(2000, 12, input_length=100))
model.add(Bidirectional(LSTM(6, return_sequences=True, dropout=0.1, recurrent_dropout=0.1)))
model.add(GlobalMaxPool1D())
model.add(Dense(5, activation="relu"))
model.add(Dropout(0.1))
model.add(Dense(6, activation="sigmoid"))
`,
    params: [24000, 912, 0, 65, 0, 36],
  },
  {
    name: "both ways with a mode and a backward layer",
    script: `
import tensorflow as tf
model = tf.keras.Sequential([
    tf.keras.layers.Embedding(100, 4, mask_zero=True),
    tf.keras.layers.Bidirectional(tf.keras.layers.LSTM(3, return_sequences=True), merge_mode="sum"),
    tf.keras.layers.Bidirectional(layer=tf.keras.layers.GRU(2), backward_layer=tf.keras.layers.GRU(2, go_backwards=True)),
    tf.keras.layers.Dense(1)
])
`,
    params: [400, 192, 84, 5],
  },
  {
    name: "two inputs joined, as in Keras's guide",
    script: `
from keras.layers import Input, Embedding, LSTM, Dense, concatenate
from keras.models import Model
main_input = Input(shape=(100,), dtype='int32', name='main_input')
x = Embedding(output_dim=12, input_dim=1000, input_length=100)(main_input)
lstm_out = LSTM(32)(x)
auxiliary_input = Input(shape=(5,), name='aux_input')
x = concatenate([lstm_out, auxiliary_input])
x = Dense(64, activation='relu')(x)
main_output = Dense(1, activation='sigmoid', name='main_output')(x)
model = Model(inputs=[main_input, auxiliary_input], outputs=main_output)
`,
    params: [12000, 5760, 0, 2432, 65],
  },
  {
    name: "three branches of one input, and a step around a layer",
    script: `
from keras import layers, Model, Input
inp = Input((50,))
e = layers.Embedding(500, 16)(inp)
a = layers.GlobalAveragePooling1D()(e); b = layers.GlobalMaxPooling1D()(e)
c = layers.Bidirectional(layers.GRU(8))(e)
x = layers.Concatenate(axis=-1)([a, b, c])
x = layers.add([x, layers.Dense(48)(x)])
model = Model(inp, layers.Dense(3, activation='softmax')(x))
`,
    params: [8000, 0, 0, 1248, 0, 2352, 0, 147],
  },
  {
    name: "a block called in a loop",
    script: `
from keras import layers, Model
def block(x, units):
    x = layers.LSTM(units, return_sequences=True)(x)
    return layers.Dropout(0.2)(x)
x = inputs = layers.Input(shape=(10, 4))
for units in (8, 4):
    x = block(x, units)
model = Model(inputs, layers.Dense(1)(layers.Flatten()(x)))
`,
    params: [416, 0, 208, 0, 0, 41],
  },
  {
    name: "lists put together, settings spread out, a value that grows",
    script: `
units = 2
units += 2
shared = dict(return_sequences=True, activation="relu")
model = Sequential([Input((5, 2))] + [GRU(units, **shared) for _ in range(2)] + [SimpleRNN(units // 2)])
`,
    params: [96, 120, 14],
  },
  {
    name: "masked numbers, pooled",
    script: `
from keras.models import Sequential
from keras.layers import Masking, LSTM, Dense, MaxPooling1D, AveragePooling1D, Input
chars = "abc"
model = Sequential()
model.add(Input(shape=(20, len(chars))))
model.add(Masking(mask_value=-1.))
model.add(MaxPooling1D(pool_size=2))
model.add(AveragePooling1D(2, strides=1, padding="same"))
model.add(LSTM(10, return_sequences=False))
model.add(Dense(1))
`,
    params: [0, 0, 0, 560, 11],
  },
  {
    name: "an output whose states are left alone",
    script: `
from keras import layers, Model
ids = layers.Input((10,))
out, state_h, state_c = layers.LSTM(3, return_state=True)(layers.Embedding(9, 3)(ids))
model = Model([ids], [layers.Dense(1)(out)])
`,
    params: [27, 84, 4],
  },
  {
    name: "a model inside a model",
    script: `
from keras import Sequential, layers
encoder = Sequential([layers.Embedding(100, 8), layers.LSTM(4)], name="encoder")
model = Sequential([layers.Input((6,)), encoder, layers.Dense(1)])
`,
    params: [800, 208, 5],
  },
  {
    name: "cells, one and in a list",
    script: `
from tensorflow import keras
from tensorflow.keras import layers
model = keras.Sequential()
model.add(layers.Embedding(1000, 16, mask_zero=True))
model.add(layers.RNN(layers.LSTMCell(32), return_sequences=True))
model.add(layers.RNN([layers.LSTMCell(8), layers.GRUCell(4)], True))
model.add(layers.Bidirectional(layers.RNN(cell=layers.SimpleRNNCell(3, "relu"))))
`,
    params: [16000, 6272, 4 * ((32 + 8) * 8 + 8) + 3 * ((8 + 4) * 4 + 8), 2 * ((4 + 3) * 3 + 3)],
  },
  {
    name: "a stack of cells made in a list comprehension, on a functional input",
    script: `
import tensorflow as tf
inputs = tf.keras.Input(shape=(10, 8))
cells = [tf.keras.layers.LSTMCell(units, dropout=0.2) for units in (6, 5)]
x, *states = tf.keras.layers.RNN(tf.keras.layers.StackedRNNCells(cells), return_state=True)(inputs)
model = tf.keras.Model(inputs, tf.keras.layers.Dense(1)(x))
`,
    params: [4 * ((8 + 6) * 6 + 6) + 4 * ((6 + 5) * 5 + 5), 6],
  },
];
