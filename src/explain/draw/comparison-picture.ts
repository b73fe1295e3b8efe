/** The three cells under each other, each with its figures beside it. */
import { count, decimal } from "../../base/numbers.js";
import { wrapToWidth } from "../../base/text.js";
import { html, type Markup } from "../../drawing/markup.js";
import { drawing, words } from "../../drawing/svg.js";
import type { CellComparison } from "../comparison.js";
import { cellDiagram, DIAGRAM } from "./cell-diagrams.js";
import { formula } from "./math-text.js";

const SCALE = 0.6;
const TEXT = { left: 600, width: 360 } as const;
const GAP = 30;

export function comparisonPicture(cells: readonly CellComparison[]): Markup {
  let y = 0;
  const rows = cells.map((cell) => {
    const at = y;
    y += Math.max(DIAGRAM.height[cell.kind] * SCALE, 236) + GAP;
    return html`<g transform="translate(0 ${Math.round(at)})">${row(cell)}</g>`;
  });
  const [{ anatomy }] = cells as [CellComparison];
  return drawing(
    {
      id: "compare-cells",
      title: `SimpleRNN, LSTM and GRU of ${anatomy.units} units on inputs of ${anatomy.inputs} numbers`,
      description: cells
        .map(
          ({ kind, networks, states, parameters, keeps }) =>
            `${kind}: interacting networks ${networks}, states ${states.join(" and ")}, parameters ${parameters}. ${keeps}`,
        )
        .join(" "),
      width: DIAGRAM.width,
      height: Math.round(y - GAP),
    },
    rows,
  );
}

function row(cell: CellComparison): Markup {
  const { left } = TEXT;
  const facts: [string, string][] = [
    ["interacting networks", String(cell.networks)],
    ["states", cell.states.join(" and ")],
    ["parameters", count(cell.parameters)],
    ["multiplications a step", count(cell.multiplications)],
    [
      "fresh memory halves in",
      cell.fresh ? `${decimal(cell.fresh.halfLife, 1)} steps` : "no memory of its own",
    ],
  ];
  const lines = wrapToWidth(cell.keeps, 52);
  return html`<g transform="scale(${SCALE})">${cellDiagram(cell.anatomy)}</g>
${words(left, 18, cell.kind, "part-name")}${formula(left, 44, cell.memory, { size: 16 })}
${facts.map(([name, value], k) => html`${words(left, 70 + 18 * k, name, "part-fact")}${words(left + TEXT.width, 70 + 18 * k, value, "part-value", "end")}`)}
${lines.map((line, k) => words(left, 170 + 16 * k, line, "part-note"))}`;
}
