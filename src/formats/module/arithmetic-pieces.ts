/** Weights out of text, and products of vectors with matrices. */

import type { ArithmeticKit, Pieces } from "./kit.js";

export const arithmeticPieces: Pieces<ArithmeticKit> = {
  unpack: () => (text) => {
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
    const value = new Uint8Array(128);
    for (let i = 0; i < 64; i++) value[digits.charCodeAt(i)] = i;
    for (let i = 0, at = 0, bits = 0; i < text.length; i++) {
      bits = (bits << 6) | value[text.charCodeAt(i)]!;
      if (i % 4 !== 0) bytes[at++] = bits >> (6 - 2 * (i % 4));
    }
    const view = new DataView(bytes.buffer);
    const floats = (at: number, length: number) => {
      const out = new Float32Array(length);
      for (let i = 0; i < length; i++) out[i] = view.getFloat32(at + 4 * i, true);
      return out;
    };
    return (at, rows, columns, scaling = "none") => {
      if (scaling === "none") return floats(at, rows * columns);
      const scales = floats(at, scaling === "rows" ? rows : columns);
      const from = at + 4 * scales.length;
      const out = new Float32Array(rows * columns);
      for (let i = 0; i < out.length; i++) {
        const scale = scales[scaling === "rows" ? Math.floor(i / columns) : i % columns]!;
        out[i] = view.getInt8(from + i) * scale;
      }
      return out;
    };
  },

  matrix:
    () =>
    (weights, K, N, from = 0, to = N) => {
      const panels = new Float32Array(K * Math.ceil((to - from) / 8) * 8);
      for (let n = 0; n < to - from; n++) {
        for (let k = 0; k < K; k++) {
          panels[((n >> 3) * K + k) * 8 + (n & 7)] = weights[k * N + from + n]!;
        }
      }
      return { panels, K, N: panels.length / K };
    },

  padded: () => (values, N) => {
    const out = new Float32Array(N + 8);
    if (values) out.set(values.subarray(0, N));
    return out;
  },

  /** Eight sums at a time stay in registers: each number of x is read once for all of them. */
  product: () => (out, start, startAt, x, xAt, m) => {
    const { panels, K, N } = m;
    let p = 0;
    for (let n = 0; n < N; n += 8) {
      const s = startAt + n;
      let a = start[s]!;
      let b = start[s + 1]!;
      let c = start[s + 2]!;
      let d = start[s + 3]!;
      let e = start[s + 4]!;
      let f = start[s + 5]!;
      let g = start[s + 6]!;
      let h = start[s + 7]!;
      for (let k = 0; k < K; k++, p += 8) {
        const v = x[xAt + k]!;
        a += v * panels[p]!;
        b += v * panels[p + 1]!;
        c += v * panels[p + 2]!;
        d += v * panels[p + 3]!;
        e += v * panels[p + 4]!;
        f += v * panels[p + 5]!;
        g += v * panels[p + 6]!;
        h += v * panels[p + 7]!;
      }
      out[n] = a;
      out[n + 1] = b;
      out[n + 2] = c;
      out[n + 3] = d;
      out[n + 4] = e;
      out[n + 5] = f;
      out[n + 6] = g;
      out[n + 7] = h;
    }
  },
};
