"""Writes golden/metrics_*.keras.gz and .h5.gz: compiled models whose metrics have settings, saved by real Keras 3.15.1;
and golden/metric_files.json: what evaluate() gives there, by batches of 7 of which the last is smaller.

python make_metric_files.py            and, of what Cellstate wrote (node dist/tests/files/write-metrics.js FOLDER):
python make_metric_files.py FOLDER     whether Keras opens those and gives the same
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from keras import layers as L
from keras import metrics as M
from packed import FOLDER, pack

ROWS, BATCH, STEPS, WORDS = 40, 7, 5, 9
rng = np.random.default_rng(81128)
cases = []


def save(name, units, activation, y, loss, metrics, weighted=None, spread=1.2, output=None):
    model = keras.Sequential(
        [keras.Input((STEPS,), dtype="int32"), L.Embedding(WORDS, 4), L.LSTM(3),
         L.Dense(units, activation=activation, name=output or "dense")]
    )
    model.set_weights([rng.normal(0, spread, w.shape).astype("float32") for w in model.get_weights()])
    model.compile(optimizer="adam", loss=loss, metrics=metrics, weighted_metrics=weighted)
    x = rng.integers(0, WORDS, (ROWS, STEPS)).astype("int32")
    y = np.asarray(y, "float32")
    weights = rng.gamma(1.2, 1.0, ROWS).astype("float32")
    results = model.evaluate(x, y, batch_size=BATCH, sample_weight=weights, verbose=0, return_dict=True)
    files = [f"metrics_{name}.keras", f"metrics_{name}.h5"]
    for file in files:
        model.save(os.path.join(FOLDER, file))
    results = {key: np.asarray(value).tolist() for key, value in results.items()}
    cases.append(dict(name=name, files=files, x=x.tolist(), y=y.tolist(), weights=weights.tolist(), results=results))
    print(name, results)


def make():
    one = (rng.random((ROWS, 1)) > 0.6).astype("float32")
    three = rng.integers(0, 3, ROWS)
    many = (rng.random((ROWS, 3)) > 0.5).astype("float32")
    save(
        "one",
        1,
        "sigmoid",
        one,
        "binary_crossentropy",
        ["accuracy", M.AUC(curve="PR", name="pr"), M.AUC(num_thresholds=20), M.BinaryAccuracy(threshold=0.8),
         M.Precision(thresholds=0.3), M.Recall(thresholds=[0.2, 0.7], name="recalls"), "mse",
         M.F1Score(threshold=0.4), M.SensitivityAtSpecificity(0.6)],
        ["accuracy", M.AUC(), M.F1Score(average="micro", threshold=0.5, name="f1")],
    )
    save(
        "classes",
        3,
        "softmax",
        np.eye(3)[three],
        keras.losses.CategoricalCrossentropy(label_smoothing=0.1, reduction="sum"),
        {"topic": ["accuracy", M.Precision(), M.Recall(class_id=1), M.AUC(multi_label=True, num_labels=3),
                   M.F1Score(average="macro"), M.F1Score(name="f1_each"), M.FBetaScore(average="weighted", beta=2.0),
                   M.TopKCategoricalAccuracy(k=2), M.CategoricalCrossentropy()]},
        {"topic": [M.Precision(top_k=2, name="top2")]},
        output="topic",
    )
    save(
        "numbers",
        3,
        "softmax",
        three,
        "sparse_categorical_crossentropy",
        [["acc", M.SparseTopKCategoricalAccuracy(k=2), M.SparseCategoricalCrossentropy(name="entropy")]],
        [M.SparseCategoricalAccuracy(name="weighed")],
    )
    save(
        "tags",
        3,
        "sigmoid",
        many,
        "binary_crossentropy",
        ["accuracy", "binary_accuracy", M.AUC(), M.Precision(), M.Recall(), M.AUC(multi_label=True, name="each")],
        [M.BinaryAccuracy(name="weighed"), M.Recall(class_id=2, name="recall_of_2")],
    )
    # So sure of itself that probabilities are 0 and 1 in float32: Keras on TensorFlow goes back to the logits.
    save("sure", 1, "sigmoid", one, "binary_crossentropy", [M.BinaryCrossentropy(name="entropy"), M.AUC()], spread=20)
    save("sure_classes", 3, "softmax", np.eye(3)[three], "categorical_crossentropy",
         [M.CategoricalCrossentropy(name="entropy")], [M.CategoricalCrossentropy(name="weighed")], spread=20)
    with open(os.path.join(FOLDER, "metric_files.json"), "w") as file:
        json.dump(dict(keras=keras.__version__, batch=BATCH, cases=cases), file, separators=(",", ":"))
    print(pack(), "KB")


def check(folder):
    with open(os.path.join(folder, "metrics.json")) as file:
        for case in json.load(file):
            for form in ("keras", "h5"):
                model = keras.models.load_model(os.path.join(folder, f"{case['name']}.{form}"))
                found = model.evaluate(
                    np.array(case["x"]), np.array(case["y"], "float32"), batch_size=BATCH,
                    sample_weight=np.array(case["weights"], "float32"), verbose=0, return_dict=True,
                )
                flat = {}
                for key, value in found.items():
                    value = np.asarray(value)
                    if value.size == 1:
                        flat[key] = float(value.ravel()[0])
                    else:
                        flat.update({f"{key}[{k}]": float(v) for k, v in enumerate(value)})
                assert flat.keys() == case["results"].keys(), (case["name"], form, flat.keys(), case["results"].keys())
                worst = max(abs(flat[key] - case["results"][key]) for key in flat)
                assert worst < 2e-5 * max(1, max(flat.values())), (case["name"], form, flat, case["results"])
                print(f"{case['name']}.{form}: {len(flat)} values differ by at most {worst:.1e}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        check(sys.argv[1])
    else:
        make()
