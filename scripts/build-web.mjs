// Makes the library's files for pages without a bundler, and for bundlers that do not read "exports" (Parcel): dist/web
// has one module for each entry of package.json, and in chunks/ what they share. Nothing in them needs to be found by
// name: a browser's versions of the `#names` are inside, and so are the dependencies, whose licences lie beside them.
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { writeIfChanged } from "./kernel-sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "dist", "web");

/** Which file each entry is: { index: "dist/src/index.js", data: "dist/src/data/index.js", … }. */
function entryPoints() {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const modules = Object.entries(exports).filter(([, target]) => target.default);
  return {
    ...Object.fromEntries(
      modules.map(([path, target]) => [path.slice(2) || "index", join(root, target.default)]),
    ),
    // What worker.js starts workers with, by this name beside it.
    program: join(root, "dist", "src", "worker", "program.js"),
  };
}

/** "node_modules/@scope/name/src/x.js" → "@scope/name"; none for a file of our own. */
const packageOf = (input) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];

/** What a package says of its licence: in a file, or else at the head of each of its modules. */
function licenceOf(name, inputs) {
  const folder = join(root, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((path) => /^licen[cs]e/i.test(path));
  const heads = () =>
    inputs
      .filter((input) => packageOf(input) === name)
      .map((input) => /^(\/\/.*\n)+/.exec(readFileSync(join(root, input), "utf8"))?.[0].trim());
  const texts = file ? [readFileSync(join(folder, file), "utf8").trim()] : new Set(heads());
  return [`${name} ${version}, ${license}`, ...texts].filter(Boolean).join("\n\n");
}

function removeAllBut(wanted) {
  if (!existsSync(out)) return;
  for (const path of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const file = join(path.parentPath, path.name);
    if (path.isFile() && !wanted.has(file)) rmSync(file);
  }
}

export async function buildWeb() {
  const { outputFiles, metafile } = await build({
    entryPoints: entryPoints(),
    outdir: out,
    absWorkingDir: root,
    ...{ bundle: true, splitting: true, minify: true, chunkNames: "chunks/[hash]" },
    ...{ format: "esm", platform: "browser", target: "es2022", legalComments: "none" },
    ...{ write: false, metafile: true },
  });
  const inputs = Object.keys(metafile.inputs);
  const packages = [...new Set(inputs.map(packageOf))].filter(Boolean).sort();
  const licences = packages.map((name) => licenceOf(name, inputs));
  const files = new Map(outputFiles.map(({ path, text }) => [path, text]));
  files.set(join(out, "licenses.txt"), `${licences.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
  removeAllBut(files);
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeIfChanged(path, text);
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildWeb();
