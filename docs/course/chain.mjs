// A fresh SimpleRNN reads four words; drawn as a loop and as a chain. Draws images/01-chain.svg.
import { writeFileSync } from "node:fs";
import { layers, sequential } from "cellstate";
import { cellView, draw, sentenceOfIds } from "cellstate/explain";

const model = sequential(
  [layers.embedding({ inputDim: 5, outputDim: 16, inputLength: 4 }), layers.simpleRNN({ units: 12 })],
  { seed: 3 },
);
const sentence = sentenceOfIds([1, 2, 3, 4], ["", "not", "bad", "at", "all"]);
writeFileSync("images/01-chain.svg", draw.svgText(draw.chainPicture(cellView(model, sentence))));
