/** The written-out recurrence in TeX. */
import { LSTM } from "../layers/lstm.js";
import { SimpleRNN } from "../layers/simple-rnn.js";
import type { RecurrentLayer } from "./cells/layers.js";
import { symbolOf } from "./cells/names.js";
import { at, networkTex, odot, phi } from "./tex.js";

/** What a step keeps of the state: f_t in an LSTM, z_t in a GRU. */
const keepTex = (layer: RecurrentLayer, lag: number) => at(layer instanceof LSTM ? "f" : "z", lag);

/** What a step writes: i_t ⊙ c̃_t, or (1 − z_t) ⊙ h̃_t. */
function writeTex(layer: RecurrentLayer, lag: number): string {
  if (layer instanceof LSTM) return odot(at("i", lag), at(symbolOf("LSTM", "candidate"), lag));
  return odot(`(1 - ${at("z", lag)})`, at(symbolOf("GRU", "candidate"), lag));
}

const carried = (layer: RecurrentLayer) => (layer instanceof LSTM ? "c" : "h");

/**
 * The carried state `from` steps before t in terms of that k steps before t: a product a step, oldest first. Each comes
 * with the lag of what it carries.
 */
export function productsTex(layer: RecurrentLayer, from: number, k: number): { tex: string; lag: number }[] {
  const keeps = (to: number) => Array.from({ length: to - from }, (_, j) => keepTex(layer, from + j));
  const old = { tex: odot(...keeps(k), at(carried(layer), k)), lag: k };
  const written = Array.from({ length: k - from }, (_, j) => k - 1 - j).map((lag) => {
    return { tex: odot(...keeps(lag), writeTex(layer, lag)), lag };
  });
  return [old, ...written];
}

/** h so many steps before t, down to the states k steps before t: o ⊙ φ(sum), the sum itself, or a nest of φ's. */
export function hiddenTex(layer: RecurrentLayer, lag: number, k: number): string {
  if (lag === k) return at("h", k);
  if (layer instanceof SimpleRNN) return networkTex(layer, "network", lag, hiddenTex(layer, lag + 1, k));
  const sum = productsTex(layer, lag, k)
    .map(({ tex }) => tex)
    .join(" + ");
  return layer instanceof LSTM ? `[${at("o", lag)} \\odot ${phi(layer)}(${sum})]` : `[${sum}]`;
}

/** A gate or candidate at a step, with the h it sees expanded. */
export function expandedTex(layer: RecurrentLayer, network: string, lag: number, k: number) {
  return {
    tex: at(symbolOf(layer.className, network), lag),
    expansion: networkTex(layer, network, lag, hiddenTex(layer, lag + 1, k)),
  };
}
