/** The lab's LSTM, each of its cells by name, against PyTorch's automatic differentiation and ONNX Runtime's LSTM. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ACTIVATIONS, type ActivationName } from "../../../src/kernels/activations.js";
import { type Bound, KERNELS } from "../../../src/kernels/kernels.js";
import { CELL_NAMES, type CellName, cellOf } from "../../../src/lab/cells.js";
import { type Doubles, decodeDoubles } from "../../golden/vectors.js";
import { assertSame, casesOf } from "./cases.js";

interface Golden {
  name: CellName;
  activation: ActivationName;
  outputActivation: ActivationName;
  has: { inputGate: boolean; forgetGate: boolean; outputGate: boolean; coupled: boolean };
  values: Record<string, Doubles>;
  /** [T][B][U], [B][U] */
  h: Doubles;
  lastC: Doubles;
  dH: Doubles;
  gradients: Record<string, Doubles>;
}

const cases = casesOf<Golden>("variants.json");

describe("the lab's LSTM, by PyTorch and ONNX Runtime", () => {
  test("all cells that are made of gates of their own are there", () => {
    assert.deepEqual(
      cases.map(({ name }) => name),
      CELL_NAMES.filter((name) => name.startsWith("lstm")),
    );
  });

  for (const golden of cases.filter(({ name }) => name !== "lstm")) {
    test(`${golden.name}: the cell has what its name says`, () => {
      const { options } = cellOf(golden.name).make({ units: 4, returnSequences: true, gain: 1 });
      const { activation, outputActivation, has, values } = golden;
      const expected = { activation, outputActivation, ...has, peepholes: "peepholes" in values };
      for (const [key, value] of Object.entries(expected)) {
        assert.equal((options as unknown as Record<string, unknown>)[key], value, key);
      }
    });
  }

  for (const golden of cases) {
    test(`${golden.name}: states and gradients`, () => {
      const [T, B, U] = golden.h.shape as [number, number, number];
      const I = golden.values["x"]!.shape[2]!;
      const values = Object.fromEntries(
        Object.entries(golden.values).map(([key, one]) => [key, decodeDoubles(one)]),
      );
      const G = values["bias"]!.length / U;
      const room = (length: number) => new Float64Array(length).fill(Number.NaN);
      const forward = {
        ...{ h: room(T * B * U), c: room(T * B * U), gates: room(T * B * G * U), scratch: room(4096) },
        ...{ mask: null, peepholes: null, ...values, B, T, I, U, reverse: 0 },
        ...Object.fromEntries(Object.entries(golden.has).map(([key, value]) => [key, Number(value)])),
        activation: ACTIVATIONS[golden.activation].id,
        outputActivation: ACTIVATIONS[golden.outputActivation].id,
        recurrentActivation: ACTIVATIONS.sigmoid.id,
      };
      KERNELS.variantForward.reference(forward as unknown as Bound<"variantForward">);
      assertSame(forward.h, golden.h, "h");
      assertSame(forward.c.subarray((T - 1) * B * U), golden.lastC, "the last c");

      const zeros = (key: string) => values[key] && new Float64Array(values[key].length);
      const gradients = {
        ...{ dx: room(T * B * I), dKernel: zeros("kernel"), dRecurrent: zeros("recurrent") },
        ...{ dBias: zeros("bias"), dPeepholes: zeros("peepholes") ?? null },
        ...{ dh0: room(B * U), dc0: room(B * U) },
      };
      const backward = { ...forward, ...gradients, dH: decodeDoubles(golden.dH), dLast: null };
      KERNELS.variantBackward.reference(backward as unknown as Bound<"variantBackward">);
      const own: Record<string, Float64Array | null | undefined> = {
        ...{ x: gradients.dx, kernel: gradients.dKernel, recurrent: gradients.dRecurrent },
        ...{ bias: gradients.dBias, peepholes: gradients.dPeepholes, h0: gradients.dh0, c0: gradients.dc0 },
      };
      for (const [key, expected] of Object.entries(golden.gradients))
        assertSame(own[key]!, expected, `d ${key}`);
    });
  }
});
