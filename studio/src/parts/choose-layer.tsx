/** Which recurrent layer is looked at; of a model that has none, what the library says of that. */
import type { ComponentChildren } from "preact";
import { type LayerFacts, layer, useLayers } from "../state/reading.js";
import { routed } from "../state/route.js";
import { count } from "../state/words.js";
import { Problem } from "./problem.js";

const view = routed("view", "cell");
const described = ({ layer: name, kind, units, goBackwards }: LayerFacts) =>
  `${name}: ${kind}, ${count(units)} units${goBackwards ? ", from the end" : ""}`;

/** Draws what is chosen beside the layer, and below it the view of that layer. */
export function OfLayer({ children }: { children: (chosen: LayerFacts) => ComponentChildren }) {
  const { layers, all, chosen } = useLayers();
  if (layers.error) {
    return (
      <div class="stack">
        <Problem error={layers.error} />
        <button type="button" onClick={() => void (view.value = "parameters")}>
          Its parameters
        </button>
      </div>
    );
  }
  if (!chosen) return <p class="quiet">…</p>;
  return (
    <>
      {all.length > 1 ? (
        <label class="field narrow">
          Layer
          <select
            value={chosen.layer}
            onChange={({ currentTarget }) => void (layer.value = currentTarget.value)}
          >
            {all.map((each) => (
              <option key={each.layer} value={each.layer}>
                {described(each)}
              </option>
            ))}
          </select>
        </label>
      ) : (
        <p class="quiet">{described(chosen)}</p>
      )}
      {children(chosen)}
    </>
  );
}

/** Which word is looked at: those of the row, in its order. */
export function ChooseWord({
  words,
  value,
  onPick,
}: {
  words: readonly { t: number; word: string }[];
  value: number;
  onPick(t: number): void;
}) {
  return (
    <label class="field">
      Word
      <select value={String(value)} onChange={({ currentTarget }) => onPick(Number(currentTarget.value))}>
        {words.map(({ t, word }, k) => (
          <option key={t} value={String(t)}>
            {`${k + 1} ${word}`}
          </option>
        ))}
      </select>
    </label>
  );
}

export function ChooseUnit({
  units,
  value,
  onPick,
}: {
  units: number;
  value: number;
  onPick(unit: number): void;
}) {
  return (
    <label class="field narrow">
      Unit (0 to {units - 1})
      <input
        type="number"
        min={0}
        max={units - 1}
        value={value}
        onInput={({ currentTarget }) => {
          const number = currentTarget.valueAsNumber;
          if (Number.isInteger(number) && number >= 0 && number < units) onPick(number);
        }}
      />
    </label>
  );
}
