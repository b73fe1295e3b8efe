/** What to train, by which settings. */
import { useSignal } from "@preact/signals";
import { Choice, Field, NumberField } from "../../parts/field.js";
import { Problem } from "../../parts/problem.js";
import { data } from "../../state/data.js";
import { isBusy, race, start, startProblem } from "../../state/runs.js";
import { subject } from "../../state/subject.js";
import * as settings from "./settings.js";
import {
  isAutomatic,
  KINDS,
  type Kind,
  kind,
  numbers,
  OPTIMIZERS,
  order,
  SETTINGS,
  script,
} from "./settings.js";

const SAYS: Partial<Record<Kind, string>> = {
  auto: "It tries linear models over words and letters, and networks beside them, and takes what does best on rows held out. It says what it is doing; there are no curves.",
  linear: "The plainest that can be tried: a weight for each word and each pair of words.",
  script: "Paste the lines that build, compile and fit a model in Keras. They are read, never run.",
  open: "Its words and labels stay; its weights go on from where they are.",
};

export function Form() {
  const name = kind.value;
  const problem = useSignal<Error | null>(null);
  const refused = data.value?.report.refusal ?? null;
  const begin = async (work: () => Promise<void>) => {
    problem.value = null;
    try {
      await work();
    } catch (error) {
      problem.value = error as Error;
    }
  };
  const failed = problem.value ?? startProblem.value;
  const cannot = isBusy() || !data.value || refused !== null;
  return (
    <section class="card stack" aria-label="What to train">
      <div class="row">
        <Choice name="Train" value={name} options={KINDS} onPick={(picked) => void (kind.value = picked)} />
        {name === "auto" && (
          <Choice
            name="Effort"
            value={settings.effort.value}
            options={[
              ["low", "low: n-grams alone"],
              ["medium", "medium (default): a network beside them"],
              ["high", "high: up to three networks"],
            ]}
            onPick={(picked) => void (settings.effort.value = picked)}
          />
        )}
        {!isAutomatic(name) && (
          <Choice
            name="Optimizer"
            value={settings.optimizer.value}
            options={[
              ["", name === "script" || name === "open" ? "the model's" : "adam (default)"],
              ...OPTIMIZERS.map((each) => [each, each] as const),
            ]}
            onPick={(picked) => void (settings.optimizer.value = picked)}
          />
        )}
      </div>
      <p class="quiet">
        {SAYS[name] ?? "It reads the words of a text one after another and keeps what matters in its states."}
        {name === "open" && subject.value ? ` Open is ${subject.value.name}.` : ""}
      </p>
      {name === "script" && (
        <Field name="Keras script">
          {(id) => (
            <textarea
              id={id}
              class="paste"
              rows={9}
              spellcheck={false}
              value={script.value}
              onInput={({ currentTarget }) => void (script.value = currentTarget.value)}
            />
          )}
        </Field>
      )}
      <div class="settings">
        {SETTINGS.filter((setting) => setting.for(name)).map(({ option, name: called, fallback, note }) => (
          <NumberField
            key={option}
            name={called}
            note={note}
            fallback={name === "script" && option !== "seed" ? "as it says" : fallback()}
            value={numbers[option].value}
            onInput={(value) => void (numbers[option].value = value)}
          />
        ))}
      </div>
      {!isAutomatic(name) && (
        <div class="row">
          <Tick of={settings.balance} name="Weigh labels alike" />
          <Tick of={settings.together} name="Keep repeated texts on one side" />
          <Tick of={settings.norms} name="Follow gradient norms" />
          <Tick of={settings.waiting} name="Wait before the first batch" />
        </div>
      )}
      {failed && <Problem error={failed} />}
      <div class="row">
        <button
          type="button"
          class="main"
          disabled={cannot}
          onClick={() => void begin(async () => start(name, await order(name)))}
        >
          Train
        </button>
        <button
          type="button"
          disabled={cannot}
          onClick={() => void begin(async () => race({ ...(await order("lstm")), paused: false }))}
        >
          Race SimpleRNN, GRU and LSTM
        </button>
        {refused !== null && <p class="problem">{refused}</p>}
      </div>
    </section>
  );
}

function Tick({ of, name }: { of: { value: string }; name: string }) {
  return (
    <label class="row">
      <input
        type="checkbox"
        checked={of.value !== ""}
        onChange={({ currentTarget }) => void (of.value = currentTarget.checked ? "1" : "")}
      />
      {name}
    </label>
  );
}
