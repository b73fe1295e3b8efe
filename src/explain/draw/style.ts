/** What pages of explanations add to the style of pages. */
export const EXPLAIN_STYLE = `
.cellstate { max-width: 960px; }
tbody th { overflow-wrap: break-word; }
td:not(.word) { white-space: nowrap; }
.parts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 290px), 1fr)); gap: 16px; margin: 20px 0 0; padding: 0; list-style: none; }
.parts li { background: var(--panel); border-radius: 8px; padding: 14px 16px; break-inside: avoid; }
.parts h3 { margin: 0 0 4px; } .parts p { margin: 6px 0 0; font-size: .92rem; }
.marked { font-size: 1.15rem; line-height: 2; max-width: none; }
.marked span { padding: 3px 5px; border-radius: 4px; }
${Array.from({ length: 16 }, (_, k) => `.shade-${k + 1} { --shade: ${Math.round((70 * (k + 1)) / 16)}%; }`).join(" ")}
.marked .for { background: color-mix(in srgb, var(--one) var(--shade, 0%), transparent); }
.marked .against { box-shadow: inset 0 0 0 2px color-mix(in srgb, var(--two) var(--shade, 0%), transparent); }
/* What a pointer finds by resting there, a finger finds by a tap. */
@media (hover: none) {
  .marked [title] { cursor: pointer; position: relative; }
  .marked [title]:hover::after { content: attr(title); position: absolute; left: 0; bottom: 100%; background: var(--ink); color: var(--ground); border-radius: 4px; padding: 0 6px; font-size: .85rem; line-height: 1.6; z-index: 1; }
}
.wrong { border-left: 4px solid var(--two); padding-left: 12px; } .right { border-left: 4px solid var(--three); padding-left: 12px; }
`;
