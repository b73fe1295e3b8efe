/** A training under way: how far it is, and what steers it. */
import { useSignal } from "@preact/signals";
import { NumberField } from "../../parts/field.js";
import { Problem } from "../../parts/problem.js";
import { Progress } from "../../parts/progress.js";
import type { Run } from "../../state/run.js";
import { clock, count, plural } from "../../state/words.js";

const SAID = {
  running: "learning",
  pausing: "pausing after this batch",
  paused: "paused",
  ended: "ended",
  failed: "failed",
} as const;

export function Live({ of: run }: { of: Run }) {
  const state = run.state.value;
  const error = run.error.value;
  const progress = run.progress.value;
  return (
    <section class="card stack" aria-label="Training">
      <h3>
        Run {run.name} <span class="quiet">{SAID[state]}</span>
      </h3>
      {run.isLive && (
        <>
          {/* Told of now and then, it is behind where a pause stands. */}
          {state !== "paused" && (progress ? <Progress of={progress} /> : <p class="quiet">…</p>)}
          <Steering of={run} />
        </>
      )}
      {error &&
        (error.name === "AbortError" ? (
          <p>Stopped before anything was learned.</p>
        ) : (
          <Problem error={error} />
        ))}
      <Place of={run} />
    </section>
  );
}

function Steering({ of: run }: { of: Run }) {
  const batches = useSignal("1");
  const problem = useSignal<Error | null>(null);
  const state = run.state.value;
  const isPaused = state === "paused";
  // Automatic classifiers have no batches to wait between.
  const isNetwork = run.prepared.value !== null || run.options.paused === true;
  const steer = (work: Promise<void>) => {
    problem.value = null;
    work.catch((error: Error) => void (problem.value = error));
  };
  return (
    <>
      <div class="row transport">
        {isNetwork && (
          <>
            {isPaused ? (
              <button type="button" class="main" onClick={() => steer(run.resume())}>
                Resume
              </button>
            ) : (
              <button type="button" disabled={state === "pausing"} onClick={() => steer(run.pause())}>
                Pause
              </button>
            )}
            <button
              type="button"
              disabled={!isPaused}
              onClick={() => steer(run.advance(Number(batches.value || 1)))}
            >
              Step
            </button>
            <NumberField
              name="Batches a step"
              fallback="1"
              value={batches.value}
              onInput={(value) => void (batches.value = value)}
            />
          </>
        )}
        <button type="button" onClick={() => steer(run.stop())}>
          Stop
        </button>
      </div>
      {problem.value && <Problem error={problem.value} />}
    </>
  );
}

/** What it is made of, and where it is. */
function Place({ of: run }: { of: Run }) {
  const prepared = run.prepared.value;
  const last = run.step.value > 0 ? run.batches.at(-1) : undefined;
  const seconds = run.seconds.value;
  const stopped = run.summary.value?.training.stopped;
  return (
    <p class="quiet">
      {prepared &&
        `${plural(prepared.parameters, "parameter")}; ${count(prepared.rows.train)} rows learned from, ${count(prepared.rows.validation)} to choose the epoch by, ${count(prepared.rows.test)} to measure on; computed by ${prepared.engine}.`}
      {last && ` Epoch ${last.epoch}, batch ${last.batch} of ${last.batches}, step ${count(last.step)}.`}
      {seconds !== null && ` It took ${clock(seconds)}.`}
      {stopped && ` ${stopped[0]!.toUpperCase()}${stopped.slice(1)}.`}
    </p>
  );
}
