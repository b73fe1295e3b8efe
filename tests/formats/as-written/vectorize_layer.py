import re
import string
import tensorflow as tf
from tensorflow.keras import layers
from tensorflow.keras.layers import TextVectorization

batch_size = 32
max_features = 10000
embedding_dim = 16
sequence_length = 250
AUTOTUNE = tf.data.AUTOTUNE

texts = tf.constant(["a good film", "a bad film", "so so"])
labels = tf.constant([1, 0, 0])
raw_train_ds = tf.data.Dataset.from_tensor_slices((texts, labels)).batch(batch_size)

vectorize_layer = TextVectorization(
    max_tokens=max_features,
    output_mode='int',
    output_sequence_length=sequence_length)
train_text = raw_train_ds.map(lambda x, y: x)
vectorize_layer.adapt(train_text)


def vectorize_text(text, label):
    text = tf.expand_dims(text, -1)
    return vectorize_layer(text), label


text_batch, label_batch = next(iter(raw_train_ds))
print("1287 ---> ", vectorize_layer.get_vocabulary()[1])
train_ds = raw_train_ds.map(vectorize_text).cache().prefetch(buffer_size=AUTOTUNE)

model = tf.keras.Sequential([
    layers.Embedding(max_features + 1, embedding_dim),
    layers.Dropout(0.2),
    layers.GlobalAveragePooling1D(),
    layers.Dropout(0.2),
    layers.Dense(1, activation='sigmoid')])
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=[tf.metrics.BinaryAccuracy(threshold=0.5)])
epochs = 10
history = model.fit(train_ds, epochs=epochs)
