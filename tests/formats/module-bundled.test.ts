/** Modules written by a library that an application's bundler has packed: not a character is another. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type BuildOptions, build } from "esbuild";
import * as formats from "../../src/formats.js";
import * as cellstate from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "module-bundled-"));
after(() => rmSync(folder, { recursive: true }));

type Library = Pick<typeof cellstate, "layers" | "sequential" | "assembleClassifier" | "VocabularyBuilder"> &
  Pick<typeof formats, "writeClassifierModule">;

const LIBRARY = fileURLToPath(new URL("../../src/", import.meta.url));
const ENTRY = `export { layers, sequential, assembleClassifier, VocabularyBuilder } from "./index.js";
export { writeClassifierModule } from "./formats.js";`;

async function bundled(name: string, options: BuildOptions): Promise<Library> {
  const outfile = join(folder, `${name}.mjs`);
  const stdin = { contents: ENTRY, resolveDir: LIBRARY };
  const { outputFiles } = await build({ stdin, bundle: true, format: "esm", write: false, ...options });
  writeFileSync(outfile, outputFiles![0]!.text);
  return (await import(pathToFileURL(outfile).href)) as Library;
}

test("a bundle has the pieces as texts alone", async () => {
  const stdin = { contents: ENTRY, resolveDir: LIBRARY };
  const { outputFiles } = await build({
    stdin,
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  const { text } = outputFiles[0]!;
  assert.ok(
    text.includes("pieceTexts") && text.includes("attentionEmitters"),
    "the writer is not in the bundle",
  );
  assert.doesNotMatch(text, /\b\w+Pieces = \{/);
});

/** A classifier of every kind of cell, and the module it becomes. */
function written({ layers, sequential, assembleClassifier, VocabularyBuilder, ...library }: Library): string {
  const builder = new VocabularyBuilder({ frontEnd: "tokenizer" });
  for (const text of ["free entry now", "see you at noon"]) builder.add(text);
  const model = sequential(
    [
      layers.embedding({ inputDim: 20, outputDim: 4, inputLength: 6, maskZero: true }),
      layers.conv1D({ filters: 3, kernelSize: 2, padding: "same", activation: "gelu" }),
      layers.bidirectional({ layer: layers.lstm({ units: 3, returnSequences: true }) }),
      layers.gru({ units: 3, returnSequences: true }),
      layers.simpleRNN({ units: 3 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 1, engine: "reference" },
  );
  const vectorizer = builder.build({ size: 20, length: 6 });
  return library.writeClassifierModule(assembleClassifier(model, { vectorizer, labels: ["ham", "spam"] }));
}

describe("a bundle that", () => {
  const ways: Record<string, BuildOptions> = {
    "gives all names short ones": { minify: true, platform: "browser" },
    "keeps names by calls of its own": { minify: true, keepNames: true, platform: "browser" },
    "writes the language of an older year": { target: "es2020", platform: "browser" },
  };
  for (const [way, options] of Object.entries(ways)) {
    test(way, async () => {
      const library = await bundled(way.replaceAll(" ", "-"), options);
      assert.equal(written(library), written({ ...cellstate, ...formats }));
    });
  }
});
