// Compiles C to WebAssembly with @yowasp/clang (itself WebAssembly: no system compiler). The bytes become JavaScript
// modules, so that they load without files or fetch:
// - the kernels, twice: with SIMD128 and with relaxed SIMD, whose multiply-add is fused; deflated, in
//   dist/src/engines/wasm-binary.js, typed by src/engines/wasm-binary.d.ts. CELLSTATE_KERNELS=checked makes debug builds;
// - kernels/module, which exported models carry: dist/src/formats/module/kernel-binary.js, likewise.
import { readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "fflate";
import { buildOnce, hashOf } from "./fingerprint.mjs";
import { abiOf, checkedBuild, kernelSources } from "./kernel-sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const outFile = join(root, "dist", "src", "engines", "wasm-binary.js");
const checkedOutFile = join(root, "dist", "tests", "contract", "checked-binary.js");
const moduleOutFile = join(root, "dist", "src", "formats", "module", "kernel-binary.js");

const FLAGS = [
  "--target=wasm32",
  "-O2",
  "-std=gnu11",
  "-msimd128",
  "-mbulk-memory",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-ffreestanding",
  "-nostdlib",
  "-Wall",
  "-Ikernels",
];
/** A debug build: calls and working room are checked against the declarations (kernels/checked.h). */
const CHECKED_FLAGS = ["-DKERNELS_CHECKED"];
const LINK_FLAGS = [
  "--no-entry",
  "--export=__heap_base",
  // The stack first: one that overflows traps below 0 instead of writing over data.
  "--stack-first",
  "--gc-sections",
  "--strip-all",
];
const ENGINE_LINK_FLAGS = [
  "--import-memory",
  "--export=run_task",
  "--export=__stack_pointer",
  "-z,stack-size=65536",
  // Declared with a maximum, because a shared memory must have one.
  "--max-memory=4294967296",
];
/** Functions are exported where they are written; the memory is the binary's own. */
const MODULE_LINK_FLAGS = ["-z,stack-size=4096"];

/** Its size, uint32, and the binary deflated; in base64. */
const packed = (bytes) =>
  Buffer.concat([
    new Uint8Array(Uint32Array.of(bytes.length).buffer),
    deflateSync(bytes, { level: 9 }),
  ]).toString("base64");

/** kernels/ as the compiler's file system. */
function sourceTree() {
  return { kernels: { ...filesOf("kernels"), module: filesOf("kernels/module") } };
}

function filesOf(folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map(({ name }) => [name, readFileSync(join(root, folder, name), "utf8")]),
  );
}

async function loadClang() {
  const { runClang, runLLVM } = await import("@yowasp/clang");
  // Without a command it only loads the compiler; otherwise it would count the bytes on the terminal.
  await runLLVM(null, {}, { fetchProgress: () => {} });
  return runClang;
}

async function compile(runClang, sources, flags, linkFlags) {
  const linker = [...LINK_FLAGS, ...linkFlags].map((flag) => `-Wl,${flag}`);
  const messages = [];
  const { "kernels.wasm": bytes } = await runClang(
    ["clang", ...FLAGS, ...flags, ...linker, ...sources, "-o", "kernels.wasm"],
    sourceTree(),
    { stderr: (chunk) => chunk && messages.push(Buffer.from(chunk).toString()) },
  ).catch((error) => {
    throw new Error(`compiling the kernels to WebAssembly failed: ${messages.join("") || error.message}`);
  });
  if (messages.length > 0) process.stderr.write(messages.join(""));
  return bytes;
}

async function build() {
  const runClang = await loadClang();
  const flags = checkedBuild ? CHECKED_FLAGS : [];
  const simd = await compile(runClang, kernelSources(), flags, ENGINE_LINK_FLAGS);
  const relaxed = await compile(runClang, kernelSources(), [...flags, "-mrelaxed-simd"], ENGINE_LINK_FLAGS);
  writeFileSync(
    outFile,
    `// Written by scripts/build-wasm.mjs.\nexport const abi = ${abiOf()};\n` +
      `export const simd = "${packed(simd)}";\nexport const relaxed = "${packed(relaxed)}";\n`,
  );
  const size = (bytes) => `${(bytes.length / 1024).toFixed(1)} KiB`;
  const both = (bytes) => `${size(bytes)} (${size(deflateSync(bytes, { level: 9 }))} deflated)`;
  console.error(`WebAssembly kernels: SIMD128 ${both(simd)}, relaxed SIMD ${both(relaxed)}`);
}

/** The debug build that tests/contract runs, as tests/contract/checked-binary.d.ts says. */
export async function buildCheckedWasm() {
  await buildOnce(checkedOutFile, hashOf(SOURCES, `${compilerVersion()} checked for tests`), async () => {
    const bytes = await compile(await loadClang(), kernelSources(), CHECKED_FLAGS, ENGINE_LINK_FLAGS);
    writeFileSync(
      checkedOutFile,
      `// Written by scripts/build-wasm.mjs.\nexport const checked = "${packed(bytes)}";\n`,
    );
  });
}

async function buildModuleKernels() {
  const bytes = await compile(await loadClang(), ["kernels/module/row.c"], [], MODULE_LINK_FLAGS);
  // Not deflated: a module carries nothing to inflate it with.
  const text = Buffer.from(bytes).toString("base64").replace(/=+$/, "");
  writeFileSync(
    moduleOutFile,
    `// Written by scripts/build-wasm.mjs.\nexport const kernelBinary = "${text}";\n`,
  );
  console.error(`WebAssembly kernels of exported modules: ${bytes.length} bytes`);
}

const SOURCES = ["kernels", "scripts/build-wasm.mjs", "scripts/kernel-sources.mjs"];

const compilerVersion = () =>
  JSON.parse(readFileSync(join(root, "node_modules", "@yowasp", "clang", "package.json"), "utf8")).version;

export async function buildWasm() {
  const version = compilerVersion();
  await buildOnce(outFile, hashOf(SOURCES, checkedBuild ? `${version} checked` : version), build);
  await buildOnce(
    moduleOutFile,
    hashOf([...SOURCES, "kernels/module"], `${version} module`),
    buildModuleKernels,
  );
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildWasm();
