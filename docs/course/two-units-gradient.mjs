// ∂E/∂R of the SimpleRNN of two-units.mjs after "not good", E its first unit, by central differences: each number of R
// is moved a little up and down, and the two words are read again.
const W = [
  [0.5, -0.5],
  [1, 0.5],
];
const R = [
  [0.5, 0.25],
  [-0.5, 0.5],
];
const b = [0, 0.25];

function read(words, R) {
  let h = [0, 0];
  for (const x of words) {
    h = [0, 1].map((u) =>
      Math.tanh(x[0] * W[0][u] + x[1] * W[1][u] + h[0] * R[0][u] + h[1] * R[1][u] + b[u]),
    );
  }
  return h[0];
}

const sentence = [
  [1, 0],
  [0, 1],
];
for (const from of [0, 1]) {
  const row = [0, 1].map((to) => {
    const moved = (by) =>
      R.map((line, v) => line.map((value, u) => (v === from && u === to ? value + by : value)));
    return (read(sentence, moved(1e-5)) - read(sentence, moved(-1e-5))) / 2e-5;
  });
  console.log(row.map((value) => (Math.abs(value) < 1e-9 ? "0" : value.toFixed(4))).join("  "));
}
