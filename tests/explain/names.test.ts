/** What parts of cells are called in objects and in JSON: one name for one thing, whatever the cell. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cellView } from "../../src/explain/cell-view.js";
import { NETWORKS } from "../../src/explain/cells/names.js";
import { openCell } from "../../src/explain/cells/open.js";
import { compareCells } from "../../src/explain/comparison.js";
import { gradientView } from "../../src/explain/gradient-view.js";
import { decomposeMemory } from "../../src/explain/memory.js";
import { sentenceOfIds } from "../../src/explain/sentence.js";
import { trace } from "../../src/explain/trace.js";
import { unroll } from "../../src/explain/unroll.js";
import { layers, sequential } from "../../src/index.js";
import { GRU_GATES, LSTM_GATES } from "../../src/kernels/gates.js";
import { shake } from "./models.js";

const CELLS = {
  SimpleRNN: { make: layers.simpleRNN, networks: ["network"], states: ["hidden"], gates: [] as string[] },
  LSTM: {
    make: layers.lstm,
    networks: ["input", "forget", "candidate", "output"],
    states: ["cell", "hidden"],
    gates: ["input", "forget", "candidate", "output"],
  },
  GRU: {
    make: layers.gru,
    networks: ["update", "reset", "candidate"],
    states: ["hidden"],
    gates: ["update", "reset", "candidate"],
  },
} as const;

const sentence = sentenceOfIds([0, 3, 7, 2]);
const LETTER = /^(?:[ifgozrhc]|dh|d[chz]|state)$/;

/** Every key of an object, and of those in it. */
function keysOf(value: unknown): string[] {
  if (value === null || typeof value !== "object") return [];
  if (Array.isArray(value)) return value.flatMap(keysOf);
  return Object.entries(value).flatMap(([key, each]) => [key, ...keysOf(each)]);
}

for (const [kind, { make, networks, states, gates }] of Object.entries(CELLS)) {
  test(`${kind}: networks and states are called by their names everywhere`, async () => {
    const model = shake(
      sequential([
        layers.embedding({ inputDim: 12, outputDim: 3, inputLength: 4 }),
        make({ units: 2, returnSequences: true }),
        layers.globalAveragePooling1D(),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ]),
      5,
    );
    assert.deepEqual(NETWORKS[kind as keyof typeof NETWORKS], networks);
    assert.deepEqual(Object.keys(openCell(model).cell.weights), networks);
    const traced = trace(model, sentence.ids);
    const [step] = traced.layers[0]!.steps;
    assert.deepEqual(Object.keys(step!.gates), gates);
    assert.deepEqual(
      states.filter((state) => state in step!),
      states,
    );
    const carried = states[0];
    const memory = decomposeMemory(model, sentence.ids);
    if (memory) assert.equal(memory.state, carried);
    const unrolled = unroll(model, sentence.ids);
    assert.equal(unrolled.state, carried);
    assert.deepEqual([...new Set(unrolled.networks.map(({ name }) => name))], gates);
    const gradient = await gradientView(model, sentence);
    assert.equal(gradient.state, carried);
    assert.deepEqual(
      gradient.step.map(({ path }) => path).toSorted(),
      [...(kind === "SimpleRNN" ? [] : ["direct"]), ...networks, "above"].toSorted(),
    );
    const view = cellView(model, sentence);
    assert.deepEqual(view.anatomy.parts.map(({ id }) => id).toSorted(), [...networks, ...states].toSorted());
    assert.deepEqual(Object.keys(view.units[0]!.before).toSorted(), [...states].toSorted());
    const compared = compareCells(3, 2).find((cell) => cell.kind === kind)!;
    assert.deepEqual(compared.states, states);
    // The field `state` says which state it is; no other name is a letter.
    const all = { traced, memory, unrolled, gradient, view, compared };
    const letters = keysOf(JSON.parse(JSON.stringify(all))).filter(
      (key) => LETTER.test(key) && key !== "state",
    );
    assert.deepEqual(
      [...new Set(letters)].filter((key) => key !== "t"),
      [],
    );
  });
}

test("names stand in the order of the weights", () => {
  assert.equal(NETWORKS.LSTM.length, LSTM_GATES.length);
  assert.deepEqual(
    NETWORKS.LSTM.map((name) => ({ input: "i", forget: "f", candidate: "g", output: "o" })[name]),
    LSTM_GATES,
  );
  assert.deepEqual(
    NETWORKS.GRU.map((name) => ({ update: "z", reset: "r", candidate: "h" })[name]),
    GRU_GATES,
  );
});
