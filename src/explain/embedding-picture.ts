/** The map of an Embedding drawn: a mark a word, names for the words that tell most, none over another. */
import { decimal, percent } from "../base/numbers.js";
import { displayWidth, printable } from "../base/text.js";
import { Canvas, type PictureOptions } from "../drawing/canvas.js";
import { html, type Markup } from "../drawing/markup.js";
import { data, px, words } from "../drawing/svg.js";
import type { EmbeddingMap, MapPoint } from "./embedding.js";

const WIDTH = 760;
const HEIGHT = 600;
/** Room around the points for names and the legend. */
const EDGE = { left: 14, right: 14, top: 34, bottom: 40 };
const LETTER = 6.8;
const LINE = 14;
const MOST_NAMES = 90;
/** A word whose effect is below this share of the largest counts as saying nothing either way. */
const FAINT = 0.1;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Placed {
  point: MapPoint;
  x: number;
  y: number;
  /** What the word does to the log-odds of the second label; null where there are not just two. */
  effect: number | null;
}

/** @param wanted ids of words to name whatever they tell, where there is room */
export function embeddingPicture(
  map: EmbeddingMap,
  wanted: readonly number[] = [],
  options?: PictureOptions,
): Markup {
  const { placed, stretch } = placePoints(map);
  const strongest = Math.max(...placed.map(({ effect }) => Math.abs(effect ?? 0)), 0);
  const kindOf = ({ effect }: Placed): Kind => {
    if (effect === null || Math.abs(effect) < FAINT * strongest) return "faint";
    return effect > 0 ? "one" : "two";
  };
  const named = placeNames(placed, wanted);
  return new Canvas(`embedding-${map.layer}`, options).drawing(
    {
      data: { layer: map.layer },
      title: `Map of the words in ${map.layer}`,
      description: describeMap(map, named),
      width: WIDTH,
      height: HEIGHT,
    },
    placed.map((item) => mark(item, kindOf(item))),
    named.map(({ item, box }) => words(box.x, box.y + 11, shown(item.point), "marker-label")),
    legend(map, strongest > 0, stretch),
  );
}

type Kind = "one" | "two" | "faint";
const shown = ({ word }: MapPoint) => printable(word);

/** How much further apart the picture shows the second direction than the first: it may vary far less. */
const MOST_STRETCH = 8;

interface Layout {
  placed: Placed[];
  stretch: number;
}

/** Points in pixels, filling the frame across; up as far as the stretch allows. */
function placePoints({ points }: EmbeddingMap): Layout {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const reach = (values: number[]) => Math.max(...values) - Math.min(...values) || 1;
  const centre = (values: number[]) => (Math.max(...values) + Math.min(...values)) / 2;
  const [width, height] = [WIDTH - EDGE.left - EDGE.right, HEIGHT - EDGE.top - EDGE.bottom];
  const scale = Math.min((width - 60) / reach(xs), height / reach(ys));
  const stretch = Math.min(MOST_STRETCH, height / (reach(ys) * scale));
  const x = (value: number) => EDGE.left + width / 2 + scale * (value - centre(xs));
  const y = (value: number) => EDGE.top + height / 2 - scale * stretch * (value - centre(ys));
  const placed = points.map((point) => ({
    point,
    x: x(point.x),
    y: y(point.y),
    effect: towardsSecond(point.effect),
  }));
  return { placed, stretch };
}

/** With one output, its change; with two, the second's; with more there is no one direction. */
function towardsSecond(effect: readonly number[] | null): number | null {
  if (effect === null || effect.length > 2) return null;
  return effect.at(-1)!;
}

/** Wanted words first, then those with the strongest effect on any output, then the longest vectors. */
function byTelling(wanted: readonly number[]): (a: Placed, b: Placed) => number {
  const asked = new Set(wanted);
  const telling = ({ point }: Placed) =>
    point.effect ? Math.max(...point.effect.map((change) => Math.abs(change))) : point.norm;
  return (a, b) =>
    Number(asked.has(b.point.id)) - Number(asked.has(a.point.id)) ||
    telling(b) - telling(a) ||
    a.point.id - b.point.id;
}

