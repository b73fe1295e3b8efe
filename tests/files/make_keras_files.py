"""Writes golden/*.keras.gz and *.h5.gz: models saved by real Keras 3.15.1; and what they put out: golden/keras_files.json.

Run by itself:  python make_keras_files.py   (Keras 3.15.1 on TensorFlow; the tests themselves need no Python)
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
import golden  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import initializers, layers, regularizers  # noqa: E402
from packed import FOLDER, pack  # noqa: E402

ROWS, STEPS, WORDS = 4, 7, 12
CASES = []


def ids(name, rows=ROWS):
    """Rows of token ids that end in padding, one of them padding only."""
    rng = golden.generator(name + "/input")
    x = rng.integers(1, WORDS, size=(rows, STEPS))
    for row, used in enumerate(rng.integers(0, STEPS + 1, size=rows)):
        x[row, used:] = 0
    return x


def floats(name, *shape):
    return golden.generator(name + "/input").normal(size=(ROWS, *shape)).astype("float32")


def save(name, model, x, forms=("keras",), randomise=True, **more):
    """Saves a model in each form and notes its outputs."""
    if randomise:
        golden.random_weights(model, name)
    y = model.predict(x, verbose=0)
    golden.check_size(name, y, high=1e4)
    weights = [golden.encode(w) for w in model.get_weights()]
    for form in forms:
        model.save(os.path.join(FOLDER, f"{name}.{form}"))
    x = x.tolist() if x.dtype.kind == "i" else golden.encode(x)
    case = {"name": name, "files": [f"{name}.{form}" for form in forms], "input": x, "output": golden.encode(y)}
    CASES.append({**case, "weights": weights, **more})


def embedding(**options):
    return layers.Embedding(WORDS, 3, **options)


def layer_cases():
    save(
        "flagship",
        keras.Sequential(
            [
                keras.Input((STEPS,)),
                embedding(),
                layers.LSTM(4, dropout=0.1, recurrent_dropout=0.1),
                layers.Flatten(),
                layers.Dropout(0.1),
                layers.Dense(5, activation="sigmoid"),
                layers.Dense(1, activation="sigmoid"),
            ]
        ),
        ids("flagship"),
        forms=("keras", "h5"),
    )
    save(
        "masked_stack",
        keras.Sequential(
            [
                keras.Input((STEPS,)),
                embedding(mask_zero=True),
                layers.LSTM(3, return_sequences=True, use_bias=False, recurrent_activation="hard_sigmoid"),
                layers.GRU(2, return_sequences=True, reset_after=False, activation="relu", unroll=True),
                layers.SimpleRNN(3, go_backwards=True, activation="softsign"),
                layers.Dense(3, activation="softmax"),
            ]
        ),
        ids("masked_stack"),
        forms=("keras", "h5"),
    )
    save(
        "two_of_each",
        keras.Sequential(
            [
                keras.Input((None, 2), name="signal"),
                layers.GRU(3, return_sequences=True, name="first"),
                layers.GRU(2, use_bias=False, return_sequences=True, name="second"),
                layers.LSTM(2, unit_forget_bias=False, return_sequences=True, go_backwards=True, name="third"),
                layers.LSTM(2, name="fourth"),
                layers.Dense(4, use_bias=False, name="fifth"),
                layers.Activation("gelu", name="sixth"),
                layers.Dense(2, activation="swish", name="seventh"),
            ],
            name="a_model",
        ),
        floats("two_of_each", 5, 2),
        forms=("keras", "h5"),
    )
    names = "tanh hard_sigmoid elu selu exponential softplus relu6 leaky_relu mish hard_swish hard_tanh linear".split()
    save(
        "activations",
        keras.Sequential(
            [keras.Input((3,))]
            + [layers.Dense(3, activation=name) for name in names]
        ),
        floats("activations", 3),
    )


def setting_cases():
    save(
        "settings",
        keras.Sequential(
            [
                keras.Input((STEPS,)),
                embedding(embeddings_initializer=initializers.RandomNormal(0.1, 0.2, seed=3)),
                layers.LSTM(
                    2,
                    name="cell",
                    kernel_initializer=initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal"),
                    recurrent_initializer=initializers.Orthogonal(0.5),
                    bias_initializer=initializers.Constant(0.25),
                    kernel_regularizer=regularizers.L1(0.1),
                    recurrent_regularizer=regularizers.L2(0.2),
                    bias_regularizer=regularizers.L1L2(0.3, 0.4),
                    kernel_constraint=keras.constraints.MaxNorm(2),
                    activity_regularizer="l2",
                ),
                layers.Dense(
                    2,
                    kernel_initializer="he_uniform",
                    bias_initializer=initializers.TruncatedNormal(stddev=0.3),
                    trainable=False,
                ),
                layers.Dense(1, kernel_initializer=initializers.RandomUniform(-0.3, 0.2)),
            ]
        ),
        ids("settings"),
        forms=("keras", "h5"),
    )
    keras.config.set_dtype_policy("float64")
    model = keras.Sequential([keras.Input((STEPS,)), embedding(), layers.GRU(2, name="cell"), layers.Dense(1)])
    keras.config.set_dtype_policy("float32")
    save("double", model, ids("double"))
    save(
        "nested",
        keras.Sequential(
            [
                keras.Input((STEPS,)),
                keras.Sequential([embedding(), layers.LSTM(3, return_sequences=True)], name="front"),
                keras.Sequential([layers.LSTM(2), layers.Dense(3)], name="back"),
                layers.Dense(1),
            ]
        ),
        ids("nested"),
        forms=("keras", "h5"),
        randomise=False,
    )


def functional_cases():
    start = keras.Input((STEPS,), name="tokens")
    x = embedding(mask_zero=True)(start)
    x = layers.LSTM(3, return_sequences=True)(x)
    x = layers.GRU(2)(x)
    end = layers.Dense(2, activation=keras.activations.sigmoid)(x)
    save("functional", keras.Model(start, end), ids("functional"), forms=("keras", "h5"))


def bfloat16_case():
    """Weights in bfloat16, which h5py keeps as opaque bytes; outputs as of the same weights in float32."""
    name = "bfloat16"

    def build():
        return keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(2)])

    keras.config.set_dtype_policy("bfloat16")
    small = build()
    keras.config.set_dtype_policy("float32")
    golden.random_weights(small, name)
    small.save(os.path.join(FOLDER, f"{name}.keras"))
    wide = build()
    wide.set_weights([np.array(w, "float32") for w in small.get_weights()])
    x = floats(name, 3)
    output = golden.encode(wide.predict(x, verbose=0))
    weights = [golden.encode(w) for w in wide.get_weights()]
    CASES.append(
        {"name": name, "files": [f"{name}.keras"], "input": golden.encode(x), "output": output, "weights": weights}
    )


def distinct_ids(name, rows=ROWS):
    """As `ids`, but no word twice: of a word that occurs twice in a batch, Keras on TensorFlow gives Adam and RMSprop the
    sum of the squared gradients, where its other backends take the square of their sum."""
    rng = golden.generator(name + "/input")
    x = 1 + rng.permutation(rows * STEPS).reshape(rows, STEPS)
    for row, used in enumerate((STEPS, 2, 0, 5)):
        x[row, used:] = 0
    return x


def training_cases():
    """Trained for three steps, saved, trained for three more: what the losses were."""
    optimizers = {
        "adam": keras.optimizers.Adam(0.02, clipnorm=0.5),
        "adam_amsgrad": keras.optimizers.Adam(0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-4, amsgrad=True),
        "adamw": keras.optimizers.AdamW(0.02, weight_decay=0.05),
        "rmsprop": keras.optimizers.RMSprop(0.005, momentum=0.4, centered=True),
        "sgd": keras.optimizers.SGD(0.1, momentum=0.8, nesterov=True, global_clipnorm=1.0),
    }
    losses = {
        "adam": keras.losses.BinaryCrossentropy(label_smoothing=0.1),
        "adamw": "sparse_categorical_crossentropy",
        "rmsprop": "mse",
        "sgd": keras.losses.CategoricalCrossentropy(from_logits=True),
    }
    for kind, optimizer in optimizers.items():
        outputs = 3 if kind in ("adamw", "sgd") else 1
        final = {"adamw": "softmax", "sgd": "linear", "rmsprop": "linear"}.get(kind, "sigmoid")
        model = keras.Sequential(
            [
                keras.Input((STEPS,)),
                layers.Embedding(ROWS * STEPS + 1, 3, mask_zero=True),
                layers.LSTM(4),
                layers.Dense(3, activation="tanh", trainable=kind != "adamw"),
                layers.Dense(outputs, activation=final),
            ]
        )
        name = f"trained_{kind}"
        golden.random_weights(model, name)
        metrics = ["accuracy", keras.metrics.AUC(), keras.metrics.Precision()] if kind == "adam" else ["accuracy"]
        model.compile(optimizer=optimizer, loss=losses.get(kind, "binary_crossentropy"), metrics=metrics)
        rng = golden.generator(name + "/target")
        y = rng.integers(0, 3 if outputs == 3 else 2, size=(ROWS, 1)).astype("float32")
        if kind == "sgd":
            y = np.eye(3, dtype="float32")[y[:, 0].astype(int)]
        if kind == "rmsprop":
            y = 3 * y
        x = distinct_ids(name)

        def steps():
            return [float(model.train_on_batch(x, y)[0]) for _ in range(3)]

        steps()
        forms = ("keras", "h5") if kind == "adam" else ("keras",)
        save(name, model, x, forms, randomise=False, target=y.tolist())
        CASES[-1]["after"] = steps()


def main():
    os.makedirs(FOLDER, exist_ok=True)
    keras.utils.set_random_seed(11)
    layer_cases()
    setting_cases()
    functional_cases()
    bfloat16_case()
    training_cases()
    flagship = keras.models.load_model(os.path.join(FOLDER, "flagship.keras"))
    flagship.save_weights(os.path.join(FOLDER, "flagship.weights.h5"))
    # In GiB: a file of its own for nearly every weight.
    flagship.save_weights(os.path.join(FOLDER, "sharded.weights.json"), max_shard_size=300 / 2**30)
    with open(os.path.join(FOLDER, "flagship.config.json"), "w") as file:
        file.write(flagship.to_json())
    with open(os.path.join(FOLDER, "keras_files.json"), "w") as file:
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in CASES)
        file.write(f'{{"madeBy": "make_keras_files.py", "keras": "{keras.__version__}", "cases": [\n{lines}\n]}}\n')
    print(f"{len(CASES)} cases; golden/ holds {pack():.0f} KB")


if __name__ == "__main__":
    main()
