import { max } from "d3-array";
import { Canvas, type PictureOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { count, percent } from "../../drawing/numbers.js";
import { type Data, data, dataLabel, labelWidth, px, words } from "../../drawing/svg.js";
import type { ConfusionMatrix } from "../../objectives/metrics/confusion.js";

/** Beyond this many classes a matrix is not drawn; the report lists what is confused instead. */
export const MOST_DRAWN = 20;

const WIDTH = 460;

/** Rows are what is, columns what was answered; each cell shaded by its share of the row. */
export function confusionChart(
  matrix: ConfusionMatrix,
  labels: readonly string[],
  options?: PictureOptions,
): Markup {
  const classes = matrix.length;
  const longest = Math.min(100, max(labels, labelWidth) ?? 0);
  const left = longest + 36;
  const size = Math.max(8, Math.min(120, (WIDTH - left - 40) / classes));
  const slanted = longest > size - 6;
  const top = 34 + (slanted ? 0.75 * longest : 12);
  const totals = matrix.map((row) => row.reduce((a, b) => a + b, 0));
  return new Canvas("confusion", options).drawing(
    {
      title: "Confusion matrix",
      description: `${classes} classes; rows are the true labels, columns the predicted ones. The numbers are in the table below.`,
      width: WIDTH,
      height: top + size * classes + 6,
    },
    words(left - 8, top - 8, "true", "axis-label", "end"),
    words(left + 2, 12, "predicted", "axis-label"),
    labels.map((label, k) => columnLabel(label, left + (k + 0.5) * size, top - 8, size, slanted)),
    labels.map((label, k) => dataLabel(left - 8, top + (k + 0.5) * size + 4, label, left - 8, "end")),
    matrix.map((row, i) =>
      row.map((value, j) =>
        cell(
          { x: left + j * size, y: top + i * size, size },
          value,
          totals[i] ? value / totals[i]! : 0,
          i === j,
          `${labels[i]} predicted as ${labels[j]}: ${count(value)}`,
          { label: labels[i], predicted: labels[j] },
        ),
      ),
    ),
  );
}

function columnLabel(label: string, x: number, y: number, size: number, slanted: boolean): Markup {
  if (!slanted) return dataLabel(x, y, label, size - 4, "middle");
  return html`<g transform="translate(${px(x)} ${px(y)}) rotate(-45)">${dataLabel(0, 4, label, 100)}</g>`;
}

function cell(
  { x, y, size }: { x: number; y: number; size: number },
  value: number,
  share: number,
  right: boolean,
  tooltip: string,
  of: Data,
): Markup {
  const box = html`x="${px(x + 1)}" y="${px(y + 1)}" width="${px(size - 2)}" height="${px(size - 2)}" rx="${size > 20 ? 3 : 1}"`;
  const shade = Math.round(share * 1000) / 1000;
  return html`<rect class="cell" ${box}/><rect class="fill ${right ? "one" : "two"}" ${box} fill-opacity="${shade}"${data(of)}><title>${tooltip} (${percent(share)} of its row)</title></rect>${cellText(x + size / 2, y + size / 2, size, value, share, inkOn(share, right))}`;
}

/** Counts while they fit, the share below where there is room for both. */
function cellText(x: number, y: number, size: number, value: number, share: number, ink: string): Markup[] {
  const roomy = size >= 60;
  if (size >= 40) {
    const number = words(x, y + (roomy ? 0 : 5), count(value), `cell-count ${ink}`, "middle");
    return roomy ? [number, words(x, y + 18, percent(share), ink, "middle")] : [number];
  }
  return size >= 20 && value > 0 ? [words(x, y + 4, count(value), ink, "middle")] : [];
}

/** The class of text that can be read on a shade: a full blue takes the ground's colour first, light or dark. */
function inkOn(share: number, right: boolean): string {
  if (share <= 0.55) return "ink";
  return share > 0.8 && right ? "on-fill" : "on-shade";
}
