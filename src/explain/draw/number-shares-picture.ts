/** What every number of a row did, [T][F], as shades: a block an input, its steps from left to right, its features below one another. */
import { Canvas, type HeatMapOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { words } from "../../drawing/svg.js";
import type { Attribution, StepAttribution } from "../attribution.js";
import { stepName } from "../sentence.js";
import { heatLegend, heatMap } from "./heat-map.js";
import { numeral } from "./numbers.js";

const WIDTH = 960;
/** Pixels of a block's heading, and at most and least of a row. */
const HEAD = 34;
const [ROW, LEAST] = [20, 4];
/** No block is higher than this, unless its rows would be too low to see. */
const BLOCK = 360;

/** A number of the row with its share: "step 3, feature 2". */
export interface NumberShare {
  name: string;
  value: number;
  share: number;
}

/** The numbers with the largest shares, whichever way they point. */
export function strongestNumbers({ words: list, steps }: Attribution, most = 8): NumberShare[] {
  const several = new Set([...list, ...steps].map(({ input }) => input)).size > 1;
  const all = steps.flatMap((step) =>
    step.shares.map((share, f) => ({ name: nameOf(step, f, several), value: step.values[f]!, share })),
  );
  return all.sort((a, b) => Math.abs(b.share) - Math.abs(a.share)).slice(0, most);
}

function nameOf({ input, t, vector }: StepAttribution, f: number, several: boolean): string {
  const place = vector ? `feature ${f + 1}` : `${stepName(t)}, feature ${f + 1}`;
  return several ? `${input}: ${place}` : place;
}

/** The shares of every number of the row, input by input. */
export function numberSharesPicture(attribution: Attribution, options?: HeatMapOptions): Markup {
  const canvas = new Canvas("number-shares", options);
  const { steps } = attribution;
  const inputs = [...new Set(steps.map(({ input }) => input))];
  const full = Math.max(1e-12, ...steps.flatMap(({ shares }) => shares.map(Math.abs)));
  let y = 0;
  const blocks = inputs.map((input) => {
    const own = steps.filter((step) => step.input === input);
    const features = own[0]!.shares.length;
    const height = features * Math.max(LEAST, Math.min(ROW, BLOCK / features));
    const box = { x: 0, y: y + HEAD, width: WIDTH, height };
    y += HEAD + height + 12;
    const across = own[0]!.vector
      ? `${input}: one vector`
      : `${input}: ${stepName(own[0]!.t)} to ${own.at(-1)!.t + 1} from left to right`;
    return html`${words(0, box.y - 10, `${across}, feature 1 to ${features} from above`, "part-name")}${heatMap({ values: own.map(({ shares }) => shares), full, of: { input }, column: (c) => ({ step: own[c]!.t }), row: (feature) => ({ feature }) }, box, canvas)}`;
  });
  const told = strongestNumbers(attribution, 3).map(({ name, share }) => `${name} ${numeral(share, 3)}`);
  return canvas.drawing(
    {
      title: `What each number did to the ${attribution.objective}`,
      description: `Shares of ${steps.length} steps; the largest: ${told.join("; ")}.`,
      width: WIDTH,
      height: y + 24,
    },
    blocks,
    heatLegend(0, y + 14, canvas),
  );
}
