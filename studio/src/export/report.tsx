/** A report of the open model, as one page: with what it answers to rows that it did not learn from, where there are some. */
import { useSignal } from "@preact/signals";
import type { ModelKinds, WorkerModel } from "cellstate/worker";
import { Choice } from "../parts/field.js";
import { download } from "../parts/files.js";
import { data, type OpenData } from "../state/data.js";
import { type Replay, replay } from "../state/replay.js";
import type { Subject } from "../state/subject.js";
import { plainName } from "./model-files.js";
import { Work } from "./work.js";

/** How many of the surest mistakes it lists. */
const MISTAKES = 20;

/** What there is to measure on. */
interface Rows {
  readonly says: string;
  evaluate(): Promise<ModelKinds["classifier"]["evaluation"]>;
}

export function Report({ of: { name, model } }: { of: Subject }) {
  // Kinds of models differ in what they are asked and measured by; here all of that is handed on.
  const asked = model as WorkerModel<"classifier">;
  const now = replay.value?.model === model ? replay.value : null;
  const measures = [heldOutOf(now), ofData(data.value, asked)].filter((each) => each !== null);
  const picked = useSignal("0");
  const rows = measures[Number(picked.value)];
  const write = async () => {
    const evaluation = await rows?.evaluate();
    const page = await asked.report({
      title: name,
      ...(now ? { source: now.run.data.name } : {}),
      ...(evaluation ? { evaluation } : {}),
    });
    download(`${plainName(name)}-report.html`, page, "text/html");
  };
  return (
    <section class="stack" aria-label="A report">
      <h3>A report</h3>
      <p class="quiet">
        One page without scripts: curves, figures, confusion, mistakes, layers and settings. Rows that it
        learned from flatter it.
      </p>
      <div class="row">
        <Choice
          name="Measured on"
          value={rows ? picked.value : "none"}
          options={[
            ...measures.map(({ says }, i) => [String(i), says] as const),
            ["none", "nothing: what the file says of itself"],
          ]}
          onPick={(each) => void (picked.value = each)}
        />
        <Work does={write}>Download the report</Work>
      </div>
    </section>
  );
}

function heldOutOf(now: Replay | null): Rows | null {
  if (!now?.run.summary.value?.evaluation) return null;
  const { run, epoch } = now;
  return {
    says: "the rows that its training held out",
    evaluate: () =>
      (epoch === null ? run.training : run.training.at(epoch)).evaluate(undefined, { mistakes: MISTAKES }),
  };
}

function ofData(open: OpenData | null, model: WorkerModel<"classifier">): Rows | null {
  if (!open) return null;
  const { source, options, name } = open;
  return {
    says: `all rows of ${name}`,
    evaluate: () => model.evaluate(source, { read: options, mistakes: MISTAKES }),
  };
}
