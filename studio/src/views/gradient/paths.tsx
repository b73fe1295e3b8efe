/** Norms over the words, path by path, with the formula of the path that is shown; one step of it checked at a click. */
import { useSignal } from "@preact/signals";
import type { ExplainResult } from "cellstate/worker";
import { useEffect, useMemo } from "preact/hooks";
import { ChooseWord } from "../../parts/choose-layer.js";
import { Formula } from "../../parts/formula.js";
import { Lines } from "../../parts/lines.js";
import { Told } from "../../parts/told.js";
import { useExplained } from "../../state/explained.js";
import { latest } from "../../state/latest.js";
import { at, type LayerFacts } from "../../state/reading.js";
import { routed } from "../../state/route.js";
import { type AnyModel, subject } from "../../state/subject.js";
import { figure } from "../../state/words.js";
import type { Choice } from "../gradient.js";
import { Check } from "./check.js";

type Gradient = ExplainResult<"gradientPaths">;

export interface PathsProps {
  layer: LayerFacts;
  text: string | number[];
  choice: Choice;
}

const shown = routed("path", "direct");

export function Paths({ text, choice }: PathsProps) {
  // A place that cannot be gone back from, as of another sentence, is the library's own choice.
  const usable = useSignal(true);
  const place = at.value !== undefined && usable.value ? { at: at.value } : {};
  const paths = useExplained("gradientPaths", [text, { ...choice, ...place }]).value;
  useEffect(() => {
    usable.value = true;
  }, [at.value, JSON.stringify(text)]);
  useEffect(() => {
    if (paths.error && "at" in place) usable.value = false;
  }, [paths.error]);
  return (
    <section class="card" aria-labelledby="through-time">
      <h2 id="through-time">Back through time</h2>
      <Told of={paths}>{(gradient) => <Drawn {...{ gradient, text, choice }} />}</Told>
    </section>
  );
}

function Drawn({ gradient, text, choice }: { gradient: Gradient; text: string | number[]; choice: Choice }) {
  const { words, norms, paths, chosen, step, formulas, objective, state } = gradient;
  const letter = state === "cell" ? "c" : "h";
  const path = step.find((each) => each.path === shown.value) ?? step[0]!;
  const [first, last] = [norms[0]!.total, norms.at(-1)!.total];
  const points = (of: (k: number) => number) => words.map((_, k) => [k, of(k)] as const);
  const pathNames = new Map(step.map((each) => [each.path, each.name]));
  return (
    <div class="stack">
      <Lines
        title={`‖∂E/∂${letter}‖ at every word, E = ${objective.name} = ${figure(objective.value)}`}
        says={
          words.length > 1
            ? `From “${words.at(-1)!.word}”, read last, back to “${words[0]!.word}” it becomes ${figure(first / last)} times as large: ${fate((first / last) ** (1 / (words.length - 1)))}.`
            : "There is one word alone."
        }
        xName="word"
        yName="norm"
        log
        xLabel={(k) => words[k]?.word ?? ""}
        at={chosen}
        onPick={(k) => {
          if (words[k]) at.value = words[k].t;
        }}
        lines={[
          { name: "all paths together", points: points((k) => norms[k]!.total) },
          { name: "came by the direct path alone", points: points((k) => norms[k]!.direct) },
          ...Object.entries(paths)
            .filter(([name]) => name !== "direct")
            .map(([name, of]) => ({
              name: `into it, ${pathNames.get(name) ?? name}`,
              points: points((k) => of[k]!),
            })),
        ]}
      />
      <div class="row">
        <ChooseWord words={words} value={words[chosen]!.t} onPick={(t) => void (at.value = t)} />
        <label class="field">
          Path into the step before
          <select
            value={path.path}
            onChange={({ currentTarget }) => void (shown.value = currentTarget.value)}
          >
            {step.map((each) => (
              <option key={each.path} value={each.path}>
                {each.name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="stack">
        <h3>{`One step back from “${words[chosen]!.word}”, ${path.name}: ‖…‖ = ${figure(path.norm)}`}</h3>
        <Formula tex={path.tex} block />
        {path.inner !== "" && <Formula tex={path.inner} block />}
        <details>
          <summary>All paths in one equation</summary>
          <Formula tex={formulas.whole} block />
          {formulas.hidden !== "" && <Formula tex={formulas.hidden} block />}
          {formulas.total !== "" && <Formula tex={formulas.total} block />}
          {formulas.slopes.map((tex) => (
            <Formula key={tex} tex={tex} block />
          ))}
        </details>
      </div>
      <Checked {...{ text, choice }} at={words[chosen]!.t} />
    </div>
  );
}

/** In words, by the factor of a step. */
export function fate(factor: number): string {
  const times = `× ${figure(factor)} a step`;
  if (factor < 0.9) return `it vanishes, ${times}`;
  if (factor > 1.1) return `it explodes, ${times}`;
  return `it holds, ${times}`;
}

type CheckArguments = [string | number[], Choice & { at: number }];

function Checked({ text, choice, at: t }: { text: string | number[]; choice: Choice; at: number }) {
  const work = useMemo(
    () =>
      latest((signal: AbortSignal, model: AnyModel, ...[asked, options]: CheckArguments) =>
        (model as Extract<AnyModel, { kind: "classifier" }>).explain("gradientView", asked, {
          ...options,
          signal,
        }),
      ),
    [],
  );
  const asked = JSON.stringify([text, choice, t]);
  useEffect(() => () => work.clear(), [asked, subject.value]);
  const { pending, value } = work.outcome.value;
  return (
    <div class="stack">
      <div class="row">
        <button
          type="button"
          disabled={pending}
          onClick={() => work.ask(subject.peek()!.model, text, { ...choice, at: t })}
        >
          Check this step against central differences
        </button>
        {pending && (
          <>
            <span class="quiet" role="status">
              Every number of the memory is moved a little up and down …
            </span>
            <button type="button" onClick={() => work.clear()}>
              Cancel
            </button>
          </>
        )}
      </div>
      {(value || work.outcome.value.error) && (
        <Told of={work.outcome.value}>{(view) => <Check view={view} />}</Told>
      )}
    </div>
  );
}