interface Name {
  item: Placed;
  box: Box;
}

/** The names that the picture of a map has, and their boxes in pixels. */
export const placedNames = (map: EmbeddingMap, wanted: readonly number[] = []): Name[] =>
  placeNames(placePoints(map).placed, wanted);

/** Names beside their marks, each where it covers neither another name nor another named mark. */
function placeNames(placed: readonly Placed[], wanted: readonly number[]): Name[] {
  const order = [...placed].sort(byTelling(wanted));
  const names: Name[] = [];
  const taken: Box[] = [];
  for (const item of order) {
    if (names.length >= MOST_NAMES) break;
    const width = displayWidth(shown(item.point)) * LETTER;
    const own: Box = { x: item.x - 4, y: item.y - 4, width: 8, height: 8 };
    if (taken.some((other) => overlap(own, other))) continue;
    const box = sides(item, width).find((b) => inside(b) && !taken.some((other) => overlap(b, other)));
    if (!box) continue;
    taken.push(box, own);
    names.push({ item, box });
  }
  return names;
}

/** Right, left, above, below. */
const sides = ({ x, y }: Placed, width: number): Box[] =>
  [
    [x + 7, y - LINE / 2],
    [x - 7 - width, y - LINE / 2],
    [x - width / 2, y - 6 - LINE],
    [x - width / 2, y + 6],
  ].map(([left, top]) => ({ x: left!, y: top!, width, height: LINE }));

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const inside = ({ x, y, width, height }: Box) =>
  x >= 2 && x + width <= WIDTH - 2 && y >= EDGE.top - 14 && y + height <= HEIGHT - EDGE.bottom + 14;

/** Up and down triangles for words that push the answer one way or the other, a small dot for the others. */
function mark({ point, x, y, effect }: Placed, kind: Kind): Markup {
  const tooltip = told(point, effect);
  const of = data({ id: point.id, word: point.word === "" ? undefined : shown(point) });
  if (kind === "faint") {
    return html`<circle class="fill faint" cx="${px(x)}" cy="${px(y)}" r="2"${of}><title>${tooltip}</title></circle>`;
  }
  const tip = kind === "one" ? -5 : 5;
  const path = `M${px(x)} ${px(y + tip)}L${px(x + 4.5)} ${px(y - tip * 0.6)}L${px(x - 4.5)} ${px(y - tip * 0.6)}Z`;
  return html`<path class="fill ${kind}" d="${path}"${of}><title>${tooltip}</title></path>`;
}

/** "free (99.8 %)": the word, and what the second output is for a text of it alone. */
const told = (point: MapPoint, effect: number | null) =>
  effect === null || !point.alone ? shown(point) : `${shown(point)} (${decimal(point.alone.at(-1)!, 3)})`;

function legend({ explained, labels, points }: EmbeddingMap, effects: boolean, stretch: number): Markup {
  const axes = `across ${percent(explained[0], 0)}, up ${percent(explained[1], 0)} of what sets the ${points.length} vectors apart${stretch > 1.05 ? `, drawn ${stretch.toFixed(1)} times as large` : ""}`;
  const second = labels && labels.length <= 2 ? printable(labels.at(-1)!) : "output";
  const key = [
    { kind: "one" as const, text: `raises ${second}`, x: 14 },
    {
      kind: "two" as const,
      text: `lowers ${second}`,
      x: 60 + 14 + displayWidth(`raises ${second}`) * LETTER,
    },
  ];
  const at = (x: number): Placed => ({ point: { ...points[0]!, word: "" }, x, y: 14, effect: null });
  return html`${effects && key.map(({ kind, text, x }) => html`${mark(at(x), kind)}${words(x + 10, 18, text, "tick-label")}`)}
${words(WIDTH - 14, HEIGHT - 8, axes, "axis-label", "end")}`;
}

function describeMap({ points, explained }: EmbeddingMap, named: readonly Name[]): string {
  const tell = named.slice(0, 12).map(({ item }) => told(item.point, item.effect));
  return `${points.length} words by the first two principal components of their vectors, which hold ${percent(explained[0] + explained[1])} of the variance. Most telling: ${tell.join(", ")}.`;
}
