/** Sentences whose answers are followed while a training learns. */
import { useEffect, useMemo } from "preact/hooks";
import { Problem } from "../../parts/problem.js";
import { latest } from "../../state/latest.js";
import { replay } from "../../state/replay.js";
import type { Run } from "../../state/run.js";
import { percent } from "../../state/words.js";
import { allProbes, probes } from "./settings.js";

export function Probes({ of: run }: { of: Run | null }) {
  const asked = useMemo(
    () =>
      latest((signal, of: Run, epoch: number | null, texts: string[]) =>
        (epoch === null ? of.training : of.training.at(epoch)).predictMany(texts, { signal }),
      ),
    [],
  );
  const texts = allProbes();
  const epoch = replay.value?.run === run ? (replay.value?.epoch ?? null) : null;
  const said = epoch === null && run ? told(run, texts) : null;
  const step = run?.step.value;
  const state = run?.state.value;
  useEffect(() => {
    const isThere = run && (run.summary.peek() || run.step.peek() > 0);
    if (isThere && !said && texts.length > 0) asked.ask(run, epoch, texts);
  }, [asked, run, epoch, JSON.stringify(texts), said === null, step, state]);
  const outcome = asked.outcome.value;
  const answers = said ?? (run ? outcome.value : null);
  const answerOf = (index: number) => (texts.length === answers?.length ? answers[index] : undefined);
  let k = texts.length > probes.value.length ? 1 : 0;
  return (
    <section class="card stack" aria-label="Sentences to follow">
      <h3>What it answers to these</h3>
      <p class="quiet">
        The first is the sentence above; the others can be changed here, at any time. The bar is how sure the
        answer is.
      </p>
      <ul class="probes">
        {texts.length > probes.value.filter((text) => text.trim() !== "").length && (
          <li>
            <span class="words own">{texts[0]}</span>
            <Answered of={answerOf(0)} />
          </li>
        )}
        {probes.value.map((text, i) => (
          <li key={i}>
            <input
              aria-label={`Sentence ${i + 2}`}
              value={text}
              onInput={({ currentTarget }) => {
                probes.value = probes.value.map((each, j) => (j === i ? currentTarget.value : each));
              }}
            />
            <Answered of={text.trim() === "" ? undefined : answerOf(k++)} />
          </li>
        ))}
      </ul>
      {outcome.error && run && !said && <Problem error={outcome.error} />}
    </section>
  );
}

/** Answers that came with the training's own messages, if they are to these texts. */
function told(run: Run, texts: readonly string[]) {
  const answers = run.answers.value;
  return run.isLive && answers.length > 0 && same(run.options.probes ?? [], texts) ? answers : null;
}

const same = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((text, i) => text === b[i]);

function Answered({ of: answer }: { of: { label: string; probability: number } | undefined }) {
  return (
    <span class="answered">
      <b>{answer?.label ?? "–"}</b>
      <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="ground" width="100" height="8" />
        <rect class="fill" width={100 * (answer?.probability ?? 0)} height="8" />
      </svg>
      <span class="quiet">{answer ? percent(answer.probability) : ""}</span>
    </span>
  );
}
