/**
 * The GRU drawn as it computes. Nothing of h_{t−1} comes to the candidate but by the reset gate: with resetAfter what the
 * gate lets through of h_{t−1}·R + b′ (as Keras and cuDNN compute it), else of h_{t−1}, before R (Cho et al. 2014).
 */
import { html, type Markup } from "../../drawing/markup.js";
import { formula } from "../../drawing/math/svg-text.js";
import { BOX, fork, pointwise, RADIUS, weights, wire } from "./diagram.js";
import { BUS, bus, JOIN, LEFT, legend, type Parts, RIGHT, ROW, TOP } from "./diagram-parts.js";

/** Networks from left to right; where the reset gate multiplies; 1 − z; and the sum. */
const [R, Z, H, RESET, REST, ADD, UP] = [266, 434, 650, 352, 542, 650, 790];
/** Lines of 1 − z, of the reset gate, of what it lets through, and of x_t on its own way to the candidate. */
const [MULTIPLY, GATED, SEEN, INPUT] = [182, 206, 320, 372];
/** Left and right of the candidate's middle. */
const APART = 14;
const UPPER = ROW - BOX.height;
const LOWER = ROW + BOX.height;
/** The product with R, where the reset gate comes after it. */
const PRODUCT = { y: 149, height: 14 } as const;

export function gruDiagram(parts: Parts): Markup {
  const after = parts.anatomy.resetAfter === true;
  const biased = parts.of("candidate").network!.bias > 0;
  const product = biased ? "R_{h}, b'_{h}" : "R_{h}";
  const inner = biased ? "(h_{t-1} R_{h} + b'_{h})" : "(h_{t-1} R_{h})";
  const seen = `r_{t} \\odot ${after ? inner : "h_{t-1}"}`;
  return html`${wire(
    [
      [JOIN, TOP],
      [JOIN, BUS],
    ],
    "hidden",
    { head: false },
  )}
${wire([
  [JOIN, INPUT],
  [H + APART, INPUT],
  [H + APART, LOWER],
])}
${bus([R, Z], -9)}
${fork(JOIN, INPUT)}
${wire([
  [R, UPPER],
  [R, GATED],
  [RESET - RADIUS, GATED],
])}
${resetPath(after)}
${wire(
  [
    [RESET, GATED + RADIUS],
    [RESET, SEEN],
    [H - APART, SEEN],
    [H - APART, LOWER],
  ],
  "plain",
  { over: true },
)}
${wire([
  [Z, UPPER],
  [Z, TOP + RADIUS],
])}
${wire([
  [Z, MULTIPLY],
  [REST - RADIUS, MULTIPLY],
])}
${wire([
  [REST + RADIUS, MULTIPLY],
  [ADD - RADIUS, MULTIPLY],
])}
${wire([
  [H, UPPER],
  [H, MULTIPLY + RADIUS],
])}
${wire([
  [ADD, MULTIPLY - RADIUS],
  [ADD, TOP + RADIUS],
])}
${wire(
  [
    [LEFT, TOP],
    [RIGHT, TOP],
  ],
  "hidden",
)}
${wire(
  [
    [UP, TOP],
    [UP, 18],
  ],
  "hidden",
)}
${fork(JOIN, TOP, "hidden")}${fork(RESET, TOP, "hidden")}${fork(UP, TOP, "hidden")}${fork(Z, MULTIPLY)}
${pointwise(Z, TOP, "times")}${pointwise(ADD, TOP, "plus")}${pointwise(REST, MULTIPLY, "rest")}${pointwise(ADD, MULTIPLY, "times")}${pointwise(RESET, GATED, "times")}
${after && weights(RESET, PRODUCT.y, product, PRODUCT.height)}
${parts.network("reset", R)}${parts.network("update", Z)}${parts.network("candidate", H, H + 24)}
${parts.symbol("reset", R - 10, 222, "end")}${parts.symbol("update", Z + 10, 226)}${parts.symbol("candidate", H + 10, 226)}
${formula(452, SEEN + 20, seen, { size: 14, kind: "quiet" })}${formula(H + APART + 10, 352, "x_{t}", { size: 17 })}
${parts.ends("h", "hidden", TOP)}${formula(UP + 12, 30, "h_{t}", { size: 17 })}
${parts.badge("hidden", 230, TOP, "hidden")}${legend("GRU")}`;
}

/** From the old state to the reset gate: through R and b′ first, or straight. */
function resetPath(after: boolean): Markup {
  const down = (from: number, to: number) =>
    wire(
      [
        [RESET, from],
        [RESET, to],
      ],
      "hidden",
    );
  if (!after) return down(TOP, GATED - RADIUS);
  return html`${down(TOP, PRODUCT.y - PRODUCT.height)}${wire([
    [RESET, PRODUCT.y + PRODUCT.height],
    [RESET, GATED - RADIUS],
  ])}`;
}
