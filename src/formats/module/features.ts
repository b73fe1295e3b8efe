/**
 * What a module of an automatic classifier has of the library itself: the lexer, n-grams and what is known of them, packed
 * into one text by scripts/build-pieces.mjs. Needs TextEncoder and TextDecoder, which every browser and server has.
 */
import { FeatureEncoder } from "../../tokens/feature-encoder.js";
import type { Encoded } from "./kit.js";

/** @param json a FeatureEncoder as plain data, as text */
export function features(json: string): (text: string) => Encoded {
  const encoder = FeatureEncoder.fromJSON(JSON.parse(json), "features");
  return (text) => {
    const { inputs, known } = encoder.encodeTexts([text])[0]!;
    return { inputs: inputs.map(({ data, shape }) => ({ data, shape, mask: null })), known: known![0]! };
  };
}
