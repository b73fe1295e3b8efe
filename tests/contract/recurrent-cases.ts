/** Cases of the recurrent cells: forward, backward from what the reference's forward saved, and inference. */
import { ACTIVATIONS } from "../../src/kernels/activations.js";
import { type Argument, type Case, noise, referenceResults, Values } from "./harness.js";

interface Cell {
  name: "rnn" | "lstm" | "gru";
  gates: number;
  /** GRU only. */
  resetAfter?: 0 | 1;
}

const CELLS: readonly Cell[] = [
  { name: "rnn", gates: 1 },
  { name: "lstm", gates: 4 },
  { name: "gru", gates: 3, resetAfter: 1 },
  { name: "gru", gates: 3, resetAfter: 0 },
];

interface Variant {
  bias?: boolean;
  mask?: boolean;
  initial?: boolean;
  reverse?: boolean;
  /** Gradient of every step instead of the last one's. */
  sequence?: boolean;
  dropX?: "shared" | "gates";
  dropH?: boolean;
  dx?: boolean;
  folded?: boolean;
  /** Rows begin with padding, whose states are given; the reference computes them step by step. */
  padded?: boolean;
  activation?: keyof typeof ACTIVATIONS;
  recurrentActivation?: keyof typeof ACTIVATIONS;
  /** Of the weights; .7 keeps signals at their size. */
  scale?: number;
}

const TRAINING: readonly Variant[] = [
  {},
  { bias: false, dx: false, sequence: true },
  { mask: true, initial: true, sequence: true },
  { mask: true, reverse: true, dropX: "shared" },
  { dropX: "gates", dropH: true, initial: true },
  { dropX: "shared", dropH: true, mask: true },
];

const INFERENCE: readonly Variant[] = [
  {},
  { sequence: true, mask: true, initial: true, reverse: true },
  { folded: true, sequence: true, reverse: true },
  { folded: true, mask: true, bias: false },
  { folded: true, padded: true },
  { folded: true, padded: true, sequence: true, reverse: true },
];

/** Activations of which the input is kept, alone and beside one of which the value is; as gates they have no bound. */
const UNFUSED: readonly Variant[] = [
  { activation: "silu", recurrentActivation: "mish", mask: true, initial: true, sequence: true, scale: 0.2 },
  { activation: "gelu", dropX: "gates", dropH: true, reverse: true },
  { recurrentActivation: "hardSilu", dropX: "shared", mask: true, bias: false, scale: 0.2 },
];

/** Units around the widths of vectors; rows around a tile's; more features than a block of them; one step. */
const SIZES = [
  { B: 1, T: 1, I: 1, U: 1 },
  { B: 5, T: 7, I: 3, U: 3 },
  { B: 33, T: 3, I: 5, U: 17 },
  { B: 16, T: 12, I: 16, U: 32 },
  { B: 5, T: 1, I: 130, U: 33 },
  { B: 7, T: 4, I: 20, U: 100 },
  { B: 140, T: 2, I: 2, U: 8 },
] as const;

type Sizes = Record<"B" | "T" | "I" | "U", number>;

/** Sums over up to 140 rows × 12 steps, in another order. */
const TOLERANCE = 1e-5;

export function recurrentCases(): Case[] {
  const cases: Case[] = [];
  for (const cell of CELLS) {
    for (const sizes of SIZES) {
      for (const variant of TRAINING) cases.push(...trainingCases(cell, sizes, variant));
      for (const variant of INFERENCE) cases.push(inferenceCase(cell, sizes, variant));
    }
    const sizes = { B: 5, T: 6, I: 4, U: 19 };
    for (const activation of cellActivations()) {
      cases.push(...trainingCases(cell, sizes, { activation }), inferenceCase(cell, sizes, { activation }));
      if (cell.name === "rnn") continue;
      const gates = { recurrentActivation: activation };
      cases.push(...trainingCases(cell, sizes, gates), inferenceCase(cell, sizes, gates));
    }
    for (const sizes of SIZES) {
      for (const variant of UNFUSED) cases.push(...trainingCases(cell, sizes, variant));
      cases.push(inferenceCase(cell, sizes, UNFUSED[0]!));
    }
  }
  return cases;
}

