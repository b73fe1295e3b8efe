/** Which recurrent layer is looked at, and what of the row it does not read as words. */
import type { CellView } from "cellstate/explain";
import { layer } from "../../state/cell.js";
import { useExplained } from "../../state/explained.js";
import { plural } from "../../state/words.js";

const KIND = {
  LSTM: "An LSTM reads the sentence word by word and keeps a memory: its gates decide what of it stays, what is written, and what shows.",
  GRU: "A GRU reads the sentence word by word and keeps one state: its gates decide how much of it stays and how much is made anew.",
  SimpleRNN:
    "A SimpleRNN reads the sentence word by word and makes its whole state anew at every word, from the word and the old state.",
} as const;

/** Words that are named of those that were not read. */
const NAMED = 12;

export function Layers({
  of: { anatomy, layers, skipped },
  given,
}: {
  of: CellView;
  given: string | readonly number[];
}) {
  const read = useExplained("readSentence", typeof given === "string" ? [given] : null);
  const lost = read.value.value?.lost ?? [];
  return (
    <section class="stack" aria-label="The layer">
      <h2>Inside the {anatomy.kind}</h2>
      <p>{KIND[anatomy.kind]}</p>
      <div class="row">
        {layers.length > 1 && (
          <label class="field">
            Layer
            <select
              value={anatomy.layer}
              onChange={({ currentTarget }) => {
                layer.value = currentTarget.value;
              }}
            >
              {layers.map((name) => (
                <option key={name} value={name}>
                  {named(name)}
                </option>
              ))}
            </select>
          </label>
        )}
        <p class="quiet">
          Layer {anatomy.layer}: {plural(anatomy.units, "unit")} on inputs of {anatomy.inputs} numbers.
          {skipped > 0 && ` ${plural(skipped, "step")} of padding or behind a mask left out.`}
          {lost.length > 0 &&
            ` Not read, as the model does not know them or reads no more: ${lost.slice(0, NAMED).join(", ")}${lost.length > NAMED ? " …" : ""}.`}
        </p>
      </div>
    </section>
  );
}

/** Of a Bidirectional, which way it reads. */
function named(name: string): string {
  const way = /\/(forward|backward)_/.exec(name)?.[1];
  return way ? `${name} (reads ${way === "forward" ? "first word to last" : "last word to first"})` : name;
}
