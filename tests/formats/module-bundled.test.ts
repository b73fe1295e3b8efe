/** Modules written by a library that an application's bundler has packed: not a character is another. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { pieceTexts } from "../../src/formats/module/piece-texts.js";
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

/** Names of the compiled files that declare the pieces: what a piece must not use unless it takes it out of the kit. */
function namesBesidePieces(): Set<string> {
  const sources = new URL("../../src/formats/module/", import.meta.url);
  const texts = readdirSync(sources)
    .filter((file) => file.endsWith(".js") && file !== "piece-texts.js")
    .map((file) => readFileSync(new URL(file, sources), "utf8"));
  const declared = texts.flatMap((text) => [...text.matchAll(/^(?:export )?(?:const|function) (\w+)/gm)]);
  return new Set([...declared.map(([, name]) => name!), ...Object.keys(pieceTexts)]);
}

test("a piece uses nothing of its file, and of other pieces those that it takes", async () => {
  const names = [...namesBesidePieces()];
  assert.ok(["call", "SUM", "windows", "tanh", "conv1D"].every((name) => names.includes(name)));
  const beside = join(folder, "beside.mjs");
  writeFileSync(beside, names.map((name) => `export const ${name} = "not taken: ${name}";`).join("\n"));
  /** What a text names that nothing in it declares, among those. */
  const notTaken = async (contents: string): Promise<string[]> => {
    const options: BuildOptions = { bundle: true, format: "esm", external: ["kit"], write: false };
    const { outputFiles } = await build({ stdin: { contents }, inject: [beside], ...options });
    return outputFiles![0]!.text.match(/not taken: \w+/g) ?? [];
  };
  assert.deepEqual(await notTaken("export const f = (call) => call(SUM);"), ["not taken: SUM"]);
  for (const [name, { needs, definition }] of Object.entries(pieceTexts)) {
    const text = `import { ${needs.join(", ")} } from "kit";\n${definition}\nexport { ${name} };`;
    assert.deepEqual(await notTaken(text), [], name);
  }
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
