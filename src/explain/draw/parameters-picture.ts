/** Where a model's parameters are: a row a layer, a bar as long as its count, and the arithmetic below. */
import { count } from "../../base/numbers.js";
import { Canvas, type PictureOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { bar, data, dataLabel, px, words } from "../../drawing/svg.js";
import type { LayerParameters, ModelParameters } from "../parameters.js";

const WIDTH = 760;
const ROW = 52;
const BAR = { left: 190, right: 650, height: 16 } as const;

export function parametersPicture(
  { model, total, layers }: ModelParameters,
  options?: PictureOptions,
): Markup {
  const most = Math.max(1, ...layers.map((layer) => layer.count));
  return new Canvas("parameters", options).drawing(
    {
      title: `Parameters of ${model}: ${count(total)}`,
      description: layers
        .map(({ name, type, substitution }) => `${name} (${type}): ${substitution}.`)
        .join(" "),
      width: WIDTH,
      height: ROW * layers.length + 40,
    },
    layers.map((layer, k) => row(layer, k * ROW, most)),
    html`<line class="base axis" x1="${BAR.left}" x2="${WIDTH}" y1="${ROW * layers.length + 6}" y2="${ROW * layers.length + 6}"/>`,
    words(BAR.left, ROW * layers.length + 28, "total", "part-name"),
    words(WIDTH, ROW * layers.length + 28, count(total), "part-name", "end"),
  );
}

function row(layer: LayerParameters, y: number, most: number): Markup {
  const { name, type, substitution, formula } = layer;
  const width = ((BAR.right - BAR.left) * layer.count) / most;
  const box = {
    x: BAR.left,
    y: y + 6,
    width: layer.count > 0 ? Math.max(width, 1.5) : 0,
    height: BAR.height,
  };
  const arithmetic = layer.count > 0 ? `${formula} = ${substitution}` : "nothing to learn";
  return html`<g${data({ layer: name })}>${dataLabel(0, y + 18, name, BAR.left - 12)}${words(0, y + 36, type, "part-fact")}
${bar(box, "fill one", substitution)}${words(WIDTH, y + 19, count(layer.count), "part-name", "end")}
${words(BAR.left, px(y + 40), arithmetic, "part-fact")}</g>`;
}
