#!/usr/bin/env python
"""Sentiment of tweets: python command_line.py --hidden 64"""
import argparse
import logging
import os

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

logging.basicConfig(level=logging.INFO)
log = logging.getLogger(__name__)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", "-H", type=int, default=48, help="units of the LSTM")
    parser.add_argument("--vocab-size", type=int, default=5000)
    parser.add_argument("--max-len", type=int, default=60)
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--bidirectional", action="store_true")
    parser.add_argument("--out", default="model.keras")
    return parser.parse_args()


def build(args):
    model = keras.Sequential()
    model.add(keras.Input(shape=(args.max_len,)))
    model.add(layers.Embedding(args.vocab_size, 32, mask_zero=True))
    lstm = layers.LSTM(args.hidden)
    model.add(layers.Bidirectional(lstm) if args.bidirectional else lstm)
    if args.dropout > 0:
        model.add(layers.Dropout(args.dropout))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def main():
    args = parse()
    np.random.seed(0)
    model = build(args)
    log.info("%d parameters", model.count_params())
    if not os.path.exists("nothing.npz"):
        log.warning("no data")
        return
    data = np.load("nothing.npz")
    model.fit(data["x"], data["y"], epochs=3)
    model.save(args.out)


if __name__ == "__main__":
    main()
