/** What drawings of cells and heat maps add to the report's style. Kinds differ in shape and dashes as well as in hue. */
export const EXPLAIN_STYLE = `
.chart { max-width: 960px; }
.chart .math, .chart .math tspan { font-family: "STIX Two Text", "STIX Two Math", "Cambria Math", Cambria, "Latin Modern Math", "Liberation Serif", "Times New Roman", serif; }
.chart .math .var { font-style: italic; }
.chart .math .script { font-size: .72em; }
.chart .math.quiet { fill: var(--quiet); }
.chart .body { fill: var(--panel); stroke: var(--rule); stroke-width: 1.5; }
.chart .wire { fill: none; stroke: var(--ink); stroke-width: 2; stroke-linejoin: round; }
.chart .wire.state { stroke: var(--one); stroke-width: 6; stroke-linecap: butt; }
.chart .wire.hidden { stroke: var(--three); stroke-width: 3.5; }
.chart .wire.bus { stroke-width: 3.5; stroke: var(--ink); }
.chart .casing { fill: none; stroke: var(--panel); stroke-width: 9; }
.chart .head { fill: var(--ink); }
.chart .head.state { fill: var(--one); }
.chart .head.hidden { fill: var(--three); }
.chart .network { fill: var(--ground); stroke: var(--ink); stroke-width: 2; }
.chart .network.candidate { fill: var(--rule); }
.chart .pointwise { fill: var(--ground); stroke: var(--ink); stroke-width: 1.5; }
.chart .sign { stroke: var(--ink); stroke-width: 2; stroke-linecap: round; }
.chart .badge { fill: var(--ink); }
.chart .badge.state { fill: var(--one); }
.chart .badge.hidden { fill: var(--three); }
.chart .badge-number { fill: var(--ground); font-size: 12px; font-weight: 700; }
.chart .part-name { font-size: 15px; font-weight: 650; }
.chart .part-role { font-size: 13px; }
.chart .part-fact, .chart .legend { font-size: 12px; fill: var(--quiet); }
.chart .part-value { font-size: 13px; font-weight: 650; }
.chart .part-note { font-size: 12.5px; }
.chart .card { fill: var(--panel); }
.chart .heading { font-size: 15px; font-weight: 650; }
.chart .subheading { font-size: 12px; fill: var(--quiet); }
.chart .plus { fill: var(--one); }
.chart .minus { fill: url(#hatch); }
.chart .hatch-line { stroke: var(--two); stroke-width: 2.6; }
.chart .hatch-ground { fill: var(--two); opacity: .6; }
.chart .heat { shape-rendering: crispEdges; }
.chart .word.chosen { font-weight: 700; }
.chart .heat-ground { fill: var(--cell); }
.chart .word { font-size: 12px; }
.chart .unit-number { font-size: 11px; fill: var(--quiet); }
.chart .word.strange { font-style: italic; fill: var(--quiet); }
.chart .frame { fill: none; stroke: var(--rule); stroke-width: 1; }
.chart .pointer { fill: none; stroke: var(--ink); stroke-width: 1.5; }
tbody th { overflow-wrap: break-word; }
td:not(.word) { white-space: nowrap; }
.formula { overflow-x: auto; margin: 12px 0; padding: 1px 0 1px 1.5em; text-indent: -1.5em; line-height: 1.75; }
.formula math { text-indent: 0; }
.formula math { font-size: 1.15em; }
.parts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 290px), 1fr)); gap: 16px; margin: 20px 0 0; padding: 0; list-style: none; }
.parts li { background: var(--panel); border-radius: 8px; padding: 14px 16px; break-inside: avoid; }
.parts h3 { margin: 0 0 4px; } .parts p { margin: 6px 0 0; font-size: .92rem; }
.marked { font-size: 1.15rem; line-height: 2; max-width: none; }
.marked span { padding: 3px 5px; border-radius: 4px; }
.marked .for { background: color-mix(in srgb, var(--one) var(--shade), transparent); }
.marked .against { box-shadow: inset 0 0 0 2px color-mix(in srgb, var(--two) var(--shade), transparent); }
/* What a pointer finds by resting there, a finger finds by a tap. */
@media (hover: none) {
  .marked [title] { cursor: pointer; position: relative; }
  .marked [title]:hover::after { content: attr(title); position: absolute; left: 0; bottom: 100%; background: var(--ink); color: var(--ground); border-radius: 4px; padding: 0 6px; font-size: .85rem; line-height: 1.6; z-index: 1; }
}
@media print { .formula { overflow: visible; } }
.wrong { border-left: 4px solid var(--two); padding-left: 12px; } .right { border-left: 4px solid var(--three); padding-left: 12px; }
`;
