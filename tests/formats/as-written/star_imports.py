from numpy import *
from keras.models import *
from keras.layers import *
from keras.optimizers import *
from keras.utils import *

import os.path as op

def cfg():
    return {'vocab': 900, 'dim': 18, 'drop': .4}

c = cfg()
inp = Input(shape=(35,))
e = Embedding(c['vocab'], c['dim'])(inp)
a = Bidirectional(GRU(12, return_sequences=True))(e)
b = Conv1D(24, 3, padding='same', activation='relu')(e)
x = add([a, b])
x = Flatten()(x)
x = Dropout(c['drop'])(x)
x = Dense(2, activation='softmax')(x)
model = Model(inp, x)
model.compile(Adam(1e-3), 'categorical_crossentropy', metrics=['acc'])
total = zeros((3, 4)).sum()
