/** The vectors of make_explanations.py, and what its names are here. */
import { readFileSync } from "node:fs";
import { type CellKind, NETWORKS } from "../../../src/explain/cells/names.js";
import type { ObjectiveKind } from "../../../src/explain/objective.js";
import { type Doubles, decodeDoubles, type ModelSpec } from "../../golden/vectors.js";

/**
 * Where the script's names and the library's meet: networks in the order of Keras's columns, the states, and what comes
 * from the layer above.
 */
export const NAMES = {
  networks: NETWORKS,
  hidden: "hidden",
  cell: "cell",
  direct: "direct",
  above: "above",
} as const;

export type { Doubles };

export interface CellGolden {
  kind: CellKind;
  /** [S] in processing order. */
  times: number[];
  masked: boolean[];
  /** [S][I], [S][U], [S][networks][U] */
  x: Doubles;
  h: Doubles;
  c?: Doubles;
  gates?: Doubles;
  /** Of the steps that are not masked: [S][U]; paths [S − 1][direct, networks, above][U]; norms [S][total, dh, direct, rest]. */
  flow: { total: Doubles; dh: Doubles; direct: Doubles; paths: Doubles; norms: Doubles };
  /** [S − 1][state], [S − 1] */
  jacobians: { singular: Doubles; products: Doubles };
  memory: { contributions: Doubles; kept: Doubles; shares: Doubles } | null;
  /** [terms][U] over the last three steps. */
  unrolled: Doubles;
}

export interface ModelGolden {
  name: string;
  model: ModelSpec;
  row: number[] | number[][];
  /** float32 in base64, in the order of getWeights. */
  weights: string;
  /** Parameters of each layer but inputs. */
  counts: number[];
  of: [ObjectiveKind, number];
  output: Doubles;
  value: number;
  cells: CellGolden[];
  fitting: { target: number[]; gradients: Doubles };
  attribution: {
    value: number;
    baseline: number;
    /** Of the one rule on the whole path that will do; null where it takes pieces. */
    points: number | null;
    integrated: Doubles;
    occlusion: Doubles;
    along?: Doubles;
    held?: Doubles;
  } | null;
  embedding: { neighbours: number[]; cosines: Doubles; places: Doubles; explained: Doubles } | null;
}

export const { cases: EXPLANATIONS }: { cases: ModelGolden[] } = JSON.parse(
  readFileSync(new URL("../../../../tests/explain/golden/explanations.json", import.meta.url), "utf8"),
);

export const doubles = (encoded: Doubles): number[] => Array.from(decodeDoubles(encoded));
export const floats = (data: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(data, "base64")).buffer);
