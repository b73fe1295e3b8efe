/** A layer's count, worked out: formula, numbers put in, what each letter stands for, and the weights themselves. */
import type { ExplainResult } from "cellstate/worker";
import { Formula } from "../../parts/formula.js";
import { Table } from "../../parts/table.js";
import type { AnyModel } from "../../state/subject.js";
import { count } from "../../state/words.js";
import { Answer } from "./answer.js";

export interface LayerProps {
  layer: ExplainResult<"explainParameters">["layers"][number];
  model: AnyModel;
  share: string;
  isQuiz: boolean;
  isHidden: boolean;
  onFound(name: string): void;
}

export function Layer({ layer, model, share, isQuiz, isHidden, onFound }: LayerProps) {
  const { name, type, terms, notes, variables, tex, substitution } = layer;
  const hasNone = layer.count === 0;
  const hides = isHidden && !hasNone;
  return (
    <section class="card stack layer" aria-label={name} data-layer={name}>
      <h3>
        {name} <span class="quiet">{type}</span>
      </h3>
      {hides ? (
        terms.length > 0 && (
          <p>
            {"What it is made of: "}
            {terms.map(({ symbol, value, meaning }) => `${symbol} = ${count(value)}, ${meaning}`).join("; ")}.
          </p>
        )
      ) : (
        <>
          <p class="count">
            <b data-count={layer.count}>{count(layer.count)}</b>
            {!hasNone && <span class="quiet">{` ${share} of all`}</span>}
          </p>
          {!hasNone && <Formula tex={tex} block />}
          {!hasNone && <p class="words">{substitution}</p>}
          {terms.length > 0 && (
            <Table
              caption={`The letters of ${name}`}
              headers={["letter", "here", "what it counts"]}
              words={[2]}
              rows={terms.map(({ symbol, value, meaning }) => [symbol, count(value), meaning])}
            />
          )}
          {notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
          {variables.length > 0 && (
            <details>
              <summary>The weights and their shapes</summary>
              <Table
                caption={`Weights of ${name}`}
                headers={["weight", "shape", "numbers", "learned"]}
                words={[1, 3]}
                rows={variables.map((variable) => [
                  variable.name,
                  variable.shape.join(" × ") || "a number",
                  count(variable.count),
                  variable.trainable ? "yes" : "no",
                ])}
              />
            </details>
          )}
        </>
      )}
      {!hasNone && <Answer {...{ name, model, isQuiz, onFound }} isFound={!isHidden} />}
    </section>
  );
}
