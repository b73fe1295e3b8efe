import time
from tensorflow.keras import Sequential
from tensorflow.keras.layers import Conv1D, Dense, Embedding, Flatten, GRU, GlobalMaxPooling1D, LSTM

VOCAB, DIM, LEN = 1200, 30, 25


def embedded(name):
    return Sequential([Embedding(VOCAB, DIM, input_length=LEN)], name=name)


def lstm():
    m = embedded('lstm')
    m.add(LSTM(25))
    return m


def gru():
    m = embedded('gru')
    m.add(GRU(25, reset_after=False))
    return m


def cnn(filters=40):
    m = embedded('cnn')
    m.add(Conv1D(filters, 5, activation='relu'))
    m.add(GlobalMaxPooling1D())
    return m


ZOO = {'lstm': lstm, 'gru': gru, 'cnn': cnn}
results = {}
for name in ['lstm', 'cnn', 'gru']:
    model = ZOO[name]()
    model.add(Dense(1, activation='sigmoid'))
    model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
    begun = time.time()
    results[name] = time.time() - begun
best = sorted(results.items(), key=lambda pair: pair[1])[0][0]
print(best)
