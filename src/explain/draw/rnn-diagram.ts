/** The SimpleRNN drawn: one network, whose result is the state. */
import { html, type Markup } from "../../drawing/markup.js";
import { formula } from "../../drawing/math/svg-text.js";
import { BOX, fork, wire } from "./diagram.js";
import { BUS, bus, JOIN, LEFT, legend, type Parts, RIGHT, ROW } from "./diagram-parts.js";

export function rnnDiagram(parts: Parts): Markup {
  const [H, OUT, UP] = [480, 186, 790];
  return html`${wire(
    [
      [LEFT, BUS],
      [JOIN, BUS],
    ],
    "hidden",
    { head: false },
  )}
${bus([H])}
${wire(
  [
    [H, ROW - BOX.height],
    [H, OUT],
    [UP, OUT],
  ],
  "hidden",
  { head: false },
)}
${wire(
  [
    [UP, OUT],
    [UP, BUS],
    [RIGHT, BUS],
  ],
  "hidden",
)}
${wire(
  [
    [UP, OUT],
    [UP, 98],
  ],
  "hidden",
)}
${fork(UP, OUT, "hidden")}
${parts.network("network", H)}
${parts.symbol("network", H + 12, 224)}
${parts.ends("h", "hidden", BUS)}${formula(UP + 12, 110, "h_{t}", { size: 17 })}
${parts.badge("hidden", 640, OUT, "hidden")}${legend("SimpleRNN")}`;
}
