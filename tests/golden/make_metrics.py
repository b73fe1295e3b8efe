"""Keras's metrics, as its files describe them, with their values over batches of which the last is smaller.

python tests/golden/make_metrics.py   writes vectors/metrics.json
"""
import json
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from keras import metrics as M
from keras.src.trainers.compile_utils import CompileMetrics

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(20261128)
ROWS, BATCH = 40, 7
cases = []


def described(metric):
    if callable(metric) and not isinstance(metric, M.Metric):
        return keras.saving.serialize_keras_object(metric)
    return metric if isinstance(metric, str) else keras.metrics.serialize(metric)


def fresh(m):
    """Read back, so that no value of an earlier case is left in it. Keras cannot read the tensor that it writes."""
    if isinstance(m, str):
        return m
    m = json.loads(json.dumps(m))
    if isinstance(m["config"], dict) and m["config"].get("label_weights"):
        m["config"]["label_weights"] = m["config"]["label_weights"]["config"]["value"]
    return keras.saving.deserialize_keras_object(m)


def case(name, loss, y, p, metrics, weighted=()):
    y, p = np.asarray(y, "float32"), np.asarray(p, "float32")
    weights = rng.gamma(1.2, 1.0, len(p)).astype("float32")
    weights[3] = 0
    files = [described(m) for m in metrics], [described(m) for m in weighted]
    both = CompileMetrics(*[[fresh(m) for m in file] for file in files])
    for at in range(0, len(p), BATCH):
        part = slice(at, at + BATCH)
        both.update_state(y[part], p[part], weights[part])
    results = {key: np.asarray(value).tolist() for key, value in both.result().items()}
    cases.append(
        dict(
            name=name,
            loss=loss,
            outputs=p.shape[1],
            y=y.ravel().tolist(),
            p=p.ravel().tolist(),
            weights=weights.tolist(),
            metrics=files[0],
            weighted=files[1],
            results=results,
        )
    )


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def confusions(**more):
    return [
        M.Precision(**more),
        M.Recall(**more),
        M.Precision(thresholds=0.8, name="strict", **more),
        M.Recall(thresholds=[0.7, 0.2, 0.35], name="recalls", **more),
        M.Precision(thresholds=[0.0, 0.5, 1.0], name="even", **more),
    ]


def counts():
    return [
        M.TruePositives(),
        M.FalsePositives(thresholds=0.3),
        M.TrueNegatives(thresholds=[0.25, 0.5, 0.75, 0.9]),
        M.FalseNegatives(thresholds=[0.0, 0.25, 0.5, 0.75, 1.0]),
    ]


def at_points(**more):
    return [
        M.SensitivityAtSpecificity(0.7, **more),
        M.SpecificityAtSensitivity(0.6, num_thresholds=17, **more),
        M.PrecisionAtRecall(0.5, num_thresholds=1, **more),
        M.RecallAtPrecision(0.45, num_thresholds=2, **more),
    ]


def areas(**more):
    found = []
    for curve in ("ROC", "PR", "PRGAIN"):
        for how in ("interpolation", "minoring", "majoring"):
            found.append(M.AUC(curve=curve, summation_method=how, name=f"{curve}_{how}", **more))
    found.append(M.AUC(num_thresholds=11, name="few", **more))
    found.append(M.AUC(num_thresholds=2, name="two", **more))
    found.append(M.AUC(thresholds=[0.81, 0.2, 0.45], name="own", curve="PR", **more))
    found.append(M.AUC(thresholds=[0.25, 0.5, 0.75], name="own_even", **more))
    return found


def f_scores():
    found = []
    for average in (None, "micro", "macro", "weighted"):
        found.append(M.F1Score(average=average, name=f"f1_{average}"))
        found.append(M.F1Score(average=average, threshold=0.35, name=f"f1_{average}_above"))
        found.append(M.FBetaScore(average=average, beta=2.0, name=f"f2_{average}"))
        found.append(M.FBetaScore(average=average, beta=0.5, threshold=0.6, name=f"fhalf_{average}"))
    return found


def errors():
    return [
        M.MeanSquaredError(),
        M.RootMeanSquaredError(),
        M.MeanAbsoluteError(),
        M.MeanAbsolutePercentageError(),
        M.MeanSquaredLogarithmicError(),
        M.CosineSimilarity(),
        M.LogCoshError(),
        M.R2Score(),
        M.R2Score(class_aggregation=None, name="r2_each"),
        M.R2Score(class_aggregation="variance_weighted_average", num_regressors=3, name="r2_adjusted"),
        M.Hinge(),
        M.SquaredHinge(),
        M.CategoricalHinge(),
        M.KLDivergence(),
        M.Poisson(),
    ]


def accuracies():
    return ["accuracy", M.BinaryAccuracy(), M.BinaryAccuracy(threshold=0.8, name="ba"), M.Accuracy(name="equal")]


# One sigmoid: scores on the thresholds themselves, on the edges of buckets, and 0 and 1 among them.
p = rng.beta(1.3, 1.1, (ROWS, 1))
p[:10, 0] = [0, 1, 0.5, 0.8, 0.25, 0.75, 100 / 199, 0.3, 0.35, 0.2]
y = (rng.random((ROWS, 1)) < 0.25 + 0.5 * p).astype("float32")
everything = [
    *accuracies(),
    *confusions(),
    *counts(),
    *at_points(),
    *areas(),
    M.AUC(multi_label=True, num_labels=1, name="one_label"),
    *f_scores(),
    *errors(),
    M.BinaryCrossentropy(),
    M.BinaryCrossentropy(label_smoothing=0.2, name="smooth"),
]
case("one sigmoid", "binary_crossentropy", y, p, everything, [])
case("one sigmoid, weighed", "binary_crossentropy", y, p, [], everything)

