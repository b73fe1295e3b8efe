import { scaleLinear, scaleLog } from "d3-scale";
import type { SizedAccuracy } from "../../classifier/options.js";
import { Canvas, type PictureOptions } from "../../drawing/canvas.js";
import type { Markup } from "../../drawing/markup.js";
import { percent } from "../../drawing/numbers.js";
import { axisBottom, axisLeft, plotArea, strokes } from "../../drawing/svg.js";

/** Bytes as people say them: "20 KB", "1.8 MB". */
export const readableSize = (bytes: number): string =>
  bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** Pixels between names of sizes. */
const APART = 46;

/** Accuracy on rows held out by the size of the file. */
export function sizeChart(sizes: readonly SizedAccuracy[], options?: PictureOptions): Markup {
  const plot = plotArea(460, 260, { left: 56, right: 32, top: 14, bottom: 42 });
  const [first, last] = [sizes.at(-1)!, sizes[0]!];
  const low = Math.min(...sizes.map(({ accuracy }) => accuracy));
  const x = scaleLog([first.bytes, Math.max(last.bytes, first.bytes + 1)], [plot.left, plot.right]);
  const y = scaleLinear([Math.max(0, low - 0.02), 1], [plot.bottom, plot.top]).nice(4);
  // Of sizes that are so near that their names would touch, the larger one has its name.
  const ticks: number[] = [];
  for (const { bytes } of sizes) {
    if (ticks.length === 0 || x(ticks.at(-1)!) - x(bytes) >= APART) ticks.push(bytes);
  }
  return new Canvas("sizes", options).drawing(
    {
      title: "Accuracy against size",
      description: sizes
        .map(({ bytes, accuracy }) => `${readableSize(bytes)}: ${percent(accuracy)}`)
        .join(", "),
      width: plot.width,
      height: plot.height,
    },
    axisLeft(plot, y, { ticks: y.ticks(4), format: (value) => percent(value) }),
    axisBottom(plot, x, {
      ticks,
      format: readableSize,
      label: "size of the file",
    }),
    strokes(
      sizes.map(({ bytes, accuracy }) => [x(bytes), y(accuracy)] as const),
      "one",
    ),
  );
}
