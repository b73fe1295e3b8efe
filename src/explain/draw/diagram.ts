/** The pieces that drawings of cells are made of: wires with round corners, networks, pointwise operations, badges. */
import { html, type Markup } from "../../drawing/markup.js";
import { formula } from "../../drawing/math/svg-text.js";
import { px, words } from "../../drawing/svg.js";

export type Point = readonly [number, number];
export type WireKind = "plain" | "state" | "hidden" | "bus";

const CORNER = 12;
const HEADS: Record<WireKind, number> = { plain: 5, bus: 6, hidden: 7, state: 10 };

/** The class of a state's line: "hidden" alone is what pages hide things by. */
const classOf = (kind: string): string =>
  ({ state: " cell-state", hidden: " hidden-state", "": "" })[kind] ?? ` ${kind}`;

/** A wire along straight pieces with round corners; an arrow head at its end unless it ends in another wire. */
export function wire(
  points: readonly Point[],
  kind: WireKind = "plain",
  { head = true, over = false } = {},
): Markup {
  const [end, before] = [points.at(-1)!, points.at(-2)!];
  const size = HEADS[kind];
  const back = head ? along(end, before, size * 1.4) : end;
  const path = rounded([...points.slice(0, -1), back]);
  return html`${over && html`<path class="casing" d="${path}"/>`}<path class="wire${classOf(kind)}" d="${path}"/>${head && arrowHead(end, before, size, kind)}`;
}

/** The point so far from `from` towards `to`. */
function along(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const share = length > 0 ? Math.min(1, distance / length) : 0;
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}

function rounded(points: readonly Point[]): string {
  const at = ([x, y]: Point) => `${px(x)} ${px(y)}`;
  const pieces = [`M${at(points[0]!)}`];
  for (let i = 1; i < points.length - 1; i++) {
    const [before, corner, after] = [points[i - 1]!, points[i]!, points[i + 1]!];
    const reach = (other: Point) =>
      Math.min(CORNER, Math.hypot(other[0] - corner[0], other[1] - corner[1]) / 2);
    pieces.push(
      `L${at(along(corner, before, reach(before)))} Q${at(corner)} ${at(along(corner, after, reach(after)))}`,
    );
  }
  return `${pieces.join(" ")} L${at(points.at(-1)!)}`;
}

function arrowHead(end: Point, before: Point, size: number, kind: WireKind): Markup {
  const [dx, dy] = [end[0] - before[0], end[1] - before[1]];
  const length = Math.hypot(dx, dy);
  const [ux, uy] = [dx / length, dy / length];
  const corner = (side: number): Point => [
    end[0] - ux * size * 1.8 - uy * side * size,
    end[1] - uy * size * 1.8 + ux * side * size,
  ];
  const points = [end, corner(1), corner(-1)].map(([x, y]) => `${px(x)},${px(y)}`).join(" ");
  return html`<polygon class="head${classOf(kind)}" points="${points}"/>`;
}

/** Half a network's box. */
export const BOX = { width: 30, height: 20 } as const;

/** A small network of weights under an activation, centred; a candidate's is shaded. */
export function network(x: number, y: number, activation: string, kind: "gate" | "candidate"): Markup {
  const { width: w, height: h } = BOX;
  const label = activation === "sigmoid" ? "\\sigma" : `\\operatorname{${activation}}`;
  const size = activation === "sigmoid" ? 19 : activation.length > 5 ? 11 : 16;
  return html`<rect class="network ${kind}" x="${x - w}" y="${y - h}" width="${2 * w}" height="${2 * h}" rx="6"/>${formula(x, y + 6, label, { size, anchor: "middle" })}`;
}

/** A product with weights under no activation, part of a candidate's network; `half` is half its height. */
export function weights(x: number, y: number, label: string, half: number): Markup {
  const { width: w } = BOX;
  return html`<rect class="network candidate" x="${x - w}" y="${y - half}" width="${2 * w}" height="${2 * half}" rx="6"/>${formula(x, y + 5, label, { size: 14, anchor: "middle" })}`;
}

export const RADIUS = 15;

/** ⊙, + or 1− on two wires. */
export function pointwise(x: number, y: number, sign: "times" | "plus" | "rest"): Markup {
  const circle = html`<circle class="pointwise" cx="${x}" cy="${y}" r="${RADIUS}"/>`;
  if (sign === "rest") return html`${circle}${formula(x, y + 5, "1-", { size: 15, anchor: "middle" })}`;
  if (sign === "times") return html`${circle}<circle class="head" cx="${x}" cy="${y}" r="3"/>`;
  const r = 7;
  return html`${circle}<path class="sign" d="M${x - r} ${y}H${x + r}M${x} ${y - r}V${y + r}"/>`;
}

/** tanh on a wire, without weights. */
export function squash(x: number, y: number, activation: string): Markup {
  return html`<ellipse class="pointwise" cx="${x}" cy="${y}" rx="29" ry="14"/>${formula(x, y + 5, `\\operatorname{${activation}}`, { size: activation.length > 5 ? 11 : 15, anchor: "middle" })}`;
}

/** A part's number. */
export function badge(x: number, y: number, number: number, kind = ""): Markup {
  return html`<circle class="badge${classOf(kind)}" cx="${x}" cy="${y}" r="10"/>${words(x, y + 4.3, String(number), "badge-number", "middle")}`;
}

/** Where a wire forks. */
export const fork = (x: number, y: number, kind = ""): Markup =>
  html`<circle class="head${classOf(kind)}" cx="${x}" cy="${y}" r="4.5"/>`;
