/** One step's gradient by three ways that know nothing of each other. */
import type { ExplainResult } from "cellstate/worker";
import { Table } from "../../parts/table.js";
import { figure } from "../../state/words.js";

export function Check({ view }: { view: ExplainResult<"gradientView"> }) {
  const { check, notes, gains, words } = view;
  const { residuals, size, kinks } = check;
  const far = residuals.centralDifferences > 1e-6 * size;
  return (
    <div class="stack">
      <p class={far ? undefined : "good"}>
        The paths added up have {figure(size)} as their largest entry. The engine's back-propagation differs
        by at most <b data-check="back-propagation">{figure(residuals.backPropagation)}</b>, central
        differences of E by at most{" "}
        <b data-check="central-differences">{figure(residuals.centralDifferences)}</b>
        {kinks.length > 0 ? `, the ${kinks.length} units on a kink left out` : ""}.
      </p>
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      <Table
        caption="Every unit"
        headers={["unit", "sum of the paths", "back-propagation", "central differences"]}
        rows={check.paths.map((value, u) => [
          String(u),
          figure(value),
          figure(check.backPropagation[u]!),
          figure(check.centralDifferences[u]!),
        ])}
      />
      <Table
        caption="The most that a gradient can be multiplied by (largest singular value)"
        headers={["word", "by its step", "from the end to it"]}
        rows={words.map(({ word }, k) => [word, figure(gains.steps[k]!), figure(gains.products[k]!)])}
      />
    </div>
  );
}
