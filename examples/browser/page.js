// A page that classifies what is typed, without a server that sees it. Bundle it, and serve the folder with a classifier:
//
//   npx esbuild examples/browser/page.js --bundle --minify --splitting --format=esm --outdir=site
//   cp examples/browser/index.html spam.keras site
import { loadClassifier } from "cellstate/predict"; // a page that trains nothing needs no more

const text = document.querySelector("#text");
const answer = document.querySelector("#answer");

// Runs in WebAssembly, on this page's thread: a prediction is far shorter than a frame.
const classifier = await loadClassifier(new URL("spam.keras", location.href));

function classify() {
  const { label, probability } = classifier.predict(text.value);
  answer.textContent = `${label} (${(100 * probability).toFixed(0)} %)`;
}

text.addEventListener("input", classify);
classify();
