/** Data: texts with labels come in, and are looked at before anything is learned from them. */
import { useSignalEffect } from "@preact/signals";
import { Problem } from "../parts/problem.js";
import { Progress } from "../parts/progress.js";
import { data, readData, reading, readProblem } from "../state/data.js";
import { givenData } from "../state/open-files.js";
import { Chooser } from "./data/chooser.js";
import { Read } from "./data/read.js";
import "./data.css";

export function View() {
  useSignalEffect(() => {
    const file = givenData.value;
    if (!file) return;
    givenData.value = null;
    void readData(file, file.name);
  });
  const open = data.value;
  return (
    <>
      <div class="stack">
        <h2>Data</h2>
        <p>
          A classifier learns from texts that have labels: a table with a column of texts and a column of
          labels. What you open stays in this page.
        </p>
      </div>
      <Chooser />
      <Reading />
      {readProblem.value && (
        <div class="stack">
          <Problem error={readProblem.value} />
          {open && <p class="quiet">{open.name} is still open, as it was.</p>}
        </div>
      )}
      {open && <Read key={open.trainer} of={open} />}
    </>
  );
}

function Reading() {
  const now = reading.value;
  if (!now) return null;
  return (
    <section class="card stack" aria-label="Reading">
      <h3 class="words">Reading {now.name}</h3>
      {now.progress ? <Progress of={now.progress} /> : <p class="quiet">…</p>}
      <button type="button" onClick={now.cancel}>
        Cancel
      </button>
    </section>
  );
}
