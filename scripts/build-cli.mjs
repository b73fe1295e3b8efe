// Makes the command line that is installed, dist/src/bin: the same modules as dist/src/cli and below, in one file for each
// part that is loaded by itself. A command would else open hundreds of files before it does anything, which takes longer
// than most do. Dependencies stay where they are. The folder is as deep as those that the modules came from: what they
// find by their own place (the addon, the studio, package.json) is where they look.
import { mkdirSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { writeIfChanged } from "./kernel-sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "dist", "src");
const out = join(built, "bin");

/** The command, and the programs of its threads, which it starts by these names beside it. */
const ENTRIES = {
  cellstate: join(built, "cli", "main.js"),
  program: join(built, "worker", "program.js"),
  "node-runner-thread": join(built, "lab", "node-runner-thread.js"),
};

/** Large tables and texts, which import nothing, stay where the library has them: the package needs them once. */
const tables = {
  name: "tables",
  setup: ({ onResolve }) =>
    onResolve({ filter: /(-binary|\/piece-texts|\/chosen-table)\.js$/ }, ({ path, resolveDir }) => ({
      path: relative(out, join(resolveDir, path)).replaceAll("\\", "/"),
      external: true,
    })),
};

export async function buildCli() {
  const { outputFiles } = await build({
    entryPoints: ENTRIES,
    ...{ outdir: out, absWorkingDir: root, write: false },
    ...{ bundle: true, splitting: true, chunkNames: "[hash]", packages: "external", plugins: [tables] },
    // Functions keep their names, for traces of what went wrong.
    ...{ minify: true, keepNames: true, legalComments: "none" },
    ...{ format: "esm", platform: "node", target: "node20" },
  });
  mkdirSync(out, { recursive: true });
  const files = new Map(outputFiles.map(({ path, text }) => [path, text]));
  for (const name of readdirSync(out)) {
    if (!files.has(join(out, name))) rmSync(join(out, name));
  }
  for (const [path, text] of files) writeIfChanged(path, text);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildCli();
