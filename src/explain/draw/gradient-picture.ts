/** A gradient on its way back: its size over the words, the paths it takes, what each step can do to it, other cells. */

import { scaleLinear } from "d3-scale";
import { Canvas, type HeatMapOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { axisBottom, endLabels, type Plot, plotArea, words } from "../../drawing/svg.js";
import { type CellKind, stateLetter } from "../cells/names.js";
import type { GradientView } from "../gradient-view.js";
import type { Study, StudyCurve } from "../study.js";
import { heatMap } from "./heat-map.js";
import { decades, type Line, lineLegend, logLines } from "./log-lines.js";
import { numeral, tiny } from "./numbers.js";
import { wordsAxis, wordsHeight } from "./words-axis.js";

const WIDTH = 960;
const LEFT = 190;
const RIGHT = 20;

export function gradientPicture(view: GradientView, options?: HeatMapOptions): Markup {
  const canvas = new Canvas(`gradient-${view.layer}`, options);
  const width = Math.min(WIDTH - LEFT - RIGHT, Math.max(300, view.words.length * 62));
  const sizes = sizePanel(view, width, 24);
  const paths = pathPanel(view, width, sizes.bottom + 44, canvas);
  const gains = gainPanel(view, width, paths.bottom + 50);
  const study = view.study ? studyPanel(view.study, gains.bottom + 46) : null;
  return canvas.drawing(
    {
      data: { layer: view.layer },
      title: `Gradient of the ${view.objective.name} through ${view.layer}`,
      description: describe(view),
      width: WIDTH,
      height: study?.bottom ?? gains.bottom,
    },
    sizes.drawn,
    paths.drawn,
    gains.drawn,
    study?.drawn,
  );
}

function describe({ norms, words: list, state, study }: GradientView): string {
  const ends = `From “${list.at(-1)!.word}” back to “${list[0]!.word}” the norm of the gradient of the ${state} state goes from ${numeral(norms.at(-1)!.total, 4)} to ${tiny(norms[0]!.total)}.`;
  const others =
    study?.curves.map(({ name, perStep }) => `${name}: times ${numeral(perStep, 3)} a step`) ?? [];
  return [ends, ...others].join(" ");
}

interface Panel {
  drawn: Markup;
  bottom: number;
}

/** An area for lines over the words, its heading above. */
const area = (top: number, width: number, height: number): Plot => ({
  ...plotArea(WIDTH, top + height, { left: LEFT, right: WIDTH - LEFT - width, top: 0, bottom: 0 }),
  top,
  bottom: top + height,
});

const columns = (plot: Plot, count: number) => (k: number) =>
  plot.left + ((k + 0.5) / count) * (plot.right - plot.left);

function sizePanel(
  { norms, words: list, state, layer, objective, kind }: GradientView,
  width: number,
  y: number,
): Panel {
  const plot = area(y + 62, width, 190);
  const memory = `∂E/∂${stateLetter(state)}`;
  const lines: Line[] = [
    { name: `${memory}, all paths`, kind: "one", values: norms.map(({ total }) => total) },
    { name: "direct path alone", kind: "three", values: norms.map(({ direct }) => direct) },
    { name: "through the networks", kind: "two", values: norms.map(({ indirect }) => indirect) },
    ...(kind === "LSTM" ? [{ name: "∂E/∂h", kind: "ideal", values: norms.map(({ hidden }) => hidden) }] : []),
  ];
  const { y: scale, axis } = decades(plot, lines, "norm");
  const drawn = html`${words(0, y, `How large the gradient of the ${objective.name} is at each word, in ${layer}`, "heading")}
${lineLegend(lines, 0, y + 24)}${axis}${logLines(lines, columns(plot, list.length), scale)}`;
  return { drawn, bottom: plot.bottom };
}

/** Where the gradient of the step before each word comes from: shares of the paths' norms. */
function pathPanel(
  { paths, words: list, step, chosen }: GradientView,
  width: number,
  y: number,
  canvas: Canvas,
): Panel {
  const rows = step.map(({ path, name }) => ({ path, name }));
  const height = 26 * rows.length;
  const box = { x: LEFT, y: y + 26, width, height };
  const values = list.map((_, k) => {
    const norms = rows.map(({ path }) => paths[path]![k]!);
    const sum = norms.reduce((a, b) => a + b, 0);
    return norms.map((value) => (sum > 0 ? value / sum : 0));
  });
  const drawn = html`${words(0, y, "The paths by which it reaches the step before each word: shares of their norms", "heading")}
${rows.map(({ path, name }, r) => words(LEFT - 12, box.y + 26 * r + 17, name.replace("from the layer above, at the step before", "from above"), "part-role", "end", { path }))}
${heatMap({ values, full: 1, column: (c) => ({ step: list[c]!.t }), row: (r) => ({ path: rows[r]!.path }) }, box, canvas)}
<rect class="pointer" x="${LEFT + (chosen / list.length) * width}" y="${box.y - 3}" width="${width / list.length}" height="${height + 6}"/>
${wordsAxis(list, LEFT, box.y + height + 6, width, chosen)}`;
  return { drawn, bottom: box.y + height + wordsHeight(list) };
}

function gainPanel({ gains, words: list }: GradientView, width: number, y: number): Panel {
  const plot = area(y + 62, width, 150);
  const lines: Line[] = [
    { name: "one step", kind: "two", values: gains.steps },
    { name: "all steps from there to the end", kind: "one", values: gains.products },
  ];
  const { y: scale, axis } = decades(plot, lines, "largest singular value");
  const drawn = html`${words(0, y, "The most a gradient can grow: largest singular values of the step Jacobians", "heading")}
${lineLegend(lines, 0, y + 24)}${axis}${logLines(lines, columns(plot, list.length), scale)}${wordsAxis(list, LEFT, plot.bottom + 6, width)}`;
  return { drawn, bottom: plot.bottom + wordsHeight(list) };
}

const KINDS: Record<CellKind, string> = { LSTM: "one", SimpleRNN: "two", GRU: "three" };

function studyPanel({ curves, units, seed }: Study, y: number): Panel {
  const plot = { ...area(y + 66, WIDTH - 70 - 220, 270), left: 70, right: WIDTH - 220 };
  const steps = curves[0]!.relative.length;
  const x = scaleLinear([0, Math.max(1, steps - 1)], [plot.left, plot.right]);
  // From the end backwards: the further right, the longer ago.
  const lines = curves.map((curve): Line => {
    return { name: curve.name, kind: kindOf(curve), values: curve.relative.toReversed() };
  });
  const { y: scale, axis } = decades(plot, lines, "norm of ∂E/∂memory, relative to the last step");
  const ends = curves.map(({ relative, perStep, name, kind }) => ({
    y: scale(Math.max(scale.domain()[0]!, Math.log10(relative[0]!))),
    text: `${name}: ${numeral(perStep, 3)}`,
    kind: KINDS[kind],
  }));
  const drawn = html`${words(0, y, "The same words through fresh cells, untrained, with one seed", "heading")}
${words(0, y + 18, `${units} units each, seed ${seed}; E is the last hidden state along a random direction. R is the recurrent kernel; the figures are factors a step.`, "subheading")}
${axis}${axisBottom(plot, x, { ticks: x.ticks(Math.min(10, steps)), format: String, label: "steps back from the end" })}
${logLines(lines, (k) => x(k), scale)}${endLabels(plot, ends)}`;
  return { drawn, bottom: plot.bottom + 46 };
}

const kindOf = ({ kind, forgetBias, recurrentScale, updateBias }: StudyCurve): string =>
  `${KINDS[kind]}${forgetBias === undefined && recurrentScale === undefined && updateBias === undefined ? "" : " thin"}`;
