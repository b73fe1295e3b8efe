import numpy as np
import keras
from keras.datasets import reuters
from keras.models import Sequential
from keras.layers import Dense, Dropout, Embedding, Bidirectional
from keras.layers import GRU as Recurrent
from keras.preprocessing.sequence import pad_sequences

max_words = 1000
(x_train, y_train), (x_test, y_test) = reuters.load_data(num_words=max_words, test_split=0.2)
num_classes = int(np.max(y_train) + 1)
print(num_classes, 'classes')
x_train = pad_sequences(x_train, 120)
y_train = keras.utils.to_categorical(y_train, num_classes)

model = Sequential()
model.add(Embedding(max_words, 32))
model.add(Bidirectional(Recurrent(24, return_sequences=True), merge_mode='concat'))
model.add(Bidirectional(Recurrent(12)))
model.add(Dropout(0.5))
model.add(Dense(num_classes, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
history = model.fit(x_train, y_train, batch_size=32, epochs=5, verbose=1, validation_split=0.1)
