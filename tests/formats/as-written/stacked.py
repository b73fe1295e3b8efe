import numpy as np
from keras.models import Sequential
from keras.layers import LSTM, Dense, Dropout, TimeDistributed, Activation

def stacked_lstm(units=(64, 48, 32), timesteps=16, features=5, classes=3, drop=0.2, **kwargs):
    model = Sequential()
    n = len(units)
    for i, u in enumerate(units):
        if i == 0:
            model.add(LSTM(u, return_sequences=n > 1, input_shape=(timesteps, features)))
        else:
            model.add(LSTM(u, return_sequences=i < n - 1))
        if drop:
            model.add(Dropout(drop))
    model.add(Dense(classes))
    model.add(Activation(kwargs.get('last', 'softmax')))
    return model

def fft(series):
    out = []
    for k in range(len(series)):
        total = 0
        for t in range(len(series)):
            total += series[t] * np.exp(-2j * np.pi * t * k / len(series))
        out.append(total)
    return out

spectrum = fft(list(range(200)))
small = stacked_lstm((8,), features=2)
model = stacked_lstm(features=7, last='softmax')
model.compile('adam', 'categorical_crossentropy')
for epoch in range(500):
    x = np.random.rand(4, 16, 7)
    y = np.eye(3)[np.random.randint(0, 3, 4)]
    model.fit(x, y, epochs=1, verbose=0)
    if epoch % 100 == 0:
        print(epoch, model.evaluate(x, y))
