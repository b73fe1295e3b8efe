/** The sentence that every view is about, and the open model's answer to it while it is typed. */
import { answer, EXAMPLES, sentence } from "../state/sentence.js";
import { opening, subject } from "../state/subject.js";
import { percent } from "../state/words.js";

export function Sentence() {
  return (
    <section class="sentence" aria-label="Sentence">
      <div class="page">
        <label class="hidden" for="sentence">
          A sentence for the model
        </label>
        <textarea
          id="sentence"
          rows={1}
          spellcheck={false}
          value={sentence.value}
          onInput={({ currentTarget }) => {
            sentence.value = currentTarget.value;
          }}
        />
        <Answer />
        {subject.value?.isExample && (
          <div class="examples">
            {EXAMPLES.map((text) => (
              <button key={text} type="button" class="plain" onClick={() => void (sentence.value = text)}>
                {text}
              </button>
            ))}
          </div>
        )}
      </div>
    </section>
  );
}

function Answer() {
  const { value, error } = answer.value;
  if (error) {
    return (
      <output class="answer" for="sentence">
        <span class="problem">{error.message}</span>
      </output>
    );
  }
  return (
    <output class="answer" for="sentence" aria-live="polite">
      {value ? (
        <>
          <span class="label words">{value.says}</span>
          {value.sure !== null && (
            <>
              <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                <rect class="ground" width="100" height="8" />
                <rect class="fill" width={100 * value.sure} height="8" />
              </svg>
              <span class="quiet">{percent(value.sure)} sure</span>
            </>
          )}
        </>
      ) : (
        <span class="quiet">
          {opening.value || subject.value
            ? "Opening the model …"
            : "No model is open: open a file, or train one."}
        </span>
      )}
    </output>
  );
}
