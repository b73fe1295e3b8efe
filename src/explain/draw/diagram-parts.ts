/** What the drawings of cells share: where their lines run, their parts by name, the bus of inputs, the legend. */
import { html, type Markup } from "../../drawing/markup.js";
import { formula } from "../../drawing/math/svg-text.js";
import { type Anchor, data, px, words } from "../../drawing/svg.js";
import type { CellAnatomy, CellPart } from "../anatomy.js";
import type { CellKind } from "../cells/names.js";
import { BOX, badge, fork, network, wire } from "./diagram.js";

/** The state's line, the networks' row, and the line of x_t and h_{t−1}. */
export const TOP = 104;
export const ROW = 270;
export const BUS = 344;
export const BODY = { left: 130, right: 830, bottom: 384 };
export const BODY_TOP = { LSTM: 52, GRU: 52, SimpleRNN: 132 } as const;
export const [LEFT, RIGHT] = [40, 920];
/** Where x_t and h_{t−1} come together. */
export const JOIN = 190;

/** What a diagram shows beside its symbols: values of one unit by part, "0.93". */
export type PartValues = Readonly<Record<string, string>>;

/** Parts by id, and how they are drawn. */
export class Parts {
  constructor(
    readonly anatomy: CellAnatomy,
    private readonly values: PartValues,
  ) {}

  of(id: string): CellPart {
    return this.anatomy.parts.find((part) => part.id === id)!;
  }

  /** A network with its number at the upper left and its name below. */
  network(id: string, x: number, nameAt = x + 9): Markup {
    const { network: own, number, name } = this.of(id);
    const kind = name.endsWith("gate") ? "gate" : "candidate";
    return html`<g${data({ part: id })}>${network(x, ROW, own!.activation, kind)}${badge(x - BOX.width, ROW - BOX.height, number)}${words(nameAt, ROW + BOX.height + 17, name, "part-fact")}</g>`;
  }

  badge(id: string, x: number, y: number, kind: string): Markup {
    return html`<g${data({ part: id })}>${badge(x, y, this.of(id).number, kind)}</g>`;
  }

  /** A part's symbol, with its value below where there is one. */
  symbol(id: string, x: number, y: number, anchor: Anchor = "start"): Markup {
    return html`<g${data({ part: id })}>${formula(x, y, this.of(id).symbol, { size: 17, anchor })}${this.value(id, x, y + 16, anchor)}</g>`;
  }

  value(id: string, x: number, y: number, anchor: Anchor = "start"): Markup {
    const value = this.values[id];
    return html`${value !== undefined && words(x, y, value, "part-value", anchor)}`;
  }

  /** A state's line comes in at the left and goes out at the right; its values stand below. */
  ends(tex: string, id: string, y: number): Markup {
    return html`${formula(LEFT, y - 14, `${tex}_{t-1}`, { size: 17 })}${this.value(`${id} before`, LEFT, y + 24)}
${formula(RIGHT, y - 14, `${tex}_{t}`, { size: 17, anchor: "end" })}${this.value(id, RIGHT, y + 24, "end")}`;
  }
}

/**
 * x_t comes from below and joins h_{t−1} in one line, which feeds the networks at these places.
 * @param nameAt where the line's name stands, below it
 */
export function bus(places: readonly number[], nameAt = 22): Markup {
  const end = places.at(-1)!;
  const lower = ROW + BOX.height;
  return html`${wire(
    [
      [JOIN, 424],
      [JOIN, BUS],
    ],
    "plain",
    { head: false },
  )}
${wire(
  [
    [JOIN, BUS],
    [end, BUS],
    [end, lower],
  ],
  "bus",
)}
${places.slice(0, -1).map(
  (x) =>
    html`${wire(
      [
        [x, BUS],
        [x, lower],
      ],
      "bus",
    )}${fork(x, BUS)}`,
)}
${fork(JOIN, BUS)}
${formula(JOIN - 10, 420, "x_{t}", { size: 19, anchor: "end" })}
${formula(JOIN + 8, BUS + nameAt, "[x_{t}, h_{t-1}]", { size: 14, kind: "quiet" })}`;
}

/** What the shapes and lines mean, along the bottom. */
export function legend(kind: CellKind): Markup {
  const y = 410;
  const network = html`<rect class="network" x="0" y="-7" width="22" height="14" rx="4"/><rect class="network candidate" x="27" y="-7" width="22" height="14" rx="4"/>`;
  const items: [Markup, number, string][] = [
    [network, 49, "networks with weights"],
    [html`<circle class="pointwise" cx="8" cy="0" r="8"/>`, 16, "number by number"],
    [html`<path class="wire cell-state" d="M0 0h30"/>`, 30, "cell state"],
    [html`<path class="wire hidden-state" d="M0 0h30"/>`, 30, "hidden state"],
  ];
  const shown = { LSTM: items, GRU: items.toSpliced(2, 1), SimpleRNN: items.toSpliced(1, 2) }[kind];
  let x: number = BODY.right;
  return html`${shown.reverse().map(([sign, width, text]) => {
    const wide = width + 8 + text.length * 6.6;
    x -= wide + 24;
    return html`<g transform="translate(${px(x + 24)} ${y})">${sign}${words(width + 8, 4, text, "legend")}</g>`;
  })}`;
}
