/** Slopes belong to pre-activations: of every activation, against central differences; and as the formulas say that are shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cell, NetworkWeights, State } from "../../src/explain/cells/cell.js";
import { GruCell } from "../../src/explain/cells/gru.js";
import { LstmCell } from "../../src/explain/cells/lstm.js";
import { letterOf, NETWORKS, symbolOf } from "../../src/explain/cells/names.js";
import { activationOf, openCell } from "../../src/explain/cells/open.js";
import { SimpleRnnCell } from "../../src/explain/cells/simple-rnn.js";
import type { Matrix } from "../../src/explain/cells/vector.js";
import { gradientFlow, realSteps } from "../../src/explain/gradient.js";
import { gradientView } from "../../src/explain/gradient-view.js";
import { Probe } from "../../src/explain/probe.js";
import { sentenceOfIds } from "../../src/explain/sentence.js";
import { layers, sequential } from "../../src/index.js";
import { ACTIVATIONS, type ActivationName, erf } from "../../src/kernels/activations.js";
import { Random } from "../../src/kernels/philox.js";
import type { Layer } from "../../src/layers/layer.js";
import { define, evaluate, type Grid, type Names } from "./formula.js";
import { apart, shake } from "./models.js";

const ALL = (Object.keys(ACTIVATIONS) as ActivationName[]).filter((name) => name !== "softmax");

test("the slope of every activation is that of central differences", () => {
  for (const name of ALL) {
    const { f, slope } = activationOf(name);
    for (const z of [-6.7, -2.71, -1.3, -0.41, 0.17, 0.9, 1.7, 3.3, 6.4]) {
      const differences = (f(z + 1e-6) - f(z - 1e-6)) / 2e-6;
      assert.ok(
        Math.abs(slope(z) - differences) < 1e-8 * Math.max(1, Math.abs(differences)),
        `${name} at ${z}: ${slope(z)}, ${differences}`,
      );
    }
  }
});

/** Within rounding of the six digits that formulas show, and of central differences. */
const near = (a: readonly number[], b: readonly number[]) =>
  apart(a, b) < 1e-6 * Math.max(1e-3, ...b.map(Math.abs));

const random = new Random(11, 5);
const numbers = (length: number, from: number) =>
  Array.from({ length }, (_, k) => 0.5 * random.normal(from + k));

const [I, U] = [2, 3];
function weightsOf<Name extends string>(names: readonly Name[]): Record<Name, NetworkWeights> {
  const matrix = (rows: number, from: number): Matrix => ({
    rows,
    columns: U,
    data: Float64Array.from(numbers(rows * U, from)),
  });
  const entries = names.map((name, k): [Name, NetworkWeights] => {
    const at = 100 * k;
    const [kernel, recurrent] = [matrix(I, at), matrix(U, at + 20)];
    return [name, { kernel, recurrent, bias: numbers(U, at + 50), recurrentBias: numbers(U, at + 60) }];
  });
  return Object.fromEntries(entries) as Record<Name, NetworkWeights>;
}

test("a step of every cell goes back as central differences say, with every activation in every place", () => {
  const [x, h, c, dh, dc] = [
    numbers(I, 900),
    numbers(U, 910),
    numbers(U, 920),
    numbers(U, 930),
    numbers(U, 940),
  ];
  for (const name of ALL) {
    const [phi, other] = [activationOf(name), activationOf("tanh")];
    const cells: Cell[] = [
      new SimpleRnnCell("rnn", I, U, weightsOf(NETWORKS.SimpleRNN), phi),
      ...[
        [phi, other],
        [other, phi],
        [phi, phi],
      ].flatMap(([own, gate]) => [
        new LstmCell("lstm", I, U, weightsOf(NETWORKS.LSTM), own!, gate!),
        new GruCell("gru", I, U, weightsOf(NETWORKS.GRU), own!, gate!, true),
        new GruCell("gru", I, U, weightsOf(NETWORKS.GRU), own!, gate!, false),
      ]),
    ];
    for (const cell of cells) {
      const before: State = cell.carried === "cell" ? { hidden: h, cell: c } : { hidden: h };
      // E = dh · h_t + dc · c_t
      const E = (input: readonly number[], state: State) => {
        const step = cell.step(input, state);
        const along = (v: readonly number[], of: readonly number[]) =>
          v.reduce((s, d, k) => s + d * of[k]!, 0);
        return along(dh, step.hidden) + (step.cell ? along(dc, step.cell) : 0);
      };
      const differences = (length: number, value: (move: (k: number) => number) => number) =>
        Array.from({ length }, (_, u) => {
          const moved = (by: number) => value((k) => (k === u ? by : 0));
          return (moved(1e-6) - moved(-1e-6)) / 2e-6;
        });
      const back = cell.back(cell.step(x, before), before, dh, dc);
      const toH = Object.values(back.throughNetworks).reduce((a, b) => a.map((v, k) => v + b[k]!));
      const whole = cell.carried === "hidden" && back.direct ? toH.map((v, k) => v + back.direct![k]!) : toH;
      const where = `${cell.kind} with ${name}`;
      const ofH = differences(U, (m) => E(x, { ...before, hidden: h.map((v, k) => v + m(k)) }));
      const ofX = differences(I, (m) =>
        E(
          x.map((v, k) => v + m(k)),
          before,
        ),
      );
      assert.ok(near(whole, ofH), `${where}: ∂E/∂h`);
      assert.ok(near(back.dx, ofX), `${where}: ∂E/∂x`);
      if (cell.carried !== "cell") continue;
      const ofC = differences(U, (m) => E(x, { hidden: h, cell: c.map((v, k) => v + m(k)) }));
      assert.ok(near(back.direct!, ofC), `${where}: ∂E/∂c`);
    }
  }
});

