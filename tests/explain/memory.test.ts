/** The memory's decomposition by step, and the recurrence written out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openCell, openCells } from "../../src/explain/cells/open.js";
import { engineStates } from "../../src/explain/engine-states.js";
import { decompose, decomposeMemory } from "../../src/explain/memory.js";
import { plain } from "../../src/explain/tex.js";
import { trace } from "../../src/explain/trace.js";
import { unroll } from "../../src/explain/unroll.js";
import { layers, sequential } from "../../src/index.js";
import { anyCase, apart, ENGINES, flagship, shake, sum } from "./models.js";

for (const { name, precision, engine } of ENGINES) {
  test(`any model: what steps left adds up to ${name}'s final memory`, () => {
    fc.assert(
      fc.property(anyCase, ({ model, row }) => {
        const traced = trace(model, row).layers;
        for (const [k, open] of openCells(model).entries()) {
          const steps = traced[k]!.steps;
          const decomposition = decompose(open.cell, steps);
          if (open.cell.kind === "SimpleRNN") {
            assert.equal(decomposition, null);
            continue;
          }
          const x = steps.filter(({ masked }) => !masked).map((step) => step.x);
          if (x.length === 0) continue;
          const states = engineStates(open, engine, { x });
          const memory = (states.cell ?? states.hidden).at(-1)!;
          assert.ok(apart(sum(decomposition!.contributions), memory) < Math.max(1e-6, 4 * precision));
          assert.ok(decomposition!.residual < 1e-13);
          assert.ok(Math.abs(decomposition!.shares.reduce((a, b) => a + b, 0) - 1) < 1e-12);
        }
      }),
      { numRuns: 60 },
    );
  });

  test(`any model: the written-out recurrence is ${name}'s forward pass, for every number of steps`, () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), (given, choice) => {
        const { model, row } = given;
        const { layer } = openCell(model).cell;
        const { steps } = trace(model, row).layers.find((traced) => traced.layer === layer)!;
        const real = steps.filter(({ masked }) => !masked);
        const chosen = choice % real.length;
        const k = 1 + (choice % (chosen + 1));
        const unrolled = unroll(model, row, { steps: k, at: real[chosen]!.t, engine });
        assert.ok(unrolled.residual < 4 * precision, `residual ${unrolled.residual}`);
        assert.ok(apart(sum(unrolled.terms.map(({ value }) => value)), unrolled.value) < 1e-14);
        assert.equal(unrolled.terms.length, unrolled.kind === "SimpleRNN" ? 1 : k + 1);
      }),
      { numRuns: 60 },
    );
  });
}

for (const { name, engine } of ENGINES) {
  test(`a gate of the wrong step, a step left out, gates swapped: each shows beside ${name}'s memory`, () => {
    const model = shake(flagship(), 4, 0.3);
    const row = Array.from({ length: 200 }, (_, t) => (t * 29) % 1000);
    const open = openCell(model);
    const { steps } = trace(model, row).layers[0]!;
    const states = engineStates(open, engine, { x: steps.map(({ x }) => x) });
    const memory = states.cell!.at(-1)!;
    const gate = (s: number, letter: string) => steps[s]!.gates[letter]!;
    /** Σ_t (Π_{s > t − early} keep_s) write_t, without the step left out. */
    const recurrence = ({ keep = "forget", write = "input", early = 0, without = -1 }) =>
      memory.map((_, u) => {
        let [c, left] = [0, 1];
        for (let t = 199; t >= 0; t--) {
          if (early) left *= gate(t, keep)[u]!;
          if (t !== without) c += left * gate(t, write)[u]! * gate(t, "candidate")[u]!;
          if (!early) left *= gate(t, keep)[u]!;
        }
        return c;
      });
    assert.ok(apart(recurrence({}), memory) < 1e-5);
    for (const fault of [
      { early: 1 },
      { without: 199 },
      { without: 196 },
      { keep: "input", write: "forget" },
    ])
      assert.ok(apart(recurrence(fault), memory) > 1e-3, JSON.stringify(fault));
    // Two steps written out: the forget gate of the later step in place of the earlier's.
    const two = (early: string) =>
      memory.map((_, u) => {
        const [now, before] = [(g: string) => gate(199, g)[u]!, (g: string) => gate(198, g)[u]!];
        const kept = early === "forget" ? before("forget") : now("forget");
        return (
          now("forget") * kept * states.cell!.at(-3)![u]! +
          now("forget") * before("input") * before("candidate") +
          now("input") * now("candidate")
        );
      });
    assert.ok(apart(two("forget"), memory) < 1e-5);
    assert.ok(apart(two("wrong"), memory) > 1e-3);
  });
}

