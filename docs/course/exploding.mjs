// The same 60 made-up words through fresh cells: how large ∂E/∂memory is at the first word, as a multiple of the last's.
import { layers, sequential } from "cellstate";
import { gradientStudy } from "cellstate/explain";

const words = Array.from({ length: 60 }, (_, t) => 1 + ((7 * t) % 50));
const model = sequential(
  [layers.embedding({ inputDim: 51, outputDim: 16, inputLength: words.length }), layers.lstm({ units: 32 })],
  { seed: 1 },
);
const cases = [
  { name: "SimpleRNN", kind: "SimpleRNN" },
  { name: "SimpleRNN, R × 0.7", kind: "SimpleRNN", recurrentScale: 0.7 },
  { name: "SimpleRNN, R × 1.3", kind: "SimpleRNN", recurrentScale: 1.3 },
  { name: "LSTM", kind: "LSTM" },
  { name: "LSTM, forget bias 3", kind: "LSTM", forgetBias: 3 },
  { name: "LSTM, forget bias 3, R × 4", kind: "LSTM", forgetBias: 3, recurrentScale: 4 },
];
console.log("                              a step   first word  direct alone");
for (const { name, perStep, relative, direct } of (await gradientStudy(model, words, { cases })).curves) {
  const numbers = [
    perStep.toFixed(3).padStart(8),
    ...[relative[0], direct[0]].map((x) => x.toPrecision(2).padStart(13)),
  ];
  console.log(name.padEnd(28) + numbers.join(""));
}
