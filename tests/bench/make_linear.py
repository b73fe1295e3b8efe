"""Writes golden/linear.json: what scikit-learn's TF-IDF with logistic regression makes of some of the SMS messages.

    pip install scikit-learn==1.9.1 && python tests/bench/make_linear.py

Of the messages of examples/data, the first 300 are learned from and the next 200 are scored: once with the labels that they
have, and once with ham in two, by length, so that there are three labels.
"""
import json
from pathlib import Path

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).parent
LINES = (HERE / "../../examples/data/sms-spam.tsv").read_text("utf8").split("\n")[1:501]
ROWS = [line.split("\t") for line in LINES]
TEXTS = [text for _, text in ROWS]
TWO = [label for label, _ in ROWS]
THREE = ["long " * (label == "ham" and len(text) > 60) + label for label, text in ROWS]

vectorizer = TfidfVectorizer(ngram_range=(1, 2))
learned = vectorizer.fit_transform(TEXTS[:300])
asked = vectorizer.transform(TEXTS[300:])

golden = {"versions": {"scikit-learn": sklearn.__version__}, "terms": len(vectorizer.vocabulary_), "cases": []}
for name, labels in (("two labels", TWO), ("three labels", THREE)):
    for c in (1, 10):
        # To the minimum: the default tolerance stops before the third digit is settled.
        model = LogisticRegression(C=c, tol=1e-9, max_iter=10000).fit(learned, labels[:300])
        scores = model.decision_function(asked).reshape(200, -1)
        golden["cases"].append({
            "name": f"{name}, C = {c}",
            "c": c,
            "labels": model.classes_.tolist(),
            "accuracy": model.score(asked, labels[300:]),
            "scores": [[round(float(score), 5) for score in row] for row in scores],
        })

(HERE / "golden").mkdir(exist_ok=True)
(HERE / "golden/linear.json").write_text(json.dumps(golden) + "\n")
