/** The final memory, word by word: a heat map of all units, bars and a sum of one. */
import { NO_MEMORY } from "cellstate/explain";
import type { ExplainResult } from "cellstate/worker";
import { Formula } from "../../parts/formula.js";
import { HeatMap } from "../../parts/heat-map.js";
import { Picture } from "../../parts/picture.js";
import { Table } from "../../parts/table.js";
import { Told } from "../../parts/told.js";
import { useExplained } from "../../state/explained.js";
import { at, type LayerFacts } from "../../state/reading.js";
import { figure, percent, plural, six } from "../../state/words.js";
import { SignedBars } from "./signed-bars.js";

type View = NonNullable<ExplainResult<"memoryView">>;

const SUMS: Record<string, string> = {
  LSTM: "c_T = \\sum_t \\Bigl(\\prod_{s>t} f_s\\Bigr) \\odot i_t \\odot \\tilde{c}_t",
  GRU: "h_T = \\sum_t \\Bigl(\\prod_{s>t} z_s\\Bigr) \\odot (1 - z_t) \\odot \\tilde{h}_t",
};

interface HeldProps {
  layer: LayerFacts;
  text: string | number[];
  unit: number;
  onUnit(unit: number): void;
}

export function Held({ layer, text, unit, onUnit }: HeldProps) {
  const memory = useExplained(
    "memoryView",
    layer.kind === "SimpleRNN" ? null : [text, { layer: layer.layer }],
  ).value;
  return (
    <section class="card" aria-labelledby="held">
      <h2 id="held">What each word left in the final memory</h2>
      {layer.kind === "SimpleRNN" ? (
        <>
          <p class="problem">{NO_MEMORY}</p>
          <p>Below, its recursion is written out as the nest that it is.</p>
        </>
      ) : (
        <Told of={memory}>{(view) => view && <Drawn {...{ layer, view, unit, onUnit }} />}</Told>
      )}
    </section>
  );
}

function Drawn({ layer, view, unit, onUnit }: Omit<HeldProps, "text"> & { view: View }) {
  const { words, contributions, kept, shares, padding, memory, residual } = view;
  const letter = view.state === "cell" ? "c" : "h";
  const names = words.map(({ word }) => word);
  const values = contributions.map((row) => row[unit]!);
  const most = values.reduce((best, value, k) => (Math.abs(value) > Math.abs(values[best]!) ? k : best), 0);
  const column = Math.max(
    0,
    words.findIndex(({ t }) => t === at.value),
  );
  const hasPadding = padding.steps > 0;
  const paddingName = `(${plural(padding.steps, "step")} of padding)`;
  const all = [...values, ...(hasPadding ? [padding.contributions[unit]!] : [])];
  const sum = all.reduce((a, b) => a + b, 0);
  return (
    <div class="stack">
      <Formula tex={SUMS[layer.kind]!} block />
      <Picture
        title={`What is left of every word, in all ${layer.units} units`}
        says={`Blue adds, hatched orange takes away. Most of all units together is of “${names[indexOfMost(shares)] ?? ""}”: ${percent(Math.max(0, ...shares))} of what is there${hasPadding ? `; padding has ${percent(padding.share)}` : ""}.`}
        table={{
          headers: ["word", ...memory.map((_, u) => `unit ${u}`)],
          rows: words.map(({ word }, k) => [word, ...contributions[k]!.map(figure)]),
        }}
      >
        <HeatMap
          name="What each word left in each unit"
          columns={names}
          rows={memory.map((_, u) => `unit ${u}`)}
          values={contributions}
          at={[column, unit]}
          onPick={(word, row) => {
            at.value = words[word]!.t;
            onUnit(row);
          }}
        />
      </Picture>
      <Picture
        title={`Unit ${unit}: ${letter} at the end is ${figure(memory[unit]!)}`}
        says={`“${names[most]}” left most in it: ${figure(values[most]!)}.`}
        table={{
          headers: ["word", "left of it", "share of its writing that was kept", "share over all units"],
          rows: words.map(({ word }, k) => [
            word,
            figure(values[k]!),
            percent(kept[k]![unit]!),
            percent(shares[k]!),
          ]),
        }}
      >
        <SignedBars
          names={[...names, ...(hasPadding ? [paddingName] : [])]}
          values={all}
          notes={kept.map((row) => `${percent(row[unit]!)} kept`)}
        />
      </Picture>
      <Table
        caption="The sum"
        headers={["", `unit ${unit}`]}
        rows={[
          ["words and padding, added up", <span data-sum={sum}>{six(sum)}</span>],
          ["forward pass", <span data-memory={memory[unit]}>{six(memory[unit]!)}</span>],
          ["largest difference in any unit", <span data-residual={residual}>{figure(residual)}</span>],
        ]}
      />
    </div>
  );
}

const indexOfMost = (values: readonly number[]) => values.indexOf(Math.max(...values));
