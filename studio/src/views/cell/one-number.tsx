/** The chosen number: held at another value by a slider, and written out as the sum that it is. */

import { useSignal } from "@preact/signals";
import type { ExplainedNumber, NumberTerm } from "cellstate/explain";
import type { ComponentChildren } from "preact";
import { Told } from "../../parts/told.js";
import { choose, hold, letGo } from "../../state/cell.js";
import { useExplained } from "../../state/explained.js";
import { figure, plural } from "../../state/words.js";
import { Formula } from "./formula.js";
import { heldAt, numberAt, type Place, wordNamed } from "./place.js";

export function OneNumber({ children, ...place }: Place & { children: ComponentChildren }) {
  const { view, chosen, given, held } = place;
  const { word, unit, part } = chosen;
  const number = useExplained(
    "explainNumber",
    [
      given as string,
      {
        ...{ layer: view.anatomy.layer, at: view.words[word]!.t, part: part.id as "hidden", unit },
        ...(held.length > 0 ? { held } : {}),
      },
    ],
    { paced: true },
  );
  return (
    <section class="card one-number" aria-label="The chosen number">
      <h3>
        <Formula tex={part.symbol} /> {part.name}, unit {unit}, {wordNamed(view, word)}
      </h3>
      <Hold {...place} />
      {children}
      <Told of={number.value}>{(found) => <Sum of={found} view={view} />}</Told>
    </section>
  );
}

/** How far a number can be moved: the values that its activation has, or as far as the part goes. */
function bounds(place: Place): readonly [number, number] {
  const { view, plain, chosen } = place;
  const network = view.anatomy.parts.find(({ id }) => id === chosen.part.id)?.network;
  const range = /^(−?[\d.]+) to (−?[\d.]+)$/.exec(network?.range ?? "");
  if (range) return [Number(range[1]!.replace("−", "-")), Number(range[2])];
  const values = plain.series.find(({ id }) => id === chosen.part.id)!.values;
  const most = values.reduce(
    (all, row) => row.reduce((largest, value) => Math.max(largest, Math.abs(value)), all),
    1,
  );
  const reach = chosen.part.id === "hidden" && most <= 1 ? 1 : Math.ceil(1.5 * most);
  return [-reach, reach];
}

function Hold(place: Place) {
  const { view, chosen } = place;
  const { word, unit, part } = chosen;
  const [least, most] = bounds(place);
  const one = { layer: view.anatomy.layer, part: part.id as "hidden", word, unit };
  const at = heldAt(place, part.id, word, unit);
  // Where it is dragged to at once, not when all that follows is there.
  const value = at?.value ?? numberAt(view, part.id, word, unit);
  return (
    <div class="hold">
      <label>
        What if it were
        <input
          type="range"
          min={least}
          max={most}
          step={(most - least) / 200}
          value={value}
          aria-valuetext={figure(value)}
          onInput={({ currentTarget }) => hold({ ...one, value: Number(currentTarget.value) })}
        />
      </label>
      <b>{figure(value)}</b>
      {at ? (
        <button type="button" onClick={() => letGo({ ...one, value })}>
          Let it go
        </button>
      ) : (
        <span class="quiet">Drag it: the state and the answer follow.</span>
      )}
    </div>
  );
}

const FIRST = 12;

function Sum({ of, view }: { of: ExplainedNumber; view: Place["view"] }) {
  const all = useSignal(false);
  const shown = all.value ? of.terms : of.terms.slice(0, FIRST);
  const most = Math.max(1e-300, ...of.terms.map(({ value }) => Math.abs(value)));
  return (
    <div class="stack sum">
      <p>
        {of.sums.map(({ group, tex, value, terms }, k) => (
          <span key={group} class="sum-part">
            {k > 0 ? " + " : ""}
            <Formula tex={tex} /> <b>{figure(value)}</b>
            {terms > 1 && <span class="quiet"> ({plural(terms, "product")})</span>}
          </span>
        ))}{" "}
        = <b>{figure(of.total)}</b>
      </p>
      {of.activation && (
        <p>
          <Formula tex={of.activationTex || "\\operatorname{id}"} />({figure(of.total)}) ={" "}
          <b class="sum-computed">{figure(of.computed)}</b>
        </p>
      )}
      <p class="quiet">
        {of.held
          ? `It is held at ${figure(of.value)}, whatever its sum says.`
          : `In the trace of the sentence: ${figure(of.value)}; apart by ${of.residual === 0 ? "0" : of.residual.toExponential(1)}.`}
      </p>
      <ol class="terms" aria-label="Products, the largest first">
        {shown.map((term, k) => (
          <Term key={k} of={term} most={most} view={view} />
        ))}
      </ol>
      {of.terms.length > FIRST && (
        <button
          type="button"
          class="plain"
          aria-expanded={all.value}
          onClick={() => {
            all.value = !all.value;
          }}
        >
          {all.value ? "The largest alone" : `All ${of.terms.length} products`}
        </button>
      )}
    </div>
  );
}

function Term({ of: { factors, value }, most, view }: { of: NumberTerm; most: number; view: Place["view"] }) {
  const width = 50 * (Math.abs(value) / most);
  return (
    <li>
      <span class="factors">
        {factors.map(({ tex, value: own, number }, k) => {
          const word = number ? view.words.findIndex(({ t }) => t === number.at) : -1;
          const inside = (
            <>
              <Formula tex={tex} /> {figure(own)}
            </>
          );
          return (
            <span key={k}>
              {k > 0 && " · "}
              {number && word >= 0 ? (
                <button
                  type="button"
                  class="plain"
                  title="Where this number comes from"
                  onClick={() => choose({ part: number.part, unit: number.unit, word })}
                >
                  {inside}
                </button>
              ) : (
                inside
              )}
            </span>
          );
        })}
      </span>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect
          class={value < 0 ? "against" : "for"}
          x={value < 0 ? 50 - width : 50}
          width={width}
          height="10"
        />
        <rect class="middle" x="49.75" width="0.5" height="10" />
      </svg>
      <b>{figure(value)}</b>
    </li>
  );
}
