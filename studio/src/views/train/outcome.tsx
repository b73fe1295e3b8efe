/** What came of a training: how well it does on rows it never saw, what it gets wrong, and what the doctor says. */
import type { TrainingSummary } from "cellstate/worker";
import { exporting } from "../../export/open.js";
import { Findings } from "../../parts/findings.js";
import { Table } from "../../parts/table.js";
import { replay, show } from "../../state/replay.js";
import type { Run } from "../../state/run.js";
import { sentence } from "../../state/sentence.js";
import { count, figure, percent, plural } from "../../state/words.js";
import { Confusion } from "./confusion.js";
import { Threshold } from "./threshold.js";

export type Evaluation = NonNullable<TrainingSummary["evaluation"]>;

export function Outcome({ of: run }: { of: Run }) {
  const summary = run.summary.value;
  if (!summary) return null;
  const { evaluation, findings, training, notes } = summary;
  return (
    <>
      {evaluation && (
        <div class="grid wide">
          <Measured of={evaluation} />
          {evaluation.binary && <Threshold of={run} evaluation={evaluation} />}
        </div>
      )}
      {evaluation && <Mistakes of={evaluation} />}
      {training.auto && <Tried of={training.auto} />}
      <section class="stack" aria-label="Findings">
        <h3>What the doctor finds</h3>
        <Findings of={findings} />
        {notes.map((note) => (
          <p key={note} class="quiet">
            {note}
          </p>
        ))}
      </section>
      <Take of={run} />
    </>
  );
}

function Measured({
  of: { rows, accuracy, majority, macro, labels, perClass, confusion, logLoss, unknownLabels },
}: {
  of: Evaluation;
}) {
  return (
    <section class="card stack" aria-label="Measured">
      <h3>On {plural(rows, "row")} held out</h3>
      <p>
        <b class="large">{percent(accuracy)}</b> answered rightly; macro F1 {figure(macro.f1)}; log loss{" "}
        {figure(logLoss)}. Always answering the commonest label would reach {percent(majority)}.
      </p>
      <div class="grid">
        <Table
          caption="Label by label"
          headers={["Label", "Precision", "Recall", "F1", "Rows"]}
          rows={labels.map((label, k) => {
            const { precision, recall, f1, support } = perClass[k]!;
            return [label, percent(precision), percent(recall), figure(f1), count(support)];
          })}
        />
        <Confusion caption="Rows held out" labels={labels} matrix={confusion} />
      </div>
      {unknownLabels.length > 0 && (
        <p class="quiet">
          Not measured: labels that were not learned, {unknownLabels.map(({ label }) => label).join(", ")}.
        </p>
      )}
    </section>
  );
}

function Mistakes({ of: { mistakes, labels } }: { of: Evaluation }) {
  if (mistakes.length === 0) return <p class="good">No row held out was answered wrongly.</p>;
  return (
    <section class="mistakes stack" aria-label="Mistakes">
      <Table
        caption="The surest mistakes: press one to put it into the sentence above"
        headers={["Text", "Is", "Answered", "Sure"]}
        rows={mistakes.map(({ text, label, predicted, probability }) => [
          <button type="button" class="plain words" onClick={() => put(text)}>
            {text}
          </button>,
          labels[label],
          labels[predicted],
          percent(probability),
        ])}
        words={[1, 2]}
      />
    </section>
  );
}

function put(text: string): void {
  sentence.value = text;
  document.querySelector<HTMLTextAreaElement>("#sentence")?.focus();
}

function Tried({ of: auto }: { of: NonNullable<TrainingSummary["training"]["auto"]> }) {
  return (
    <section class="stack" aria-label="What was tried">
      <Table
        caption="What was tried, on rows held out"
        headers={["Model", "Accuracy", "Macro recall", "Log loss", "Picked"]}
        rows={auto.members.map(({ name, accuracy, macroRecall, logLoss, picked }) => [
          name,
          percent(accuracy),
          percent(macroRecall),
          figure(logLoss),
          picked ? "yes" : "",
        ])}
      />
      <p class="quiet">{auto.why}</p>
    </section>
  );
}

function Take({ of: run }: { of: Run }) {
  const take = async () => {
    const now = replay.peek();
    if (now?.run !== run || now.epoch !== null) await show(run, null);
    exporting.value = true;
  };
  return (
    <div class="row">
      <button type="button" class="main" onClick={() => void take()}>
        Take it along: file, report, pictures, code …
      </button>
    </div>
  );
}
