// Writes what `require` of each entry leads to (package.json, "exports"), beside the ES module that the entry is:
// index.cjs hands on index.js, which Node's own require loads; where one cannot (Jest's below Node 24.9), it says what
// to write instead. index.d.cts are the same types. There is one library, whichever way it is loaded.
import { readFileSync, realpathSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { writeIfChanged } from "./kernel-sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const programOf = (module, name) => `"use strict";
// Written by scripts/build-commonjs.mjs.
try {
  module.exports = require("./${module}");
} catch (error) {
  if (error.code !== "ERR_REQUIRE_ESM" && error.name !== "SyntaxError") throw error;
  throw new Error(
    '${name} is an ES module, which this require cannot load: write \`await import("${name}")\`, and run Jest with NODE_OPTIONS=--experimental-vm-modules.',
    { cause: error },
  );
}
`;

/** TypeScript's older modes (node16) hold that nothing can require an ES module; the types are there all the same. */
const typesOf = (module) => `// Written by scripts/build-commonjs.mjs.
// @ts-ignore
import entry = require("./${module}");
export = entry;
`;

export function buildCommonjs() {
  const { name, exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  for (const [path, target] of Object.entries(exports)) {
    // What is Node's alone stands under its condition.
    const entry = target.node ?? target;
    if (!entry.require) continue;
    const module = basename(entry.default);
    writeIfChanged(`${root}${entry.require.default}`, programOf(module, `${name}${path.slice(1)}`));
    writeIfChanged(`${root}${entry.require.types}`, typesOf(module));
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) buildCommonjs();
