/** The same sentence through fresh cells of every kind: what is seen is the cells' own doing. */
import { Lines } from "../../parts/lines.js";
import { Table } from "../../parts/table.js";
import { Told } from "../../parts/told.js";
import { useExplained } from "../../state/explained.js";
import type { LayerFacts } from "../../state/reading.js";
import { routed } from "../../state/route.js";
import { count, figure } from "../../state/words.js";
import { fate } from "./paths.js";

const FRESH = (["SimpleRNN", "LSTM", "GRU"] as const).map((kind) => ({ name: kind, kind }));
const which = routed("kinds", "fresh");

export function Cells({ layer, text }: { layer: LayerFacts; text: string | number[] }) {
  const sentence = useExplained("readSentence", [text]).value.value;
  const words = sentence?.words ?? [];
  const from = words.findIndex((word) => word !== "");
  const all = which.value === "all";
  const options = { layer: layer.layer, ...(from > 0 ? { from } : {}), ...(all ? {} : { cases: FRESH }) };
  const study = useExplained("gradientStudy", sentence && [text, options]).value;
  return (
    <section class="card" aria-labelledby="cells">
      <h2 id="cells">SimpleRNN, LSTM and GRU on the same sentence</h2>
      <p>
        Cells as they are before any training, all with {count(layer.units)} units: who lets a gradient
        through by nature?
      </p>
      <label class="field narrow">
        Cells
        <select
          value={all ? "all" : "fresh"}
          onChange={({ currentTarget }) => void (which.value = currentTarget.value)}
        >
          <option value="fresh">one of each kind</option>
          <option value="all">with other forget biases and sizes of R, too</option>
        </select>
      </label>
      <Told of={study}>
        {({ curves, times, objective }) => {
          const best = curves.reduce((a, b) => (b.relative[0]! > a.relative[0]! ? b : a));
          const least = curves.reduce((a, b) => (b.relative[0]! < a.relative[0]! ? b : a));
          return (
            <div class="stack">
              <Lines
                title="‖∂E/∂memory‖, as a multiple of that at the last word"
                says={`${objective}. Back at the first word ${best.name} has ${figure(best.relative[0]!)} of it left, ${least.name} ${figure(least.relative[0]!)}.`}
                xName="word"
                yName="of the last"
                log
                xLabel={(k) => words[times[k]!] || `step ${times[k]! + 1}`}
                lines={curves.map(({ name, relative }) => ({
                  name,
                  points: relative.map((y, k) => [k, y] as const),
                }))}
              />
              <Table
                caption="Cell by cell"
                headers={["cell", "parameters", "a step", "left at the first word", "largest gain of a step"]}
                words={[2]}
                rows={curves.map((curve) => [
                  curve.name,
                  count(curve.parameters),
                  fate(curve.perStep),
                  figure(curve.relative[0]!),
                  figure(Math.max(...curve.stepGains)),
                ])}
              />
            </div>
          );
        }}
      </Told>
    </section>
  );
}
