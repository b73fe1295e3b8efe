// Training in a browser, in a worker: the page stays as lively as before, and shows how far it is.
//
//   npx esbuild examples/worker/page.js examples/worker/worker.js --bundle --minify --format=esm --outdir=site
//   cp examples/worker/index.html site
const progress = document.querySelector("#progress");
const answer = document.querySelector("#answer");

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

const worker = new Worker(new URL("worker.js", location.href), { type: "module" });
worker.onmessage = ({ data }) => {
  if (data.epoch) progress.value = data.epoch;
  if (data.trained) worker.postMessage({ classify: "a wonderful story" });
  if (data.prediction) answer.textContent = `${data.prediction.label}, after ${progress.value} epochs`;
};
worker.postMessage({ rows: ROWS, epochs: progress.max });
