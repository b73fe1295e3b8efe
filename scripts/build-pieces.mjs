// Writes the pieces of exported modules (src/formats/module, compiled) as text into
// dist/src/formats/module/piece-texts.js, typed by src/formats/module/piece-texts.d.ts. A function's own text would be
// whatever the bundler of an application has made of it; this one is fixed when the package is built.
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = new URL("../dist/src/formats/module/", import.meta.url);
const outFile = new URL("piece-texts.js", folder);

/** What a piece needs is what it takes out of the kit: `({ each, erf }) => …`. */
function textOf(name, piece) {
  if (typeof piece === "string")
    return { needs: [], definition: `const ${name} = ${JSON.stringify(piece)};` };
  const source = String(piece);
  const [start, taken = ""] = /^\((?:\{([\w,\s]*)\})?\) =>/.exec(source) ?? [];
  if (start === undefined) {
    throw new Error(`piece ${name}: expected ({ names of pieces }) => …, found ${source.split("\n")[0]}`);
  }
  const needs = taken.match(/\w+/g) ?? [];
  return { needs, definition: `const ${name} = (${source})({ ${needs.join(", ")} });` };
}

/** A part of the library, with all that it imports: what the file of its name exports. */
async function bundleOf(name) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`${name}.js`, folder))],
    ...{ bundle: true, minify: true, format: "iife", globalName: "bundle" },
    ...{ platform: "neutral", target: "es2022", legalComments: "none", write: false },
  });
  return {
    needs: [],
    definition: `const ${name} = (() => {\n${outputFiles[0].text}return bundle.${name};\n})();`,
  };
}

export async function buildPieces() {
  const { allPieces } = await import(new URL("families.js", folder).href);
  const { BUNDLES } = await import(new URL("kit.js", folder).href);
  const texts = Object.fromEntries([
    ...Object.entries(allPieces()).map(([name, piece]) => [name, textOf(name, piece)]),
    ...(await Promise.all(BUNDLES.map(async (name) => [name, await bundleOf(name)]))),
  ]);
  const text = `// Written by scripts/build-pieces.mjs.\nexport const pieceTexts = ${JSON.stringify(texts, null, 1)};\n`;
  if (!existsSync(outFile) || readFileSync(outFile, "utf8") !== text) writeFileSync(outFile, text);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildPieces();
