# Padded behind, an unknown word of its own, every optimizer argument by name.
import numpy as np
from tensorflow.keras.preprocessing.text import Tokenizer
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Embedding, LSTM, Dense, Dropout, SpatialDropout1D, Bidirectional
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint
from tensorflow.keras.optimizers import Adam

VOCAB, LENGTH = 60, 12
tokenizer = Tokenizer(num_words=VOCAB, oov_token="<OOV>", filters='!"#', lower=False)
tokenizer.fit_on_texts(texts)
x = pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=LENGTH, padding="post", truncating="post")
y = np.array(labels)

model = Sequential()
model.add(Embedding(VOCAB, 8, input_length=LENGTH, mask_zero=True))
model.add(SpatialDropout1D(0.2))
model.add(Bidirectional(LSTM(6, dropout=0.1)))
model.add(Dropout(0.5))
model.add(Dense(1, activation="sigmoid"))
model.compile(
    loss="binary_crossentropy",
    optimizer=Adam(learning_rate=0.002, beta_1=0.8, beta_2=0.99, epsilon=1e-6, amsgrad=True, clipnorm=1.0),
    metrics=["accuracy"],
)
stop = EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True)
model.fit(x, y, epochs=7, batch_size=16, validation_split=0.25, callbacks=[stop])
