from keras.models import Sequential, load_model
from keras.layers.core import Dense, Dropout
from keras.layers.recurrent import SimpleRNN
from keras.layers.embeddings import Embedding
from keras.optimizers import SGD

try:
    model = load_model("rnn.h5")
    print("going on with rnn.h5")
except (OSError, ValueError) as error:
    print("a new one:", error)
    model = Sequential()
    model.add(Embedding(3000, 20, input_length=40))
    model.add(SimpleRNN(30, activation='tanh'))
    model.add(Dropout(.25))
    model.add(Dense(4, activation='softmax'))
    sgd = SGD(lr=0.01, decay=1e-6, momentum=0.9, nesterov=True)
    model.compile(loss='categorical_crossentropy', optimizer=sgd)
