// The C files of the kernels, and what one library needs to hold several builds of them.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Whether kernels are to check their calls and their working room (kernels/checked.h). */
export const checkedBuild = process.env["CELLSTATE_KERNELS"] === "checked";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every function that the kernels' files define for one another, the kernels themselves included. */
function externalNames() {
  const definition = /^(?!static|INLINE|NOINLINE|typedef|return|else)\w[\w ]*[ *](\w+)\([^;{}]*\) \{/gm;
  return kernelSources().flatMap((file) => {
    const source = readFileSync(root + file, "utf8");
    return [...source.matchAll(definition)].map(([, name]) => name);
  });
}

/** Macros that give every such function a suffix, so that one library can hold several builds of them. */
export function renameSource(suffix) {
  const names = [...new Set(externalNames())].sort();
  return names.map((name) => `#define ${name} ${name}_${suffix}\n`).join("");
}

/** The C files of the kernels, relative to the project. */
export function kernelSources() {
  return readdirSync(`${root}kernels`)
    .filter((file) => file.endsWith(".c"))
    .sort()
    .map((file) => `kernels/${file}`);
}

/** Writes only what changed, so that a build finds its objects up to date. */
export function writeIfChanged(path, content) {
  const wanted = Buffer.from(content);
  let present = null;
  try {
    present = readFileSync(path);
  } catch {}
  if (present?.equals(wanted)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wanted);
}

/** The hash of the interface that kernels.h carries. */
export function abiOf() {
  return Number(/#define KERNELS_ABI (\d+)u/.exec(readFileSync(`${root}kernels/kernels.h`, "utf8"))[1]);
}
