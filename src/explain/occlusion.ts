/** Occlusion: F of a row less F of the row without one of its words, or with zeros in place of one of its steps (Zeiler and Fergus 2014). */
import type { Pieces } from "../base/pieces.js";
import { checkOutput, type Objective } from "./objective.js";
import type { InputRow, OneInput, Probe } from "./probe.js";
import { type RowInput, withInput } from "./row-inputs.js";

/** By input, by its places: F(x) less F without what is there. */
export function* occlusion(
  probe: Probe,
  row: InputRow,
  inputs: readonly RowInput[],
  objective: Objective,
): Pieces<number[][]> {
  const rows = inputs.flatMap((input, i) =>
    input.places.map((t) => withInput(inputs, i, occluded(input, t))),
  );
  const [whole, ...rest] = yield* probe.endings([row, ...rows]);
  const value = objective.value(whole!.scores);
  for (const ending of rest) checkOutput(probe.model, ending, "the row without one of its words");
  const changes = rest.map(({ scores }) => value - objective.value(scores));
  return inputs.map(({ places }) => changes.splice(0, places.length));
}

function occluded({ ids, values, vector }: RowInput, t: number): OneInput {
  if (ids) return without(ids, t);
  const zeros = values.map((step, place) => (place === t ? step.map(() => 0) : step));
  return vector ? zeros[0]! : zeros;
}

/** The row of the text without that word: padding takes up the room on the side where it is. */
export function without(ids: readonly number[], t: number): number[] {
  const others = ids.filter((_, place) => place !== t);
  const behind = ids.at(-1) === 0 && ids[0] !== 0;
  return behind ? [...others, 0] : [0, ...others];
}
