# made by: create_model()
import numpy
from sklearn.model_selection import GridSearchCV
from keras.models import Sequential
from keras.layers import Dense, LSTM, Embedding
from keras.wrappers.scikit_learn import KerasClassifier
from keras.constraints import maxnorm

# makes the network that is searched
def create_model(neurons=12, dropout_rate=0.1):
    model = Sequential()
    model.add(Embedding(500, 16, input_length=30))
    model.add(LSTM(neurons, dropout=dropout_rate, kernel_constraint=maxnorm(4)))
    model.add(Dense(1, activation='sigmoid'))
    model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
    return model

seed = 7
numpy.random.seed(seed)
model = KerasClassifier(build_fn=create_model, epochs=100, batch_size=10, verbose=0)
param_grid = dict(neurons=[1, 5, 10], dropout_rate=[0.0, 0.2])
grid = GridSearchCV(estimator=model, param_grid=param_grid, n_jobs=-1)
grid_result = grid.fit(numpy.zeros((20, 30)), numpy.zeros(20))
print("Best: %f using %s" % (grid_result.best_score_, grid_result.best_params_))
