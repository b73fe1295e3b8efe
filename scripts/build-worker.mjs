// Makes one text of the program of the WebAssembly pool's workers, src/engines/wasm-worker.ts and what it imports:
// dist/src/engines/worker-program.js, typed by src/engines/worker-program.d.ts. A function turned into text at run time
// would not survive bundlers that rename things.
import { mkdirSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { writeIfChanged } from "./kernel-sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const outFile = `${root}dist/src/engines/worker-program.js`;

export async function buildWorker() {
  const { outputFiles } = await build({
    entryPoints: [`${root}src/engines/wasm-worker.ts`],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
  });
  mkdirSync(dirname(outFile), { recursive: true });
  const program = JSON.stringify(outputFiles[0].text);
  writeIfChanged(
    outFile,
    `// Written by scripts/build-worker.mjs.\nexport const workerProgram = ${program};\n`,
  );
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildWorker();
