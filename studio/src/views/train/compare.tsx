/** Every run of this page: its settings and figures, the curves of all in one picture. */
import { useSignal } from "@preact/signals";
import { Lines } from "../../parts/lines.js";
import { Table } from "../../parts/table.js";
import { replay, show } from "../../state/replay.js";
import type { Run } from "../../state/run.js";
import { accuracyOf, forget, runs, shown } from "../../state/runs.js";
import { clock, count, figure, percent } from "../../state/words.js";

const MEASURES = [
  ["valAccuracy", "accuracy of rows held out"],
  ["valLoss", "loss of rows held out"],
] as const;

export function Compare() {
  const hidden = useSignal<ReadonlySet<number>>(new Set());
  const all = runs.value;
  if (all.length === 0) return null;
  const drawn = all.filter(({ id, epochs }) => !hidden.value.has(id) && epochs.value.length > 0);
  const toggle = ({ id }: Run, isShown: boolean) => {
    const next = new Set(hidden.value);
    if (isShown) next.delete(id);
    else next.add(id);
    hidden.value = next;
  };
  return (
    <section class="stack" aria-label="Runs">
      <Table
        caption="Runs of this page"
        headers={["Run", "Drawn", "Settings", "Parameters", "Epochs", "Accuracy", "Macro F1", "Time", "", ""]}
        rows={all.map((run) => {
          const summary = run.summary.value;
          const accuracy = accuracyOf(run);
          const seconds = run.seconds.value;
          return [
            <button type="button" class="plain words" onClick={() => void (shown.value = run)}>
              {run.name}
            </button>,
            <input
              type="checkbox"
              aria-label={`Draw the curves of ${run.name}`}
              checked={!hidden.value.has(run.id)}
              onChange={({ currentTarget }) => toggle(run, currentTarget.checked)}
            />,
            settingsOf(run),
            count(summary?.parameters ?? run.prepared.value?.parameters ?? Number.NaN).replace("NaN", "–"),
            run.epochs.value.length || "–",
            Number.isNaN(accuracy) ? "–" : percent(accuracy),
            summary?.evaluation ? figure(summary.evaluation.macro.f1) : "–",
            seconds === null ? "…" : clock(seconds),
            <button
              type="button"
              disabled={!summary || replay.value?.run === run}
              onClick={() => {
                shown.value = run;
                void show(run, null);
              }}
            >
              Open
            </button>,
            <button type="button" aria-label={`Forget ${run.name}`} onClick={() => void forget(run)}>
              Forget
            </button>,
          ];
        })}
        words={[2]}
      />
      {drawn.length > 1 && (
        <div class="grid wide">
          {MEASURES.map(([name, says]) => (
            <Lines
              key={name}
              title={`Runs compared: ${says}`}
              says={`A line a run: ${drawn.map((run) => run.name).join(", ")}.`}
              xName="epoch"
              yName={name}
              lines={drawn.map((run) => ({ name: run.name, points: curveOf(run, name) }))}
            />
          ))}
        </div>
      )}
    </section>
  );
}

const curveOf = (run: Run, name: string) =>
  run.epochs.value.flatMap(({ epoch, logs }) => {
    const value = (logs as Record<string, number | undefined>)[name];
    return value === undefined ? [] : [[epoch, value] as const];
  });

/** What was asked for, in words. */
function settingsOf({ data, options }: Run): string {
  const said = Object.entries(options).flatMap(([name, value]) =>
    typeof value === "number" || (typeof value === "string" && name !== "model") ? [`${name} ${value}`] : [],
  );
  return [data.name, ...said, ...(options.balance ? ["balanced"] : [])].join(", ");
}
