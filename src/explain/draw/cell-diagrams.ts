/** The three cells drawn: which wires meet where. Numbers are those of the anatomy's parts. */
import { html, type Markup } from "../../drawing/markup.js";
import type { CellAnatomy } from "../anatomy.js";
import { BODY, BODY_TOP, Parts, type PartValues } from "./diagram-parts.js";
import { gruDiagram } from "./gru-diagram.js";
import { lstmDiagram } from "./lstm-diagram.js";
import { rnnDiagram } from "./rnn-diagram.js";

/** What a drawing takes. */
export const DIAGRAM = { width: 960, height: { LSTM: 430, GRU: 430, SimpleRNN: 350 } } as const;

export function cellDiagram(anatomy: CellAnatomy, values: PartValues = {}): Markup {
  const draw = { LSTM: lstmDiagram, GRU: gruDiagram, SimpleRNN: rnnDiagram }[anatomy.kind];
  const { left, right, bottom } = BODY;
  const top = BODY_TOP[anatomy.kind];
  const above = DIAGRAM.height.LSTM - DIAGRAM.height[anatomy.kind];
  return html`<g transform="translate(0 ${-above})"><rect class="body" x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" rx="22"/>${draw(new Parts(anatomy, values))}</g>`;
}
