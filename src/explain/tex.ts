/** Formulas: written once in TeX, and read off as plain text for the terminal. */
import type { ActivationName } from "../kernels/activations.js";
import { GRU } from "../layers/gru.js";
import { LSTM } from "../layers/lstm.js";
import { SimpleRNN } from "../layers/simple-rnn.js";
import type { RecurrentLayer } from "./cells/layers.js";

/** A quantity so many steps before t: at("f", 1) is f_{t-1}. */
export const at = (symbol: string, lag: number): string => `${symbol}_{${lag === 0 ? "t" : `t-${lag}`}}`;

export const odot = (...factors: readonly string[]): string => factors.join(" \\odot ");

/** The symbol of a network's result: the candidate is c̃ in an LSTM, h̃ in a GRU. */
export function symbolOf(layer: RecurrentLayer, network: string): string {
  if (layer instanceof LSTM && network === "g") return "\\tilde{c}";
  return layer instanceof GRU && network === "h" ? "\\tilde{h}" : network;
}

/** Letters of a network's weights: the LSTM's candidate has W_c, as its symbol says. */
const letterOf = (layer: RecurrentLayer, network: string) =>
  layer instanceof LSTM && network === "g" ? "c" : network;

const ACTIVATION_TEX: Record<string, string> = { sigmoid: "\\sigma", tanh: "\\tanh", linear: "" };
export const activationTex = (name: string) => ACTIVATION_TEX[name] ?? `\\operatorname{${name}}`;

/** φ, the activation of candidate and output. */
export const phi = (layer: RecurrentLayer): string => activationTex(layer.options.activation);

/** The name of a network's activation. */
export function activationNameOf(layer: RecurrentLayer, network: string): ActivationName {
  const { activation } = layer.options;
  const isCandidate = symbolOf(layer, network).startsWith("\\tilde") || layer instanceof SimpleRNN;
  return isCandidate || !("recurrentActivation" in layer.options)
    ? activation
    : layer.options.recurrentActivation;
}

/** What a network computes at a step, as code does: x_t·W + h_{t−1}·R + b under its activation. */
export function networkTex(layer: RecurrentLayer, network: string, lag: number, h?: string): string {
  return `${activationTex(activationNameOf(layer, network))}(${preActivationTex(layer, network, lag, h)})`;
}

/** The symbol of a network's pre-activation at step t, of which its slope is: z_f; a SimpleRNN's is z. */
export const preActivationSymbol = (layer: RecurrentLayer, network: string): string =>
  layer instanceof SimpleRNN ? "z" : `z_{${letterOf(layer, network)}}`;

/**
 * What a network's activation is given: x_t·W + h_{t−1}·R + b.
 * @param h what stands for h_{t−1} there, bracketed where it is a sum
 */
export function preActivationTex(
  layer: RecurrentLayer,
  network: string,
  lag: number,
  h = at("h", lag + 1),
): string {
  const letter = letterOf(layer, network);
  // The one network of a SimpleRNN needs no letter.
  const name = (symbol: string) => (layer instanceof SimpleRNN ? symbol : `${symbol}_{${letter}}`);
  const { useBias } = layer.options;
  const input = `${at("x", lag)} ${name("W")}`;
  const bias = useBias ? ` + ${name("b")}` : "";
  if (layer instanceof GRU && network === "h") {
    const r = at("r", lag);
    const recurrentBias = useBias ? ` + ${name("b'")}` : "";
    const seen = layer.options.resetAfter
      ? `${r} \\odot (${h} ${name("R")}${recurrentBias})`
      : `(${r} \\odot ${h}) ${name("R")}`;
    return `${input}${bias} + ${seen}`;
  }
  const second = layer instanceof GRU && useBias && layer.options.resetAfter ? ` + ${name("b'")}` : "";
  return `${input} + ${h} ${name("R")}${bias}${second}`;
}

const SUBSCRIPTS: Record<string, string> = { t: "ₜ", "-": "₋", "+": "₊", T: "_T", s: "ₛ" };
const DIGITS = "₀₁₂₃₄₅₆₇₈₉";

/** TeX as plain text: "f_{t-1} \\odot \\tilde{c}_t" → "fₜ₋₁ ⊙ c̃ₜ". */
export function plain(tex: string): string {
  return tex
    .replace(/\\tilde\{(\w)\}/g, "$1\u0303")
    .replace(/\\(?:operatorname|mathrm|text)\{([^}]*)\}/g, "$1")
    .replace(/\\(?:bigl|bigr|Bigl|Bigr|left|right|big|Big)/g, "")
    .replace(/\\(delta|partial) +/g, (_, name: string) => PLAIN[name]!)
    .replace(/\^\{?(\d)\}?/g, (_, digit: string) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!)
    .replace(/\^\{?\\top\}?/g, "ᵀ")
    .replace(/\\([a-zA-Z]+)/g, (_, name: string) => PLAIN[name] ?? name)
    .replace(/\\[,;!]/g, " ")
    .replace(/_\{([t\d+-]+)\}|_(t)\b/g, (_, group?: string, single?: string) =>
      [...(group ?? single!)].map((c) => SUBSCRIPTS[c] ?? DIGITS[Number(c)] ?? c).join(""),
    )
    .replace(/_\{(\w)\}/g, "_$1")
    .replace(/[{}]/g, "")
    .replace(/ - /g, " − ")
    .replace(/ +/g, " ");
}

const PLAIN: Record<string, string> = {
  odot: "⊙",
  sigma: "σ",
  delta: "δ",
  partial: "∂",
  prod: "Π",
  sum: "Σ",
  varphi: "φ",
  times: "×",
  top: "ᵀ",
  cdot: "·",
};
