import math
import datetime as dt
import numpy as np
from keras.layers import Dense, Activation, Dropout, LSTM
from keras.models import Sequential, load_model
from keras.callbacks import EarlyStopping, ModelCheckpoint


class Timer():
    def __init__(self):
        self.start_dt = None

    def start(self):
        self.start_dt = dt.datetime.now()

    def stop(self):
        print('Time taken: %s' % (dt.datetime.now() - self.start_dt))


class Model():
    """A network for building and inferencing"""

    def __init__(self):
        self.model = Sequential()

    def load_model(self, filepath):
        print('[Model] Loading model from file %s' % filepath)
        self.model = load_model(filepath)

    def build_model(self, configs):
        timer = Timer()
        timer.start()

        for layer in configs['model']['layers']:
            neurons = layer['neurons'] if 'neurons' in layer else None
            dropout_rate = layer['rate'] if 'rate' in layer else None
            activation = layer['activation'] if 'activation' in layer else None
            return_seq = layer['return_seq'] if 'return_seq' in layer else None
            input_timesteps = layer['input_timesteps'] if 'input_timesteps' in layer else None
            input_dim = layer['input_dim'] if 'input_dim' in layer else None

            if layer['type'] == 'dense':
                self.model.add(Dense(neurons, activation=activation))
            if layer['type'] == 'lstm':
                if input_dim:
                    self.model.add(LSTM(neurons, input_shape=(input_timesteps, input_dim), return_sequences=return_seq))
                else:
                    self.model.add(LSTM(neurons, return_sequences=return_seq))
            if layer['type'] == 'dropout':
                self.model.add(Dropout(dropout_rate))

        self.model.compile(loss=configs['model']['loss'], optimizer=configs['model']['optimizer'])
        print('[Model] Model Compiled')
        timer.stop()

    def train(self, x, y, epochs, batch_size, save_dir):
        callbacks = [
            EarlyStopping(monitor='val_loss', patience=2),
            ModelCheckpoint(filepath=save_dir + '/best.keras', monitor='val_loss', save_best_only=True)
        ]
        self.model.fit(x, y, epochs=epochs, batch_size=batch_size, callbacks=callbacks)


configs = {
    "data": {"sequence_length": 50},
    "model": {
        "loss": "mse",
        "optimizer": "adam",
        "layers": [
            {"type": "lstm", "neurons": 100, "input_timesteps": 49, "input_dim": 2, "return_seq": True},
            {"type": "dropout", "rate": 0.2},
            {"type": "lstm", "neurons": 100, "return_seq": True},
            {"type": "lstm", "neurons": 100, "return_seq": False},
            {"type": "dropout", "rate": 0.2},
            {"type": "dense", "neurons": 1, "activation": "linear"}
        ]
    }
}


def main():
    model = Model()
    model.build_model(configs)
    x, y = np.zeros((20, 49, 2)), np.zeros((20, 1))
    model.train(x, y, epochs=2, batch_size=32, save_dir='saved')


if __name__ == '__main__':
    main()
