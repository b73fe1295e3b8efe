/** The chosen part's values: a column a word, a row a unit. */
import { useSignal } from "@preact/signals";
import { HeatMap } from "../../parts/heat-map.js";
import { Table } from "../../parts/table.js";
import { choose } from "../../state/cell.js";
import { figure } from "../../state/words.js";
import { Formula } from "./formula.js";
import type { Place } from "./place.js";

export function PartMap({ view, chosen }: Place) {
  const { anatomy, words, series } = view;
  const { part, word, unit } = chosen;
  const open = useSignal(false);
  // Gates are shaded from their least to their most, as in the library's pictures.
  const least = Math.min(...part.values.map((row) => Math.min(...row)));
  const units = Array.from({ length: anatomy.units }, (_, u) => `unit ${u}`);
  return (
    <figure class="picture stack" aria-label="Every unit over the words">
      <figcaption class="stack">
        <div class="row">
          <h3>Every unit over the words</h3>
          <fieldset class="tabs" aria-label="The part shown">
            {series.map(({ id, name, symbol }) => (
              <button
                key={id}
                type="button"
                title={name}
                aria-pressed={id === part.id}
                onClick={() => choose({ part: id })}
              >
                <Formula tex={symbol.replace("_{t}", "")} />
                <span class="hidden">{name}</span>
              </button>
            ))}
          </fieldset>
        </div>
        <p class="quiet">
          The {part.name}: a row a unit, a column a word.{" "}
          {part.signed ? "Darker is more, hatched is below 0." : "From the least, blank, to the most."} The
          frame is the unit and the word that the drawing shows: press a square, or walk with the arrow keys.
        </p>
      </figcaption>
      <HeatMap
        name={`${part.name} of ${anatomy.layer}`}
        columns={words.map((each) => each.word)}
        rows={units}
        values={part.values}
        {...(part.signed ? {} : { blank: least })}
        at={[word, unit]}
        onPick={(k, u) => choose({ word: k, unit: u })}
        rowHeight={anatomy.units > 64 ? 6 : 12}
      />
      <details
        onToggle={({ currentTarget }) => {
          open.value = currentTarget.open;
        }}
      >
        <summary>The numbers</summary>
        {open.value && (
          <Table
            caption={`Unit ${unit} at every word`}
            headers={["word", ...series.map(({ name }) => name)]}
            rows={words.map((each, k) => [
              each.word,
              ...series.map(({ values }) => figure(values[k]![unit]!)),
            ])}
          />
        )}
      </details>
    </figure>
  );
}
