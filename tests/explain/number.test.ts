/** Numbers taken apart: their products against the trace, and against the weights as the file has them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openCells } from "../../src/explain/cells/open.js";
import {
  type ExplainedNumber,
  explainNumber,
  intervene,
  type NumberOptions,
} from "../../src/explain/index.js";
import { trace } from "../../src/explain/trace.js";
import { partsOf } from "../../src/explain/units/parts.js";
import { layers, type Model, sequential } from "../../src/index.js";
import { anyCase, shake } from "./models.js";

const near = (a: number, b: number, why: string) =>
  assert.ok(Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(a), Math.abs(b)), `${why}: ${a} and ${b}`);

function checkSums({ terms, sums, total, residual }: ExplainedNumber, why: string): void {
  for (const { factors, value } of terms) {
    near(
      factors.reduce((product, factor) => product * factor.value, 1),
      value,
      `${why}, a product`,
    );
  }
  const all = terms.reduce((sum, { value }) => sum + value, 0);
  near(all, total, `${why}, all products`);
  near(
    sums.reduce((sum, { value }) => sum + value, 0),
    total,
    `${why}, their kinds`,
  );
  assert.ok(residual <= 1e-12 * Math.max(1, Math.abs(total)), `${why}: residual ${residual}`);
  const sizes = terms.map(({ value }) => Math.abs(value));
  assert.deepEqual(
    sizes,
    [...sizes].sort((a, b) => b - a),
  );
}

test("any model, every part: the products add up to what the trace has", () => {
  fc.assert(
    fc.property(anyCase, fc.nat(), ({ model, row }, seed) => {
      const traced = trace(model, row);
      for (const { layer, kind, units, steps } of traced.layers) {
        const read = steps.filter(({ masked }) => !masked);
        if (read.length === 0) continue;
        const step = read[seed % read.length]!;
        for (const part of partsOf(kind)) {
          const unit = seed % units;
          const found = explainNumber(model, row, { layer, at: step.t, part, unit });
          const why = `${layer} ${part} ${unit} at ${step.t}`;
          checkSums(found, why);
          const expected = part === "cell" ? step.cell! : part === "hidden" ? step.hidden : step.gates[part]!;
          assert.equal(found.value, expected[unit]);
          near(found.computed, expected[unit]!, why);
          const pre = step.preActivations[part === "hidden" ? "network" : part];
          if (pre) near(found.total, pre[unit]!, `${why}, before its activation`);
          // Factors that are numbers of the layer are worth what they are asked for as.
          for (const { number, value } of found.terms.flatMap(({ factors }) => factors)) {
            if (!number) continue;
            const own = steps.find(({ t }) => t === number.at)!;
            const whole =
              number.part === "cell"
                ? own.cell!
                : number.part === "hidden"
                  ? own.hidden
                  : own.gates[number.part]!;
            const is = whole[number.unit]!;
            const shows = [is, 1 - is];
            if (number.part === "cell" && part === "hidden") continue;
            assert.ok(
              shows.some((one) => Math.abs(one - value) < 1e-12),
              `${why}: ${value} of ${JSON.stringify(number)}`,
            );
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});

/** An LSTM, a GRU or a SimpleRNN of 3 units on words of 2 numbers. */
function small(kind: "lstm" | "gru" | "simpleRNN", options: object = {}): Model {
  return shake(
    sequential([
      layers.embedding({ inputDim: 9, outputDim: 2, inputLength: 4 }),
      layers[kind]({ units: 3, ...options }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]),
    7,
  );
}
const ROW = [1, 7, 3, 2];

test("an LSTM's forget gate: inputs, states and weights are those of the row and of the file, by index", () => {
  const model = small("lstm");
  const { terms, activation, computed } = explainNumber(model, ROW, { at: 2, part: "forget", unit: 1 });
  const [table, kernel, recurrent, bias] = model.getWeights().map(({ data }) => data) as Float32Array[] as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const before = trace(model, ROW).layers[0]!.steps[1]!.hidden;
  // Keras lays i f g o side by side: of 3 units, forget's unit 1 is column 4 of 12.
  const column = 4;
  for (const { group, index, factors } of terms) {
    const [first, second] = factors.map(({ value }) => value);
    if (group === "input") {
      assert.equal(first, table[3 * 2 + index!]);
      assert.equal(second, kernel[index! * 12 + column]);
    } else if (group === "recurrent") {
      assert.equal(first, before[index!]);
      assert.equal(second, recurrent[index! * 12 + column]);
    } else assert.equal(first, bias[column]);
  }
  assert.equal(terms.length, 2 + 3 + 1);
  assert.equal(activation, "sigmoid");
  let z = bias[column]!;
  for (const k of [0, 1]) z += table[6 + k]! * kernel[k * 12 + column]!;
  for (const k of [0, 1, 2]) z += before[k]! * recurrent[k * 12 + column]!;
  near(computed, 1 / (1 + Math.exp(-z)), "σ(z)");
});

test("names, and the numbers that a number comes from", () => {
  const cell = explainNumber(small("lstm"), ROW, { at: 2, part: "cell", unit: 1 });
  assert.deepEqual(cell.sums.map(({ group, tex }) => [group, tex]).sort(), [
    ["kept", "f_{t} \\odot c_{t-1}"],
    ["written", "i_{t} \\odot \\tilde{c}_{t}"],
  ]);
  const kept = cell.terms.find(({ group }) => group === "kept")!;
  assert.deepEqual(
    kept.factors.map(({ tex, number }) => [tex, number]),
    [
      ["f_{t,1}", { at: 2, part: "forget", unit: 1 }],
      ["c_{t-1,1}", { at: 1, part: "cell", unit: 1 }],
    ],
  );
  // Before the first step there is nothing to ask for.
  const first = explainNumber(small("gru"), ROW, { at: 0, part: "hidden", unit: 0 });
  const old = first.terms.find(({ group }) => group === "kept")!.factors[1]!;
  assert.deepEqual([old.number, old.value], [null, 0]);
  const after = explainNumber(small("gru"), ROW, { at: 1, part: "candidate", unit: 0 });
  const seen = after.terms.find(({ group, index }) => group === "recurrent" && index === 2)!;
  assert.deepEqual(
    seen.factors.map(({ tex, weight }) => [tex, weight]),
    [
      ["r_{t,0}", false],
      ["h_{t-1,2}", false],
      ["R_{h,2,0}", true],
    ],
  );
  const paper = explainNumber(small("gru", { resetAfter: false }), ROW, {
    at: 1,
    part: "candidate",
    unit: 0,
  });
  assert.equal(
    paper.terms.find(({ group, index }) => group === "recurrent" && index === 2)!.factors[0]!.tex,
    "r_{t,2}",
  );
  assert.equal(paper.terms.filter(({ group }) => group === "bias").length, 1);
  const elman = explainNumber(small("simpleRNN"), ROW, { at: 1, part: "hidden", unit: 0 });
  assert.deepEqual([elman.activation, elman.sums[0]!.tex], ["tanh", "x_{t} W"]);
});

test("of a row with numbers held: what follows from them, and a held number says so", () => {
  const model = small("lstm");
  const held = [{ at: 1, part: "cell" as const, unit: 1, value: 2 }];
  const after = intervene(model, ROW, held).layers[0]!.steps[2]!;
  const next = explainNumber(model, ROW, { at: 2, part: "cell", unit: 1, held });
  near(next.value, after.cell![1]!, "c at the next step");
  near(next.terms.find(({ group }) => group === "kept")!.factors[1]!.value, 2, "what was held");
  checkSums(next, "after");
  assert.equal(next.held, false);
  const itself = explainNumber(model, ROW, { at: 1, part: "cell", unit: 1, held });
  assert.deepEqual([itself.held, itself.value, itself.residual], [true, 2, 0]);
  assert.notEqual(itself.computed, 2);
});

test("what is not there is refused by name", () => {
  const model = small("gru");
  const ask = (change: Partial<NumberOptions> | object) =>
    explainNumber(model, ROW, { at: 1, part: "update", unit: 0, ...change });
  for (const [change, message] of [
    [{ part: "forget" }, /explainNumber part: expected one of hidden, update, reset, candidate .*forget/],
    [{ unit: 3 }, /explainNumber unit: .*0 to 2/],
    [{ at: 4 }, /explainNumber at: .*from 0 to 3 .*4/],
    [{ layer: "lstm" }, /a recurrent layer of the model: gru/],
    [{ word: 1 }, /word/],
  ] as const) {
    assert.throws(() => ask(change), message);
  }
  const masking = shake(
    sequential([
      layers.embedding({ inputDim: 9, outputDim: 2, inputLength: 4, maskZero: true }),
      layers.gru({ units: 3 }),
    ]),
    1,
  );
  assert.throws(
    () => explainNumber(masking, [1, 0, 3, 2], { at: 1, part: "update", unit: 0 }),
    /explainNumber at: .*a mask hides/,
  );
  // The step behind it goes on from the last that was read.
  const behind = explainNumber(masking, [1, 0, 3, 2], { at: 2, part: "update", unit: 0 });
  assert.equal(behind.terms.find(({ group }) => group === "recurrent")!.factors[0]!.number!.at, 0);
  assert.equal(openCells(masking).length, 1);
});
