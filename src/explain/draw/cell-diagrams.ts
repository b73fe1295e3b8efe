/** The three cells drawn: which wires meet where. Numbers are those of the anatomy's parts. */
import { html, type Markup } from "../../drawing/markup.js";
import { type Anchor, px, words } from "../../drawing/svg.js";
import type { CellAnatomy, CellPart } from "../anatomy.js";
import type { CellKind } from "../cells/cell.js";
import { BOX, badge, fork, network, pointwise, RADIUS, squash, wire } from "./diagram.js";
import { formula } from "./math-text.js";

/** What a drawing takes. */
export const DIAGRAM = { width: 960, height: { LSTM: 430, GRU: 430, SimpleRNN: 350 } } as const;

/** The state's line, the networks' row, and the line of x_t and h_{t−1}. */
const TOP = 104;
const ROW = 270;
const BUS = 344;
const BODY = { left: 130, right: 830, bottom: 384 };
const BODY_TOP = { LSTM: 52, GRU: 52, SimpleRNN: 132 } as const;
const [LEFT, RIGHT] = [40, 920];
/** Where x_t and h_{t−1} come together. */
const JOIN = 190;

/** What a diagram shows beside its symbols: values of one unit by part, "0.93". */
export type PartValues = Readonly<Record<string, string>>;

export function cellDiagram(anatomy: CellAnatomy, values: PartValues = {}): Markup {
  const draw = { LSTM: lstmDiagram, GRU: gruDiagram, SimpleRNN: rnnDiagram }[anatomy.kind];
  const { left, right, bottom } = BODY;
  const top = BODY_TOP[anatomy.kind];
  const above = DIAGRAM.height.LSTM - DIAGRAM.height[anatomy.kind];
  return html`<g transform="translate(0 ${-above})"><rect class="body" x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" rx="22"/>${draw(new Parts(anatomy, values))}</g>`;
}

/** Parts by id, and how they are drawn. */
class Parts {
  constructor(
    private readonly anatomy: CellAnatomy,
    private readonly values: PartValues,
  ) {}

  of(id: string): CellPart {
    return this.anatomy.parts.find((part) => part.id === id)!;
  }

  /** A network with its number at the upper left and its name below. */
  network(id: string, x: number, nameAt = x + 9): Markup {
    const { network: own, number, name } = this.of(id);
    const kind = name.endsWith("gate") ? "gate" : "candidate";
    return html`${network(x, ROW, own!.activation, kind)}${badge(x - BOX.width, ROW - BOX.height, number)}${words(nameAt, ROW + BOX.height + 17, name, "part-fact")}`;
  }

  badge(id: string, x: number, y: number, kind: string): Markup {
    return badge(x, y, this.of(id).number, kind);
  }

