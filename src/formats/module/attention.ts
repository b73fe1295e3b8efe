/** Attention for one row at a time. */
import type { Attention } from "../../layers/attention.js";
import { call, entry, object } from "./emitter.js";
import type { Pieces, RowLayer } from "./kit.js";

export interface AttentionKit {
  /** A query, a value and perhaps a key; of the numbers, `weight` is that of tanh sums, null for products. */
  attention(o: { scale: Float32Array | null; weight: Float32Array | null }): RowLayer;
}

declare module "./kit.js" {
  interface Kit extends AttentionKit {}
}

export const attentionPieces: Pieces<AttentionKit> = {
  attention:
    () =>
    ({ scale, weight }) =>
    ([query, value, key = value]) => {
      const [T, I] = query!.shape as [number, number];
      const [S, F] = value!.shape as [number, number];
      const data = new Float32Array(T * F);
      const scores = new Float32Array(S);
      const by = scale ? scale[0]! : 1;
      for (let t = 0; t < T; t++) {
        if (query!.mask && !query!.mask[t]) continue;
        let most = -Infinity;
        for (let s = 0; s < S; s++) {
          let sum = 0;
          for (let i = 0; i < I; i++) {
            const [q, k] = [query!.data[t * I + i]!, key!.data[s * I + i]!];
            sum += weight ? Math.tanh(by * (q + k)) : q * k;
          }
          scores[s] = sum * (weight ? weight[0]! : by);
          if (value!.mask && !value!.mask[s]) scores[s]! -= 1e9;
          most = Math.max(most, scores[s]!);
        }
        let total = 0;
        for (let s = 0; s < S; s++) total += scores[s] = Math.exp(scores[s]! - most);
        for (let f = 0; f < F; f++) {
          let sum = 0;
          for (let s = 0; s < S; s++) sum += scores[s]! * value!.data[s * F + f]!;
          data[t * F + f] = sum / total;
        }
      }
      return { data, shape: [T, F], mask: query!.mask };
    },
};

export const attentionEmitters = [
  entry<Attention>("Attention", ({ path, w }) => {
    const weight = w.weight(`${path}/concat_score_weight`, "none");
    return call(w, "attention", object({ scale: w.weight(`${path}/scale`, "none"), weight }));
  }),
];
