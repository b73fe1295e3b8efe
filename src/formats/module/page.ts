/** A model as one HTML page to try it in: the module, what one types, and what it answers. It asks nothing of anywhere. */
import type { Json } from "../../base/json.js";
import { foreign, html, Markup } from "../../drawing/markup.js";
import { tokenRules } from "../../drawing/tokens.js";
import type { NetworkLike } from "../../network/network.js";
import { textKindOf } from "../../tokens/text-part.js";
import { pieceTexts } from "./piece-texts.js";
import type { WeightKind } from "./weights-text.js";
import { moduleSource } from "./write.js";

/** Nothing is loaded: the page is all there is. WebAssembly may be compiled, where the module has some. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE = `${tokenRules(":root")}
:root { color-scheme: light dark; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 640px; margin: 0 auto; padding: 32px 20px; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
textarea { box-sizing: border-box; width: 100%; font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--quiet); border-radius: 8px; padding: 10px 12px; }
#says { display: block; font-size: 1.6rem; font-weight: 650; margin-top: 16px; overflow-wrap: anywhere; }
.quiet, label { color: var(--quiet); font-size: .9rem; }
table { border-collapse: collapse; width: 100%; margin-top: 12px; }
th, td { text-align: left; font-weight: 400; padding: 4px 12px 4px 0; overflow-wrap: anywhere; }
td:last-child { width: 50%; }
td div { height: 10px; background: var(--one); border-radius: 3px; min-width: 1px; }
`;

/** What is asked of a module, by what it exports, and how what is typed becomes that. */
function asking(extras: Json): { call: string; says: string } {
  const kind = textKindOf(extras);
  if (kind === null) {
    const says = "The row of numbers that the network reads, as 4 17 9; or JSON";
    return { call: "(text) => predict([listed(text)])", says };
  }
  return { call: kind === "text-regressor" ? "estimate" : "classify", says: "A text" };
}

/** The page. @throws InputError for layers that a module cannot hold */
export function pageSource(
  model: NetworkLike,
  extras: Json,
  { name, weights }: { name: string; weights: WeightKind },
): string {
  const { call, says } = asking(extras);
  const title = name.replace(/\.html$/i, "");
  const pieces = ["shown", "listed", "tryOut"] as const;
  // Texts of the data cannot end the script: the module writes none of their "<" as it is.
  const script = new Markup(
    [
      moduleSource(model, extras, { name, weights }),
      ...pieces.map((piece) => pieceTexts[piece].definition),
      `tryOut(${call});`,
    ].join("\n"),
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<h1>${foreign(title)}</h1>
<label for="asked">${says}</label>
<textarea id="asked" rows="3" autofocus></textarea>
<output id="says" for="asked"></output>
<p id="besides" class="quiet" role="status"></p>
<table aria-label="Every number of the answer"><tbody id="numbers"></tbody></table>
<p class="quiet">The model is in this file, and answers in it: what is typed goes nowhere. Written by Cellstate.</p>
</main>
<script type="module">
${script}
</script>
</body>
</html>
`.source;
}
