# made by: IntentNet().make()
"""Networks for a dialogue; imported by train.py."""
from tensorflow.keras.layers import Dense, Dropout, Embedding, GRU, Input, GlobalAveragePooling1D, GlobalMaxPooling1D, concatenate
from tensorflow.keras.models import Model as KerasModel


class Config:
    vocab = 1500
    dim = 40
    length = 30
    labels = 7


class IntentNet:
    def __init__(self, config=Config, rate=0.3):
        self.config = config
        self.rate = rate

    def encode(self, ids):
        x = Embedding(self.config.vocab, self.config.dim)(ids)
        x = GRU(50, return_sequences=True)(x)
        return concatenate([GlobalAveragePooling1D()(x), GlobalMaxPooling1D()(x)])

    def make(self):
        ids = Input(shape=(self.config.length,))
        x = Dropout(self.rate)(self.encode(ids))
        net = KerasModel(ids, Dense(self.config.labels, activation='softmax')(x))
        net.compile('rmsprop', 'sparse_categorical_crossentropy')
        return net