test("the LSTM's two steps, to the letter", () => {
  const model = shake(flagship(), 1, 0.3);
  const row = Array.from({ length: 200 }, (_, t) => (t < 190 ? 0 : t));
  const unrolled = unroll(model, row);
  assert.equal(
    unrolled.tex,
    "c_{t} = f_{t} \\odot f_{t-1} \\odot c_{t-2} + f_{t} \\odot i_{t-1} \\odot \\tilde{c}_{t-1} + i_{t} \\odot \\tilde{c}_{t}",
  );
  assert.equal(plain(unrolled.tex), "cₜ = fₜ ⊙ fₜ₋₁ ⊙ cₜ₋₂ + fₜ ⊙ iₜ₋₁ ⊙ c̃ₜ₋₁ + iₜ ⊙ c̃ₜ");
  assert.equal(unrolled.t, 199);
  const expansions = unrolled.networks.map(({ tex, expansion }) => `${plain(tex)} = ${plain(expansion)}`);
  assert.equal(expansions.length, 8);
  assert.ok(
    expansions.includes("fₜ = σ(xₜ W_f + [oₜ₋₁ ⊙ tanh(fₜ₋₁ ⊙ cₜ₋₂ + iₜ₋₁ ⊙ c̃ₜ₋₁)] R_f + b_f)"),
    expansions.join("\n"),
  );
  assert.ok(expansions.includes("c̃ₜ₋₁ = tanh(xₜ₋₁ W_c + hₜ₋₂ R_c + b_c)"));
  // The terms by hand, from the trace.
  const { steps } = trace(model, row).layers[0]!;
  const [now, before, old] = [steps[199]!, steps[198]!, steps[197]!];
  const by = (f: (u: number) => number) => Array.from({ length: 32 }, (_, u) => f(u));
  const hand = [
    by((u) => now.gates["forget"]![u]! * before.gates["forget"]![u]! * old.cell![u]!),
    by((u) => now.gates["forget"]![u]! * before.gates["input"]![u]! * before.gates["candidate"]![u]!),
    by((u) => now.gates["input"]![u]! * now.gates["candidate"]![u]!),
  ];
  for (const [k, { value }] of unrolled.terms.entries())
    assert.ok(apart(value, hand[k]!) < 1e-14, `term ${k}`);
});

test("GRU in both conventions and SimpleRNN, to the letter", () => {
  const of = (layer: ReturnType<typeof layers.gru> | ReturnType<typeof layers.simpleRNN>) => {
    const model = sequential([layers.input({ shape: [4, 2] }), layer, layers.dense({ units: 1 })]);
    const { tex, networks } = unroll(model, [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
    return [plain(tex), ...networks.map((n) => `${plain(n.tex)} = ${plain(n.expansion)}`)];
  };
  const gru = of(layers.gru({ units: 2 }));
  assert.equal(gru[0], "hₜ = zₜ ⊙ zₜ₋₁ ⊙ hₜ₋₂ + zₜ ⊙ (1 − zₜ₋₁) ⊙ h̃ₜ₋₁ + (1 − zₜ) ⊙ h̃ₜ");
  assert.ok(gru.includes("h̃ₜ₋₁ = tanh(xₜ₋₁ W_h + b_h + rₜ₋₁ ⊙ (hₜ₋₂ R_h + b'_h))"), gru.join("\n"));
  const old = of(layers.gru({ units: 2, resetAfter: false }));
  assert.ok(old.includes("h̃ₜ₋₁ = tanh(xₜ₋₁ W_h + b_h + (rₜ₋₁ ⊙ hₜ₋₂) R_h)"), old.join("\n"));
  assert.deepEqual(of(layers.simpleRNN({ units: 2 })), ["hₜ = tanh(xₜ W + tanh(xₜ₋₁ W + hₜ₋₂ R + b) R + b)"]);
  assert.deepEqual(of(layers.simpleRNN({ units: 2, useBias: false, activation: "relu" })), [
    "hₜ = relu(xₜ W + relu(xₜ₋₁ W + hₜ₋₂ R) R)",
  ]);
});

test("what a step wrote is what the memory loses when it writes nothing", () => {
  const model = shake(flagship(), 2, 0.3);
  const row = Array.from({ length: 200 }, (_, t) => (t * 13) % 1000);
  const { cell } = openCell(model);
  const { steps } = trace(model, row).layers[0]!;
  const { contributions, memory, kept } = decomposeMemory(model, row)!;
  for (const s of [150, 190, 199]) {
    // The recurrence with the gates as they are, but nothing written at step s.
    let c = memory.map(() => 0);
    for (const [k, step] of steps.entries()) {
      const { keep, write } = cell.memory(step)!;
      c = c.map((value, u) => keep[u]! * value + (k === s ? 0 : write[u]!));
    }
    const lost = memory.map((value, u) => value - c[u]!);
    assert.ok(apart(lost, contributions[s]!) < 1e-14);
    assert.ok(kept[s]!.every((share) => share >= 0 && share <= 1));
  }
});

test("steps that cannot be written out are refused", () => {
  const model = flagship();
  const row = Array.from({ length: 200 }, () => 1);
  assert.throws(() => unroll(model, row, { steps: 0 }), /steps.*at least 1|from 1/);
  assert.throws(() => unroll(model, row, { at: 0, steps: 2 }), /from 1 to 1/);
  assert.throws(() => unroll(model, row, { at: 200 }), /a step that is not masked .0 to 199/);
  assert.throws(() => unroll(model, row, { layer: "gru" }), /recurrent layer of the model: lstm/);
});
