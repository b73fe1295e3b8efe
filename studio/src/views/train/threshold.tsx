/** Of two labels: from where on the second is answered, and what that costs. */
import { useSignal } from "@preact/signals";
import { Lines } from "../../parts/lines.js";
import { Problem } from "../../parts/problem.js";
import { replay } from "../../state/replay.js";
import type { Run } from "../../state/run.js";
import { subject, take } from "../../state/subject.js";
import { percent } from "../../state/words.js";
import type { Evaluation } from "./outcome.js";

export function Threshold({ of: run, evaluation }: { of: Run; evaluation: Evaluation }) {
  const problem = useSignal<Error | null>(null);
  const { curve, threshold: measured, bestF1 } = evaluation.binary!;
  const label = evaluation.labels[1]!;
  const now = run.threshold.value ?? measured;
  const nearest = (wanted: number) =>
    curve.reduce((best, each) =>
      Math.abs(each.threshold - wanted) < Math.abs(best.threshold - wanted) ? each : best,
    );
  const point = nearest(now);
  const settle = (threshold: number) => {
    run.threshold.value = threshold;
    problem.value = null;
    void settleBoth(run, threshold).catch((error: Error) => void (problem.value = error));
  };
  const line = (name: "precision" | "recall" | "f1") => ({
    name,
    points: curve.map((each) => [each.threshold, each[name]] as const),
  });
  return (
    <section class="card stack" aria-label="Threshold">
      <h3>When is it {label}?</h3>
      <div class="row">
        <label for="threshold">Answer {label} above</label>
        <input
          id="threshold"
          type="range"
          min={0}
          max={100}
          value={Math.round(100 * now)}
          aria-valuetext={percent(now)}
          onInput={({ currentTarget }) => void (run.threshold.value = Number(currentTarget.value) / 100)}
          onChange={({ currentTarget }) => settle(Number(currentTarget.value) / 100)}
        />
        <output class="figures" for="threshold">
          {percent(now)}: precision {percent(point.precision)}, recall {percent(point.recall)}
        </output>
        <button type="button" onClick={() => settle(bestF1.threshold)}>
          Best F1
        </button>
      </div>
      <p class="quiet">
        Of texts that it calls {label}, {percent(point.precision)} are; of those that are, it finds{" "}
        {percent(point.recall)}. Answers, files and all other views heed it. Chosen on these rows it flatters
        a little.
      </p>
      {problem.value && <Problem error={problem.value} />}
      <Lines
        title={`Thresholds of ${label}`}
        says="A higher one is surer of what it calls so (precision), and misses more (recall)."
        xName="threshold"
        yName="of 1"
        yRange={[0, 1]}
        lines={[line("precision"), line("recall"), line("f1")]}
        xLabel={(x) => x.toFixed(2)}
        at={point.threshold}
        onPick={settle}
      />
    </section>
  );
}

/** The training's classifier, and the model of it that is open. */
async function settleBoth(run: Run, threshold: number): Promise<void> {
  await run.training.settle({ threshold });
  const open = subject.peek();
  const now = replay.peek();
  if (now?.run !== run || open?.model !== now.model) return;
  await now.model.settle({ threshold });
  // The same model, which answers otherwise now.
  if (subject.peek() === open) take({ ...open });
}
