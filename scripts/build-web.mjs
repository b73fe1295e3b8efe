// Makes the library's files for pages without a bundler, and for bundlers that do not read "exports" (Parcel): dist/web
// has one module for each entry of package.json, and in chunks/ what they share. Nothing in them needs to be found by
// name: a browser's versions of the `#names` are inside, and so are the dependencies, whose licences lie beside them.
// The studio's worker is one more of them: the page that scripts/build-studio.mjs puts beside them loads what they load.
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join, relative, sep } from "node:path";
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
    "studio-worker": join(root, "studio", "src", "worker.ts"),
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

/** What the studio is besides its worker (scripts/build-studio.mjs): files and folders. */
export const STUDIO = ["index.html", "icon.svg", "offline.js", "studio.webmanifest", "studio", "example"];

/** Whether the folder holds just these files, the studio aside. */
function isUpToDate(files) {
  if (!existsSync(out)) return false;
  const present = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !STUDIO.includes(relative(out, path).split(sep)[0]));
  return (
    present.length === files.size &&
    present.every((path) => files.has(path) && readFileSync(path, "utf8") === files.get(path))
  );
}

export async function buildWeb() {
  const { outputFiles, metafile } = await build({
    entryPoints: entryPoints(),
    outdir: out,
    absWorkingDir: root,
    ...{ bundle: true, splitting: true, minify: true, chunkNames: "chunks/[hash]" },
    ...{ format: "esm", platform: "browser", target: "es2022", legalComments: "none" },
    // The studio's types come from the sources; its worker is made of what they have become.
    ...{ write: false, metafile: true, tsconfigRaw: {} },
  });
  const inputs = Object.keys(metafile.inputs);
  const packages = [...new Set(inputs.map(packageOf))].filter(Boolean).sort();
  const licences = packages.map((name) => licenceOf(name, inputs));
  const files = new Map(outputFiles.map(({ path, text }) => [path, text]));
  files.set(join(out, "licenses.txt"), `${licences.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
  const engineWorker = join(root, "dist", "src", "engines", "engine-worker.js");
  files.set(join(out, "engine-worker.js"), readFileSync(engineWorker, "utf8"));
  if (isUpToDate(files)) return;
  // What is there belongs to another library: chunks, and a studio that speaks with another worker.
  rmSync(out, { recursive: true, force: true });
  for (const [path, text] of files) writeIfChanged(path, text);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildWeb();
