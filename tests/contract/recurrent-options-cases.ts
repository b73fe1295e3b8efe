/** Cases of the recurrent cells: every combination of what may be absent, at sizes that fit no vector. */
import { ACTIVATIONS } from "../../src/kernels/activations.js";
import type { KernelName } from "../../src/kernels/kernels.js";
import { type Argument, type Case, define, noise, Values } from "./harness.js";

const UNITS = [1, 3, 17, 33, 100];
const BATCHES = [1, 5, 33];
const FEATURES = [1, 5, 16, 33];
const VOCABULARY = 11;

const FORWARD = 5e-6;
const BACKWARD = 1e-5;

interface Shape {
  B: number;
  T: number;
  I: number;
  U: number;
  reverse: number;
}

/** Answers yes and no to the questions of one case in a fixed, irregular order. */
class Choices {
  constructor(private state: number) {}

  yes(): boolean {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state >= 2 ** 31;
  }

  one<T>(items: readonly T[]): T {
    this.yes();
    return items[(this.state >>> 8) % items.length]!;
  }

  or<T>(value: T): T | null {
    return this.yes() ? value : null;
  }
}

const SHAPES: Shape[] = UNITS.flatMap((U, u) =>
  BATCHES.flatMap((B, b) =>
    [0, 1].map((reverse) => {
      const I = FEATURES[(u + b + reverse) % FEATURES.length]!;
      const T = (u + b + reverse) % 3 === 0 ? 1 : 6;
      return { B, T, I, U, reverse };
    }),
  ),
);

/** Activations besides tanh and sigmoid; the exponential of an exponential soon leaves the floats. */
const ELEMENTWISE = Object.values(ACTIVATIONS)
  .map(({ id }) => id)
  .filter((id) => id !== ACTIVATIONS.exponential.id && id !== ACTIVATIONS.softmax.id);
/** For gates, which multiply states again and again. */
const BOUNDED = (["sigmoid", "tanh", "hardSigmoid", "hardSigmoid2", "softsign"] as const).map(
  (name) => ACTIVATIONS[name].id,
);

/** A kind of cell: its gates, and what its kernels take besides what all take. */
interface Cell {
  prefix: "rnn" | "lstm" | "gru";
  gates: number;
  /** What forward saves, and backward reads, beside h: width as a multiple of U. */
  saved: Record<string, number>;
  /** Initial states, and the gradients of them. */
  states: string[];
  /** Sizes and switches of the training kernels, and of inference. */
  switches: (choose: Choices, plain: boolean) => Record<string, number>;
  biasWidth: (switches: Record<string, number>) => number;
}

const activations = (choose: Choices, plain: boolean) => ({
  activation: plain ? ACTIVATIONS.tanh.id : choose.one(ELEMENTWISE),
  recurrentActivation: plain ? ACTIVATIONS.sigmoid.id : choose.one(BOUNDED),
});

const CELLS: Cell[] = [
  {
    prefix: "rnn",
    gates: 1,
    saved: { z: 1 },
    states: ["h0"],
    switches: (choose, plain) => ({ activation: activations(choose, plain).activation }),
    biasWidth: () => 1,
  },
  {
    prefix: "lstm",
    gates: 4,
    saved: { c: 1, gates: 4 },
    states: ["h0", "c0"],
    switches: activations,
    biasWidth: () => 4,
  },
  {
    prefix: "gru",
    gates: 3,
    saved: { gates: 4 },
    states: ["h0"],
    switches: (choose, plain) => ({ ...activations(choose, plain), resetAfter: choose.yes() ? 1 : 0 }),
    biasWidth: ({ resetAfter }) => (resetAfter ? 6 : 3),
  },
];

/** A mask [T][B] whose first row of the batch is masked throughout. */
function maskOf(v: Values, { B, T }: Shape): Float32Array {
  const mask = v.mask(T * B);
  for (let t = 0; t < T; t++) mask[t * B] = 0;
  return mask;
}

/** Values of activations: between 0 and 1 where the cell's own would lie. */
const states = (v: Values, length: number) => v.uniform(length, -0.95, 0.95);

function weights(v: Values, { gates }: Cell, { I, U }: Shape) {
  return {
    kernel: v.normal(I * gates * U, 1 / Math.sqrt(I)),
    recurrent: v.normal(U * gates * U, 1 / Math.sqrt(U)),
  };
}

/** The dropout multipliers [groups][B][features], and how many groups share them. */
function dropout(v: Values, choose: Choices, cell: Cell, { B, I, U }: Shape) {
  const GX = cell.gates > 1 && choose.yes() ? cell.gates : 1;
  const keep = (length: number) => v.mask(length, 0.2).map((x) => x * 1.25);
  return {
    dropX: choose.or(keep(GX * B * I)),
    dropH: choose.or(keep(cell.gates * B * U)),
    ...(cell.prefix === "rnn" ? {} : { GX }),
  };
}

/**
 * Whether forward may leave an element of `gates` or `z` [T][B][width] as it likes: at masked steps, and in GRU's fourth
 * block where the reset gate comes before the recurrent product.
 */
