import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Input, LSTM

alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
char_to_int = dict((c, i) for i, c in enumerate(alphabet))
seq_length = 1
dataX, dataY = [], []
for i in range(0, len(alphabet) - seq_length, 1):
    dataX.append([char_to_int[char] for char in alphabet[i:i + seq_length]])
    dataY.append(char_to_int[alphabet[i + seq_length]])
X = np.reshape(dataX, (len(dataX), seq_length, 1)) / float(len(alphabet))
y = np.eye(26)[dataY]
batch_size = 1
model = Sequential()
model.add(Input(batch_shape=(batch_size, X.shape[1], X.shape[2])))
model.add(LSTM(50, stateful=True))
model.add(Dense(len(alphabet), activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
for i in range(300):
    model.fit(X, y, epochs=1, batch_size=batch_size, verbose=0, shuffle=False)
    model.reset_states()
scores = model.evaluate(X, y, batch_size=batch_size, verbose=0)
model.reset_states()