/** Backward passes over so many steps that the gradient falls below the smallest floats on its way to the first. */
export function fadingCases(): Case[] {
  const sizes = { B: 3, T: 400, I: 4, U: 8 };
  return CELLS.map((cell) => trainingCases(cell, sizes, { scale: 0.3, dropH: true })[1]!);
}

/** All that a cell may use, but the exponential, which runs away. */
const cellActivations = () =>
  (Object.keys(ACTIVATIONS) as (keyof typeof ACTIVATIONS)[]).filter(
    (name) => name !== "softmax" && name !== "exponential",
  );

type Arguments = Record<string, Argument>;

/** What all three kernels of a cell take. */
function shared(cell: Cell, sizes: Sizes, variant: Variant, v: Values): Arguments {
  const { B, T, I, U } = sizes;
  const { gates } = cell;
  const { scale = 0.7 } = variant;
  const states = variant.initial ? { h0: v.normal(B * U, 0.5) } : { h0: null };
  const activation = ACTIVATIONS[variant.activation ?? "tanh"].id;
  const recurrentActivation = ACTIVATIONS[variant.recurrentActivation ?? "sigmoid"].id;
  // Row 0 is masked throughout.
  const mask = v.mask(T * B).map((m, i) => (i % B === 0 ? 0 : m));
  return {
    mask: variant.mask ? mask : null,
    ...states,
    ...(cell.name === "lstm" ? { c0: variant.initial ? v.normal(B * U, 0.5) : null } : {}),
    kernel: v.normal(I * gates * U, scale / Math.sqrt(I)),
    recurrent: v.normal(U * gates * U, scale / Math.sqrt(U)),
    ...sizes,
    activation,
    ...(cell.name === "rnn" ? {} : { recurrentActivation }),
    ...(cell.name === "gru" ? { resetAfter: cell.resetAfter! } : {}),
    reverse: variant.reverse ? 1 : 0,
  };
}

const biasLength = ({ gates, resetAfter }: Cell, U: number) => (resetAfter ? 2 : 1) * gates * U;

function trainingCases(cell: Cell, sizes: Sizes, variant: Variant): Case[] {
  const { B, T, I, U } = sizes;
  const { gates, name } = cell;
  const v = new Values(B * 1000 + U);
  const GX = variant.dropX === "gates" ? gates : 1;
  const common: Arguments = {
    ...shared(cell, sizes, variant, v),
    x: v.normal(T * B * I),
    dropX: variant.dropX ? dropout(v, GX * B * I) : null,
    dropH: variant.dropH ? dropout(v, gates * B * U) : null,
    ...(name === "rnn" ? {} : { GX }),
  };
  const bias = variant.bias === false ? null : v.normal(biasLength(cell, U), 0.3);
  const kept = !ACTIVATIONS[variant.activation ?? "tanh"].fused;
  const forward = makeCase(`${name}Forward`, cell, sizes, variant, {
    h: noise(T * B * U),
    ...(name === "lstm" ? { c: noise(T * B * U) } : {}),
    ...(name === "rnn" ? { z: kept ? noise(T * B * U) : null } : { gates: noise(T * B * 4 * U) }),
    bias,
    ...common,
  });
  const saved = Object.fromEntries(referenceResults(forward));
  const gradient = (length: number | undefined) => (length === undefined ? null : v.normal(length));
  const backward = makeCase(`${name}Backward`, cell, sizes, variant, {
    dx: variant.dx === false ? null : noise(T * B * I),
    dKernel: gradient(I * gates * U),
    dRecurrent: gradient(U * gates * U),
    dBias: gradient(bias?.length),
    dh0: variant.initial ? noise(B * U) : null,
    ...(name === "lstm" ? { dc0: variant.initial ? noise(B * U) : null } : {}),
    dH: variant.sequence ? v.normal(T * B * U) : null,
    dLast: variant.sequence && !variant.initial ? null : v.normal(B * U),
    ...common,
    h: saved["h"]!,
    ...(name === "lstm" ? { c: saved["c"]! } : {}),
    ...(name === "rnn" ? { z: saved["z"] ?? null } : { gates: saved["gates"]! }),
  });
  return [forward, backward];
}

