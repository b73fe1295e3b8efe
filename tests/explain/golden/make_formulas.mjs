// Writes formulas.json: what KaTeX makes of formulas that explanations write. `npm install --no-save katex@0.18.4 && node tests/explain/golden/make_formulas.mjs`
import { writeFileSync } from "node:fs";
import katex from "katex";

const FORMULAS = [
  "c_{t} = f_{t} \\odot c_{t-1} + i_{t} \\odot \\tilde{c}_{t}",
  "\\tilde{h}_{t} = \\tanh(x_{t} W_{h} + b_{h} + r_{t} \\odot (h_{t-1} R_{h} + b'_{h}))",
  "r_{t} = \\sigma(x_{t} W_{r} + h_{t-1} R_{r} + b_{r} + b'_{r})",
  "o_{t} \\odot \\operatorname{softsign}'(c_{t})",
  "\\delta C_{t-1} = \\delta C_{t} \\odot f_{t} + \\delta h_{t-1} \\odot o_{t-1} \\odot (1 - \\tanh(c_{t-1})^{2})",
  "(\\delta z_{h} \\odot r_{t}) R_{h}^{\\top}",
  "\\delta_{\\text{out}} \\odot z_{t}",
  "\\operatorname{relu6}'(z) = 1 \\text{ where } 0 < z < 6, \\text{ else } 0",
  "\\operatorname{elu}'(z) = 1 \\text{ where } z > 0, \\text{ else } \\exp(z)",
  "1/(1 + z)^{2}",
  "(1 + \\operatorname{erf}(0.7071068 z))/2 + 0.3989423 z / \\exp(z^{2}/2)",
  "4 \\times ((I + U_{1}) \\times U + U) = 6272",
  "c_T = \\sum_t \\Bigl(\\prod_{s>t} f_s\\Bigr) \\odot i_t \\odot \\tilde{c}_t",
  "\\text{share}_t = (x_t - x'_t) \\cdot \\int_0^1 \\frac{\\partial F}{\\partial x_t}\\bigl(x' + \\alpha (x - x')\\bigr)\\, d\\alpha, \\qquad \\sum_t \\text{share}_t = F(x) - F(x')",
  "\\text{part}_j = \\sum_d w_{j,d} \\cdot \\text{scale}_d \\cdot v_d",
  "[o_{t-1} \\odot \\tanh(c_{t-1})] R_{f} + \\ldots",
  "\\tilde{h}_{t}^{2} + (-z)",
];

const options = { output: "mathml", throwOnError: true, strict: "error", displayMode: true };
const made = FORMULAS.map((tex) => {
  const source = katex.renderToString(tex, options);
  return { tex, mathml: source.replace(/<annotation.*<\/annotation>|<\/?span[^>]*>/gs, "") };
});
writeFileSync(new URL("formulas.json", import.meta.url), `${JSON.stringify(made, null, 1)}\n`);
