from keras.models import Sequential
from keras.layers import Dense, Embedding
from keras.layers import LSTM


class LSTMModel(object):
    embedding_dims = 100

    def __init__(self, hidden=128):
        self.model = None
        self.hidden = hidden

    @property
    def gates(self):
        return 4 * self.hidden

    @staticmethod
    def head(units):
        return Dense(units, activation='sigmoid')

    def build(self, max_features=20000):
        model = Sequential()
        model.add(Embedding(max_features, self.embedding_dims))
        model.add(LSTM(self.gates // 4, dropout=0.2, recurrent_dropout=0.2))
        model.add(self.head(1))
        model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
        print(model.summary())
        self.model = model

        return self

    def fit(self, x, y, **kwargs):
        return self.model.fit(x, y, **kwargs)


net = LSTMModel(64).build(max_features=3000)
model = net.model
