import { html, type Markup } from "../../drawing/markup.js";
import { px, type Scale, strokes, words } from "../../drawing/svg.js";

/** Where what is said is what is so: a dotted line across both domains, which are the same, named under it on its slope. @param away pixels */
export function diagonal(name: string, x: Scale, y: Scale, away = 10): Markup {
  const [from, to] = x.domain() as [number, number];
  const named = from + 0.68 * (to - from);
  const slope = (Math.atan2(y(from) - y(to), x(to) - x(from)) * 180) / Math.PI;
  return html`${strokes(
    [
      [x(from), y(from)],
      [x(to), y(to)],
    ],
    "ideal",
  )}<g transform="translate(${px(x(named) + away - 2)} ${px(y(named) + away)}) rotate(${px(-slope)})">${words(0, 0, name, "marker-label", "middle")}</g>`;
}
