import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler
from keras.models import Sequential
from keras.layers import LSTM, Input, Dropout, Dense, RepeatVector, TimeDistributed
from keras import regularizers

dataframe = pd.read_csv('series.csv')
df = dataframe[['month', 'value']]
train, test = df.loc[df['month'] <= 60], df.loc[df['month'] > 60]
scaler = StandardScaler()
scaler = scaler.fit(train[['value']])
train['value'] = scaler.transform(train[['value']])
seq_size = 12

def to_sequences(x, y, seq_size=1):
    x_values = []
    y_values = []
    for i in range(len(x)-seq_size):
        x_values.append(x.iloc[i:(i+seq_size)].values)
        y_values.append(y.iloc[i+seq_size])
    return np.array(x_values), np.array(y_values)

trainX, trainY = to_sequences(train[['value']], train['value'], seq_size)

model = Sequential()
model.add(LSTM(64, activation='relu', input_shape=(trainX.shape[1], trainX.shape[2]), return_sequences=True, kernel_regularizer=regularizers.l2(0.00)))
model.add(LSTM(32, activation='relu', return_sequences=False))
model.add(RepeatVector(trainX.shape[1]))
model.add(LSTM(32, activation='relu', return_sequences=True))
model.add(LSTM(64, activation='relu', return_sequences=True))
model.add(TimeDistributed(Dense(trainX.shape[2])))
model.compile(optimizer='adam', loss='mae')
model.summary()
history = model.fit(trainX, trainX, epochs=10, batch_size=8, validation_split=0.1, verbose=1)
trainPredict = model.predict(trainX)
trainMAE = np.mean(np.abs(trainPredict - trainX), axis=1)
