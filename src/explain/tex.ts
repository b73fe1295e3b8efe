/** Formulas: written once in TeX, and read off as plain text for the terminal. */
import type { ActivationName } from "../kernels/activations.js";
import { GRU } from "../layers/gru.js";
import { SimpleRNN } from "../layers/simple-rnn.js";
import type { RecurrentLayer } from "./cells/layers.js";
import { isGate, letterOf } from "./cells/names.js";

/** A quantity so many steps before t: at("f", 1) is f_{t-1}. */
export const at = (symbol: string, lag: number): string => `${symbol}_{${lag === 0 ? "t" : `t-${lag}`}}`;

export const odot = (...factors: readonly string[]): string => factors.join(" \\odot ");

const ACTIVATION_TEX: Record<string, string> = { sigmoid: "\\sigma", tanh: "\\tanh", linear: "" };
export const activationTex = (name: string) => ACTIVATION_TEX[name] ?? `\\operatorname{${name}}`;

/** φ, the activation of candidate and output. */
export const phi = (layer: RecurrentLayer): string => activationTex(layer.options.activation);

/** The name of a network's activation. */
export function activationNameOf(layer: RecurrentLayer, network: string): ActivationName {
  const { options } = layer;
  return isGate(network) && "recurrentActivation" in options
    ? options.recurrentActivation
    : options.activation;
}

/** What a network computes at a step, as code does: x_t·W + h_{t−1}·R + b under its activation. */
export function networkTex(layer: RecurrentLayer, network: string, lag: number, h?: string): string {
  return `${activationTex(activationNameOf(layer, network))}(${preActivationTex(layer, network, lag, h)})`;
}

/** The symbol of a network's pre-activation at step t, of which its slope is: z_f; a SimpleRNN's is z. */
export const preActivationSymbol = (layer: RecurrentLayer, network: string): string =>
  layer instanceof SimpleRNN ? "z" : `z_{${letterOf(layer.className, network)}}`;

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
  const letter = letterOf(layer.className, network);
  // The one network of a SimpleRNN needs no letter.
  const name = (symbol: string) => (layer instanceof SimpleRNN ? symbol : `${symbol}_{${letter}}`);
  const { useBias } = layer.options;
  const input = `${at("x", lag)} ${name("W")}`;
  const bias = useBias ? ` + ${name("b")}` : "";
  if (layer instanceof GRU && network === "candidate") {
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

/** Where a formula may go on in the next line: before what stands between two terms, not within braces. */
const BREAK = / (?=(?:=|\+|-|\\odot|\\cdot|\\qquad) )/;

/**
 * A formula in pieces that can stand on lines of their own; all but the first begin with the operator between them. Joined
 * by spaces they are the formula again.
 */
export function piecesOf(tex: string): string[] {
  const pieces: string[] = [];
  let open = 0;
  for (const part of tex.split(BREAK)) {
    if (open > 0) pieces[pieces.length - 1] += ` ${part}`;
    else pieces.push(part);
    open += part.split("{").length - part.split("}").length;
  }
  return pieces;
}
