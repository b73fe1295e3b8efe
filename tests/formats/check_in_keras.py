"""Whether Python Keras opens the models that Cellstate writes with a vocabulary inside, and predicts the same from texts.

node dist/tests/formats/write-text-models.js FOLDER && python check_in_keras.py FOLDER     (Keras 3.15.1 on TensorFlow)
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402


def main(folder):
    with open(os.path.join(folder, "samples.json")) as file:
        data = json.load(file)
    texts = tf.constant([[text] for text in data["texts"]])
    worst = 0.0
    for sample in data["samples"]:
        for form in ("keras", "h5"):
            model = keras.models.load_model(os.path.join(folder, f"{sample['name']}.{form}"))
            difference = float(np.abs(model.predict(texts, verbose=0) - np.array(sample["output"])).max())
            print(f"{sample['name']}.{form}: outputs differ by at most {difference:.1e}")
            assert difference <= 1e-5
            worst = max(worst, difference)
    print(f"Keras {keras.__version__} opened {2 * len(data['samples'])} files; outputs within {worst:.1e}")


if __name__ == "__main__":
    main(sys.argv[1])
