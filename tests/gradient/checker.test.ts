/** The checker itself: it accepts right gradients and catches every planted fault. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CellCase, type CellSubject, cellSubject, GATES } from "./cells.js";
import { checkGradients, type Differentiable, GradientError, gradientReport } from "./checker.js";

/** Σ sin(x_i) · y_i, with whatever gradients a test claims. */
function sines(
  claimed?: (right: Record<string, Float64Array>) => Record<string, Float64Array>,
): Differentiable {
  const x = Float64Array.from([0.3, -1.2, 2, 0.7]);
  const y = Float64Array.from([1, -0.5, 0.25, 2]);
  const right = () => ({ x: x.map((v, i) => Math.cos(v) * y[i]!), y: x.map(Math.sin) });
  return {
    variables: { x, y },
    loss: () => x.reduce((sum, v, i) => sum + Math.sin(v) * y[i]!, 0),
    gradients: () => claimed?.(right()) ?? right(),
  };
}

const isWrong = (name: string) => (error: unknown) =>
  error instanceof GradientError && error.message.includes(`∂/∂${name}`);

test("right gradients pass, and every element was looked at", () => {
  const subject = sines();
  const before = Float64Array.from(subject.variables["x"]!);
  const reports = checkGradients(subject);
  assert.deepEqual(
    reports.map(({ name }) => name),
    ["x", "y"],
  );
  assert.ok(reports.every(({ worst, scale }) => worst > 0 && worst < 1e-8 && scale > 0.1));
  assert.deepEqual(subject.variables["x"], before, "the variables are put back");
});

test("the error is relative: 1e-5 too much is caught, at any scale; 1e-8 is not", () => {
  const scaled = (by: number, factor: number) => {
    const inner = sines(({ x, y }) => ({ x: x!.map((g) => g * by * factor), y: y!.map((g) => g * by) }));
    return { ...inner, loss: () => inner.loss() * by };
  };
  for (const by of [1e-2, 1, 1e6]) {
    checkGradients(scaled(by, 1 + 1e-8));
    assert.throws(() => checkGradients(scaled(by, 1 + 1e-5)), isWrong("x"));
  }
});

test("a single wrong element is caught, wherever it stands", () => {
  for (let i = 0; i < 4; i++) {
    const wrong = sines(({ x, y }) => ({ x: x!.map((g, k) => (k === i ? g + 1e-4 : g)), y: y! }));
    const [report] = gradientReport(wrong);
    assert.equal(report!.at, i);
    assert.notEqual(report!.problem, null);
  }
});

test("gradients that are missing, too short or no numbers are caught", () => {
  assert.throws(() => checkGradients(sines(({ x }) => ({ x: x! }))), isWrong("y"));
  assert.throws(() => checkGradients(sines(({ x, y }) => ({ x: x!.slice(1), y: y! }))), isWrong("x"));
  const notANumber = sines(({ x, y }) => ({ x: x!.map(() => Number.NaN), y: y! }));
  assert.throws(() => checkGradients(notANumber), isWrong("x"));
});

test("a check that proves nothing fails: a gradient that vanishes in truth and in claim", () => {
  const dead: Differentiable = {
    variables: { x: Float64Array.from([1, 2]) },
    loss: () => 3,
    gradients: () => ({ x: new Float64Array(2) }),
  };
  assert.throws(() => checkGradients(dead), /all but vanishes/);
  checkGradients(dead, { mayVanish: (name) => name === "x" });
});

test("a claim of zero is caught also where the gradient may vanish", () => {
  const zero = sines(({ x, y }) => ({ x: x!.map(() => 0), y: y! }));
  assert.throws(() => checkGradients(zero, { mayVanish: () => true }), isWrong("x"));
});

// ---- faults planted in real cells -----------------------------------------------------------------------

type Gradients = Record<string, Float64Array>;
interface Fault {
  /** The variable whose gradient goes wrong. */
  in: string;
  gradients(subject: CellSubject, gates: number, U: number): Gradients;
}

const change = (name: string, how: (g: Float64Array, gates: number, U: number) => Float64Array): Fault => ({
  in: name,
  gradients: (subject, gates, U) => {
    const right = subject.gradients();
    return { ...right, [name]: how(right[name]!, gates, U) };
  },
});

/** Exchanges the columns of the first two gates. */
const permuteGates = (g: Float64Array, gates: number, U: number) =>
  g.map((_, i) => {
    const unit = i % (gates * U);
    const other = unit < U ? i + U : unit < 2 * U ? i - U : i;
    return g[other]!;
  });

const FAULTS: Record<string, Fault> = {
  "gates permuted in the kernel": change("kernel", permuteGates),
  "gates permuted in the recurrent kernel": change("recurrent", permuteGates),
  "gates permuted in the bias": change("bias", permuteGates),
  "one gradient zeroed": change("bias", (g) => g.map(() => 0)),
  "one element zeroed": change("recurrent", (g) => g.map((value, i) => (i === 4 ? 0 : value))),
  "scaled by 1.01": change("kernel", (g) => g.map((value) => value * 1.01)),
  "sign of the input's": change("x", (g) => g.map((value) => -value)),
  "sign of the initial state's": change("h0", (g) => g.map((value) => -value)),
  "recurrent kernel transposed": change("recurrent", (g, gates, U) => {
    const row = gates * U;
    return g.map((_, i) => g[((i % row) % U) * row + (i % row) - ((i % row) % U) + Math.floor(i / row)]!);
  }),
  "mask forgotten": { in: "kernel", gradients: (subject) => subject.gradients({ mask: null }) },
  "input dropout forgotten": { in: "x", gradients: (subject) => subject.gradients({ dropX: null }) },
  "recurrent dropout forgotten": {
    in: "recurrent",
    gradients: (subject) => subject.gradients({ dropH: null }),
  },
  "initial state forgotten": { in: "recurrent", gradients: (subject) => subject.gradients({ h0: null }) },
  "direction forgotten": { in: "x", gradients: (subject) => subject.gradients({ reverse: 0 }) },
  "last step's gradient forgotten": { in: "x", gradients: (subject) => subject.gradients({ dLast: null }) },
};

const CASE = {
  B: 4,
  T: 4,
  I: 3,
  U: 3,
  mask: true,
  reverse: true,
  initial: true,
  dropH: true,
  untouched: 0.5,
};
const CELLS: Record<string, CellCase> = {
  lstm: { ...CASE, cell: "lstm", dropX: "perGate" },
  "gru resetAfter": { ...CASE, cell: "gru", dropX: "perGate", resetAfter: true },
  "gru as of 2014": { ...CASE, cell: "gru", dropX: "shared", resetAfter: false },
  rnn: { ...CASE, cell: "rnn", dropX: "shared" },
};

for (const [kind, given] of Object.entries(CELLS)) {
  const gates = GATES[given.cell];
  test(`${kind}: right gradients pass, planted faults do not`, () => {
    checkGradients(cellSubject(given));
    for (const [name, fault] of Object.entries(FAULTS)) {
      if (gates === 1 && name.startsWith("gates permuted")) continue;
      const subject = cellSubject(given);
      const faulty = { ...subject, gradients: () => fault.gradients(subject, gates, given.U) };
      assert.throws(() => checkGradients(faulty), isWrong(fault.in), name);
    }
  });
}

test("lstm: the sign of the initial cell state's gradient", () => {
  const subject = cellSubject(CELLS["lstm"]!);
  const gradients = () => {
    const right = subject.gradients();
    return { ...right, c0: right["c0"]!.map((value) => -value) };
  };
  assert.throws(() => checkGradients({ ...subject, gradients }), isWrong("c0"));
});
