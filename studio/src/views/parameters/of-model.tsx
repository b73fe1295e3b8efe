/** A model's counts, layer by layer, with Keras's own table beside them. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Told } from "../../parts/told.js";
import { useExplained } from "../../state/explained.js";
import { latest } from "../../state/latest.js";
import type { AnyModel } from "../../state/subject.js";
import { count, percent } from "../../state/words.js";
import { Answer } from "./answer.js";
import { Layer } from "./layer.js";

export function OfModel({ model, isQuiz }: { model: AnyModel; isQuiz: boolean }) {
  const parameters = useExplained("explainParameters", [], { of: model }).value;
  /** What is not hidden any more: names of layers, and "total". */
  const found = useSignal<ReadonlySet<string>>(new Set());
  const find = (name: string) => void (found.value = new Set([...found.value, name]));
  useEffect(() => {
    found.value = new Set();
  }, [model]);
  const isHidden = (name: string) => isQuiz && !found.value.has(name);
  return (
    <Told of={parameters}>
      {({ layers, total, trainable }) => {
        const names = [...layers.filter(({ count: own }) => own > 0).map(({ name }) => name), "total"];
        const left = isQuiz ? names.filter((name) => !found.value.has(name)).length : 0;
        return (
          <div class="counts">
            <div class="stack">
              <section class="card" aria-label="All of it">
                <h3>
                  {isHidden("total") ? (
                    "How many in all?"
                  ) : (
                    <span data-total={total}>{`${count(total)} in all`}</span>
                  )}
                </h3>
                {!isHidden("total") && (
                  <p>
                    {total === trainable
                      ? "All of them are learned."
                      : `${count(trainable)} of them are learned, ${count(total - trainable)} are not.`}
                  </p>
                )}
                <Answer name="total" {...{ model, isQuiz }} isFound={!isHidden("total")} onFound={find} />
              </section>
              {layers.map((layer) => (
                <Layer
                  key={layer.name}
                  {...{ layer, model, isQuiz }}
                  share={total > 0 ? percent(layer.count / total) : ""}
                  isHidden={isHidden(layer.name)}
                  onFound={find}
                />
              ))}
            </div>
            <section class="card stack" aria-label="Keras's summary">
              <h3>What model.summary() of Keras prints</h3>
              {left > 0 ? (
                <p class="quiet">{`It comes when every count is found: ${left} to go.`}</p>
              ) : (
                <Summary model={model} />
              )}
            </section>
          </div>
        );
      }}
    </Told>
  );
}

function Summary({ model }: { model: AnyModel }) {
  const work = useMemo(() => latest((_: AbortSignal, of: AnyModel) => of.summary()), []);
  useEffect(() => work.ask(model), [model]);
  return (
    <Told of={work.outcome.value}>
      {(summary) => (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached
        <pre class="summary scroll" tabIndex={0}>
          {summary}
        </pre>
      )}
    </Told>
  );
}
