import numpy as np
from sklearn.model_selection import StratifiedKFold
from keras.models import Sequential
from keras.layers import Dense, GRU, Embedding, SpatialDropout1D
from keras.callbacks import ReduceLROnPlateau

X = np.zeros((40, 25), dtype='int32')
Y = np.arange(40) % 2
kfold = StratifiedKFold(n_splits=5, shuffle=True, random_state=7)
cvscores = []
for train, test in kfold.split(X, Y):
    # create model
    model = Sequential()
    model.add(Embedding(800, 24, input_length=X.shape[1]))
    model.add(SpatialDropout1D(0.2))
    model.add(GRU(20))
    model.add(Dense(1, activation='sigmoid'))
    model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
    model.fit(X[train], Y[train], epochs=15, batch_size=10, verbose=0,
              callbacks=[ReduceLROnPlateau('loss', 0.5, 2, cooldown=1)])
    scores = model.evaluate(X[test], Y[test], verbose=0)
    print("%s: %.2f%%" % (model.metrics_names[1], scores[1] * 100))
    cvscores.append(scores[1] * 100)
print("%.2f%% (+/- %.2f%%)" % (np.mean(cvscores), np.std(cvscores)))
