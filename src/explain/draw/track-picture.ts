/** What a tracked training is drawn as: lines over the epochs, and a picture of one layer after one epoch. */
import { scaleLinear } from "d3-scale";
import { Canvas, type HeatMapOptions, type PictureOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { axisBottom, axisLeft, endLabels, plotArea, strokes, words } from "../../drawing/svg.js";
import type { TrackedEpoch, TrackedLayer, TrainingTrack } from "../track.js";
import { heatLegend, heatMap, unitRow } from "./heat-map.js";
import { decades, type Line, lineLegend, logLines } from "./log-lines.js";
import { numeral } from "./numbers.js";
import { wordsAxis, wordsHeight } from "./words-axis.js";

const WIDTH = 380;
const KINDS = ["one", "two", "three", "one thin", "two thin", "three thin"] as const;

/** A value an epoch; null where there is none. */
export interface EpochLine {
  name: string;
  values: readonly (number | null)[];
}

/** Lines over the epochs, from before training on, named at their ends. */
export function epochChart(
  id: string,
  title: string,
  lines: readonly EpochLine[],
  range?: readonly [number, number],
  options?: PictureOptions,
): Markup {
  const epochs = lines[0]!.values.length - 1;
  const plot = plotArea(WIDTH, 220, { left: 44, right: 96, top: 20, bottom: 44 });
  const known = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  const y = scaleLinear(range ?? [Math.min(0, ...known), Math.max(1e-12, ...known)], [plot.bottom, plot.top]);
  if (!range) y.nice(4);
  const x = scaleLinear([0, Math.max(1, epochs)], [plot.left, plot.right]);
  const end = lines.map(({ name, values }, k) => ({
    y: y(values.findLast((value) => value !== null) ?? Number.NaN),
    text: name,
    kind: KINDS[k % KINDS.length]!,
  }));
  const said = lines.map(
    ({ name, values }) => `${name}: ${numeral(values[0] ?? 0, 2)} to ${numeral(values.at(-1) ?? 0, 2)}`,
  );
  return new Canvas(id, options).drawing(
    {
      title,
      description: `From before training to epoch ${epochs}. ${said.join("; ")}.`,
      width: WIDTH,
      height: 220,
    },
    axisLeft(plot, y, { ticks: y.ticks(4), format: (value) => numeral(value, 2) }),
    axisBottom(plot, x, {
      ticks: x.ticks(Math.min(8, Math.max(1, epochs))).filter(Number.isInteger),
      format: String,
      label: "epochs done",
    }),
    lines.map(({ values }, k) =>
      strokes(
        values.map((value, epoch) => [x(epoch), value === null ? Number.NaN : y(value)] as const),
        KINDS[k % KINDS.length]!,
        { series: lines[k]!.name },
      ),
    ),
    endLabels(plot, end),
  );
}

/** Words that a map has room for; of longer texts the last ones. */
const MOST_WORDS = 24;

/** The same scales for all epochs, or playing them would show nothing. */
export interface LayerScales {
  memory: number;
  gradient: readonly Line[];
}

export function layerScales(epochs: readonly TrackedEpoch[], layer: number): LayerScales {
  const layers = epochs.map((epoch) => epoch.layers[layer]!);
  return {
    memory: Math.max(1e-12, ...layers.flatMap(({ memories }) => memories.flat().map(Math.abs))),
    gradient: layers.flatMap((each) => gradientLines(each)),
  };
}

function gradientLines({ gradient, gains }: TrackedLayer): Line[] {
  return [
    { name: "gradient of the loss", kind: "one", values: gradient },
    ...(gains ? [{ name: "σ of the steps", kind: "two", values: gains.products }] : []),
  ];
}

/** A layer after an epoch: what keeps and what is kept over the first text, and a gradient on its way back. */
export function layerPicture(
  { words: all }: Pick<TrainingTrack, "words">,
  epoch: TrackedEpoch,
  index: number,
  scales: LayerScales,
  options?: HeatMapOptions,
): Markup {
  const canvas = new Canvas(`track-${index}-${epoch.epoch}`, options);
  const layer = epoch.layers[index]!;
  const list = all.slice(-MOST_WORDS).map((word, t) => ({ t, word, known: true }));
  const width = 960;
  const units = layer.memories[0]?.length ?? 0;
  const height = Math.min(220, Math.max(60, units * 7));
  const half = layer.keeps.length > 0 ? 300 : 560;
  const top = 34;
  const keep = layer.kind === "LSTM" ? "forget gate" : "update gate";
  const memory = layer.kind === "LSTM" ? "cell state" : "hidden state";
  const map = (values: readonly (readonly number[])[], x: number, full: number, name: string) =>
    html`${words(x, top - 12, name, "heading")}${heatMap({ values: values.slice(-MOST_WORDS), full, of: { part: name.split(" ")[0]! }, column: (c) => ({ word: list[c]!.word }), row: unitRow }, { x, y: top, width: half - 24, height }, canvas)}${wordsAxis(list, x, top + height + 6, half - 24)}`;
  const plot = plotArea(width, top + height, { left: 690, right: 14, top: top + 26, bottom: 0 });
  const lines = gradientLines(layer);
  const { y, axis } = decades(plot, scales.gradient, "");
  const steps = Math.max(2, ...scales.gradient.map(({ values }) => values.length));
  const x = scaleLinear([0, steps - 1], [plot.left, plot.right]);
  const bottom = top + height + Math.max(wordsHeight(list), 48) + 24;
  return canvas.drawing(
    {
      data: { layer: layer.layer, epoch: epoch.epoch },
      title: `${layer.layer} after epoch ${epoch.epoch}`,
      description: describe(layer),
      width,
      height: bottom,
    },
    layer.keeps.length > 0 && map(layer.keeps, 0, 1, keep),
    map(layer.memories, layer.keeps.length > 0 ? half : 0, scales.memory, memory),
    heatLegend(0, bottom - 6, canvas),
    words(plot.left - 46, top - 12, "a gradient on its way back", "heading"),
    lineLegend(lines, plot.left - 46, top + 6),
    axis,
    axisBottom(plot, x, { ticks: x.ticks(6).filter(Number.isInteger), format: String, label: "steps back" }),
    logLines(lines, (k) => x(k), y),
  );
}

function describe({ gates, memory, gradient, gains, flat }: TrackedLayer): string {
  const stand = gates.map(({ name, mean }) => `${name} ${numeral(mean, 2)}`).join(", ");
  const back =
    gradient.length > 1
      ? ` After ${gradient.length - 1} steps back ${numeral(gradient.at(-1)!, 3)} of the gradient is left.`
      : "";
  const most = gains ? ` A step stretches one at most ${numeral(gains.step, 3)} times.` : "";
  const none = flat > 0 ? ` ${flat} texts are not in it: their loss has no gradient.` : "";
  return `${stand === "" ? "" : `Gates on average: ${stand}. `}Memory ${numeral(memory, 3)} in size.${back}${none}${most}`;
}
