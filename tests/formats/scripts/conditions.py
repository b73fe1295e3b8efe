# Flags, branches and loops that constants decide; lists that grow; settings spread out.
from keras import Sequential, layers, optimizers

DEEP, KIND = True, "gru"
sizes = []
for i in range(5):
    if i == 3:
        break
    if i == 1:
        continue
    sizes.append(4 + i)
settings = dict(dropout=0.1)
settings["recurrent_dropout"] = 0.2
settings.update({"go_backwards": True})

stack = [layers.Input((7,)), layers.Embedding(30, 4)]
for n, size in enumerate(sizes):
    if KIND == "lstm":
        stack.append(layers.LSTM(size, return_sequences=True))
    elif KIND == "gru" and DEEP:
        stack.append(layers.GRU(size, return_sequences=True, name=f"gru_{n}_of_{len(sizes)}", **settings))
    else:
        stack.append(layers.SimpleRNN(size, return_sequences=True))
stack += [layers.SimpleRNN(int(10 / 2) if DEEP else 3), layers.Dense(1, "sigmoid")]
model = Sequential(stack, name="by_flags")
rate = 0.1
rate /= 4
model.compile(optimizer=optimizers.SGD(rate, momentum=0.9, nesterov=not False), loss="mse")
