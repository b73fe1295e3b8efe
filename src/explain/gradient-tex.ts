/** The paths of a gradient through one step, derived: what `cells/` computes, in TeX. */
import { GRU } from "../layers/gru.js";
import { LSTM } from "../layers/lstm.js";
import { symbolOf } from "./cells/names.js";
import type { RecurrentLayer } from "./cells/open.js";
import { at, odot, phi } from "./tex.js";

/** A path of a gradient through a step, in formulas. */
export interface PathFormula {
  /** As in the gradient's paths: "direct", a network's name, "above". */
  path: string;
  /** "through the forget gate" */
  name: string;
  /** TeX of what reaches the step before. */
  tex: string;
  /** TeX of the network's own δz, from which it comes; "" where there is none. */
  inner: string;
}

/** φ′ in terms of the activated value. */
function slope(activation: string, value: string): string {
  if (activation === "sigmoid") return `${value} \\odot (1 - ${value})`;
  if (activation === "tanh") return `(1 - ${value}^{2})`;
  if (activation === "linear") return "1";
  return `\\operatorname{${activation}}'(${value})`;
}

const delta = (what: string) => `\\delta ${what}`;
const dz = (letter: string) => `\\delta z_{${letter}}`;
const back = (letter: string) => `${dz(letter)} R_{${letter}}^{\\top}`;

/** "δC_{t-1} = δC_t ⊙ f_t + …": the whole, before its parts. */
export function wholeTex(layer: RecurrentLayer): string {
  if (layer instanceof LSTM) {
    const shown = odot(at("o", 1), slope(layer.options.activation, `${phi(layer)}(${at("c", 1)})`));
    return `\\delta ${at("C", 1)} = ${odot(delta(at("C", 0)), at("f", 0))} + \\delta ${at("h", 1)} \\odot ${shown}`;
  }
  if (layer instanceof GRU) {
    const through = layer.options.resetAfter
      ? `(${odot(dz("h"), at("r", 0))}) R_{h}^{\\top}`
      : odot(`(${back("h")})`, at("r", 0));
    return `\\delta ${at("h", 1)} = ${odot(delta(at("h", 0)), at("z", 0))} + ${back("z")} + ${back("r")} + ${through}`;
  }
  const own = odot(delta(at("h", 0)), slope(layer.options.activation, at("h", 0)));
  return `\\delta ${at("h", 1)} = (${own}) R^{\\top}`;
}

export function pathFormulas(layer: RecurrentLayer): PathFormula[] {
  const output = {
    path: "above",
    name: "from the layer above, at the step before",
    tex: layer instanceof LSTM ? odot(`\\delta_{\\text{out}}`, shownSlope(layer)) : "\\delta_{\\text{out}}",
    inner: "",
  };
  if (layer instanceof LSTM) return [...lstmPaths(layer), output];
  if (layer instanceof GRU) return [...gruPaths(layer), output];
  const inner = `\\delta z = ${odot(delta(at("h", 0)), slope(layer.options.activation, at("h", 0)))}`;
  return [{ path: "network", name: "through the one network", tex: "\\delta z R^{\\top}", inner }, output];
}

/** ∂h_{t−1}/∂c_{t−1} */
const shownSlope = (layer: LSTM) =>
  odot(at("o", 1), slope(layer.options.activation, `${phi(layer)}(${at("c", 1)})`));

function lstmPaths(layer: LSTM): PathFormula[] {
  const { activation, recurrentActivation } = layer.options;
  const C = delta(at("C", 0));
  const candidate = at(symbolOf("LSTM", "candidate"), 0);
  const through = (path: string, letter: string, name: string, inner: string): PathFormula => {
    const tex = odot(`(${back(letter)})`, shownSlope(layer));
    return { path, name: `through ${name}`, tex, inner: `${dz(letter)} = ${inner}` };
  };
  const gate = (value: string) => slope(recurrentActivation, value);
  const shown = `${phi(layer)}(${at("c", 0)})`;
  return [
    { path: "direct", name: "direct", tex: odot(C, at("f", 0)), inner: "" },
    through("forget", "f", "the forget gate", odot(C, at("c", 1), gate(at("f", 0)))),
    through("input", "i", "the input gate", odot(C, candidate, gate(at("i", 0)))),
    through("candidate", "c", "the candidate", odot(C, at("i", 0), slope(activation, candidate))),
    through("output", "o", "the output gate", odot(delta(at("h", 0)), shown, gate(at("o", 0)))),
  ];
}

function gruPaths(layer: GRU): PathFormula[] {
  const { activation, recurrentActivation, resetAfter } = layer.options;
  const h = delta(at("h", 0));
  const candidate = at(symbolOf("GRU", "candidate"), 0);
  const gate = (value: string) => slope(recurrentActivation, value);
  const [z, r] = [at("z", 0), at("r", 0)];
  const seen = resetAfter ? `(${at("h", 1)} R_{h} + b'_{h})` : at("h", 1);
  const product = resetAfter ? dz("h") : `(${back("h")})`;
  return [
    { path: "direct", name: "direct", tex: odot(h, z), inner: "" },
    {
      path: "update",
      name: "through the update gate",
      tex: back("z"),
      inner: `${dz("z")} = ${odot(h, `(${at("h", 1)} - ${candidate})`, gate(z))}`,
    },
    {
      path: "reset",
      name: "through the reset gate",
      tex: back("r"),
      inner: `${dz("r")} = ${odot(product, seen, gate(r))}`,
    },
    {
      path: "candidate",
      name: "through the candidate",
      tex: resetAfter ? `(${odot(dz("h"), r)}) R_{h}^{\\top}` : odot(`(${back("h")})`, r),
      inner: `${dz("h")} = ${odot(h, `(1 - ${z})`, slope(activation, candidate))}`,
    },
  ];
}

/** ∂E/∂h_{t−1}, by which the four networks' paths reach an LSTM's memory; "" where h is the memory itself. */
export function hiddenTex(layer: RecurrentLayer): string {
  if (!(layer instanceof LSTM)) return "";
  const networks = ["f", "i", "c", "o"].map(back).join(" + ");
  const above = layer.options.returnSequences ? " + \\delta_{\\text{out}}" : "";
  return `\\delta ${at("h", 1)} = ${networks}${above}`;
}

/** ∂E/∂c_t in all, from what comes by c_{t+1} and by h_t. */
export function totalTex(layer: RecurrentLayer): string {
  if (!(layer instanceof LSTM)) return "";
  const shown = odot(at("o", 0), slope(layer.options.activation, `${phi(layer)}(${at("c", 0)})`));
  return `\\delta ${at("C", 0)} = \\delta c_{t} + ${odot(delta(at("h", 0)), shown)}`;
}
