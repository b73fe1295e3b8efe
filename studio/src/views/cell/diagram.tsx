/**
 * The library's drawing of the cell, with the values of one unit at one word. Its parts answer to the pointer: pointing at
 * one says what it is for, pressing it chooses it. With the keyboard parts are chosen below, where each is a button.
 */

import { useSignal } from "@preact/signals";
import { draw } from "cellstate/explain";
import { useEffect, useRef } from "preact/hooks";
import { choose, unitView } from "../../state/cell.js";
import { Formula } from "./formula.js";
import { numberAt, type Place, short, wordNamed } from "./place.js";

/** Words and units that a key goes on by. */
const WALK: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

export function Diagram(place: Place) {
  const { view, chosen } = place;
  const { anatomy, words } = view;
  const { word, unit, part } = chosen;
  const holder = useRef<HTMLDivElement>(null);
  const over = useSignal<string | null>(null);
  const drawn = String(draw.diagramPicture(anatomy, unitView(view, chosen), { idPrefix: "studio-" }));
  // A SimpleRNN's one network gives its state: pressing it chooses that.
  const idOf = (id: string) => (view.series.some((series) => series.id === id) ? id : view.series[0]!.id);
  const pointed = anatomy.parts.find(({ id }) => id === (over.value ?? part.id));
  useEffect(() => {
    for (const element of holder.current!.querySelectorAll("[data-part]")) {
      const id = element.getAttribute("data-part")!;
      element.classList.toggle("chosen", idOf(id) === part.id);
      element.classList.toggle("over", id === over.value);
    }
  });
  const partAt = (event: Event) =>
    (event.target as Element).closest("[data-part]")?.getAttribute("data-part") ?? null;
  return (
    <section class="stack" aria-label="The cell">
      <div class="row cell-where">
        <h3>
          Unit {unit} at {wordNamed(view, word)}
        </h3>
        <Stepper name="word" at={word} count={words.length} onStep={(k) => choose({ word: k })} />
        <Stepper name="unit" at={unit} count={anatomy.units} onStep={(k) => choose({ unit: k })} />
      </div>
      <p class="cell-told" aria-live="polite">
        {told(place)}
      </p>
      <section
        class="scroll cell-diagram"
        ref={holder}
        aria-label="The cell drawn. Arrow keys walk words and units."
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached
        tabIndex={0}
        onPointerOver={(event) => {
          over.value = partAt(event);
        }}
        onPointerLeave={() => {
          over.value = null;
        }}
        onClick={(event) => {
          const id = partAt(event);
          if (id) choose({ part: idOf(id) });
        }}
        onKeyDown={(event) => {
          const by = WALK[event.key];
          if (!by) return;
          event.preventDefault();
          choose({
            word: Math.max(0, Math.min(words.length - 1, word + by[0])),
            unit: Math.max(0, Math.min(anatomy.units - 1, unit + by[1])),
          });
        }}
        dangerouslySetInnerHTML={{ __html: drawn }}
      />
      {pointed && (
        <p class="quiet cell-pointed">
          <b>
            {pointed.number} {pointed.name}.
          </b>{" "}
          {pointed.role} {pointed.equation && <Formula tex={pointed.equation} />}
        </p>
      )}
    </section>
  );
}

function Stepper({
  name,
  at,
  count,
  onStep,
}: {
  name: string;
  at: number;
  count: number;
  onStep(to: number): void;
}) {
  return (
    <div class="stepper">
      <button
        type="button"
        aria-label={`Previous ${name}`}
        disabled={at === 0}
        onClick={() => onStep(at - 1)}
      >
        ‹
      </button>
      <span class="quiet">
        {name} {name === "word" ? `${at + 1} of ${count}` : `${at} of 0–${count - 1}`}
      </span>
      <button
        type="button"
        aria-label={`Next ${name}`}
        disabled={at === count - 1}
        onClick={() => onStep(at + 1)}
      >
        ›
      </button>
    </div>
  );
}

/** What the unit does at the word, in a sentence with its numbers. */
function told({ view, chosen: { word, unit } }: Place): string {
  const value = (part: string) => short(numberAt(view, part, word, unit));
  const share = (part: string) => `${Math.round(100 * numberAt(view, part, word, unit))} %`;
  const came = (part: string) => short(view.series.find(({ id }) => id === part)!.before![word]![unit]!);
  switch (view.anatomy.kind) {
    case "LSTM":
      return `Of its memory ${came("cell")} the unit keeps ${share("forget")} (forget gate), and writes ${share("input")} (input gate) of the candidate ${value("candidate")}: the memory is now ${value("cell")}. Of that ${share("output")} shows (output gate), as ${value("hidden")}.`;
    case "GRU":
      return `Of its old state ${came("hidden")} the unit keeps ${share("update")} (update gate); the rest is the candidate ${value("candidate")}, which saw ${share("reset")} of the old state (reset gate). The state is now ${value("hidden")}.`;
    default:
      return `The unit's state was ${came("hidden")}; from the word and the whole old state it is made anew: ${value("hidden")}.`;
  }
}
