/** Which words decided: the sentence with a bar at every word, up for the answer and down against it. Words can be walked. */
import type { CellView } from "cellstate/explain";
import { Problem } from "../../parts/problem.js";
import { choose, row } from "../../state/cell.js";
import { figure } from "../../state/words.js";
import { type Shares, useShares } from "./shares.js";

export function Deciding({ view, word = 0 }: { view?: CellView; word?: number }) {
  const given = row.value;
  const { value, error, pending } = useShares(given instanceof Error ? null : given);
  const words = view
    ? view.words.map((each) => ({
        text: each.word,
        share: value?.byPlace.get(each.t) ?? null,
        known: each.known,
      }))
    : (value?.words ?? []);
  if (error && !view) return <Problem error={error} />;
  return (
    <section class="stack deciding" aria-label="Which words decided" aria-busy={pending}>
      <h3>Which words decided</h3>
      <Words words={words} at={view ? word : null} of={value} />
      <p class="quiet" aria-live="polite">
        {error ? error.message : value ? said(value) : "Dividing the answer among the words …"}
      </p>
    </section>
  );
}

interface ShownWord {
  text: string;
  share: number | null;
  known: boolean;
}

function Words({ words, at, of }: { words: readonly ShownWord[]; at: number | null; of: Shares | null }) {
  const most = Math.max(1e-12, ...words.map(({ share }) => Math.abs(share ?? 0)));
  const walk = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, Home: -words.length, End: words.length }[event.key];
    if (by === undefined || at === null) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(words.length - 1, at + by));
    choose({ word: next });
    (event.currentTarget.children[next]?.firstElementChild as HTMLElement | null)?.focus();
  };
  return (
    <ul class="deciding-words" onKeyDown={walk}>
      {words.map(({ text, share, known }, k) => {
        const inside = (
          <>
            <Bar share={(share ?? 0) / most} />
            <span class={known ? undefined : "strange"}>{text}</span>
          </>
        );
        const tells = share === null || !of ? text : `${text}: ${figure(share)} ${of.objective}`;
        return (
          <li key={k}>
            {at === null ? (
              <span class="word" title={tells}>
                {inside}
                <span class="hidden">{share === null ? "" : `: ${figure(share)}`}</span>
              </span>
            ) : (
              <button
                type="button"
                class="word"
                title={tells}
                aria-label={tells}
                aria-pressed={k === at}
                tabIndex={k === at ? 0 : -1}
                onClick={() => choose({ word: k })}
              >
                {inside}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** @param share −1 … 1 */
function Bar({ share }: { share: number }) {
  const height = 18 * Math.abs(share);
  return (
    <svg class="share" viewBox="0 0 24 40" aria-hidden="true" preserveAspectRatio="none">
      <rect class="middle" x="0" y="19.5" width="24" height="1" />
      <rect
        class={share < 0 ? "against" : "for"}
        x="4"
        width="16"
        y={share < 0 ? 20.5 : 19.5 - height}
        height={height}
      />
    </svg>
  );
}

/** What is to be seen, in a sentence. */
function said({ objective, of, words }: Shares): string {
  const order = [...words].sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  const named = (own: typeof words) => own.map(({ text, share }) => `${text} (${figure(share)})`).join(", ");
  const up = order.filter(({ share }) => share > 0).slice(0, 3);
  const down = order.filter(({ share }) => share < 0).slice(0, 3);
  const parts = [
    up.length > 0 && `A bar up speaks for ${of}: ${named(up)}`,
    down.length > 0 && `a bar down against it: ${named(down)}`,
  ].filter((part) => part !== false);
  const text = parts.join("; ");
  return text
    ? `${text[0]!.toUpperCase()}${text.slice(1)}. In ${objective}.`
    : `No word moves the ${objective}.`;
}