# One class of three.
p = softmax(1.3 * rng.normal(size=(ROWS, 3)))
labels = np.array([rng.choice(3, p=row) for row in 0.5 * p + 0.5 / 3])
everything = [
    *accuracies(),
    M.CategoricalAccuracy(),
    M.TopKCategoricalAccuracy(k=2),
    *confusions(),
    *[type(m).from_config({**m.get_config(), "name": m.name + "_of_1"}) for m in confusions(class_id=1)],
    *[type(m).from_config({**m.get_config(), "name": m.name + "_top"}) for m in confusions(top_k=2)],
    M.Precision(top_k=1, class_id=2, name="top_of_2"),
    *counts(),
    *at_points(class_id=2),
    *areas(),
    *f_scores(),
    *errors(),
    M.CategoricalCrossentropy(),
    M.CategoricalCrossentropy(label_smoothing=0.1, name="smooth"),
]
case("one of three", "categorical_crossentropy", np.eye(3)[labels], p, everything, [])
case("one of three, weighed", "categorical_crossentropy", np.eye(3)[labels], p, [], everything)

# The same by class numbers.
everything = [
    "accuracy",
    M.SparseCategoricalAccuracy(),
    M.SparseTopKCategoricalAccuracy(k=2),
    M.SparseCategoricalCrossentropy(),
    M.SparseCategoricalCrossentropy(ignore_class=1, name="but_1"),
]
case("class numbers", "sparse_categorical_crossentropy", labels[:, None], p, everything, [])
case("class numbers, weighed", "sparse_categorical_crossentropy", labels[:, None], p, [], everything[:4])

# Three independent sigmoids.
p = sigmoid(1.5 * rng.normal(size=(ROWS, 3)) + [0.5, -0.3, 0])
y = (rng.random((ROWS, 3)) < 0.2 + 0.6 * p).astype("float32")
everything = [
    *accuracies(),
    *confusions(),
    M.Recall(class_id=0, name="of_0"),
    *counts(),
    *at_points(),
    *areas(),
    *[type(m).from_config({**m.get_config(), "name": m.name + "_each"}) for m in areas(multi_label=True, num_labels=3)],
    M.AUC(multi_label=True, label_weights=[0.5, 2.0, 0.7], name="weighed_labels"),
    M.AUC(label_weights=[0.5, 2.0, 0.7], curve="PR", name="weighed_columns"),
    M.AUC(label_weights=[0.5, 2.0, 0.7], thresholds=[0.3, 0.9], name="weighed_own"),
    *f_scores(),
    *errors(),
    M.BinaryCrossentropy(),
    M.CategoricalAccuracy(),
    M.PearsonCorrelation(),
    M.ConcordanceCorrelation(),
]
everything = [m for m in everything if not isinstance(m, M.PearsonCorrelation)]  # NaN where a row's targets are equal
case("three sigmoids", "binary_crossentropy", y, p, everything, [])
case("three sigmoids, weighed", "binary_crossentropy", y, p, [], everything)

# Logits.
z = 2 * rng.normal(size=(ROWS, 2))
y = (rng.random((ROWS, 2)) < sigmoid(z)).astype("float32")
case(
    "logits",
    "binary_crossentropy",
    y,
    z,
    ["accuracy", M.AUC(from_logits=True), M.BinaryAccuracy(), M.BinaryCrossentropy(from_logits=True), M.AUC(name="raw"),
     M.CategoricalCrossentropy(from_logits=True), M.Precision(), M.F1Score(threshold=0.5), M.Recall(top_k=1)],
    [M.AUC(from_logits=True, curve="PR", name="area")],
)
case("class logits", "sparse_categorical_crossentropy", (y[:, :1] + y[:, 1:]).clip(0, 1), z,
     ["accuracy", M.SparseCategoricalCrossentropy(from_logits=True)], ["accuracy"])

# Values.
t = rng.gamma(2, 1, (ROWS, 3))
v = abs(t + rng.normal(size=t.shape))
everything = [*errors(), M.PearsonCorrelation(), M.ConcordanceCorrelation(), "accuracy"]
case("values", "mean_squared_error", t, v, everything, [])
case("values, weighed", "mean_squared_error", t, v, [], everything)

# Metrics by name and by function, as Keras resolves them, and names that come twice.
p = rng.random((ROWS, 1))
y = (rng.random((ROWS, 1)) < p).astype("float32")
by_name = ["accuracy", "AUC", "auc", "mse", "MAE", "binary_accuracy", "BinaryAccuracy", "Precision", "recall", "f1_score",
           "mean_squared_error", "hinge", "kl_divergence", "RootMeanSquaredError", "bce", "log_cosh_error",
           M.AUC(curve="PR", name="auc"), M.MeanMetricWrapper(M.binary_accuracy, name="mine", threshold=0.7)]
functions = [keras.metrics.binary_accuracy, keras.metrics.mean_absolute_error, keras.losses.log_cosh, keras.losses.huber,
             keras.metrics.squared_hinge, keras.losses.cosine_similarity, keras.metrics.binary_crossentropy,
             keras.metrics.binary_focal_crossentropy]
case("by name", "binary_crossentropy", y, p, by_name, by_name)
case("functions", "binary_crossentropy", y, p, functions, functions[:3])

# Of what Keras has, what is read is listed beside the reader: see keras-compile.test.ts
classes = sorted(name for name, kind in vars(M).items() if isinstance(kind, type) and issubclass(kind, M.Metric))
with open(os.path.join(HERE, "vectors", "metrics.json"), "w") as file:
    json.dump(dict(keras=keras.__version__, batch=BATCH, classes=classes, cases=cases), file, separators=(",", ":"))
print(len(cases), sum(len(c["results"]) for c in cases), classes)
