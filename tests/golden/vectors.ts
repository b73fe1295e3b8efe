/** Reads the vectors that the make_*.py scripts beside this file wrote from real Keras. */
import { readFileSync } from "node:fs";

/** An array as the scripts write it: shape, and little-endian float32 in base64. */
export interface Encoded {
  shape: number[];
  data: string;
}

/** A model as both sides read it: [layer, options] in order; in a graph also the places of a layer's inputs. */
export type ModelSpec = [layer: string, options: Record<string, unknown>, inputs?: number[]][];

/** The families whose cases are models of layers: their weights, an input, and what Keras answered. */
export const LAYER_FAMILIES: readonly string[] = [
  ...["simple_rnn", "lstm", "gru", "dense", "embedding", "shapes", "stacks", "flagship"],
  ...["pooling", "merging", "masking", "bidirectional", "convolution", "normalization", "shaping"],
  ...["time_distributed", "activation_layers", "cells", "attention"],
];

/** The file of one family of cases; `Head` is what stands above the cases. */
export function readVectors<Case, Head = unknown>(family: string): { cases: Case[] } & Head {
  return JSON.parse(
    readFileSync(new URL(`../../../tests/golden/vectors/${family}.json`, import.meta.url), "utf8"),
  );
}

export function decode({ shape, data }: Encoded): Float32Array {
  const values = new Float32Array(Uint8Array.from(Buffer.from(data, "base64")).buffer);
  if (values.length !== shape.reduce((a, b) => a * b, 1)) {
    throw new Error(`a vector of shape [${shape}] holds ${values.length} numbers`);
  }
  return values;
}

/** Shape, and little-endian float64 in base64, as scripts write what is compared in full. */
export type Doubles = Encoded;

export const decodeDoubles = ({ data }: Doubles): Float64Array =>
  new Float64Array(Uint8Array.from(Buffer.from(data, "base64")).buffer);

/** Rows, or rows of steps, of an encoded array. */
export function decodeRows(encoded: Encoded): number[][] {
  const [rows = 1, ...inner] = encoded.shape;
  return split(decode(encoded), rows).map((row) => (inner.length > 1 ? split(row, inner[0]!) : row) as never);
}

/** Ids as they are written, or decoded floats. */
export const rowsOf = (input: number[][] | Encoded) => (Array.isArray(input) ? input : decodeRows(input));

function split(values: ArrayLike<number>, parts: number): number[][] {
  const all = Array.from(values);
  const size = all.length / parts;
  return Array.from({ length: parts }, (_, i) => all.slice(i * size, (i + 1) * size));
}
