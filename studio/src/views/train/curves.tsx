/** How loss and accuracy went, batch by batch and epoch by epoch. */
import { type Line, Lines } from "../../parts/lines.js";
import { replay } from "../../state/replay.js";
import type { Learned, Run } from "../../state/run.js";
import { figure, percent } from "../../state/words.js";
import { binned } from "./bins.js";
import { Confusion } from "./confusion.js";

/** Where a batch is, in epochs. */
const placeOf = ({ step, batches }: Learned) => step / batches;

export function Curves({ of: run }: { of: Run }) {
  run.step.value;
  const { batches } = run;
  const epochs = run.epochs.value;
  if (batches.length === 0) return null;
  const logs = (name: string) =>
    epochs.flatMap(({ epoch, logs: all }) => {
      const value = (all as Record<string, number | undefined>)[name];
      return value === undefined ? [] : [[epoch, value] as const];
    });
  const some = (lines: Line[]) => lines.filter(({ points }) => points.length > 0);
  const loss = some([
    { name: "loss of batches", points: binned(batches, placeOf, ({ loss }) => loss) },
    { name: "loss", points: logs("loss") },
    { name: "valLoss", points: logs("valLoss") },
  ]);
  const accuracy = some([
    {
      name: "accuracy so far in the epoch",
      points: binned(batches, placeOf, (each) => each.accuracy ?? Number.NaN),
    },
    { name: "accuracy", points: logs("accuracy") },
    { name: "valAccuracy", points: logs("valAccuracy") },
  ]);
  const last = epochs.at(-1)?.logs as Record<string, number> | undefined;
  return (
    <div class="grid wide">
      <Lines
        title="Loss"
        says={`How far the answers are from the labels, in nats: it should fall. Of rows held out (valLoss) it tells when more epochs no longer help.${last ? ` Now ${figure(last["loss"]!)}${"valLoss" in last ? `, held out ${figure(last["valLoss"]!)}` : ""}.` : ""}`}
        xName="epoch"
        yName="loss"
        lines={loss}
        xLabel={shortly}
      />
      <Lines
        title="Accuracy"
        says={`The share of rows answered rightly.${last && "valAccuracy" in last ? ` Now ${percent(last["valAccuracy"]!)} of the rows held out.` : ""}`}
        xName="epoch"
        yName="accuracy"
        lines={accuracy}
        xLabel={shortly}
      />
      {batches[0]!.gradientNorms && <Norms of={batches} />}
      <Held of={run} />
    </div>
  );
}

/** The confusion of the validation rows after the latest epoch, or after the one that is looked at. */
function Held({ of: run }: { of: Run }) {
  const epochs = run.epochs.value;
  const epoch = replay.value?.run === run ? replay.value?.epoch : null;
  const of = epochs.find((each) => each.epoch === epoch) ?? epochs.at(-1);
  const labels = run.prepared.value?.labels;
  if (!of?.confusion || !labels) return null;
  return (
    <Confusion
      caption={`Rows held out for validation, after epoch ${of.epoch}`}
      labels={labels}
      matrix={of.confusion}
    />
  );
}

const shortly = (epoch: number) => String(Math.round(epoch * 100) / 100);

function Norms({ of: batches }: { of: readonly Learned[] }) {
  const names = Object.keys(batches[0]!.gradientNorms ?? {});
  return (
    <Lines
      title="Gradient norms"
      says="How large the gradient of each weight was in a batch, before clipping. One that runs to 0 learns nothing; one that leaps may undo what was learned."
      xName="epoch"
      yName="‖∂loss/∂w‖"
      log
      lines={names.map((name) => ({
        name,
        points: binned(batches, placeOf, ({ gradientNorms }) => gradientNorms?.[name] ?? Number.NaN),
      }))}
      xLabel={shortly}
    />
  );
}