  /** A part's symbol, with its value below where there is one. */
  symbol(id: string, x: number, y: number, anchor: Anchor = "start"): Markup {
    return html`${formula(x, y, this.of(id).symbol, { size: 17, anchor })}${this.value(id, x, y + 16, anchor)}`;
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

/** x_t comes from below and joins h_{t−1} in one line, which feeds the networks at these places. */
function bus(places: readonly number[]): Markup {
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
${formula(JOIN + 10, BUS + 22, "[x_{t}, h_{t-1}]", { size: 14, kind: "quiet" })}`;
}

/** What the shapes and lines mean, along the bottom. */
function legend(kind: CellKind): Markup {
  const y = 410;
  const network = html`<rect class="network" x="0" y="-7" width="22" height="14" rx="4"/><rect class="network candidate" x="27" y="-7" width="22" height="14" rx="4"/>`;
  const items: [Markup, number, string][] = [
    [network, 49, "networks with weights"],
    [html`<circle class="pointwise" cx="8" cy="0" r="8"/>`, 16, "number by number"],
    [html`<path class="wire state" d="M0 0h30"/>`, 30, "cell state"],
    [html`<path class="wire hidden" d="M0 0h30"/>`, 30, "hidden state"],
  ];
  const shown = { LSTM: items, GRU: items.toSpliced(2, 1), SimpleRNN: items.toSpliced(1, 2) }[kind];
  let x: number = BODY.right;
  return html`${shown.reverse().map(([sign, width, text]) => {
    const wide = width + 8 + text.length * 6.6;
    x -= wide + 24;
    return html`<g transform="translate(${px(x + 24)} ${y})">${sign}${words(width + 8, 4, text, "legend")}</g>`;
  })}`;
}

function lstmDiagram(parts: Parts): Markup {
  const [F, I, G, O, OUT, UP] = [285, 420, 550, 660, 758, 797];
  const [ADD, MULTIPLY, MIX] = [485, 182, 222];
  const upper = ROW - BOX.height;
  return html`${wire(
    [
      [LEFT, BUS],
      [JOIN, BUS],
    ],
    "hidden",
    { head: false },
  )}
${bus([F, I, G, O])}
${wire([
  [F, upper],
  [F, TOP + RADIUS],
])}
${wire([
  [I, upper],
  [I, MULTIPLY],
  [ADD - RADIUS, MULTIPLY],
])}
${wire([
  [G, upper],
  [G, MULTIPLY],
  [ADD + RADIUS, MULTIPLY],
])}
${wire([
  [ADD, MULTIPLY - RADIUS],
  [ADD, TOP + RADIUS],
])}
${wire([
  [O, upper],
  [O, MIX],
  [OUT - RADIUS, MIX],
])}
${wire([
  [OUT, TOP],
  [OUT, 149],
])}
${wire([
  [OUT, 177],
  [OUT, MIX - RADIUS],
])}
${wire(
  [
    [OUT, MIX + RADIUS],
    [OUT, BUS],
    [RIGHT, BUS],
  ],
  "hidden",
)}
${wire(
  [
    [UP, BUS],
    [UP, 18],
  ],
  "hidden",
)}
${wire(
  [
    [LEFT, TOP],
    [RIGHT, TOP],
  ],
  "state",
  { over: true },
)}
${fork(UP, BUS, "hidden")}${fork(OUT, TOP + 3, "state")}
${pointwise(F, TOP, "times")}${pointwise(ADD, TOP, "plus")}${pointwise(ADD, MULTIPLY, "times")}${pointwise(OUT, MIX, "times")}
${squash(OUT, 163, parts.of("g").network!.activation)}
${parts.network("f", F)}${parts.network("i", I)}${parts.network("g", G)}${parts.network("o", O)}
${parts.symbol("f", F + 10, 196)}${parts.symbol("i", I - 10, 206, "end")}${parts.symbol("g", G + 10, 206)}${parts.symbol("o", O + 6, 194)}
${parts.ends("c", "c", TOP)}${parts.ends("h", "h", BUS)}${formula(UP + 12, 30, "h_{t}", { size: 17 })}
${parts.badge("c", 390, TOP, "state")}${parts.badge("h", UP, 300, "hidden")}${legend("LSTM")}`;
}

function gruDiagram(parts: Parts): Markup {
  const [R, Z, H, RESET, REST, ADD, UP] = [266, 434, 650, 352, 542, 650, 790];
  const [MULTIPLY, RESET_Y, LOW] = [182, 182, 320];
  const upper = ROW - BOX.height;
  return html`${wire(
    [
      [JOIN, TOP],
      [JOIN, BUS],
    ],
    "hidden",
    { head: false },
  )}
${bus([R, Z, H + 14])}
${wire([
  [R, upper],
  [R, RESET_Y],
  [RESET - RADIUS, RESET_Y],
])}
${wire(
  [
    [RESET, TOP],
    [RESET, RESET_Y - RADIUS],
  ],
  "hidden",
)}
${wire(
  [
    [RESET, RESET_Y + RADIUS],
    [RESET, LOW],
    [H - 14, LOW],
    [H - 14, ROW + BOX.height],
  ],
  "plain",
  { over: true },
)}
${wire([
  [Z, upper],
  [Z, TOP + RADIUS],
])}
${wire([
  [Z, MULTIPLY],
  [REST - RADIUS, MULTIPLY],
])}
${wire([
  [REST + RADIUS, MULTIPLY],
  [ADD - RADIUS, MULTIPLY],
])}
${wire([
  [H, upper],
  [H, MULTIPLY + RADIUS],
])}
${wire([
  [ADD, MULTIPLY - RADIUS],
  [ADD, TOP + RADIUS],
])}
${wire(
  [
    [LEFT, TOP],
    [RIGHT, TOP],
  ],
  "hidden",
)}
${wire(
  [
    [UP, TOP],
    [UP, 18],
  ],
  "hidden",
)}
${fork(JOIN, TOP, "hidden")}${fork(RESET, TOP, "hidden")}${fork(UP, TOP, "hidden")}${fork(Z, MULTIPLY)}
${pointwise(Z, TOP, "times")}${pointwise(ADD, TOP, "plus")}${pointwise(REST, MULTIPLY, "rest")}${pointwise(ADD, MULTIPLY, "times")}${pointwise(RESET, RESET_Y, "times")}
${parts.network("r", R)}${parts.network("z", Z)}${parts.network("h", H, H + 23)}
${parts.symbol("r", R + 10, 220)}${parts.symbol("z", Z + 10, 226)}${parts.symbol("h", H + 10, 226)}
${parts.ends("h", "state", TOP)}${formula(UP + 12, 30, "h_{t}", { size: 17 })}
${parts.badge("state", 262, TOP, "hidden")}${legend("GRU")}`;
}

function rnnDiagram(parts: Parts): Markup {
  const [H, OUT, UP] = [480, 186, 790];
  return html`${wire(
    [
      [LEFT, BUS],
      [JOIN, BUS],
    ],
    "hidden",
    { head: false },
  )}
${bus([H])}
${wire(
  [
    [H, ROW - BOX.height],
    [H, OUT],
    [UP, OUT],
  ],
  "hidden",
  { head: false },
)}
${wire(
  [
    [UP, OUT],
    [UP, BUS],
    [RIGHT, BUS],
  ],
  "hidden",
)}
${wire(
  [
    [UP, OUT],
    [UP, 98],
  ],
  "hidden",
)}
${fork(UP, OUT, "hidden")}
${parts.network("h", H)}
${parts.symbol("h", H + 12, 224)}
${parts.ends("h", "state", BUS)}${formula(UP + 12, 110, "h_{t}", { size: 17 })}
${parts.badge("state", 640, OUT, "hidden")}${legend("SimpleRNN")}`;
}
