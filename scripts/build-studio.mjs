// Builds the studio, studio/, into dist/web, beside the library's modules for pages, of which its worker is one: the page and
// its own code in studio/, the example that it opens with (trained here, on the texts of examples/data), and the service
// worker that keeps it all for when there is no network.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import { build } from "vite";
import { STUDIO } from "./build-web.mjs";
import { hashOf } from "./fingerprint.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "dist", "web");
/** The worker's program, by its name beside the page. */
const WORKER = "studio-worker.js";

const DATA = join(root, "examples", "data", "sms-spam.tsv");

/** A classifier of the kind that the page is about, without what only further training would read. */
async function trainExample() {
  const { TextClassifier, assembleClassifier, presetModel } = await import("cellstate");
  const { readLabelled } = await import("cellstate/data");
  const rows = await readLabelled(DATA);
  const trained = await TextClassifier.train(rows, { model: "lstm", seed: 1 });
  const { vectorizer, labels, length, threshold } = trained;
  const model = presetModel("lstm", { vocabulary: vectorizer.size, length, classes: labels.length });
  model.setWeights(trained.model.getWeights());
  return assembleClassifier(model, { vectorizer, length, labels, threshold }).toBytes();
}

async function addExample() {
  const folder = join(out, "example");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "spam.keras"), await trainExample());
  copyFileSync(DATA, join(folder, "sms-spam.tsv"));
}

/** The files of the page's own, as addresses. */
const ownFiles = () =>
  readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(out, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((file) => STUDIO.includes(file.split("/")[0]))
    .sort();

/** The worker's program and all that it imports, now or later, and the program of its threads. */
async function workerFiles() {
  const { metafile } = await bundle({
    entryPoints: [join(out, WORKER)],
    absWorkingDir: out,
    outdir: out,
    ...{ bundle: true, splitting: true, format: "esm", write: false, metafile: true, logLevel: "error" },
    // Of what is imported for nothing but to run, too.
    ignoreAnnotations: true,
  });
  return [...Object.keys(metafile.inputs), "engine-worker.js"];
}

async function addServiceWorker() {
  const files = [...ownFiles(), ...(await workerFiles())].sort();
  const version = hashOf(
    files.map((file) => join("dist", "web", file)),
    "",
  );
  await bundle({
    entryPoints: [join(root, "studio", "src", "offline.ts")],
    outfile: join(out, "offline.js"),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    logLevel: "warning",
    define: { FILES: JSON.stringify(["./", ...files]), VERSION: JSON.stringify(version) },
  });
}

for (const name of STUDIO) rmSync(join(out, name), { recursive: true, force: true });
// A browser that has kept an earlier worker asks anew.
const worker = `${WORKER}?${hashOf([join("dist", "web", WORKER)]).slice(0, 8)}`;
await build({
  configFile: false,
  root: join(root, "studio"),
  // It may lie in any folder of any host.
  base: "./",
  build: {
    outDir: out,
    assetsDir: "studio",
    emptyOutDir: false,
    target: "es2022",
    modulePreload: { polyfill: false },
    // What is inlined would be a data: address, which the page's policy does not allow.
    assetsInlineLimit: 0,
    license: { fileName: "studio/licenses.md" },
  },
  define: { WORKER: JSON.stringify(worker) },
  resolve: { alias: { "#worker-start": join(root, "studio", "src", "start-worker.ts") } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  logLevel: "warn",
});
await addExample();
await addServiceWorker();
const bytes = ownFiles().reduce((sum, file) => sum + readFileSync(join(out, file)).length, 0);
console.error(`the studio: ${relative(root, out)}, ${(bytes / 1024).toFixed(0)} KB of its own`);
