/** The three cells under each other, each with its figures below it. */
import { count, decimal } from "../../base/numbers.js";
import { wrapToWidth } from "../../base/text.js";
import { Canvas, type PictureOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { formula } from "../../drawing/math/svg-text.js";
import { data, words } from "../../drawing/svg.js";
import type { CellComparison } from "../comparison.js";
import { cellDiagram, DIAGRAM } from "./cell-diagrams.js";

/** Of the drawings: smaller ones have letters that nobody reads. */
const SCALE = 0.85;
/** Figures to the left and words to the right, below the drawing. */
const FACTS = { left: 0, width: 380 } as const;
const PROSE = { left: 430, columns: 76 } as const;
const BELOW = 124;
const GAP = 44;
/** Above a drawing, for the cell's name and its memory's formula. */
const NAME = 40;

export function comparisonPicture(cells: readonly CellComparison[], options?: PictureOptions): Markup {
  let y = 0;
  const rows = cells.map((cell) => {
    const at = y;
    y += NAME + DIAGRAM.height[cell.kind] * SCALE + BELOW + GAP;
    return html`<g transform="translate(0 ${Math.round(at)})"${data({ kind: cell.kind })}>${row(cell)}</g>`;
  });
  const [{ anatomy }] = cells as [CellComparison];
  return new Canvas("compare-cells", options).drawing(
    {
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
  const lines = wrapToWidth(cell.keeps, PROSE.columns);
  const below = NAME + DIAGRAM.height[cell.kind] * SCALE + 30;
  return html`${words(0, 18, cell.kind, "part-name")}${formula(130, 18, cell.memory, { size: 17 })}
<g transform="translate(${(DIAGRAM.width * (1 - SCALE)) / 2} ${NAME}) scale(${SCALE})">${cellDiagram(cell.anatomy)}</g>
${facts.map(([name, value], k) => html`${words(FACTS.left, below + 18 * k, name, "part-fact")}${words(FACTS.left + FACTS.width, below + 18 * k, value, "part-value", "end")}`)}
${lines.map((line, k) => words(PROSE.left, below + 17 * k, line, "part-note"))}`;
}
