/** A gate's bias, or R, moved by a slider: the gradient of the model that then would be, vanishing or exploding. */
import { useSignal } from "@preact/signals";
import type { ExplainArguments, ExplainResult, Progress as Far } from "cellstate/worker";
import { Lines } from "../../parts/lines.js";
import { Progress } from "../../parts/progress.js";
import { Told } from "../../parts/told.js";
import { useExplained } from "../../state/explained.js";
import type { LayerFacts } from "../../state/reading.js";
import { routed } from "../../state/route.js";
import { subject } from "../../state/subject.js";
import { figure, percent } from "../../state/words.js";
import { fate, type PathsProps } from "./paths.js";

type Options = NonNullable<ExplainArguments<"gradientSweep">[1]>;
type Part = NonNullable<Options["part"]>;

const PARTS: Record<LayerFacts["kind"], Partial<Record<Part, string>>> = {
  LSTM: {
    forget: "added to the forget gate's biases",
    input: "added to the input gate's biases",
    output: "added to the output gate's biases",
    recurrent: "R multiplied by",
  },
  GRU: {
    update: "added to the update gate's biases",
    reset: "added to the reset gate's biases",
    recurrent: "R multiplied by",
  },
  SimpleRNN: { recurrent: "R multiplied by" },
};

const chosen = routed("moved");
/** The slider's value; "" where the model is as it is. */
const moved = routed("by");

export function Sweep({ layer, text, choice }: PathsProps) {
  const parts = PARTS[layer.kind];
  const part = (chosen.value in parts ? chosen.value : Object.keys(parts)[0]) as Part;
  const far = useSignal<Far | null>(null);
  /** What was given up. */
  const refused = useSignal("");
  const asked = JSON.stringify([text, choice, part]);
  const sweep = useExplained("gradientSweep", refused.value === asked ? null : [text, { ...choice, part }], {
    onProgress: (progress) => void (far.value = progress),
  }).value;
  return (
    <section class="card" aria-labelledby="moved">
      <h2 id="moved">
        {layer.kind === "SimpleRNN" ? "What if R were larger?" : "What if a gate stood open?"}
      </h2>
      <label class="field narrow">
        What is moved
        <select
          value={part}
          onChange={({ currentTarget }) => {
            chosen.value = currentTarget.value;
            moved.value = "";
          }}
        >
          {Object.entries(parts).map(([name, says]) => (
            <option key={name} value={name}>
              {says}
            </option>
          ))}
        </select>
      </label>
      {sweep.pending && (
        <div class="row working">
          {far.value && <Progress of={far.value} />}
          <button type="button" onClick={() => void (refused.value = asked)}>
            Cancel
          </button>
        </div>
      )}
      {refused.value === asked ? (
        <button type="button" onClick={() => void (refused.value = "")}>
          Try the values
        </button>
      ) : (
        <Told of={sweep}>{(told) => <Drawn told={told} says={parts[part]!} />}</Told>
      )}
    </section>
  );
}

function Drawn({ told, says }: { told: ExplainResult<"gradientSweep">; says: string }) {
  const { gradients, words, asItIs, objective, state } = told;
  const letter = state === "cell" ? "c" : "h";
  const values = gradients.map(({ value }) => value);
  const wanted = moved.value === "" ? asItIs : Number(moved.value);
  const nearest = values.reduce(
    (best, value, k) => (Math.abs(value - wanted) < Math.abs(values[best]! - wanted) ? k : best),
    0,
  );
  const now = gradients[nearest]!;
  const own = gradients.find(({ value }) => value === asItIs)!;
  const move = (k: number) => {
    const value = values[k]!;
    moved.value = value === asItIs ? "" : String(value);
  };
  const said = told.does === "adds" ? `${signed(now.value)} ${says}` : `${says} ${now.value}`;
  return (
    <div class="stack">
      <label class="field wide">
        {said}
        <input
          type="range"
          min={0}
          max={values.length - 1}
          value={nearest}
          aria-valuetext={said}
          onInput={({ currentTarget }) => move(currentTarget.valueAsNumber)}
        />
      </label>
      <p aria-live="polite" data-per-step={now.perStep}>
        {now.open !== null && `The gate stands ${percent(now.open)} open on average. `}
        {words.length > 1 && Number.isFinite(now.perStep) && `On its way back ${fate(now.perStep)}. `}
        {`The ${objective} is then ${figure(now.objective)}${answer(now.output)}.`}
      </p>
      <div class="grid">
        <Lines
          title={`‖∂E/∂${letter}‖ at every word`}
          says="As it would be, of that the direct path, and as it is."
          xName="word"
          yName="norm"
          log
          xLabel={(k) => words[k]?.word ?? ""}
          lines={[
            { name: "moved", points: now.norms.map(({ total }, k) => [k, total] as const) },
            { name: "moved, direct path", points: now.norms.map(({ direct }, k) => [k, direct] as const) },
            { name: "as it is", points: own.norms.map(({ total }, k) => [k, total] as const) },
          ]}
        />
        <Lines
          title="What a step back multiplies it by"
          says="Below 1 it vanishes, above 1 it explodes."
          xName={told.does === "adds" ? "added" : "R times"}
          yName="a step"
          log
          xLabel={(value) => String(value).replace("-", "−")}
          at={now.value}
          onPick={(value) => move(values.indexOf(value))}
          lines={[
            {
              name: "factor a step",
              points: gradients.map(({ value, perStep }) => [value, perStep] as const),
            },
          ]}
        />
      </div>
    </div>
  );
}

const signed = (value: number) => (value < 0 ? `−${-value}` : value > 0 ? `+${value}` : "0");

/** What a classifier would answer. */
function answer(output: readonly number[]): string {
  const labels = subject.value?.model.labels ?? [];
  if (output.length === 1 && labels.length === 2) return `, and ${labels[1]} has ${percent(output[0]!)}`;
  if (output.length !== labels.length || labels.length === 0) return "";
  const best = output.indexOf(Math.max(...output));
  return `, and ${labels[best]} has ${percent(output[best]!)}`;
}
