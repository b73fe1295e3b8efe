// Training in a browser, in a worker: the page stays as lively as before, shows how far it is, and may pause or stop it.
//
//   npx esbuild examples/worker/page.js examples/worker/worker.js --bundle --splitting --minify --format=esm --outdir=site
//   cp examples/worker/index.html site
//
// Vite, webpack and Parcel bring the worker along by themselves: worker.js and workerUrl can be left out there.
import { createTrainer } from "cellstate/worker";

const at = (id) => document.querySelector(`#${id}`);
const trainer = createTrainer({ workerUrl: new URL("worker.js", location.href) });
let training;
let paused = false;

const ROWS = [
  ...[
    "what a lovely film",
    "a lovely, moving story",
    "wonderful from start to end",
    "moving and wonderful",
  ].map((text) => ({ text, label: "good" })),
  ...["a dull film", "dull and far too long", "a boring story", "too long, and boring"].map((text) => ({
    text,
    label: "bad",
  })),
];

// A Keras script, read and never run; "auto", "lstm" or a model file may stand here, too.
const script = `
model = Sequential([
    Embedding(40, 8, input_length=8),
    LSTM(8),
    Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy")
`;

async function learn(source, options) {
  await training?.cancel();
  await training?.done.catch(() => {});
  await trainer.read(source);
  let epochs = 0;
  training = trainer.train({
    ...options,
    onProgress: ({ done, total }) => {
      if (total === null) at("progress").removeAttribute("value");
      else [at("progress").value, at("progress").max] = [done, total];
    },
    onEpoch: ({ epoch }) => {
      epochs = epoch;
    },
  });
  await training.done;
  const { label } = await training.predict(at("text").value);
  at("answer").textContent = epochs > 0 ? `${label}, after ${epochs} epochs` : label;
}

at("file").onchange = ({ target }) => learn(target.files[0], { model: "lstm" });
at("pause").onclick = async () => {
  paused = !paused;
  await (paused ? training.pause() : training.resume());
};
at("step").onclick = async () => {
  if (paused) await training.step();
};
at("stop").onclick = () => training.cancel();
at("text").onchange = async ({ target }) => {
  at("answer").textContent = (await training.predict(target.value)).label;
};

// Too few rows to hold any out.
const few = { testSplit: 0, validationSplit: 0, epochs: 30, batchSize: 4, seed: 1 };
await learn(ROWS, { model: { script }, ...few });
