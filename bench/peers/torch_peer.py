"""PyTorch's flagship (nn.LSTM cannot do recurrent dropout). Reads "train|predict B I U R" lines, prints ms a run."""
import sys
import time

import torch

LENGTH, VOCABULARY = 200, 1000


class Flagship(torch.nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.embedding = torch.nn.Embedding(VOCABULARY, inputs)
        self.lstm = torch.nn.LSTM(inputs, units, batch_first=True)
        self.dropout = torch.nn.Dropout(0.1)
        self.hidden = torch.nn.Linear(units, 256)
        self.out = torch.nn.Linear(256, 1)

    def forward(self, ids):
        _, (h, _) = self.lstm(self.dropout(self.embedding(ids)))
        return self.out(torch.sigmoid(self.hidden(self.dropout(h[-1]))))[:, 0]


def make(what, batch, inputs, units):
    model = Flagship(inputs, units)
    x = torch.randint(1, VOCABULARY, (batch, LENGTH))
    y = (torch.arange(batch) % 2).float()
    if what == "predict":
        model.eval()

        def predict():
            with torch.inference_mode():
                torch.sigmoid(model(x)).sum().item()

        return predict
    optimizer = torch.optim.Adam(model.parameters())
    loss = torch.nn.BCEWithLogitsLoss()

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(model(x), y).backward()
        optimizer.step()

    return step


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.set_flush_denormal(True)  # fading gradients slow it down ten times on Intel otherwise
    tasks = {}
    print(f"PyTorch {torch.__version__}", flush=True)
    for line in sys.stdin:
        what, *numbers = line.split()
        batch, inputs, units, repeats = map(int, numbers)
        run = tasks.setdefault((what, batch, inputs, units), None) or make(what, batch, inputs, units)
        if tasks[(what, batch, inputs, units)] is None:
            tasks[(what, batch, inputs, units)] = run
            run()
        start = time.perf_counter()
        for _ in range(repeats):
            run()
        print((time.perf_counter() - start) * 1000 / repeats, flush=True)


if __name__ == "__main__":
    main()
