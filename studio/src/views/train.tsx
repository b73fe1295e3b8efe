/** Train: learn from the texts that are open, look on, steer, and compare what came of it. */

import { Problem } from "../parts/problem.js";
import { Progress } from "../parts/progress.js";
import { data, EXAMPLE, readExample, reading, readProblem } from "../state/data.js";
import { routed } from "../state/route.js";
import { shown } from "../state/runs.js";
import { plural } from "../state/words.js";
import { Compare } from "./train/compare.js";
import { Curves } from "./train/curves.js";
import { Form } from "./train/form.js";
import { Live } from "./train/live.js";
import { Outcome } from "./train/outcome.js";
import { Probes } from "./train/probes.js";
import "./train.css";

const view = routed("view", "cell");

export function View() {
  const run = shown.value;
  return (
    <>
      <div class="stack">
        <h2>Train</h2>
        <Source />
      </div>
      <Form />
      {run && (
        <div class="grid wide" key={run.id}>
          <Live of={run} />
          <Probes of={run} />
        </div>
      )}
      {run && <Curves key={`curves ${run.id}`} of={run} />}
      {run && <Outcome key={`outcome ${run.id}`} of={run} />}
      {!run && <Probes of={null} />}
      <Compare />
    </>
  );
}

/** What is learned from. */
function Source() {
  const open = data.value;
  const now = reading.value;
  if (now) {
    return (
      <>
        <p>Reading {now.name} …</p>
        {now.progress && <Progress of={now.progress} />}
      </>
    );
  }
  if (open) {
    const { rows, labels } = open.report;
    return (
      <p>
        It learns from <b class="words">{open.name}</b>: {plural(rows, "row")},{" "}
        {plural(labels.length, "label")}.{" "}
        <button type="button" class="plain" onClick={() => void (view.value = "data")}>
          Look at it
        </button>
      </p>
    );
  }
  return (
    <>
      <p>There is nothing to learn from yet.</p>
      <div class="row">
        <button type="button" class="main" onClick={() => void readExample()}>
          Take the example: {EXAMPLE.name}
        </button>
        <button type="button" onClick={() => void (view.value = "data")}>
          Open data of your own
        </button>
      </div>
      {readProblem.value && <Problem error={readProblem.value} />}
    </>
  );
}
