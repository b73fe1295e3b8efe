/** The page at "/": it tries the models. One file, which asks this server alone; its script and style are named by their sums. */
import { createHash } from "node:crypto";
import { STYLE } from "../drawing/style.js";
import { TRY_SCRIPT } from "./try-script.js";

/** A page, and the headers that it is sent with. */
export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const OWN_STYLE = `
form { display: grid; gap: 16px; max-width: 46em; }
label { display: grid; gap: 4px; font-weight: 600; }
label .quiet, output { color: var(--quiet); font-weight: 400; font-size: .9rem; }
textarea, select, input {
  font: inherit; font-weight: 400; color: inherit; background: var(--panel); width: 100%;
  border: 1px solid var(--quiet); border-radius: 6px; padding: 8px 10px;
}
textarea { min-height: 7.5em; resize: vertical; }
button {
  font: inherit; font-weight: 600; justify-self: start; cursor: pointer;
  color: var(--on-fill); background: var(--one); border: 0; border-radius: 6px; padding: 9px 18px;
}
button:disabled { opacity: .6; cursor: default; }
:focus-visible { outline: 3px solid var(--two); outline-offset: 2px; }
[hidden] { display: none !important; }
.answers td, .answers th { text-align: left; overflow-wrap: anywhere; }
.answers td:first-child { padding-left: 0; white-space: pre-wrap; min-width: 9em; }
.bars { display: grid; grid-template-columns: minmax(4em, auto) minmax(3em, 1fr) auto; gap: 2px 8px; align-items: center; }
.bars span { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
meter { width: 100%; background: var(--cell); }
meter::-webkit-meter-bar { background: var(--cell); border: 0; }
meter::-webkit-meter-optimum-value { background: var(--one); }
meter::-moz-meter-bar { background: var(--one); }
a { color: var(--one); }
.wrong { border-left: 4px solid var(--two); padding: 2px 0 2px 14px; }
pre { background: var(--panel); border-radius: 8px; padding: 12px 16px; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; }
`;

const style = STYLE + OWN_STYLE;

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cellstate serves</title>
<style>${style}</style>
</head>
<body>
<main>
<header><p class="eyebrow">Cellstate serves</p>
<h1>Try the models</h1>
<p class="lead">What you write here goes to this server and nowhere else.</p></header>
<form id="form">
<label id="token-part" hidden>Token <span class="quiet">This server answers those who have one. It stays in this page.</span>
<input id="token" type="password" autocomplete="off" spellcheck="false"></label>
<label>Model <select id="model"></select></label>
<label><span id="what">Texts, one a line</span><textarea id="texts" spellcheck="false" aria-describedby="about"></textarea></label>
<output id="about"></output>
<button id="ask">Ask</button>
</form>
<p id="wrong" class="wrong" role="alert" hidden></p>
<section id="answered" aria-live="polite" hidden>
<h2>Answers</h2>
<p class="quiet" id="by"></p>
<div class="scroll"><table class="answers"><thead><tr><th scope="col">Asked</th><th scope="col">Answer</th></tr></thead><tbody id="answers"></tbody></table></div>
</section>
<section>
<h2>From a program</h2>
<p>The same as a command:</p>
<pre id="command"></pre>
<p class="quiet"><a href="openapi.json">openapi.json</a> describes every address; <a href="models">models</a> lists what is served.</p>
</section>
<footer>Everything on this page is in this page.</footer>
</main>
<script type="module">${TRY_SCRIPT}</script>
</body>
</html>
`;

const sum = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const POLICY = [
  "default-src 'none'",
  `script-src ${sum(TRY_SCRIPT)}`,
  `style-src ${sum(style)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const TRY_PAGE: Page = {
  html: HTML,
  headers: {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-cache",
  },
};