function inferenceCase(cell: Cell, sizes: Sizes, variant: Variant): Case {
  const { B, T, I, U } = sizes;
  const v = new Values(B * 2000 + U);
  const V = 7;
  const bias = variant.bias === false ? null : v.normal(biasLength(cell, U), 0.3);
  const common = shared(cell, sizes, variant, v);
  const ids = variant.folded ? v.whole(B * T, V) : null;
  const table = variant.folded ? v.normal(V * cell.gates * U, 0.8) : null;
  if (variant.padded) padRows(ids!, sizes, variant.reverse ?? false);
  const saved = variant.padded ? paddedStates(cell, sizes, table!, bias, common) : new Map();
  return makeCase(`${cell.name}Infer`, cell, sizes, variant, {
    hLast: noise(B * U),
    ...(cell.name === "lstm" ? { cLast: noise(B * U) } : {}),
    sequence: variant.sequence ? noise(T * B * U) : null,
    x: variant.folded ? null : v.normal(T * B * I),
    ids,
    table,
    paddedH: saved.get("h") ?? null,
    ...(cell.name === "lstm" ? { paddedC: saved.get("c") ?? null } : {}),
    bias,
    ...common,
  });
}

/** Row b begins with b mod (T + 1) steps of padding in processing order: none, some, nothing but. */
function padRows(ids: Float32Array, { B, T }: Sizes, reverse: boolean): void {
  for (let b = 0; b < B; b++) {
    for (let s = 0; s < b % (T + 1); s++) ids[b * T + (reverse ? T - 1 - s : s)] = 0;
  }
}

/** The states after 1 … T steps of id 0: of a row without input, its bias the table's first row. */
function paddedStates(
  cell: Cell,
  { T, I, U }: Sizes,
  table: Float32Array,
  bias: Float32Array | null,
  common: Arguments,
): Map<string, Float32Array | Uint32Array> {
  const { name, gates } = cell;
  const recurrentBias = cell.resetAfter ? (bias?.subarray(gates * U) ?? new Float32Array(gates * U)) : [];
  const sizes = { B: 1, T, I, U };
  const forward = makeCase(
    `${name}Forward`,
    cell,
    sizes,
    {},
    {
      h: noise(T * U),
      ...(name === "lstm" ? { c: noise(T * U) } : {}),
      ...(name === "rnn" ? { z: null } : { gates: noise(T * 4 * U) }),
      ...common,
      ...sizes,
      bias: Float32Array.from([...table.subarray(0, gates * U), ...recurrentBias]),
      x: new Float32Array(T * I),
      reverse: 0,
      dropX: null,
      dropH: null,
      ...(name === "rnn" ? {} : { GX: 1 }),
    },
  );
  return referenceResults(forward);
}

const dropout = (v: Values, length: number) => v.mask(length, 0.25).map((kept) => (kept * 4) / 3);

function makeCase(
  kernel: string,
  cell: Cell,
  { B, T, I, U }: Sizes,
  variant: Variant,
  args: Arguments,
): Case {
  const options = Object.entries({ ...variant, resetAfter: cell.resetAfter });
  const given = options.filter(([, value]) => value !== undefined).map(([key, value]) => `${key} ${value}`);
  const label = [`B ${B} T ${T} I ${I} U ${U}`, ...given].join(" ");
  return { kernel, label, args, tolerance: TOLERANCE } as unknown as Case;
}
