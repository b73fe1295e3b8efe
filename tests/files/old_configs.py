"""Layers' configurations as Keras 2 wrote them."""

from make_keras_files import STEPS, WORDS


def initializer(name, **config):
    return {"class_name": name, "config": {"seed": None, **config}}


GLOROT = initializer("VarianceScaling", scale=1.0, mode="fan_avg", distribution="uniform")
ORTHOGONAL = initializer("Orthogonal", gain=1.0)
ZEROS = {"class_name": "Zeros", "config": {}}
NONE = {f"{part}_{kind}": None for part in ("kernel", "recurrent", "bias") for kind in ("regularizer", "constraint")}


def embedding(name, **more):
    uniform = initializer("RandomUniform", minval=-0.05, maxval=0.05)
    return {
        "class_name": "Embedding",
        "config": {
            "name": name,
            "trainable": True,
            "input_dim": WORDS,
            "output_dim": 3,
            "embeddings_initializer": uniform,
            "embeddings_regularizer": None,
            "activity_regularizer": None,
            "embeddings_constraint": None,
            "mask_zero": False,
            **more,
        },
    }


def recurrent(kind, name, units, **more):
    return {
        "class_name": kind,
        "config": {
            "name": name,
            "trainable": True,
            "return_sequences": False,
            "return_state": False,
            "go_backwards": False,
            "stateful": False,
            "unroll": False,
            "units": units,
            "activation": "tanh",
            "use_bias": True,
            "kernel_initializer": GLOROT,
            "recurrent_initializer": ORTHOGONAL,
            "bias_initializer": ZEROS,
            "activity_regularizer": None,
            **NONE,
            "dropout": 0.0,
            "recurrent_dropout": 0.0,
            **more,
        },
    }


def dense(name, units, activation, **more):
    config = {
        "name": name,
        "trainable": True,
        "units": units,
        "activation": activation,
        "use_bias": True,
        "kernel_initializer": GLOROT,
        "bias_initializer": ZEROS,
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
    }
    return {"class_name": "Dense", "config": {**config, **more}}


GRU_2 = {"time_major": False, "implementation": 2, "reset_after": True}


def input_layer(name):
    config = {"batch_input_shape": [None, STEPS], "dtype": "float32", "sparse": False, "ragged": False, "name": name}
    return {"class_name": "InputLayer", "config": config}
