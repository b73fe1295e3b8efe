/** Truncated back-propagation through time (Williams and Peng 1990): states go on, gradients stop. */
import type { Pointer } from "../kernels/declare.js";
import type { Builder } from "./layer.js";
import type { CellCalls } from "./recurrent-plan.js";

/**
 * A cell whose sequences are learned from in stretches of `steps`, cut from the end: each starts from the states that the
 * one before left, and sends no gradient back to it. What is asked at the end reaches exactly `steps` steps back, what is
 * asked inside a stretch no further than the stretch's beginning.
 */
export function truncated(cell: CellCalls, b: Builder, steps: number): CellCalls {
  /** A pointer so many steps of rows on; absent ones stay so. */
  const on = (at: Pointer, step: number, width: number): Pointer =>
    at === 0 ? 0 : at + step * b.B * width * b.elementBytes;
  return {
    ...cell,
    forward(shared, input) {
      const { T, I, U, reverse } = shared;
      let { h0 } = shared;
      let { c0 } = input;
      const stretches = stretchesOf(T, steps).map(([from, to]) => {
        // Times that these steps read: the input and its mask lie in time's order, states in that of the steps.
        const time = reverse ? T - to : from;
        const { h, x, dropX, dropH, GX } = input;
        const part = { ...shared, T: to - from, h0, mask: on(shared.mask, time, 1) };
        const made = cell.forward(part, { h: on(h, from, U), x: on(x, time, I), c0, dropX, dropH, GX });
        h0 = on(h, to - 1, U);
        c0 = on(made.c, to - from - 1, U);
        return { ...made, from, to, time };
      });
      return {
        c: 0,
        backward(gradients) {
          for (const { backward, from, to, time } of [...stretches].reverse()) {
            backward({
              ...gradients,
              dx: on(gradients.dx, time, I),
              dH: on(gradients.dH, from, U),
              dLast: to === T ? gradients.dLast : 0,
              dh0: 0,
            });
          }
        },
      };
    },
  };
}

/** Steps 0 … T − 1 in stretches, each from … to − 1, of which only the first may be shorter. */
function stretchesOf(T: number, steps: number): [from: number, to: number][] {
  const stretches: [number, number][] = [];
  for (let to = T; to > 0; to -= steps) stretches.unshift([Math.max(0, to - steps), to]);
  return stretches;
}
