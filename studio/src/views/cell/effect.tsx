/** What follows from held numbers: the answer before and after, and the states over the words. */
import type { CellView, Intervened } from "cellstate/explain";
import { Lines } from "../../parts/lines.js";
import { Problem } from "../../parts/problem.js";
import { held, letAllGo, letGo } from "../../state/cell.js";
import { useExplained } from "../../state/explained.js";
import type { Outcome } from "../../state/latest.js";
import { type Answer, answerFrom } from "../../state/sentence.js";
import { subject } from "../../state/subject.js";
import { figure, percent, plural } from "../../state/words.js";
import { Formula } from "./formula.js";
import { type Place, wordNamed } from "./place.js";

/** The numbers that are held, and the answer before and after. */
export function Held({
  before,
  what,
  left,
}: {
  /** With nothing held. */
  before: CellView;
  what: Outcome<Intervened>;
  /** How many numbers are held at words that the sentence has not. */
  left: number;
}) {
  if (held.value.length === 0) return null;
  return (
    <section class="stack effect" aria-label="What follows from the numbers held">
      {what.error && <Problem error={what.error} />}
      {what.value && <Answers of={what.value} />}
      <ul class="held">
        {held.value.map((one) => (
          <li key={`${one.layer} ${one.part} ${one.word} ${one.unit}`}>
            {one.part} of unit {one.unit}
            {one.word < before.words.length && ` at ${wordNamed(before, one.word)}`}
            {one.layer !== before.anatomy.layer && ` in ${one.layer}`} held at <b>{figure(one.value)}</b>{" "}
            <button
              type="button"
              class="plain"
              aria-label={`Let ${one.part} of unit ${one.unit} go`}
              onClick={() => letGo(one)}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      {left > 0 && (
        <p class="quiet">{plural(left, "number")} held at words that this sentence has not: left out.</p>
      )}
      <button type="button" onClick={letAllGo}>
        Let all go
      </button>
    </section>
  );
}

/** The states of the unit over the words, as they were and as they are. */
export function Courses({ plain, view, chosen }: Place) {
  const word = (k: number) => view.words[k]?.word.slice(0, 10) ?? "";
  return (
    <section class="stack" aria-label="The states with what is held">
      <h3>What follows over the words</h3>
      <div class="grid">
        {plain.series
          .filter(({ state }) => state)
          .map((part) => {
            const after = view.series.find(({ id }) => id === part.id)!;
            const line = (values: readonly (readonly number[])[]) =>
              values.map((row, k) => [k, row[chosen.unit]!] as const);
            return (
              <Lines
                key={part.id}
                title={`The ${part.name} of unit ${chosen.unit}`}
                says="With what is held, and as it was, over the words."
                xName="word"
                yName=""
                lines={[
                  { name: "with what is held", points: line(after.values) },
                  { name: "as it was", points: line(part.values) },
                ]}
                xLabel={word}
                at={chosen.word}
              />
            );
          })}
      </div>
    </section>
  );
}

function Answers({ of }: { of: Intervened }) {
  const open = subject.value!;
  const after = useExplained("answerOf", [of.output], { paced: true });
  const before = useExplained("answerOf", [of.outputBefore], { paced: true });
  const answers = [before.value.value, after.value.value].map((one) =>
    one === null ? null : answerFrom(open.model.kind, one),
  );
  const [was, now] = answers as [Answer | null, Answer | null];
  if (!was || !now) return null;
  const pairs = now.scores.map(([label, score], k) => [label, was.scores[k]?.[1] ?? score, score] as const);
  return (
    <div class="stack">
      <p class="effect-says" aria-live="polite">
        The answer was <b>{was.says}</b>
        {was.sure !== null && `, ${percent(was.sure)} sure`}; it is <b>{now.says}</b>
        {now.sure !== null && `, ${percent(now.sure)} sure`}.
      </p>
      <ul class="effect-scores">
        {pairs.map(([label, a, b]) => (
          <li key={label}>
            <span class="words">{label}</span>
            <svg viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">
              <rect class="ground" width="100" height="16" />
              <rect class="was" width={100 * Math.max(0, Math.min(1, a))} height="7" />
              <rect class="for" y="8" width={100 * Math.max(0, Math.min(1, b))} height="8" />
            </svg>
            <span>
              {figure(a)} → <b>{figure(b)}</b>
            </span>
          </li>
        ))}
      </ul>
      {of.scores.length === 1 && (
        <p class="quiet">
          What the last <Formula tex="\sigma" /> is given: {figure(of.scoresBefore[0]!)} before,{" "}
          {figure(of.scores[0]!)} now.
        </p>
      )}
    </div>
  );
}
