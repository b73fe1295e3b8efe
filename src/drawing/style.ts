/** Widths that a drawing can have at least on a page, in pixels; each is a class of the style sheet. */
export const LEAST_WIDTHS = Array.from({ length: 33 }, (_, k) => 200 + 20 * k);

/**
 * The report's whole style: light, dark and print. Series one, two and three (blue, orange, green of Okabe and Ito's
 * palette for colour blindness, set to the ground's lightness) differ in dashes too, so that they read in grey; with second,
 * third and fourth, each has a further line of its hue, of other dashes and weight.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f6f7f9; --ink: #1b1f24; --quiet: #59636e; --rule: #d8dde3;
  --one: #0068a8; --two: #d07a00; --three: #00805f; --two-ink: #975800;
  --cell: #eef0f3; --on-fill: #ffffff; --on-shade: #1b1f24;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --panel: #1d2127; --ink: #e6e9ed; --quiet: #9aa5b1; --rule: #363d46;
    --one: #62b0ee; --two: #f0a234; --three: #3ecfa5; --two-ink: #f0a234;
    --cell: #232830; --on-fill: #0d1014; --on-shade: #0d1014;
  }
}
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
.chart { display: block; width: 100%; max-width: 540px; height: auto; overflow: visible; }
/* Room at the sides, for letters that stand out a little: what scrolls is cut there. */
.drawing { overflow-x: auto; overflow-y: hidden; padding: 2px 6px; margin-inline: -6px; }
/* Narrower than this its letters are no longer read: the page scrolls it instead. */
${LEAST_WIDTHS.map((width) => `.drawing > .least-${width} { min-width: ${width}px; }`).join("\n")}
.chart text { font-size: 12px; fill: var(--ink); }
.chart .tick-label, .chart .axis-label, .chart .marker-label { fill: var(--quiet); }
.chart .marker-label { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
.chart .tick-label { font-size: 11px; }
.chart .grid { stroke: var(--rule); stroke-width: 1; }
.chart .base, .chart .tick { stroke: var(--quiet); stroke-width: 1; }
.chart .stroke { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }
.chart .stroke.one { stroke: var(--one); }
.chart .stroke.two { stroke: var(--two); stroke-dasharray: 7 5; }
.chart .stroke.three { stroke: var(--three); stroke-dasharray: .1 5; stroke-width: 2.75; }
.chart .stroke.second { stroke-width: 3; }
.chart .stroke.third { stroke-width: 1.75; }
.chart .stroke.fourth { stroke-width: 3.5; }
.chart .stroke.one.second { stroke-dasharray: 16 6; }
.chart .stroke.two.second { stroke-dasharray: 9 5 .1 5; }
.chart .stroke.three.second { stroke-dasharray: 3 6; }
.chart .stroke.one.third { stroke-dasharray: 14 4 3 4; }
.chart .stroke.two.third { stroke-dasharray: 4 4; }
.chart .stroke.three.third { stroke-dasharray: .1 4 .1 9; }
.chart .stroke.one.fourth { stroke-dasharray: 12 6 .1 6 .1 6; }
.chart .stroke.two.fourth { stroke-dasharray: 12 6 3 6 3 6; }
.chart .stroke.three.fourth { stroke-dasharray: .1 9; }
.chart .stroke.thin { stroke-width: 1.25; opacity: .55; }
.chart .stroke.ideal { stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 3 4; }
.chart .dot { stroke: var(--ground); stroke-width: 1.25; }
.chart .dot.one, .chart .fill.one { fill: var(--one); }
.chart .dot.two, .chart .fill.two { fill: var(--two); }
.chart .dot.three { fill: var(--three); }
.chart .fill.faint { fill: var(--quiet); opacity: .5; }
.chart .whisker { stroke: var(--one); stroke-width: 1.5; opacity: .6; }
.chart .whisker.two { stroke: var(--two); }
.chart .whisker.three { stroke: var(--three); }
.chart .end-label { font-weight: 600; }
.chart .end-label.one { fill: var(--one); }
.chart .end-label.two { fill: var(--two-ink); }
.chart .end-label.three { fill: var(--three); }
.chart .marker { stroke: var(--quiet); stroke-width: 1; }
.chart .marker.two { stroke-dasharray: 3 3; }
.chart .cell { fill: var(--cell); }
.chart .cell-count { font-size: 17px; font-weight: 650; }
.chart .on-fill { fill: var(--on-fill); }
.chart .on-shade { fill: var(--on-shade); }
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
  .tiles div, .mistakes li, .chart * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details { display: none; }
}
`;

/** A command to be copied, where a page has one. */
export const COMMAND_STYLE = `
.command { background: var(--panel); border-radius: 8px; padding: 12px 16px; overflow-wrap: anywhere; white-space: pre-wrap; font-size: .9rem; }
`;
