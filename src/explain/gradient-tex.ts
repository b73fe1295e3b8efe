/** The paths of a gradient through one step, derived: what `cells/` computes, in TeX. */
import type { ActivationName } from "../kernels/activations.js";
import { GRU } from "../layers/gru.js";
import { LSTM } from "../layers/lstm.js";
import type { RecurrentLayer } from "./cells/layers.js";
import { symbolOf } from "./cells/names.js";
import {
  activationNameOf,
  activationTex,
  at,
  odot,
  phi,
  preActivationSymbol,
  preActivationTex,
} from "./tex.js";

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

/**
 * φ′(z), by the activated value where that is how it is known.
 * @param z the pre-activation
 * @param value φ(z)
 */
function slope(activation: ActivationName, z: string, value: string): string {
  if (activation === "sigmoid") return `${value} \\odot (1 - ${value})`;
  if (activation === "tanh") return `(1 - ${value}^{2})`;
  if (activation === "linear") return "1";
  return `${activationTex(activation)}'(${z})`;
}

/** The slope of a network's activation at step t. */
const ownSlope = (layer: RecurrentLayer, network: string): string =>
  slope(
    activationNameOf(layer, network),
    preActivationSymbol(layer, network),
    at(symbolOf(layer.className, network), 0),
  );

/** ∂h/∂c of an LSTM, so many steps before t. */
function shownSlope(layer: LSTM, lag: number): string {
  const c = at("c", lag);
  return odot(at("o", lag), slope(layer.options.activation, c, `${phi(layer)}(${c})`));
}

const GELU_TANH = "\\tanh(0.7978846 (z + 0.044715 z^{3}))";
const MISH_TANH = "\\tanh(\\operatorname{ln}(1 + \\exp(z)))";

/** φ′(z) of the activations whose slope is shown by its name. */
const SLOPES: Partial<Record<ActivationName, string>> = {
  relu: "1 \\text{ where } z > 0, \\text{ else } 0",
  hardSigmoid: "1/6 \\text{ where } |z| < 3, \\text{ else } 0",
  hardSigmoid2: "0.2 \\text{ where } |z| < 2.5, \\text{ else } 0",
  softsign: "1/(1 + |z|)^{2}",
  softplus: "\\sigma(z)",
  elu: "1 \\text{ where } z > 0, \\text{ else } \\exp(z)",
  selu: "1.050701 \\text{ where } z > 0, \\text{ else } 1.758099 \\exp(z)",
  exponential: "\\exp(z)",
  relu6: "1 \\text{ where } 0 < z < 6, \\text{ else } 0",
  hardTanh: "1 \\text{ where } |z| < 1, \\text{ else } 0",
  leakyRelu: "1 \\text{ where } z > 0, \\text{ else } 0.2",
  silu: "\\sigma(z) (1 + z (1 - \\sigma(z)))",
  gelu: "(1 + \\operatorname{erf}(0.7071068 z))/2 + 0.3989423 z / \\exp(z^{2}/2)",
  geluApproximate: `(1 + ${GELU_TANH})/2 + z (1 - ${GELU_TANH}^{2}) (0.3989423 + 0.0535161 z^{2})`,
  mish: `${MISH_TANH} + z (1 - ${MISH_TANH}^{2}) \\sigma(z)`,
  hardSilu: "(2 z + 3)/6 \\text{ where } |z| < 3, \\text{ else } (1 + z/|z|)/2",
};

/** What the slopes are that the paths show by name, and the pre-activations that they are of; none where all are written out. */
export function slopeFormulas(layer: RecurrentLayer, networks: readonly string[]): string[] {
  const named = networks.filter((network) => SLOPES[activationNameOf(layer, network)]);
  const activations = new Set(named.map((network) => activationNameOf(layer, network)));
  return [
    ...[...activations].map((name) => `${activationTex(name)}'(z) = ${SLOPES[name]}`),
    ...named.map(
      (network) => `${preActivationSymbol(layer, network)} = ${preActivationTex(layer, network, 0)}`,
    ),
  ];
}

const delta = (what: string) => `\\delta ${what}`;
const dz = (letter: string) => `\\delta z_{${letter}}`;
const back = (letter: string) => `${dz(letter)} R_{${letter}}^{\\top}`;

