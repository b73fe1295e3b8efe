import os
import numpy as np
from keras.models import Sequential
from keras import layers
from keras.optimizers import RMSprop

fname = os.path.join('.', 'series.csv')
f = open(fname)
data = f.read()
f.close()
lines = data.strip().split('\n')
header = lines[0].split(',')
lines = lines[1:]
float_data = np.zeros((len(lines), len(header) - 1))
for i, line in enumerate(lines):
    values = [float(x) for x in line.split(',')[1:]]
    float_data[i, :] = values
mean = float_data[:60].mean(axis=0)
float_data -= mean
lookback = 24
step = 6


def generator(data, lookback, delay, min_index, max_index, shuffle=False, batch_size=8, step=6):
    if max_index is None:
        max_index = len(data) - delay - 1
    i = min_index + lookback
    while 1:
        rows = np.arange(i, min(i + batch_size, max_index))
        i += len(rows)
        samples = np.zeros((len(rows), lookback // step, data.shape[-1]))
        targets = np.zeros((len(rows),))
        yield samples, targets


train_gen = generator(float_data, lookback=lookback, delay=2, min_index=0, max_index=60, shuffle=True, step=step)
model = Sequential()
model.add(layers.GRU(32,
                     dropout=0.1,
                     recurrent_dropout=0.5,
                     return_sequences=True,
                     input_shape=(None, float_data.shape[-1])))
model.add(layers.GRU(64, activation='relu',
                     dropout=0.1,
                     recurrent_dropout=0.5))
model.add(layers.Dense(1))
model.compile(optimizer=RMSprop(), loss='mae')
history = model.fit_generator(train_gen, steps_per_epoch=5, epochs=2)
