// kernels/kernels.h read as data, and the C that both engines generate from it: the dispatch of encoded calls.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Functions of kernels.h in order: [{ name, parameters: [{ name, kind }] }], kind as in the KERNELS table. */
export function readKernelsHeader() {
  const header = readFileSync(`${root}kernels/kernels.h`, "utf8");
  return [...header.matchAll(/^void (\w+)\(([^;]*)\);/gm)].map(([, name, list]) => ({
    name,
    parameters: list.split(",").map(readParameter),
  }));
}

const KINDS = {
  "float *": "pointer",
  "const float *": "pointer",
  "const uint32_t *": "words",
  "int32_t ": "integer",
  "uint32_t ": "integer",
  "float ": "real",
};

function readParameter(text) {
  const [, type, name] = /^\s*(.*?[ *])(\w+)\s*$/s.exec(text);
  if (!(type in KINDS)) throw new Error(`kernels.h: no kind for the type "${type}" of ${name}`);
  return { name, type, kind: KINDS[type] };
}

/** One line that changes whenever the interface does; engines/encode.ts computes the same from KERNELS. */
export function abiSignature(kernels = readKernelsHeader()) {
  return kernels
    .map(({ name, parameters }) => `${name}(${parameters.map((p) => `${p.kind[0]} ${p.name}`).join(",")})`)
    .join(";");
}

/** FNV-1a of the signature, as uint32. */
export function abiHash(signature = abiSignature()) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < signature.length; i++) hash = Math.imul(hash ^ signature.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** `run_task`: walks a task's encoded calls (a kernel's number, then its arguments) and calls the kernels. */
export function dispatchSource(kernels = readKernelsHeader()) {
  const argument = ({ kind, type }, i) => {
    if (kind === "pointer") return `F(${i})`;
    if (kind === "words") return `W(${i})`;
    return kind === "real" ? `R(${i})` : `(${type.trim()})a[${i}]`;
  };
  const cases = kernels.map(
    ({ name, parameters }, id) =>
      `      case ${id}:\n        ${name}(${parameters.map(argument).join(", ")});\n` +
      `        from += ${parameters.length + 1};\n        break;\n`,
  );
  return `/* Generated from kernels/kernels.h by scripts/kernels-abi.mjs. */
#include "kernels.h"

#define F(i) ((float *)(a[i] ? memory + (uint32_t)a[i] : 0))
#define W(i) ((const uint32_t *)(a[i] ? memory + (uint32_t)a[i] : 0))
#define R(i) real(a[i])

static float real(int32_t bits) {
  union { int32_t bits; float value; } word = {bits};
  return word.value;
}

void run_task(const int32_t *program, const int32_t *starts, int32_t task, uintptr_t memory);

/* Runs the calls of one task, from program[starts[task]] to program[starts[task + 1]]: each a kernel's number, then
   its arguments; pointers are offsets into memory, 0 is NULL. */
void run_task(const int32_t *program, const int32_t *starts, int32_t task, uintptr_t memory) {
  const int32_t *from = program + starts[task], *to = program + starts[task + 1];
  while (from < to) {
    const int32_t *a = from + 1;
    switch (*from) {
${cases.join("")}      default:
        __builtin_trap();
    }
  }
}
`;
}

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
  const names = [...new Set([...externalNames(), "run_task"])].sort();
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
export function writeIfChanged(path, text) {
  let present = null;
  try {
    present = readFileSync(path, "utf8");
  } catch {}
  if (present === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
