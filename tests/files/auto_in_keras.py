"""What Python Keras answers with the front end of docs/auto.md, word for word as the page has it: golden/auto.json.

node dist/tests/files/write-auto.js golden && python auto_in_keras.py      (Keras 3.15.1 on TensorFlow)
"""

import hashlib
import json
import os
import re

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras  # noqa: E402
import numpy as np  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ARCHIVES = ["two", "six", "long", "recurrent", "convolutional", "tags", "amount"]
TEXTS = [
    *["I loved it", "I LOVED it!!!", "isn't it Kim\u2019s best? didn't think so", "Great fun 😀😀 👍🏽 ❤️", "很好看", "不好看吗"],
    *["wake me at 7.30, please<br/>thanks", "What is the capital of France?", "turn the lamp off", "现在几点了 now", "play it"],
    *["the", "who", "tre\u0300s bien", "TRÈS MAUVAIS", "worth 0.5 stars, not 10,000", "___ a_b '90s ''x' <br", "\ud800 \U0001d7d7 x\u00b2"],
    *["", " \u200b\n", "zzzz qqqq", "!!! ???", "12 3.4", "a warm and funny film. well acted indeed. the plot was fine.", "İstanbul ΟΔΟΣ ß"],
    *["red we saw the old bridge, blue", "Blue birds rained all day near RED", "green stone while it rained: blue?"],
    *["some old redness 9 RED-blue bridges", "near the bridge green " * 12 + "red"],
    "a dull and empty film. " * 30,
]


def main():
    assert keras.__version__ == "3.15.1", keras.__version__
    with open(os.path.join(HERE, "../../docs/auto.md"), encoding="utf-8") as file:
        block = re.search(r"```python\n(.*?)```", file.read(), re.S)[1]
    page = {}
    exec(block, page)
    answers = {}
    for name in ARCHIVES:
        path = os.path.join(HERE, "golden", f"auto_{name}.keras")
        front_end, model = page["FrontEnd"](path), keras.models.load_model(path)
        found = model.predict(front_end(TEXTS), verbose=0)
        assert np.isfinite(found).all() and found.std() > 0.05, (name, found.std())
        answers[name] = found.tolist()
    with open(os.path.join(HERE, "golden", "auto.json"), "w") as file:
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(each)}" for name, each in answers.items())
        made = hashlib.sha256(block.encode()).hexdigest()
        file.write(f'{{"keras": "{keras.__version__}",\n"frontEnd": "{made}",\n"texts": {json.dumps(TEXTS)},\n"answers": {{\n{lines}\n}}}}\n')


if __name__ == "__main__":
    main()
