/** Formulas: written once in TeX, and read off as plain text for the terminal. */
import { parseTex } from "../drawing/math/formula.js";
import { plainText } from "../drawing/math/plain.js";
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

/** TeX as plain text: "f_{t-1} \\odot \\tilde{c}_t" → "fₜ₋₁ ⊙ c̃ₜ". */
export const plain = (tex: string): string => plainText(parseTex(tex));
