/** What a result may claim: where its settings are from, and what there is without memory. */
import { count } from "../base/numbers.js";
import { CHOOSING } from "./chosen.js";
import { sweptValues } from "./entries.js";
import { measureOf } from "./measure.js";
import type { LabResult } from "./result.js";
import { SWEEPS } from "./setting.js";
import { taskNamed } from "./tasks/index.js";

/** Where the settings of a result are from, in a sentence or two. */
export function sourceWords({ task, lags, summary, settings, sweep }: LabResult): string {
  if (sweep) {
    const { steps } = taskNamed(task.name).sizes(lags[0]!);
    const run = sweptValues(sweep, steps);
    const left = SWEEPS[sweep].values.filter((value) => !run.includes(value));
    return [
      `Every value with the same seeds, ${settings.seeds.join(", ")}, and all else the same.`,
      ...(left.length > 0
        ? [
            `Left out, as sequences have at most ${steps} steps and nothing would be cut off: ${left.join(", ")}.`,
          ]
        : []),
    ].join(" ");
  }
  const tried = summary.flatMap((group) => group.tried ?? []);
  if (tried.length === 0) {
    return summary.some(({ from }) => from === "given")
      ? "All cells have the settings that were given, and Keras's defaults for the rest."
      : "Keras's defaults alone: no search has chosen settings for these cells here (--search does).";
  }
  const each = [...new Set(tried)].map(count).join(" or ");
  const [first, ...others] = settings.choosingSeeds;
  const apart = summary.some(({ lag, chosenAt }) => chosenAt !== null && chosenAt !== lag);
  return [
    `Settings: the best of ${each} a cell, of learning rate, start of the recurrent kernel and start of the gates crossed;`,
    `all ran on seed ${first}, the ${CHOOSING.kept} best also on ${others.join(" and ")}.`,
    `Reported seeds: ${settings.seeds.join(", ")}. "Keras" has Keras's defaults (Adam 0.001, forget bias 1, no clipping).`,
    ...(apart ? ["Where a lag was not searched, the settings are those of the nearest one that was."] : []),
  ].join(" ");
}

/** The baselines, in a sentence; nothing where there are none. */
export function baselineWords(result: LabResult): string {
  const { baselines, task } = result;
  if (baselines.length === 0) return "";
  const measure = measureOf(result);
  const parts = baselines.map(
    ({ lag, name, loss }) => `${name} ${measure.write(measure.scale(loss))} at lag ${lag}`,
  );
  return `Without memory (${task.measure?.loss ?? "nats"}): ${parts.join("; ")}.`;
}
