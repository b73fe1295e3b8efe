/** The LSTM drawn: its cell state along the top, four networks, its hidden state along the bottom. */
import { html, type Markup } from "../../drawing/markup.js";
import { formula } from "../../drawing/math/svg-text.js";
import { BOX, fork, pointwise, RADIUS, squash, wire } from "./diagram.js";
import { BUS, bus, JOIN, LEFT, legend, type Parts, RIGHT, ROW, TOP } from "./diagram-parts.js";

export function lstmDiagram(parts: Parts): Markup {
  const [F, I, G, O, OUT, UP] = [285, 420, 550, 660, 758, 797];
  const [ADD, MULTIPLY, MIX] = [485, 182, 222];
  const upper = ROW - BOX.height;
  return html`${wire(
    [
      [LEFT, BUS],
      [JOIN, BUS],
    ],
    "hidden",
    { head: false },
  )}
${bus([F, I, G, O])}
${wire([
  [F, upper],
  [F, TOP + RADIUS],
])}
${wire([
  [I, upper],
  [I, MULTIPLY],
  [ADD - RADIUS, MULTIPLY],
])}
${wire([
  [G, upper],
  [G, MULTIPLY],
  [ADD + RADIUS, MULTIPLY],
])}
${wire([
  [ADD, MULTIPLY - RADIUS],
  [ADD, TOP + RADIUS],
])}
${wire([
  [O, upper],
  [O, MIX],
  [OUT - RADIUS, MIX],
])}
${wire([
  [OUT, TOP],
  [OUT, 149],
])}
${wire([
  [OUT, 177],
  [OUT, MIX - RADIUS],
])}
${wire(
  [
    [OUT, MIX + RADIUS],
    [OUT, BUS],
    [RIGHT, BUS],
  ],
  "hidden",
)}
${wire(
  [
    [UP, BUS],
    [UP, 18],
  ],
  "hidden",
)}
${wire(
  [
    [LEFT, TOP],
    [RIGHT, TOP],
  ],
  "state",
  { over: true },
)}
${fork(UP, BUS, "hidden")}${fork(OUT, TOP + 3, "state")}
${pointwise(F, TOP, "times")}${pointwise(ADD, TOP, "plus")}${pointwise(ADD, MULTIPLY, "times")}${pointwise(OUT, MIX, "times")}
${squash(OUT, 163, parts.of("candidate").network!.activation)}
${parts.network("forget", F)}${parts.network("input", I)}${parts.network("candidate", G)}${parts.network("output", O)}
${parts.symbol("forget", F + 10, 196)}${parts.symbol("input", I - 10, 206, "end")}${parts.symbol("candidate", G + 10, 206)}${parts.symbol("output", O + 6, 194)}
${parts.ends("c", "cell", TOP)}${parts.ends("h", "hidden", BUS)}${formula(UP + 12, 30, "h_{t}", { size: 17 })}
${parts.badge("cell", 390, TOP, "state")}${parts.badge("hidden", UP, 300, "hidden")}${legend("LSTM")}`;
}
