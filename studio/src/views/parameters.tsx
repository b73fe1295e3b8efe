/** Where the parameters come from: of the open model, or of a Keras script; and a quiz on them. */
import { useEffect } from "preact/hooks";
import { FileButton } from "../parts/files.js";
import { Problem } from "../parts/problem.js";
import { routed } from "../state/route.js";
import {
  EXAMPLE_SCRIPT,
  followScript,
  notebook,
  openScript,
  script,
  scripted,
  source,
} from "../state/script.js";
import { subject } from "../state/subject.js";
import { OfModel } from "./parameters/of-model.js";
import "./parameters.css";

const quiz = routed("quiz");

export function View() {
  useEffect(followScript, []);
  const isScript = source.value === "script";
  const { value, error, pending } = scripted.value;
  return (
    <>
      <div class="stack">
        <h2>Parameters</h2>
        <p>How many numbers does a network learn, and where are they? Count them layer by layer.</p>
        <fieldset class="row choices">
          <legend class="hidden">Whose parameters</legend>
          <label>
            <input type="radio" name="source" checked={!isScript} onChange={() => void (source.value = "")} />
            of the open model
          </label>
          <label>
            <input
              type="radio"
              name="source"
              checked={isScript}
              onChange={() => void (source.value = "script")}
            />
            of a Keras script
          </label>
          <label>
            <input
              type="checkbox"
              checked={quiz.value === "1"}
              onChange={({ currentTarget }) => void (quiz.value = currentTarget.checked ? "1" : "")}
            />
            quiz me: hide every count until I have it
          </label>
        </fieldset>
      </div>
      {isScript && <Script />}
      {isScript && error ? (
        <Problem error={error} />
      ) : isScript ? (
        <div class="told" aria-busy={pending}>
          {value ? <OfModel model={value} isQuiz={quiz.value === "1"} /> : <p class="quiet">…</p>}
        </div>
      ) : (
        subject.value && <OfModel model={subject.value.model} isQuiz={quiz.value === "1"} />
      )}
    </>
  );
}

function Script() {
  return (
    <section class="card stack" aria-label="Keras script">
      <label for="script">A Keras script: it is read here, and never run</label>
      <textarea
        id="script"
        class="code"
        rows={13}
        spellcheck={false}
        value={script.value}
        onInput={({ currentTarget }) => {
          notebook.value = null;
          script.value = currentTarget.value;
        }}
      />
      {notebook.value && (
        <p class="words">{`What is looked at is ${notebook.value.name}, until you type.`}</p>
      )}
      <div class="row">
        <FileButton accept=".py,.ipynb" onFiles={([file]) => void (file && openScript(file))}>
          Open a script or notebook …
        </FileButton>
        {(script.value !== EXAMPLE_SCRIPT || notebook.value) && (
          <button
            type="button"
            onClick={() => {
              notebook.value = null;
              script.value = EXAMPLE_SCRIPT;
            }}
          >
            The example again
          </button>
        )}
      </div>
    </section>
  );
}