/** "δC_{t-1} = δC_t ⊙ f_t + …": the whole, before its parts. */
export function wholeTex(layer: RecurrentLayer): string {
  if (layer instanceof LSTM) {
    return `\\delta ${at("C", 1)} = ${odot(delta(at("C", 0)), at("f", 0))} + \\delta ${at("h", 1)} \\odot ${shownSlope(layer, 1)}`;
  }
  if (layer instanceof GRU) {
    const through = layer.options.resetAfter
      ? `(${odot(dz("h"), at("r", 0))}) R_{h}^{\\top}`
      : odot(`(${back("h")})`, at("r", 0));
    return `\\delta ${at("h", 1)} = ${odot(delta(at("h", 0)), at("z", 0))} + ${back("z")} + ${back("r")} + ${through}`;
  }
  const own = odot(delta(at("h", 0)), ownSlope(layer, "network"));
  return `\\delta ${at("h", 1)} = (${own}) R^{\\top}`;
}

export function pathFormulas(layer: RecurrentLayer): PathFormula[] {
  const output = {
    path: "above",
    name: "from the layer above, at the step before",
    tex:
      layer instanceof LSTM ? odot(`\\delta_{\\text{out}}`, shownSlope(layer, 1)) : "\\delta_{\\text{out}}",
    inner: "",
  };
  if (layer instanceof LSTM) return [...lstmPaths(layer), output];
  if (layer instanceof GRU) return [...gruPaths(layer), output];
  const inner = `\\delta z = ${odot(delta(at("h", 0)), ownSlope(layer, "network"))}`;
  return [{ path: "network", name: "through the one network", tex: "\\delta z R^{\\top}", inner }, output];
}

function lstmPaths(layer: LSTM): PathFormula[] {
  const C = delta(at("C", 0));
  const candidate = at(symbolOf("LSTM", "candidate"), 0);
  const through = (path: string, letter: string, name: string, inner: string): PathFormula => {
    const tex = odot(`(${back(letter)})`, shownSlope(layer, 1));
    return { path, name: `through ${name}`, tex, inner: `${dz(letter)} = ${inner}` };
  };
  const own = (network: string) => ownSlope(layer, network);
  const shown = `${phi(layer)}(${at("c", 0)})`;
  return [
    { path: "direct", name: "direct", tex: odot(C, at("f", 0)), inner: "" },
    through("forget", "f", "the forget gate", odot(C, at("c", 1), own("forget"))),
    through("input", "i", "the input gate", odot(C, candidate, own("input"))),
    through("candidate", "c", "the candidate", odot(C, at("i", 0), own("candidate"))),
    through("output", "o", "the output gate", odot(delta(at("h", 0)), shown, own("output"))),
  ];
}

function gruPaths(layer: GRU): PathFormula[] {
  const { resetAfter } = layer.options;
  const h = delta(at("h", 0));
  const candidate = at(symbolOf("GRU", "candidate"), 0);
  const own = (network: string) => ownSlope(layer, network);
  const [z, r] = [at("z", 0), at("r", 0)];
  const seen = resetAfter ? `(${at("h", 1)} R_{h} + b'_{h})` : at("h", 1);
  const product = resetAfter ? dz("h") : `(${back("h")})`;
  return [
    { path: "direct", name: "direct", tex: odot(h, z), inner: "" },
    {
      path: "update",
      name: "through the update gate",
      tex: back("z"),
      inner: `${dz("z")} = ${odot(h, `(${at("h", 1)} - ${candidate})`, own("update"))}`,
    },
    {
      path: "reset",
      name: "through the reset gate",
      tex: back("r"),
      inner: `${dz("r")} = ${odot(product, seen, own("reset"))}`,
    },
    {
      path: "candidate",
      name: "through the candidate",
      tex: resetAfter ? `(${odot(dz("h"), r)}) R_{h}^{\\top}` : odot(`(${back("h")})`, r),
      inner: `${dz("h")} = ${odot(h, `(1 - ${z})`, own("candidate"))}`,
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
  return `\\delta ${at("C", 0)} = \\delta c_{t} + ${odot(delta(at("h", 0)), shownSlope(layer, 0))}`;
}
