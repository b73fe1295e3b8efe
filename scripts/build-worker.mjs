// Makes one text of the program of the WebAssembly pool's workers, src/engines/wasm-worker.ts and what it imports:
// dist/src/engines/worker-program.js, typed by src/engines/worker-program.d.ts, and the same program as a file, for pages
// that may not start workers from texts: engine-worker.js beside it. A function turned into text at run time would not
// survive bundlers that rename things.
import { createHash } from "node:crypto";
import { mkdirSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { writeIfChanged } from "./kernel-sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const outFile = `${root}dist/src/engines/worker-program.js`;
const workerFile = `${root}dist/src/engines/engine-worker.js`;

export async function buildWorker() {
  const { outputFiles } = await build({
    entryPoints: [`${root}src/engines/wasm-worker.ts`],
    bundle: true,
    minify: true,
    // Runs as a classic script and as a module.
    format: "iife",
    target: "es2022",
    write: false,
  });
  mkdirSync(dirname(outFile), { recursive: true });
  const { text } = outputFiles[0];
  const version = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const program = `const VERSION = "${version}";${text}`;
  const written = "// Written by scripts/build-worker.mjs.\n";
  const exported = Object.entries({ workerProgram: program, workerVersion: version });
  writeIfChanged(
    outFile,
    written + exported.map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`).join(""),
  );
  writeIfChanged(workerFile, `${written}const port = self;${program}`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildWorker();
