/**
 * Pictures that follow one another, without a script: a radio button each, so that arrow keys step through them, and one that
 * plays them by CSS alone. All stand in one place, so that nothing jumps.
 */
import { type Content, html, type Markup } from "../../drawing/markup.js";

/** A picture and what it is called. */
export interface Frame {
  /** "3" */
  name: string;
  picture: Content;
}

/** Seconds that a picture stands while they are played. */
const SECONDS = 0.9;

/**
 * @param what "epoch": what a frame is one of; also the group's name on the page
 * @param first which is shown at first
 */
export function player(what: string, frames: readonly Frame[], first = frames.length - 1): Markup {
  const button = (id: string, label: string, checked: boolean) =>
    html`<input type="radio" name="${what}" id="${what}-${id}"${checked && html` checked=""`}><label for="${what}-${id}">${label}</label>`;
  return html`<div class="player" role="group" aria-label="${what}">${frames.map(({ name }, k) => button(String(k), name, k === first))}${button("play", "play", false)}
<div class="frames">${frames.map(({ name, picture }) => html`<div class="still drawing" aria-label="${what} ${name}">${picture}</div>`)}</div></div>
`;
}

/** What the page's style needs for players of so many frames. */
export function playerStyle(what: string, frames: number): string {
  const shown = Array.from(
    { length: frames },
    (_, k) => `#${what}-${k}:checked ~ .frames > :nth-child(${k + 1})`,
  );
  const played = Array.from(
    { length: frames },
    (_, k) =>
      `#${what}-play:checked ~ .frames > :nth-child(${k + 1}) { animation-delay: ${(k * SECONDS).toFixed(1)}s; }`,
  );
  const share = (100 / frames).toFixed(3);
  return `
.player { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 14px; }
.player input { position: absolute; opacity: 0; }
.player label { border: 1px solid var(--rule); border-radius: 6px; padding: 2px 10px; cursor: pointer; font-size: .9rem; }
.player input:checked + label { background: var(--one); border-color: var(--one); color: var(--on-fill); font-weight: 650; }
.player input:focus-visible + label { outline: 2px solid var(--ink); outline-offset: 2px; }
.frames { display: grid; flex-basis: 100%; min-width: 0; margin-top: 10px; }
.still { grid-area: 1 / 1; min-width: 0; visibility: hidden; }
${shown.join(",\n")} { visibility: visible; }
#${what}-play:checked ~ .frames > .still { animation: ${what}-frame ${(frames * SECONDS).toFixed(1)}s step-end infinite backwards; }
@keyframes ${what}-frame { 0% { visibility: visible; } ${share}% { visibility: hidden; } 100% { visibility: hidden; } }
${played.join("\n")}
@media (prefers-reduced-motion: reduce) { #${what}-play + label { display: none; } }
@media print { .player input, .player label { display: none; } }
`;
}
