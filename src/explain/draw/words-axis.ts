/** Words along the columns of heat maps and charts, slanted, each under its column. */
import { cutToWidth, displayWidth, printable } from "../../base/text.js";
import { html, type Markup } from "../../drawing/markup.js";
import { data, px } from "../../drawing/svg.js";
import type { Word } from "../sentence.js";

const LONGEST = 15;

/** Room that the slanted words take below. */
export function wordsHeight(words: readonly Word[]): number {
  const longest = Math.max(0, ...words.map(({ word }) => Math.min(LONGEST, displayWidth(printable(word)))));
  return 16 + longest * 6.2;
}

/** Pixels that slanted words need from one to the next. */
const CLOSEST = 14;

export function wordsAxis(
  words: readonly Word[],
  x: number,
  y: number,
  width: number,
  chosen?: number,
): Markup {
  const step = width / words.length;
  const every = Math.max(1, Math.ceil(CLOSEST / step));
  return html`${words.map(({ t, word, known }, k) => {
    if (k % every !== 0 && k !== chosen) return undefined;
    const whole = printable(word);
    const shown = cutToWidth(whole, LONGEST);
    const at = `translate(${px(x + (k + 0.5) * step + 4)} ${px(y + 8)}) rotate(-58)`;
    return html`<g transform="${at}"><text class="word${!known && " strange"}${k === chosen && " chosen"}" text-anchor="end"${data({ step: t, word: whole })}>${shown}${shown !== whole && html`<title>${whole}</title>`}</text></g>`;
  })}`;
}
