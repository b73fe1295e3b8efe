/** The page of docs/pictures.md in Chromium, under its own content security policy. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { findChromium, visit } from "./chromium.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, "utf8");
const docs = read("docs/pictures.md");
const block = (language: string) => docs.split(`\`\`\`${language}\n`)[1]!.split("```")[0]!;

interface Report {
  violations: string[];
  twice: string[];
  said: string;
  light: string;
  dark: string;
  hatched: string;
  heading: string;
  formula: number;
  shadow: string;
}

/** What is looked at behind the page's own program. */
const LOOK = `
import { PICTURE_STYLE } from "cellstate/explain";
const violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
const hit = document.querySelector('#lstm [data-part="forget"] .hit[data-unit="2"][data-step="1"]');
hit.dispatchEvent(new MouseEvent("click", { bubbles: true }));
const stroke = (root = document) => getComputedStyle(root.querySelector(".wire.cell-state")).stroke;
const light = stroke();
document.documentElement.style.colorScheme = "dark";
const dark = stroke();
const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
const heading = document.body.appendChild(document.createElement("h1"));
heading.className = "badge head one";
const minus = document.querySelector("#lstm .heat.minus");
const host = document.body.appendChild(document.createElement("div"));
const root = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(PICTURE_STYLE);
root.adoptedStyleSheets = [sheet];
root.innerHTML = document.getElementById("lstm").innerHTML;
const report = {
  twice: ids.filter((id, k) => ids.indexOf(id) !== k),
  said: document.getElementById("said").textContent,
  light,
  dark,
  hatched: document.querySelector(minus.getAttribute("fill").slice(4, -1)).tagName,
  heading: getComputedStyle(heading).fill,
  formula: document.querySelector("#equation math").getBoundingClientRect().width,
  shadow: stroke(root),
};
setTimeout(() => fetch("/", { method: "POST", body: JSON.stringify({ ...report, violations }) }), 100);
`;

const chromium = findChromium();

test("the page of docs/pictures.md", { skip: chromium === null && "no Chromium here" }, async () => {
  const { outputFiles } = await build({
    stdin: { contents: block("js") + LOOK, resolveDir: ROOT, sourcefile: "page.js" },
    ...{ bundle: true, minify: true, format: "esm", platform: "browser", write: false, logLevel: "silent" },
  });
  const files = new Map([
    ["/", { type: "text/html", body: block("html") }],
    ["/page.js", { type: "text/javascript", body: outputFiles[0]!.text }],
    ["/style.css", { type: "text/css", body: read("dist/src/style.css") }],
  ]);
  const report = JSON.parse(await visit(chromium!, { files })) as Report;
  assert.deepEqual([report.violations, report.twice], [[], []]);
  assert.match(report.said, /^forget of unit 2 at “cat”: 0\.\d{3}$/);
  // #0068a8 and #62b0ee
  assert.deepEqual([report.light, report.dark], ["rgb(0, 104, 168)", "rgb(98, 176, 238)"]);
  assert.equal(report.shadow, report.dark);
  assert.equal(report.hatched, "pattern");
  assert.equal(report.heading, "rgb(0, 0, 0)", "classes of pictures mean nothing outside of them");
  assert.ok(report.formula > 10, "the formula is set");
});
