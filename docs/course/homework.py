from keras.models import Sequential
from keras.layers import Dense, Dropout, Embedding, Flatten, LSTM

model = Sequential()
model.add(Embedding(1000, 16, input_length=200))
model.add(LSTM(32, dropout=0.1, recurrent_dropout=0.1))
model.add(Flatten())
model.add(Dropout(0.1))
model.add(Dense(256, activation='sigmoid'))
model.add(Dense(1, activation='sigmoid'))
