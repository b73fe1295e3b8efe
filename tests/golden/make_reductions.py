"""Training and evaluation under each reduction of each loss, and under weighted metrics, in real Keras.

python tests/golden/make_reductions.py   writes vectors/reductions.json
"""
import json
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(1128)
ROWS, BATCH, EPOCHS = 45, 8, 2
LOSSES = {
    "BinaryCrossentropy": (3, "sigmoid", dict(label_smoothing=0.1)),
    "CategoricalCrossentropy": (3, "softmax", {}),
    "SparseCategoricalCrossentropy": (3, None, dict(from_logits=True)),
    "MeanSquaredError": (2, None, {}),
}
cases = []
for name, (outputs, activation, options) in LOSSES.items():
    for reduction in ("sum", "mean", "mean_with_sample_weight"):
        x = rng.normal(size=(ROWS, 4)).astype("float32")
        labels = rng.integers(0, outputs, ROWS)
        y = {
            "BinaryCrossentropy": (rng.random((ROWS, outputs)) > 0.6).astype("float32"),
            "CategoricalCrossentropy": np.eye(outputs, dtype="float32")[labels],
            "SparseCategoricalCrossentropy": labels.astype("float32"),
            "MeanSquaredError": rng.normal(size=(ROWS, outputs)).astype("float32"),
        }[name]
        weights = rng.gamma(1.5, 1.0, ROWS).astype("float32")
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(outputs, activation=activation)])
        start = [rng.normal(0, 0.7, w.shape).astype("float32") for w in model.get_weights()]
        model.set_weights(start)
        loss = getattr(keras.losses, name)(reduction=reduction, **options)
        how = dict(optimizer=keras.optimizers.SGD(0.01), loss=loss, metrics=["accuracy"], weighted_metrics=["accuracy"])
        model.compile(**how)
        plain = model.evaluate(x, y, verbose=0, return_dict=True)
        weighed = model.evaluate(x, y, sample_weight=weights, batch_size=BATCH, verbose=0, return_dict=True)
        fit = model.fit(x, y, sample_weight=weights, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0,
                        validation_data=(x[::-1], y[::-1], weights[::-1]))
        cases.append(
            dict(
                name=f"{name}, {reduction}",
                compile=json.loads(json.dumps(model.get_compile_config())),
                outputs=outputs,
                activation=activation,
                x=x.tolist(),
                y=y.tolist(),
                weights=weights.tolist(),
                start=[w.ravel().tolist() for w in start],
                plain=plain,
                weighed=weighed,
                history=fit.history,
                after=[w.ravel().tolist() for w in model.get_weights()],
            )
        )
with open(os.path.join(HERE, "vectors", "reductions.json"), "w") as file:
    json.dump(dict(keras=keras.__version__, batch=BATCH, epochs=EPOCHS, cases=cases), file, separators=(",", ":"))
print(cases[0]["compile"], cases[0]["history"], [c["plain"] for c in cases])
