/** The parts of the cell as buttons: number, name, value, what it is for and its equation. The chosen one is shown further below. */
import { choose } from "../../state/cell.js";
import { Formula } from "./formula.js";
import { heldAt, numberAt, type Place, short } from "./place.js";

export function Parts(place: Place) {
  const { view, chosen } = place;
  const { word, unit } = chosen;
  // A SimpleRNN's one network gives its state: it has no number of its own.
  const parts = view.anatomy.parts.filter(({ id }) => view.series.some((series) => series.id === id));
  const network = view.anatomy.parts.find(({ id }) => id === "network");
  return (
    <section class="stack" aria-label="Parts of the cell">
      <h3>Its parts</h3>
      <ul class="cell-parts">
        {parts.map(({ id, number, name, role, equation, symbol, network: own }) => (
          <li key={id}>
            <button
              type="button"
              class={`cell-part ${own ? "" : id === "cell" ? "memory" : "shown"}`}
              aria-pressed={id === chosen.part.id}
              onClick={() => choose({ part: id })}
            >
              <span class="part-head">
                <span class="part-number">{number}</span>
                <span class="part-title">{name}</span>
                <span class="part-now">
                  <Formula tex={symbol} /> = <b>{short(numberAt(view, id, word, unit))}</b>
                  {heldAt(place, id, word, unit) && " held"}
                </span>
              </span>
              <span class="part-for">{role}</span>
              <Formula tex={equation || network?.equation || symbol} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
