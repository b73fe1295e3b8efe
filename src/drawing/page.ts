/** Pages and pictures that stand alone: one file each, no scripts, nothing fetched, light and dark. */
import { printable } from "../base/text.js";
import { type Content, html, Markup } from "./markup.js";
import { PICTURE_STYLE } from "./picture-style.js";
import { STYLE } from "./style.js";

/** A page of its own around its parts; `style` adds to the report's. */
export function page(
  about: { title: string; eyebrow: string; lead: Content; style?: string },
  ...parts: Content[]
): string {
  const { title, eyebrow, lead, style = "" } = about;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${printable(title)}</title>
<style>${new Markup(STYLE + style)}</style>
</head>
<body>
<main>
<header><p class="eyebrow">${eyebrow}</p>
<h1>${title}</h1>
<p class="lead">${lead}</p></header>
${parts}
<footer>Made by Cellstate. Everything on this page is in this file.</footer>
</main>
</body>
</html>
`.source;
}

/** What a drawing needs once it is the whole document. */
const ALONE = `${PICTURE_STYLE}
:root { color-scheme: light dark; background: var(--ground); }
@media print { :root { color-scheme: light; } }
`;
const EDGE = 16;

/** A drawing as an SVG file with its style inside and some ground around. */
export function svgFile(drawn: Markup): string {
  const box = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(drawn.source);
  if (!box) throw new TypeError("an SVG file needs a drawing with a viewBox");
  const [width, height] = [Number(box[1]) + 2 * EDGE, Number(box[2]) + 2 * EDGE];
  const root = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" `;
  const style = html`<style>${ALONE}</style>`.source.replaceAll("&quot;", '"');
  return `${drawn.source
    .replace("<svg ", root)
    .replace(box[0], `viewBox="${-EDGE} ${-EDGE} ${width} ${height}"`)
    .replace("</desc>", `</desc>${style}`)}\n`;
}
