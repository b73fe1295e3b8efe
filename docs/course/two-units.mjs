// Cells of two units with weights written by hand: every number of a step, by plain arithmetic, then the same network in
// the library. `node two-units.mjs rnn not good` or `node two-units.mjs lstm not good`.
import { layers, sequential } from "cellstate";

const [kind, ...words] = process.argv.slice(2);

// Each word is two numbers: its row of the Embedding table. Row 0 is padding.
const WORDS = { not: 1, good: 2, bad: 3 };
const TABLE = [
  [0, 0],
  [1, 0],
  [0, 1],
  [0, -1],
];

// A network's weights: W [2 inputs][2 units], R [2 units][2 units], b [2 units].
const CELLS = {
  rnn: {
    candidate: {
      W: [
        [0.5, -0.5],
        [1, 0.5],
      ],
      R: [
        [0.5, 0.25],
        [-0.5, 0.5],
      ],
      b: [0, 0.25],
    },
  },
  // In Keras's order.
  lstm: {
    input: {
      W: [
        [0.5, 1],
        [1, -0.5],
      ],
      R: [
        [0.5, -0.25],
        [0, 0.5],
      ],
      b: [0, 0.25],
    },
    forget: {
      W: [
        [0.5, -1],
        [-0.5, 1],
      ],
      R: [
        [0.25, 0.5],
        [-0.5, 0.25],
      ],
      b: [1, 1],
    },
    candidate: {
      W: [
        [-1, 0.5],
        [1, 0.75],
      ],
      R: [
        [0.5, -1],
        [0.75, 0.25],
      ],
      b: [0, -0.25],
    },
    output: {
      W: [
        [0.25, 0.5],
        [0.5, -0.25],
      ],
      R: [
        [-0.25, 0.5],
        [0.5, 0],
      ],
      b: [0.5, 0],
    },
  },
};
const networks = CELLS[kind];
const stranger = words.find((word) => !(word in WORDS));
if (!networks || words.length === 0 || stranger !== undefined) {
  console.error(
    `usage: node two-units.mjs ${Object.keys(CELLS).join("|")} WORD…, of the words ${Object.keys(WORDS).join(", ")}`,
  );
  process.exit(2);
}

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const show = (name, values) =>
  console.log(`  ${name.padEnd(12)} ${values.map((value) => value.toFixed(4).padStart(8)).join(" ")}`);

// z = x W + h R + b, unit by unit
const preActivation = ({ W, R, b }, x, h) =>
  [0, 1].map((u) => x[0] * W[0][u] + x[1] * W[1][u] + h[0] * R[0][u] + h[1] * R[1][u] + b[u]);

let h = [0, 0];
let c = [0, 0];
console.log("                 unit 0   unit 1");
for (const word of words) {
  const x = TABLE[WORDS[word]];
  console.log(word);
  const a = {};
  for (const [name, weights] of Object.entries(networks)) {
    const z = preActivation(weights, x, h);
    a[name] = z.map(name === "candidate" ? Math.tanh : sigmoid);
    show(`z ${name}`, z);
    show(name, a[name]);
  }
  if (kind === "rnn") h = a.candidate;
  else {
    c = [0, 1].map((u) => a.forget[u] * c[u] + a.input[u] * a.candidate[u]);
    h = [0, 1].map((u) => a.output[u] * Math.tanh(c[u]));
    show("cell", c);
  }
  show("hidden", h);
}

// The same weights in the library, side by side as Keras keeps them: [2][networks · 2].
const beside = (part) =>
  [0, 1].map((row) => Object.values(networks).flatMap((weights) => weights[part][row]));
const model = sequential([
  layers.embedding({ inputDim: 4, outputDim: 2, inputLength: words.length }),
  { rnn: layers.simpleRNN, lstm: layers.lstm }[kind]({ units: 2 }),
]);
const arrays = [TABLE, beside("W"), beside("R"), Object.values(networks).flatMap(({ b }) => b)];
model.setWeights(arrays.map((array) => Float32Array.from(array.flat())));
const [answer] = model.predict([words.map((word) => WORDS[word])]);
const apart = Math.max(...h.map((value, u) => Math.abs(value - answer[u])));
console.log(`the engine's hidden state ${apart < 1e-6 ? "is the same" : `differs by ${apart}`}`);
await model.save(`two-units-${kind}.keras`);
