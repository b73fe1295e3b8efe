/** Weights out of text, and into memory as the kernels read them. */
import type { Address, Pieces, Scaling } from "./kit.js";

/** A matrix [K][N] in panels of eight columns, read in the order in which a product needs it. */
export interface Matrix {
  readonly at: Address;
  readonly K: number;
  /** Columns, rounded up to whole panels. */
  readonly N: number;
}

export interface ArithmeticKit {
  bytesOf(base64: string): Uint8Array<ArrayBuffer>;
  /** Takes arrays [rows][columns] out of base64 text, by the byte at which they begin. */
  unpack(text: string): (at: number, rows: number, columns: number, scaling?: Scaling) => Float32Array;
  /** Columns from … to−1 of weights [K][N]. */
  matrix(weights: Float32Array, K: number, N: number, from?: number, to?: number): Matrix;
  /** N numbers (or zeros) with room behind them for whole panels. */
  padded(values: Float32Array | null, N: number): Address;
}

declare module "./kit.js" {
  interface Kit extends ArithmeticKit {}
}

export const arithmeticPieces: Pieces<ArithmeticKit> = {
  bytesOf: () => (base64) => {
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const bytes = new Uint8Array(Math.floor((base64.length * 3) / 4));
    const value = new Uint8Array(128);
    for (let i = 0; i < 64; i++) value[digits.charCodeAt(i)] = i;
    for (let i = 0, at = 0, bits = 0; i < base64.length; i++) {
      bits = (bits << 6) | value[base64.charCodeAt(i)]!;
      if (i % 4 !== 0) bytes[at++] = bits >> (6 - 2 * (i % 4));
    }
    return bytes;
  },

  unpack:
    ({ bytesOf }) =>
    (text) => {
      const view = new DataView(bytesOf(text).buffer);
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
    ({ memory }) =>
    (weights, K, N, from = 0, to = N) => {
      const panels = new Float32Array(K * Math.ceil((to - from) / 8) * 8);
      for (let n = 0; n < to - from; n++) {
        for (let k = 0; k < K; k++) {
          panels[((n >> 3) * K + k) * 8 + (n & 7)] = weights[k * N + from + n]!;
        }
      }
      return { at: memory.put(panels), K, N: panels.length / K };
    },

  padded:
    ({ memory }) =>
    (values, N) => {
      const out = new Float32Array(N + 8);
      if (values) out.set(values.subarray(0, N));
      return memory.put(out);
    },
};
