"""Whether Python Keras opens what Cellstate writes, predicts the same and trains on alike; and golden/again_*.gz: the same
models as Keras saves them again.

node dist/tests/files/write-samples.js FOLDER && python check_in_keras.py FOLDER      (Keras 3.15.1 on TensorFlow)
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from packed import FOLDER, pack  # noqa: E402


def main(folder):
    worst_output, worst_loss, opened = 0.0, 0.0, 0
    with open(os.path.join(folder, "samples.json")) as file:
        samples = json.load(file)
    for sample in samples:
        for form in ("keras", "h5"):
            path = os.path.join(folder, f"{sample['name']}.{form}")
            # In the older format Keras names the operations behind a joined mask as it likes, here as a layer.
            if (sample["name"], form) == ("two_texts", "h5"):
                continue
            # There it takes score_mode = "dot" for its function of that name, and refuses its own files too.
            if (sample["name"], form) == ("attention", "h5"):
                continue
            model = keras.models.load_model(path)
            x = [np.array(one) for one in sample["input"]] if sample["inputs"] > 1 else np.array(sample["input"])
            difference = np.abs(model.predict(x, verbose=0) - np.array(sample["output"])).max()
            if not sample.get("target") and sample["name"] != "long_names":
                model.save(os.path.join(FOLDER, f"again_{sample['name']}.{form}"))
            worst_output = max(worst_output, float(difference))
            opened += 1
            line = f"{sample['name']}.{form}: outputs differ by at most {difference:.1e}"
            assert difference <= 1e-5, line
            # Keras itself does not bring an optimizer's state back from the older format.
            if sample.get("after") and form == "keras":
                y = np.array(sample["target"], "float32")
                assert int(model.optimizer.iterations) == 3, path
                losses = [float(model.train_on_batch(x, y)[0]) for _ in range(3)]
                difference = np.abs(np.array(losses) - np.array(sample["after"])).max()
                worst_loss = max(worst_loss, float(difference))
                line += f", the next losses by {difference:.1e}"
                assert difference <= 1e-4, line
            print(line)
    pack()
    print(f"Keras {keras.__version__} opened {opened} files; outputs within {worst_output:.1e}, losses {worst_loss:.1e}")


if __name__ == "__main__":
    main(sys.argv[1])
