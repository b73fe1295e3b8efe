/** Where else units behave as they do at a phrase of the sentence: over the texts of a data set. */
import { useSignal } from "@preact/signals";
import type { FoundSpans, UnitPart } from "cellstate/explain";
import { useMemo } from "preact/hooks";
import { FileButton } from "../../parts/files.js";
import { Problem } from "../../parts/problem.js";
import { besides } from "../../state/aside.js";
import { latest } from "../../state/latest.js";
import { sentence } from "../../state/sentence.js";
import { type AnyModel, subject } from "../../state/subject.js";
import { openTexts, texts } from "../../state/texts.js";
import { count, percent, plural } from "../../state/words.js";
import type { Place } from "./place.js";

interface Asked {
  text: string;
  source: Blob | URL;
  layer: string;
  from: number;
  to: number;
  part: UnitPart;
  threshold: number;
  units: readonly number[] | null;
}

export function Find({ view, chosen, given }: Place) {
  const read = useSignal(0);
  const asking = useSignal(false);
  const alone = useSignal(false);
  /** Null: as far as the strongest there is on, and some more. */
  const threshold = useSignal<number | null>(null);
  const length = useSignal(1);
  const work = useMemo(
    () =>
      latest(async (signal: AbortSignal, model: AnyModel, { text, source, units, ...asked }: Asked) => {
        const { part, ...options } = asked;
        try {
          return await (await besides(model)).explain("findSpans", text, source, {
            ...{ ...options, parts: [part], matches: 12, signal },
            ...(units ? { units } : {}),
            onProgress: ({ done }) => void (read.value = done),
          });
        } finally {
          asking.value = false;
        }
      }),
    [],
  );
  const { value, error } = work.outcome.value;
  const data = texts.value;
  const { word, unit, part } = chosen;
  const most = view.words.length - word;
  const words = Math.min(length.value, most);
  if (typeof given !== "string") return null;
  const phrase = view.words
    .slice(word, word + words)
    .map((each) => each.word)
    .join(" ");
  const beyond = threshold.value ?? usual(view, chosen, words, alone.value);
  const find = () => {
    if (!data) return;
    read.value = 0;
    asking.value = true;
    const asked = { layer: view.anatomy.layer, from: word, to: word + words, part: part.id as UnitPart };
    work.ask(subject.value!.model, {
      ...{ ...asked, text: given, source: data.source, threshold: beyond },
      units: alone.value ? [unit] : null,
    });
  };
  return (
    <section class="stack find" aria-label="Where else">
      <h3>Where else is it like this?</h3>
      <p class="quiet">
        Units whose {part.name} is beyond {beyond} (or below −{beyond}) at “{phrase}” are looked for in other
        texts: where the same are on together.
      </p>
      <div class="row">
        <label class="field">
          Words from “{view.words[word]!.word}” on
          <input
            type="number"
            min={1}
            max={most}
            value={words}
            onInput={({ currentTarget }) => {
              length.value = Math.max(1, Math.round(Number(currentTarget.value)) || 1);
            }}
          />
        </label>
        <label class="field">
          On beyond
          <input
            type="number"
            min={0.001}
            max={10}
            step="any"
            value={beyond}
            onInput={({ currentTarget }) => {
              const value = Number(currentTarget.value);
              if (value > 0) threshold.value = value;
            }}
          />
        </label>
        <label class="field">
          Units
          <select
            value={alone.value ? "one" : "all"}
            onChange={({ currentTarget }) => {
              alone.value = currentTarget.value === "one";
            }}
          >
            <option value="all">all that are on there</option>
            <option value="one">unit {unit} alone</option>
          </select>
        </label>
        {data && !asking.value && (
          <button type="button" class="main" onClick={find}>
            Find
          </button>
        )}
        {asking.value && (
          <button
            type="button"
            onClick={() => {
              asking.value = false;
              work.clear();
            }}
          >
            Cancel
          </button>
        )}
        <FileButton
          accept=".csv,.tsv,.txt,.json,.jsonl,.gz,.parquet"
          onFiles={([file]) => file && openTexts(file)}
        >
          {data ? "Other texts …" : "Choose a file of texts …"}
        </FileButton>
      </div>
      <p class="quiet" aria-live="polite">
        {asking.value
          ? `${count(read.value)} texts read …`
          : data
            ? `In ${data.name}.`
            : "Open a file of texts (CSV, TSV, JSON …): it stays in the browser."}
      </p>
      {error && <Problem error={error} />}
      {value && !asking.value && <Matches of={value} />}
    </section>
  );
}

/** A threshold beyond which the unit, or the strongest, stays through the words. */
function usual(
  { series }: Place["view"],
  { part, word, unit }: Place["chosen"],
  words: number,
  alone: boolean,
): number {
  const span = series.find(({ id }) => id === part.id)!.values.slice(word, word + words);
  const units = alone ? [unit] : span[0]!.map((_, u) => u);
  const strongest = Math.max(...units.map((u) => Math.min(...span.map((row) => Math.abs(row[u]!)))));
  return Number(Math.max(0.01, 0.7 * strongest).toPrecision(2));
}

function Matches({ of }: { of: FoundSpans }) {
  const { units, texts: all, matches } = of;
  return (
    <div class="stack">
      <p>
        {plural(units.length, "unit is", "units are")} on there; of {plural(all, "text")} these come nearest.
        Press one to put it into the sentence.
      </p>
      <ol class="matches">
        {matches.map(({ row, label, words, from, to, overlap, text, before, after }) => (
          <li key={row}>
            <button type="button" class="plain words" onClick={() => void (sentence.value = text)}>
              {before && "… "}
              {words.slice(0, from).join(" ")} <mark>{words.slice(from, to).join(" ")}</mark>{" "}
              {words.slice(to).join(" ")}
              {after && " …"}
            </button>
            <span class="quiet">
              {label !== null && `${label}, `}
              {percent(overlap)} of the units the same
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
