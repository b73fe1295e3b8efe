/** An answer typed for a layer or for all: checked by the library, which names the slip behind a wrong one. */
import { useSignal } from "@preact/signals";
import type { ExplainResult } from "cellstate/worker";
import { useId, useMemo } from "preact/hooks";
import { Problem } from "../../parts/problem.js";
import { latest } from "../../state/latest.js";
import type { AnyModel } from "../../state/subject.js";
import { count, plural } from "../../state/words.js";

export interface AnswerProps {
  /** A layer's name, or "total". */
  name: string;
  model: AnyModel;
  isQuiz: boolean;
  isFound: boolean;
  onFound(name: string): void;
}

type Verdict = ExplainResult<"checkExpectations">[number];

export function Answer({ name, model, isQuiz, isFound, onFound }: AnswerProps) {
  const id = useId();
  const text = useSignal("");
  const work = useMemo(
    () =>
      latest(async (signal: AbortSignal, asked: string): Promise<Verdict> => {
        const explained = model as Extract<AnyModel, { kind: "network" }>;
        const [verdict] = await explained.explain("checkExpectations", [asked], { signal });
        if (verdict!.right) onFound(name);
        return verdict!;
      }),
    [model, name],
  );
  const { value: verdict, error } = work.outcome.value;
  return (
    <form
      class="answer-form stack"
      onSubmit={(event) => {
        event.preventDefault();
        work.ask(`${name}=${text.value}`);
      }}
    >
      <div class="row">
        <label for={id}>{name === "total" ? "Your sum" : `Your count for ${name}`}</label>
        <input
          id={id}
          inputMode="numeric"
          autocomplete="off"
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
        <button type="submit">Check</button>
        {isQuiz && !isFound && (
          <button type="button" class="plain" onClick={() => onFound(name)}>
            Show it
          </button>
        )}
      </div>
      <div aria-live="polite">
        {error ? <Problem error={error} /> : verdict && <Said verdict={verdict} isFound={isFound} />}
      </div>
    </form>
  );
}

function Said({ verdict, isFound }: { verdict: Verdict; isFound: boolean }) {
  const { count: expected, right, derivation, cause, undecided } = verdict;
  if (right) return <p class="good">{`${count(expected)} is right: ${derivation}.`}</p>;
  return (
    <div class="problem stack">
      <p>
        {`${count(expected)} is not it.`}
        {isFound && ` It is ${derivation}.`}
      </p>
      {cause && (
        <>
          <p>{`${cause.arithmetic} would come of ${cause.slips.length > 1 ? `${cause.slips.length} slips together` : "this"}:`}</p>
          <ul>
            {cause.slips.map(({ name, says }) => (
              <li key={name}>{says}</li>
            ))}
          </ul>
        </>
      )}
      {!cause && (
        <p>
          {undecided > 0
            ? `${plural(undecided, "explanation")} would give it, none likelier than the others, so none is named.`
            : "No slip that is known leads to it. Which numbers does the layer read, and which does it put out?"}
        </p>
      )}
    </div>
  );
}
