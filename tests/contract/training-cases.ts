/** Cases of what training adds: losses, optimizers, and what happens to gradients between. */
import { type Case, define, noise, Values } from "./harness.js";

const LENGTHS = [1, 3, 17, 33, 1000];

/** Probabilities in rows that sum to 1, some exactly 0 and 1, where clipping takes over. */
function probabilities(v: Values, B: number, F: number): Float32Array {
  const p = v.uniform(B * F, 0.001, 1);
  for (let b = 0; b < B; b++) {
    const row = p.subarray(b * F, (b + 1) * F);
    if (b % 4 === 3) row.fill(0)[b % F] = 1;
    const sum = row.reduce((x, y) => x + y, 0);
    if (F > 1) row.forEach((x, j) => void (row[j] = x / sum));
  }
  return p;
}

/** A loss close to 0 is a difference of terms close to 1. */
const LOSS = 1e-5;

export function lossCases(): Case[] {
  const cases: Case[] = [];
  for (const B of [1, 5, 33]) {
    for (const F of [1, 2, 3, 17, 100]) {
      for (const fromLogits of [0, 1]) {
        cases.push(...lossCase(B, F, fromLogits));
      }
    }
  }
  return cases;
}

function lossCase(B: number, F: number, fromLogits: number): Case[] {
  const v = new Values(B * 1000 + F * 2 + fromLogits);
  const out = fromLogits ? v.normal(B * F, 4) : probabilities(v, B, F);
  const label = `B ${B} F ${F} ${fromLogits ? "logits" : "probabilities"}`;
  const common = {
    rowLoss: noise(B),
    dOut: F === 3 ? null : noise(B * F),
    out,
    weight: F === 17 ? null : v.uniform(B, 0.5, 2),
    B,
    F,
    scale: 1 / 48,
  };
  const binary = v.mask(B * F, 0.5);
  const classes = v.whole(B, F);
  const oneHot = new Float32Array(B * F);
  classes.forEach((c, b) => void (oneHot[b * F + c] = 1));
  const logits = { fromLogits };
  const cases = [
    define("sparseCategoricalCrossentropy", label, LOSS, { ...common, ...logits, target: classes }),
  ];
  for (const labelSmoothing of [0, 0.1]) {
    const smooth = `${label} smoothing ${labelSmoothing}`;
    const options = { ...common, ...logits, labelSmoothing };
    cases.push(
      define("binaryCrossentropy", smooth, LOSS, { ...options, target: binary }),
      define("categoricalCrossentropy", smooth, LOSS, { ...options, target: oneHot }),
    );
  }
  if (!fromLogits) {
    cases.push(define("meanSquaredError", label, 2e-6, { ...common, target: v.normal(B * F) }));
  }
  return cases;
}

export function optimizerCases(): Case[] {
  const cases: Case[] = [];
  for (const length of LENGTHS) {
    for (const weightDecay of [0, 0.004]) {
      const v = new Values(length + weightDecay * 1000);
      const label = `${length} decay ${weightDecay}`;
      const common = { w: v.normal(length), g: v.normal(length, 0.1), length, weightDecay };
      const scalars = Float32Array.of(0.01, 0.02);
      const state = () => v.normal(length, 0.1);
      const squares = () => v.uniform(length, 0, 0.01);
      for (const velocity of [null, state()]) {
        const momentum = velocity ? 0.9 : 0;
        for (const nesterov of velocity ? [0, 1] : [0]) {
          cases.push(define("sgd", label, 1e-6, { ...common, scalars, velocity, nesterov, momentum }));
        }
        const rms = {
          ...common,
          scalars,
          v: squares(),
          velocity,
          oneMinusRho: 1 - 0.9,
          momentum,
          epsilon: 1e-7,
        };
        // The square of the average stays below the average of squares, as it must.
        for (const average of [null, v.uniform(length, -0.001, 0.001)]) {
          cases.push(define("rmsprop", label, 2e-6, { ...rms, average }));
        }
      }
      const gains = { oneMinusBeta1: 1 - 0.9, oneMinusBeta2: 1 - 0.999, epsilon: 1e-7 };
      for (const vMax of [null, squares()]) {
        cases.push(
          define("adam", label, 1e-6, { ...common, scalars, m: state(), v: squares(), vMax, ...gains }),
        );
      }
    }
  }
  return cases;
}

/** A batch that names 0 to 5 of 7 rows, in no order. */
const NAMED = [0, 1, 5];
const ROWS = [4, 0, 6, 2, 1];

export function rowsOfOptimizerCases(): Case[] {
  const cases: Case[] = [];
  const V = 7;
  for (const count of NAMED) {
    for (const F of [1, 3, 17, 100]) {
      const v = new Values(count * 1000 + F);
      const elements = V * F;
      const state = () => ({ m: v.normal(elements, 0.1), v: v.uniform(elements, 0, 0.01) });
      for (const [parts, part] of [
        [1, 0],
        [2, 0],
        [2, 1],
      ] as const) {
        for (const vMax of [null, v.uniform(elements, 0, 0.01)]) {
          const label = `${count} rows F ${F} part ${part} of ${parts}`;
          const rows = { count: Uint32Array.of(count), rows: Uint32Array.from([...ROWS, 9, 9]), V, F };
          const gains = { oneMinusBeta1: 1 - 0.9, oneMinusBeta2: 1 - 0.999, epsilon: 1e-7 };
          const scalars = Float32Array.of(0.01, 0.02);
          const given = { w: v.normal(elements), g: v.normal(elements, 0.1), ...state(), vMax, scalars };
          cases.push(define("adamRows", label, 1e-6, { ...given, ...rows, ...gains, part, parts }));
        }
      }
    }
  }
  return cases;
}

function rowsOfGradientCases(): Case[] {
  return NAMED.flatMap((count) =>
    [1, 17, 100].flatMap((F) => {
      const v = new Values(count * 1000 + F);
      const label = `${count} rows F ${F}`;
      const some = { count: Uint32Array.of(count), N: 6, F };
      const g = v.normal(6 * F);
      const norm2 = Float32Array.of(4);
      return [
        ...[0, 1].map((accumulate) => {
          const out = Float32Array.of(3.25);
          return define("sumSquaresOfRows", `${label} accumulate ${accumulate}`, 2e-6, {
            ...{ out, x: g, ...some, accumulate },
          });
        }),
        define("clipRows", label, 1e-6, { g, norm2, ...some, limit: 1.5 }),
        define("clipRows", `${label}, to a value`, 0, { g, norm2: null, ...some, limit: 0.5 }),
      ];
    }),
  );
}

export function gradientCases(): Case[] {
  const cases: Case[] = rowsOfGradientCases();
  for (const length of LENGTHS) {
    const v = new Values(length);
    const label = `${length}`;
    const g = v.normal(length);
    for (const accumulate of [0, 1]) {
      const out = Float32Array.of(3.25);
      cases.push(
        define("sumSquares", `${label} accumulate ${accumulate}`, 2e-6, { out, x: g, length, accumulate }),
      );
    }
    for (const norm2 of [0.04, 400]) {
      const norms = Float32Array.of(norm2);
      cases.push(
        define("clipToNorm", `${label} norm² ${norm2}`, 1e-6, { g, norm2: norms, length, limit: 1.5 }),
      );
    }
    cases.push(define("clipToValue", label, 0, { g, length, limit: 0.5 }));
    const w = v.normal(length);
    w[0] = 0;
    const penalty = Float32Array.of(0.5);
    cases.push(define("regularize", label, 2e-6, { g, penalty, w, length, l1: 0.01, l2: 0.02 }));
  }
  return cases;
}
