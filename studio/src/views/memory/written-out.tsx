/** The state at a word written out over the last k steps: formulas, every term's value, and the forward pass beside their sum. */
import type { ExplainResult } from "cellstate/worker";
import { ChooseWord } from "../../parts/choose-layer.js";
import { Formula } from "../../parts/formula.js";
import { Table } from "../../parts/table.js";
import { Told } from "../../parts/told.js";
import { useExplained } from "../../state/explained.js";
import { at, type LayerFacts } from "../../state/reading.js";
import { routedNumber } from "../../state/route.js";
import { figure, six } from "../../state/words.js";

const steps = routedNumber("k", 2);
const MOST = 8;

interface WrittenOutProps {
  layer: LayerFacts;
  text: string | number[];
  unit: number;
}

export function WrittenOut({ layer, text, unit }: WrittenOutProps) {
  const sentence = useExplained("readSentence", [text]).value;
  const words = (sentence.value?.words ?? []).flatMap((word, t) => (word === "" ? [] : [{ t, word }]));
  // A place that the sentence has no word at, any more, is the last word.
  const t = words.find((each) => each.t === at.value)?.t;
  const read = layer.goBackwards ? words.toReversed() : words;
  const k = Math.min(MOST, Math.max(1, steps.value));
  const asked = sentence.value
    ? { layer: layer.layer, steps: k, ...(t === undefined ? {} : { at: t }) }
    : null;
  const unrolled = useExplained("unroll", asked && [text, asked]).value;
  return (
    <section class="card" aria-labelledby="written-out">
      <h2 id="written-out">The recursion, written out</h2>
      <div class="row">
        <ChooseWord
          words={read}
          value={unrolled.value?.t ?? t ?? read.at(-1)?.t ?? 0}
          onPick={(next) => void (at.value = next)}
        />
        <label class="field">
          Steps written out: {k}
          <input
            type="range"
            min={1}
            max={MOST}
            value={k}
            onInput={({ currentTarget }) => void (steps.value = currentTarget.valueAsNumber)}
          />
        </label>
      </div>
      <Told of={sentence.error ? { ...unrolled, error: sentence.error } : unrolled}>
        {(told) => <Terms {...{ told, unit }} words={sentence.value?.words ?? []} />}
      </Told>
    </section>
  );
}

interface TermsProps {
  told: ExplainResult<"unroll">;
  words: readonly string[];
  unit: number;
}

function Terms({ told, words, unit }: TermsProps) {
  const { kind, k, terms, networks, tex, value, forward, residual, times, places } = told;
  const wordAt = (lag: number) => {
    const t = times[lag];
    if (t === undefined) return "all before";
    return words.length === places ? words[t] || "padding" : `step ${t + 1}`;
  };
  return (
    <div class="stack">
      <p>
        {kind === "SimpleRNN"
          ? `All of the state at “${wordAt(0)}” goes through R and the activation again at every step: ${k} of them, one in the other.`
          : `The memory at “${wordAt(0)}” is a sum: what there was ${k === 1 ? "a step" : `${k} steps`} before, as far as it was kept, and what each step since has written.`}
      </p>
      <Formula tex={tex} block />
      <Table
        caption={`Every term, of unit ${unit}`}
        headers={["term", "written at", `unit ${unit}`]}
        words={[1]}
        rows={[
          ...terms.map((term) => [
            <Formula tex={term.tex} />,
            kind === "SimpleRNN" ? wordAt(0) : wordAt(term.lag),
            <span data-term={term.value[unit]}>{six(term.value[unit]!)}</span>,
          ]),
          ["sum", "", <b data-total={value[unit]}>{six(value[unit]!)}</b>],
          ["forward pass of the engine", "", <span data-forward={forward[unit]}>{six(forward[unit]!)}</span>],
          ["largest difference in any unit", "", figure(residual)],
        ]}
      />
      <details>
        <summary>Every gate written out, until only inputs and the old state are left</summary>
        <div class="stack">
          {networks.map((network) => (
            <div key={network.tex}>
              <Formula tex={`${network.tex} = ${network.expansion}`} block />
              <p class="quiet">{`${network.name} at “${wordAt(network.lag)}”, unit ${unit}: ${figure(network.value[unit]!)}`}</p>
            </div>
          ))}
        </div>
      </details>
    </div>
  );
}