const MAKERS: Record<string, (name: ActivationName) => Layer> = {
  SimpleRNN: (activation) => layers.simpleRNN({ units: 4, activation }),
  // exp of a cell state that is itself made of exponentials is beyond float64 after three steps.
  LSTM: (name) =>
    layers.lstm({
      units: 4,
      activation: name === "exponential" ? "tanh" : name,
      recurrentActivation: name,
    }),
  GRU: (name) => layers.gru({ units: 4, activation: name, recurrentActivation: name }),
  "GRU of 2014": (name) =>
    layers.gru({ units: 4, activation: name, recurrentActivation: name, resetAfter: false }),
};

for (const [kind, make] of Object.entries(MAKERS)) {
  test(`the formulas that are shown of a ${kind} are the numbers beside them, whatever its activations`, async () => {
    let moved = 0;
    for (const name of ALL) {
      const model = shake(
        sequential([
          layers.embedding({ inputDim: 12, outputDim: 3, inputLength: 3 }),
          make(name),
          layers.dense({ units: 1, activation: "sigmoid" }),
        ]),
        5,
        0.15,
      );
      const row = [3, 7, 1];
      const view = await gradientView(model, sentenceOfIds(row), { at: 1, target: 1 });
      const names = namesAt(model, row, 1);
      for (const formula of view.formulas.slopes) define(formula, names);
      for (const { inner } of [...view.step].reverse()) if (inner) define(inner, names);
      for (const { name: path, tex, value } of view.step) {
        assert.ok(near(evaluate(tex, names), value), `${kind} of ${name}, ${path}: ${tex}`);
        if (value.some((number) => Math.abs(number) > 1e-6)) moved++;
      }
      const { whole, hidden, total } = view.formulas;
      for (const formula of [hidden, whole, total]) {
        if (formula === "") continue;
        const [left, right] = formula.split(/ = (.*)/s) as [string, string];
        assert.ok(near(evaluate(right, names), [...names.values[left]!]), formula);
      }
    }
    assert.ok(moved >= 10, `${kind}: ${moved} paths that are not 0`);
  });
}

/** What the letters of the formulas stand for at a step. */
function namesAt(model: ReturnType<typeof sequential>, row: readonly number[], t: number): Names {
  const open = openCell(model);
  const { cell, layer } = open;
  const probe = new Probe(model);
  const { steps } = realSteps(open, probe.run([row], { seed: (output) => output.map(() => 1) }));
  const flow = gradientFlow(model, row, { target: 1 });
  const values: Names["values"] = {};
  for (const [lag, when] of [
    [0, "t"],
    [1, "t-1"],
  ] as const) {
    const [now, gradient] = [steps[t - lag]!, flow.steps[t - lag]!];
    values[`x_{${when}}`] = now.x;
    values[`h_{${when}}`] = now.hidden;
    if (now.cell) values[`c_{${when}}`] = now.cell;
    for (const [id, gate] of Object.entries(now.gates)) values[`${symbolOf(cell.kind, id)}_{${when}}`] = gate;
    values[`\\delta h_{${when}}`] = gradient.hidden;
    if (now.cell) values[`\\delta C_{${when}}`] = gradient.total;
  }
  values["\\delta c_{t}"] = flow.steps[t + 1]!.paths["direct"]!;
  const matrices: Names["matrices"] = {};
  const grid = ({ rows, columns, data }: Matrix): Grid =>
    Array.from({ length: rows }, (_, j) => Array.from({ length: columns }, (_, k) => data[j * columns + k]!));
  for (const id of cell.networks) {
    const own = cell.weights[id]!;
    const end = cell.kind === "SimpleRNN" ? "" : `_{${letterOf(cell.kind, id)}}`;
    matrices[`W${end}`] = grid(own.kernel);
    matrices[`R${end}`] = grid(own.recurrent);
    values[`b${end}`] = own.bias;
    values[`b'${end}`] = own.recurrentBias;
  }
  const functions: Names["functions"] = {
    ...{ "\\exp": Math.exp, "\\operatorname{ln}": Math.log, "\\operatorname{erf}": erf },
  };
  for (const name of ["activation", "recurrentActivation"] as const) {
    const used = (layer.options as unknown as Record<string, ActivationName>)[name] ?? "linear";
    const { f } = activationOf(used);
    functions[`\\operatorname{${used}}`] = f;
  }
  functions["\\sigma"] = (z) => 1 / (1 + Math.exp(-z));
  functions["\\tanh"] = Math.tanh;
  probe.dispose();
  return { values, matrices, functions };
}
