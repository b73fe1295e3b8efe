/** What the networks beside an automatic classifier's n-grams say of a text, and what with each of its tokens hidden. */
import type { Pieces } from "../base/pieces.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import type { Node } from "../network/graph.js";
import type * as channels from "../tokens/channels.js";
import type { FeatureEncoder } from "../tokens/feature-encoder.js";
import { scoresOfRows } from "./run-nodes.js";

/** What channels give to words that they do not know. Importing the number would bring along how channels are learned. */
const UNKNOWN: typeof channels.UNKNOWN = 1;

/** The networks' scores, [K] each. */
export interface NetworkScores {
  /** Of the whole text. */
  whole: ArrayLike<number>;
  /** [tokens] with this token hidden: a stranger in every channel. The same as `whole` for those that are not read. */
  hidden: ArrayLike<number>[];
}

/**
 * Runs the networks on a text, and once more for each token that they read.
 * @param networks the node of the model that puts the scores out
 * @param tokens how many the text has
 */
export function* networkScores(
  model: Model,
  networks: Node,
  encoder: FeatureEncoder,
  text: string,
  tokens: number,
): Pieces<NetworkScores> {
  const places = Array.from({ length: tokens }, (_, t) => placeIn(encoder.parts.channels!, t, tokens));
  const read = places.filter((place) => place !== null);
  // Ids and scales of n-grams come first.
  const [, , ...words] = encoder.encodeTexts([text])[0]!.inputs;
  const rows = words.map(({ data, shape }): Rows => {
    const copies = new Float32Array((read.length + 1) * data.length);
    for (let row = 0; row <= read.length; row++) copies.set(data, row * data.length);
    read.forEach((place, k) => void (copies[(k + 1) * data.length + place] = UNKNOWN));
    return { data: copies, rows: read.length + 1, shape };
  });
  const { scores } = yield* scoresOfRows(model, leadingTo(networks, model.nodes), rows);
  const [whole, ...without] = scores;
  return {
    whole: whole!,
    hidden: places.map((place) => (place === null ? whole! : without[read.indexOf(place)]!)),
  };
}

/** Where a token of a text stands in its row of ids, as `Channels.lay` puts it; null where it is left out. */
function placeIn({ length, head }: channels.ChannelRules, token: number, count: number): number | null {
  if (count <= length) return length - count + token;
  if (token < head) return token;
  const place = token - (count - length);
  return place < head ? null : place;
}

/** The node and all that it hangs on, in the model's order. */
function leadingTo(end: Node, nodes: readonly Node[]): Node[] {
  const last = nodes.indexOf(end);
  const needed = new Set([last]);
  for (let n = last; n >= 0; n--) if (needed.has(n)) for (const from of nodes[n]!.inputs) needed.add(from);
  const kept = [...needed].sort((a, b) => a - b);
  return kept.map((n) => ({ ...nodes[n]!, inputs: nodes[n]!.inputs.map((from) => kept.indexOf(from)) }));
}
