/** The loss of answers at every step, as the lab's network ends, against PyTorch's cross-entropy in float64. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { KERNELS } from "../../../src/kernels/kernels.js";
import { type Doubles, decodeDoubles } from "../../golden/vectors.js";
import { assertSame, casesOf } from "./cases.js";

interface Golden {
  name: string;
  /** [B][T][O]; targets one-hot, zeros at steps without one */
  scores: Doubles;
  targets: Doubles;
  /** [B]: a sequence's steps summed */
  losses: Doubles;
  gradients: Doubles;
}

describe("answers at every step, by PyTorch", () => {
  for (const golden of casesOf<Golden>("answers.json")) {
    test(`${golden.name}: losses and gradients`, () => {
      const [B, T, O] = golden.scores.shape as [number, number, number];
      const room = (length: number) => new Float64Array(length).fill(Number.NaN);
      const rows = { N: B * T, F: O };
      const target = decodeDoubles(golden.targets);
      const [logs, dLogs, dx, rowLoss] = [room(B * T * O), room(B * T * O), room(B * T * O), room(B)];
      KERNELS.logSoftmaxForward.reference({ out: logs, x: decodeDoubles(golden.scores), ...rows });
      KERNELS.categoricalCrossentropy.reference({
        ...{ rowLoss, dOut: dLogs, out: logs, target, weight: null, B, F: T * O },
        ...{ fromLogits: 1, labelSmoothing: 0, scale: 1 / B },
      });
      KERNELS.logSoftmaxBackward.reference({ dx, dOut: dLogs, out: logs, ...rows });
      // What the steps read as one vector add: log T for each target.
      const answers = (b: number) => target.subarray(b * T * O, (b + 1) * T * O).reduce((a, t) => a + t, 0);
      assertSame(
        rowLoss.map((loss, b) => loss - answers(b) * Math.log(T)),
        golden.losses,
        "losses",
      );
      assertSame(dx, golden.gradients, "gradients");
      assert.ok(
        decodeDoubles(golden.gradients).some((value) => value < -0.2),
        "some step is surely wrong",
      );
    });
  }
});