function leftOpen(mask: Float32Array | null, { T, B, U, reverse }: Shape, resetAfter: number | undefined) {
  return (field: string, index: number, length: number): boolean => {
    if (field !== "gates" && field !== "z") return false;
    const width = length / (T * B);
    const [s, b] = [Math.floor(index / width / B), Math.floor(index / width) % B];
    const t = reverse ? T - 1 - s : s;
    return mask?.[t * B + b] === 0 || (resetAfter === 0 && index % width >= 3 * U);
  };
}

function trainingCases(cell: Cell, shape: Shape, seed: number, plain: boolean): Case[] {
  const v = new Values(seed);
  const choose = new Choices(seed);
  const { B, T, I, U } = shape;
  const switches = cell.switches(choose, plain);
  const mask = choose.or(maskOf(v, shape));
  const hasStates = choose.yes();
  const initial = Object.fromEntries(cell.states.map((name) => [name, hasStates ? states(v, B * U) : null]));
  const shared = { x: v.normal(T * B * I), mask, ...initial, ...weights(v, cell, shape) };
  const rest = { ...dropout(v, choose, cell, shape), ...shape, ...switches };
  const label = labelOf(cell, shape, { mask, ...initial, ...rest });
  const saved = (fill: (length: number) => Float32Array) =>
    Object.fromEntries(Object.entries(cell.saved).map(([name, width]) => [name, fill(T * B * width * U)]));
  const bias = choose.or(v.normal(cell.biasWidth(switches) * U, 0.3));
  const forward = { h: noise(T * B * U), ...saved(noise), ...shared, bias, ...rest };
  // At least one of the two gradients arrives.
  const dH = choose.or(v.normal(T * B * U));
  const dLast = dH && choose.yes() ? null : v.normal(B * U);
  const backward = {
    dx: choose.or(noise(T * B * I)),
    dKernel: v.normal(I * cell.gates * U),
    dRecurrent: v.normal(U * cell.gates * U),
    dBias: choose.or(v.normal(cell.biasWidth(switches) * U)),
    ...Object.fromEntries(cell.states.map((name) => [`d${name}`, choose.or(noise(B * U))])),
    dH,
    dLast,
    h: states(v, T * B * U),
    ...saved((length) => v.uniform(length, 0.05, 0.95)),
    ...shared,
    ...rest,
  };
  const open = leftOpen(mask, shape, switches["resetAfter"]);
  return [
    { ...kernel(cell, "Forward", label, FORWARD, forward), open },
    kernel(cell, "Backward", label, BACKWARD, backward),
  ];
}

function inferenceCases(cell: Cell, shape: Shape, seed: number, plain: boolean): Case[] {
  const { B, T, I, U, reverse } = shape;
  return [false, true].map((folded) => {
    const v = new Values(seed);
    const choose = new Choices(seed + (folded ? 1 : 0));
    const switches = cell.switches(choose, plain);
    const input = folded
      ? { x: null, ids: v.whole(B * T, VOCABULARY), table: v.normal(VOCABULARY * cell.gates * U) }
      : { x: v.normal(T * B * I), ids: null, table: null };
    const mask = choose.or(maskOf(v, shape));
    const hasStates = choose.yes();
    const outputs: Record<string, Argument> =
      cell.prefix === "lstm"
        ? { hLast: noise(B * U), cLast: noise(B * U), paddedH: null, paddedC: null }
        : { hLast: noise(B * U), paddedH: null };
    const args: Record<string, Argument> = {
      ...outputs,
      sequence: choose.or(noise(T * B * U)),
      ...input,
      mask,
      ...Object.fromEntries(cell.states.map((name) => [name, hasStates ? states(v, B * U) : null])),
      ...weights(v, cell, shape),
      bias: choose.or(v.normal(cell.biasWidth(switches) * U, 0.3)),
      B,
      T,
      I,
      U,
      ...switches,
      reverse,
    };
    return kernel(cell, "Infer", labelOf(cell, shape, args), FORWARD, args);
  });
}

function kernel(
  cell: Cell,
  pass: string,
  label: string,
  tolerance: number,
  args: Record<string, Argument>,
): Case {
  const name = `${cell.prefix}${pass}` as KernelName;
  return define(name, label, tolerance, args as never);
}

/** Sizes, and what is there of what may be absent. */
function labelOf(cell: Cell, shape: Shape, args: Record<string, Argument>): string {
  const sizes = Object.entries(shape).map(([name, value]) => `${name} ${value}`);
  const present = Object.entries(args).filter(([, value]) => value instanceof Float32Array);
  const numbers = Object.entries(args).filter(
    ([name, value]) => typeof value === "number" && !(name in shape),
  );
  return [
    cell.prefix,
    ...sizes,
    ...numbers.map(([name, n]) => `${name} ${n}`),
    ...present.map(([name]) => name),
  ].join(" ");
}

export function recurrentOptionsCases(): Case[] {
  return CELLS.flatMap((cell, c) =>
    SHAPES.flatMap((shape, s) => {
      const seed = 7919 * (c * SHAPES.length + s) + 1;
      // Every third case takes other activations than tanh and sigmoid.
      const plain = s % 3 !== 2;
      return [...trainingCases(cell, shape, seed, plain), ...inferenceCases(cell, shape, seed, plain)];
    }),
  );
}
