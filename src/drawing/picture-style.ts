/**
 * The style of pictures: of all that drawings are made of, and of formulas set as MathML on lines of their own. Everything
 * is under the class `cellstate`, which each picture has, so that nothing else on a page is touched.
 */
import { tokenRules } from "./tokens.js";

/**
 * The rules, for pages that have the tokens already. Series one, two and three differ in dashes too, so that they read in
 * grey; with second, third and fourth, each has a further line of its hue, of other dashes and weight. Kinds of wires and
 * of boxes differ in shape as well as in hue.
 */
export const PICTURE_RULES = `
.cellstate { display: block; width: 100%; height: auto; overflow: visible; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif; font-variant-numeric: tabular-nums; }
.cellstate text { fill: var(--ink); }
.cellstate .tick-label, .cellstate .axis-label, .cellstate .marker-label { fill: var(--quiet); }
.cellstate .marker-label { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
.cellstate .tick-label { font-size: 11px; }
.cellstate .grid { stroke: var(--rule); stroke-width: 1; }
.cellstate .base, .cellstate .tick { stroke: var(--quiet); stroke-width: 1; }
.cellstate .stroke { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }
.cellstate .stroke.one { stroke: var(--one); }
.cellstate .stroke.two { stroke: var(--two); stroke-dasharray: 7 5; }
.cellstate .stroke.three { stroke: var(--three); stroke-dasharray: .1 5; stroke-width: 2.75; }
.cellstate .stroke.second { stroke-width: 3; }
.cellstate .stroke.third { stroke-width: 1.75; }
.cellstate .stroke.fourth { stroke-width: 3.5; }
.cellstate .stroke.one.second { stroke-dasharray: 16 6; }
.cellstate .stroke.two.second { stroke-dasharray: 9 5 .1 5; }
.cellstate .stroke.three.second { stroke-dasharray: 3 6; }
.cellstate .stroke.one.third { stroke-dasharray: 14 4 3 4; }
.cellstate .stroke.two.third { stroke-dasharray: 4 4; }
.cellstate .stroke.three.third { stroke-dasharray: .1 4 .1 9; }
.cellstate .stroke.one.fourth { stroke-dasharray: 12 6 .1 6 .1 6; }
.cellstate .stroke.two.fourth { stroke-dasharray: 12 6 3 6 3 6; }
.cellstate .stroke.three.fourth { stroke-dasharray: .1 9; }
.cellstate .stroke.thin { stroke-width: 1.25; opacity: .55; }
.cellstate .stroke.ideal { stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 3 4; }
.cellstate .dot { stroke: var(--ground); stroke-width: 1.25; }
.cellstate .dot.one, .cellstate .fill.one { fill: var(--one); }
.cellstate .dot.two, .cellstate .fill.two { fill: var(--two); }
.cellstate .dot.three { fill: var(--three); }
.cellstate .fill.faint { fill: var(--quiet); opacity: .5; }
.cellstate .whisker { stroke: var(--one); stroke-width: 1.5; opacity: .6; }
.cellstate .whisker.two { stroke: var(--two); }
.cellstate .whisker.three { stroke: var(--three); }
.cellstate .end-label { font-weight: 600; }
.cellstate .end-label.one { fill: var(--one); }
.cellstate .end-label.two { fill: var(--two-ink); }
.cellstate .end-label.three { fill: var(--three); }
.cellstate .marker { stroke: var(--quiet); stroke-width: 1; }
.cellstate .marker.two { stroke-dasharray: 3 3; }
.cellstate .cell { fill: var(--cell); }
.cellstate .cell-count { font-size: 17px; font-weight: 650; }
.cellstate .on-fill { fill: var(--on-fill); }
.cellstate .on-shade { fill: var(--on-shade); }
.cellstate .math, .cellstate .math tspan { font-family: "STIX Two Text", "STIX Two Math", "Cambria Math", Cambria, "Latin Modern Math", "Liberation Serif", "Times New Roman", serif; }
.cellstate .math .var { font-style: italic; }
.cellstate .math .script { font-size: .72em; }
.cellstate .math.quiet { fill: var(--quiet); }
.cellstate .body { fill: var(--panel); stroke: var(--rule); stroke-width: 1.5; }
.cellstate .wire { fill: none; stroke: var(--ink); stroke-width: 2; stroke-linejoin: round; }
.cellstate .wire.cell-state { stroke: var(--one); stroke-width: 6; stroke-linecap: butt; }
.cellstate .wire.hidden-state { stroke: var(--three); stroke-width: 3.5; }
.cellstate .wire.bus { stroke-width: 3.5; stroke: var(--ink); }
.cellstate .casing { fill: none; stroke: var(--panel); stroke-width: 9; }
.cellstate .head { fill: var(--ink); }
.cellstate .head.cell-state { fill: var(--one); }
.cellstate .head.hidden-state { fill: var(--three); }
.cellstate .network { fill: var(--ground); stroke: var(--ink); stroke-width: 2; }
.cellstate .network.candidate { fill: var(--rule); }
.cellstate .pointwise { fill: var(--ground); stroke: var(--ink); stroke-width: 1.5; }
.cellstate .sign { stroke: var(--ink); stroke-width: 2; stroke-linecap: round; }
.cellstate .badge { fill: var(--ink); }
.cellstate .badge.cell-state { fill: var(--one); }
.cellstate .badge.hidden-state { fill: var(--three); }
.cellstate .badge-number { fill: var(--ground); font-size: 12px; font-weight: 700; }
.cellstate .part-name { font-size: 15px; font-weight: 650; }
.cellstate .part-role { font-size: 13px; }
.cellstate .part-fact, .cellstate .legend { font-size: 12px; fill: var(--quiet); }
.cellstate .part-value { font-size: 13px; font-weight: 650; }
.cellstate .part-note { font-size: 12.5px; }
.cellstate .card { fill: var(--panel); }
.cellstate .heading { font-size: 15px; font-weight: 650; }
.cellstate .subheading { font-size: 12px; fill: var(--quiet); }
.cellstate .plus { fill: var(--one); }
.cellstate .hatch-line { stroke: var(--two); stroke-width: 2.6; }
.cellstate .hatch-ground { fill: var(--two); opacity: .6; }
.cellstate .heat { shape-rendering: crispEdges; }
.cellstate .word.chosen { font-weight: 700; }
.cellstate .heat-ground { fill: var(--cell); }
.cellstate .word { font-size: 12px; }
.cellstate .unit-number { font-size: 11px; fill: var(--quiet); }
.cellstate .word.strange { font-style: italic; fill: var(--quiet); }
.cellstate .frame { fill: none; stroke: var(--rule); stroke-width: 1; }
.cellstate .pointer { fill: none; stroke: var(--ink); stroke-width: 1.5; }
.cellstate .stroke.other { stroke: var(--quiet); stroke-width: 1.25; opacity: .55; }
.cellstate .dot.other { fill: var(--quiet); }
.cellstate .out { stroke: var(--two); stroke-width: 2; }
.cellstate .hit { fill: transparent; }
.cellstate-formula { overflow-x: auto; margin: 12px 0; padding: 1px 0 1px 1.5em; text-indent: -1.5em; line-height: 1.75; }
.cellstate-formula math { text-indent: 0; font-size: 1.15em; }
@media print {
  .cellstate * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .cellstate-formula { overflow: visible; }
}
`;

/**
 * The style of every picture of the library, as text: for a `<style>`, or a constructed sheet where a page forbids those. It
 * is also the file `cellstate/style.css`.
 */
export const PICTURE_STYLE = tokenRules(".cellstate") + PICTURE_RULES;
