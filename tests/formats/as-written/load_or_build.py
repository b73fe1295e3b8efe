import os
import pickle
from tensorflow.keras.models import Sequential, load_model
from tensorflow.keras.layers import Embedding, LSTM, Dense
from tensorflow.keras.callbacks import TensorBoard

MODEL_PATH = 'intent.h5'
LABELS = ['greet', 'bye', 'thanks', 'order', 'cancel']

if os.path.exists(MODEL_PATH):
    model = load_model(MODEL_PATH)
    print('loaded', MODEL_PATH)
else:
    model = Sequential()
    model.add(Embedding(input_dim=2000, output_dim=64, input_length=20))
    model.add(LSTM(64, return_sequences=True))
    model.add(LSTM(32))
    model.add(Dense(len(LABELS), activation='softmax'))
    model.compile(loss='sparse_categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
    model.summary()

tensorboard = TensorBoard('logs/', 1, write_grads=True)
while False:
    text = input('> ')
    if text == 'quit':
        break
    print(LABELS[0])
