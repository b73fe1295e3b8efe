import { PICTURE_RULES } from "./picture-style.js";
import { tokenRules } from "./tokens.js";

/** Widths that a drawing can have at least on a page, in pixels; each is a class of the style sheet. */
export const LEAST_WIDTHS = Array.from({ length: 33 }, (_, k) => 200 + 20 * k);

/** The whole style of a page: light, dark and print. */
export const STYLE = `${tokenRules(":root")}${PICTURE_RULES}
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1040px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 12px; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 4px; }
h3, figcaption { font-size: 1rem; font-weight: 600; margin: 0 0 8px; }
section { margin-top: 48px; border-top: 1px solid var(--rule); padding-top: 24px; }
p { margin: 0 0 12px; max-width: 46em; }
.eyebrow { color: var(--quiet); font-size: .875rem; margin: 0 0 4px; }
.lead { font-size: 1.2rem; line-height: 1.45; max-width: 40em; }
.quiet, figure p { color: var(--quiet); font-size: .9rem; }
.notes { border-left: 4px solid var(--two); padding: 2px 0 2px 14px; margin: 16px 0; list-style: none; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(118px, 1fr)); gap: 12px; margin: 24px 0 0; }
.tiles.wide { grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); }
.tiles div { background: var(--panel); border-radius: 8px; padding: 12px 14px; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.tiles dt { color: var(--quiet); font-size: .82rem; line-height: 1.35; }
.tiles dt, .tiles dd { overflow-wrap: anywhere; }
.tiles span { display: block; }
.tiles dd { margin: 0; font-size: 1.4rem; font-weight: 650; line-height: 1.25; }
.tiles .long { font-size: 1.05rem; line-height: 1.67; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 24px 40px; margin-top: 16px; align-items: start; }
.pair > * { min-width: 0; }
figure { margin: 0; }
.block + figure { margin-top: 24px; }
figure > * + *, .pair h3 ~ h3 { margin-top: 14px; }
figure + figure { margin-top: 32px; }
.pair > figure + figure { margin-top: 0; }
.cellstate { max-width: 540px; }
/* Room at the sides, for letters that stand out a little: what scrolls is cut there. */
.drawing { overflow-x: auto; overflow-y: hidden; padding: 2px 6px; margin-inline: -6px; }
/* Narrower than this its letters are no longer read: the page scrolls it instead. */
${LEAST_WIDTHS.map((width) => `.drawing > .least-${width} { min-width: ${width}px; }`).join("\n")}
.scroll { overflow-x: auto; margin-bottom: 14px; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; color: var(--quiet); font-size: .85rem; padding-bottom: 6px; }
th, td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { font-weight: 600; }
thead th { color: var(--quiet); font-size: .85rem; vertical-align: bottom; }
tbody th { font-weight: 400; overflow-wrap: anywhere; }
th:first-child { padding-left: 0; }
th:first-child, .word { text-align: left; }
tfoot th, tfoot td { border-bottom: 0; color: var(--quiet); font-weight: 400; }
.facts th { color: var(--quiet); padding-right: 20px; overflow-wrap: break-word; }
.facts td { text-align: left; overflow-wrap: anywhere; }
details { margin-top: 10px; font-size: .9rem; }
summary { color: var(--quiet); cursor: pointer; }
details table { margin-top: 8px; max-width: 560px; }
.mistakes { list-style: none; padding: 0; margin: 16px 0 0; display: grid; gap: 12px; }
.mistakes li { background: var(--panel); border-radius: 8px; padding: 12px 16px; break-inside: avoid; }
.mistakes blockquote { margin: 0 0 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
.mistakes p { margin: 0; font-size: .9rem; color: var(--quiet); max-width: none; }
.mistakes strong { color: var(--ink); }
footer { margin-top: 48px; color: var(--quiet); font-size: .85rem; }
@media (max-width: 560px) {
  main { padding: 24px 16px 48px; }
  h1 { font-size: 1.6rem; }
  .lead { font-size: 1.08rem; }
  section { margin-top: 36px; }
  th, td { padding: 5px 6px; }
}
@media print {
  :root { color-scheme: light; }
  body { font-size: 10.5pt; background: #fff; color: #000; }
  .drawing, .scroll { overflow: visible; }
  /* With its heading on one page, of A4 or Letter. */
  .drawing > [class*="least-"] { min-width: 0; max-height: 225mm; }
  main { max-width: none; padding: 0; }
  section { margin-top: 20pt; padding-top: 10pt; }
  figure, tr, .tiles, .scroll, .block { break-inside: avoid; }
  .scroll:has(tr:nth-child(20)) { break-inside: auto; }
  h2, h3, figcaption, section > p { break-after: avoid; }
  tfoot { display: table-row-group; }
  .pair { grid-template-columns: 1fr 1fr; gap: 14pt 22pt; }
  .tiles { grid-template-columns: repeat(6, 1fr); gap: 6pt; }
  .tiles div { padding: 6pt 7pt; }
  .tiles dd { font-size: 13pt; }
  .tiles .long { font-size: 10pt; }
  table { font-size: 8.5pt; }
  th, td { padding: 2.5pt 5pt; }
  .tiles div, .mistakes li { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details { display: none; }
}
`;

/** A command to be copied, where a page has one. */
export const COMMAND_STYLE = `
.command { background: var(--panel); border-radius: 8px; padding: 12px 16px; overflow-wrap: anywhere; white-space: pre-wrap; font-size: .9rem; }
`;
