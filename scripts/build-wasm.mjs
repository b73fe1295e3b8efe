// Compiles C to WebAssembly with @yowasp/clang (itself WebAssembly: no system compiler). The bytes become JavaScript
// modules, so that they load without files or fetch:
// - the kernels with relaxed SIMD, whose multiply-add is fused, and a section that says where those are, from which the
//   engine makes the kernels for runtimes without; deflated, in dist/src/engines/wasm-binary.js, and without what only
//   training calls in wasm-inference-binary.js, typed by the .d.ts of that name. CELLSTATE_KERNELS=checked makes debug builds;
// - the same as files, for runtimes that compile none but those: kernels.wasm, kernels-answering.wasm and, without relaxed
//   SIMD, kernels-plain.wasm and kernels-answering-plain.wasm, each with a section that says what it is;
// - kernels/module, which exported models carry: dist/src/formats/module/kernel-binary.js, likewise.
import { readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { deflateSync, inflateSync } from "fflate";
import { buildOnce, hashOf } from "./fingerprint.mjs";
import { abiOf, checkedBuild, kernelSources, writeIfChanged } from "./kernel-sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const engines = join(root, "dist", "src", "engines");
const BINARIES = [
  {
    out: join(engines, "wasm-binary.js"),
    what: "kernels",
    inferenceOnly: false,
    file: "kernels",
    set: "all",
  },
  {
    out: join(engines, "wasm-inference-binary.js"),
    what: "kernels for inference only",
    inferenceOnly: true,
    file: "kernels-answering",
    set: "answering",
  },
];
/** Where calls go to kernels. */
const DISPATCH = "kernels/dispatch.c";
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

async function run(runClang, args, tree) {
  const messages = [];
  const made = await runClang(["clang", ...args], tree, {
    stderr: (chunk) => chunk && messages.push(Buffer.from(chunk).toString()),
  }).catch((error) => {
    throw new Error(`compiling the kernels to WebAssembly failed: ${messages.join("") || error.message}`);
  });
  if (messages.length > 0) process.stderr.write(messages.join(""));
  return made;
}

/** Object files by their names. */
async function compile(runClang, sources, flags, tree = sourceTree()) {
  const { kernels: _, ...objects } = await run(runClang, [...FLAGS, ...flags, "-c", ...sources], tree);
  return objects;
}

async function link(runClang, objects, linkFlags) {
  const linker = [...LINK_FLAGS, ...linkFlags].map((flag) => `-Wl,${flag}`);
  const args = ["--target=wasm32", "-nostdlib", ...linker, ...Object.keys(objects), "-o", "kernels.wasm"];
  return (await run(runClang, args, objects))["kernels.wasm"];
}

let compiled;

/** What both binaries are linked of: they differ in the calls that they know, and the linker leaves out what none reaches. */
async function compileKernels() {
  const runClang = await loadClang();
  const flags = [...(checkedBuild ? CHECKED_FLAGS : []), "-mrelaxed-simd"];
  const objects = await compile(runClang, kernelSources(), flags);
  const swapped = await compile(runClang, kernelSources(), flags, swappedTree());
  const inference = await compile(runClang, [DISPATCH], [...flags, "-DKERNELS_INFERENCE"]);
  return { objects, swapped, inference };
}

async function build({ out, what, inferenceOnly }) {
  compiled ??= compileKernels();
  const { objects, swapped, inference } = await compiled;
  const runClang = await loadClang();
  const dispatch = inferenceOnly ? inference : {};
  const [bytes, other] = await Promise.all(
    [objects, swapped].map((all) => link(runClang, { ...all, ...dispatch }, ENGINE_LINK_FLAGS)),
  );
  const whole = Buffer.concat([bytes, multiplyAddSection(multiplyAdds(bytes, other))]);
  const text = `export const abi = ${abiOf()};\nexport const packed = "${packed(whole)}";\n`;
  writeFileSync(out, `// Written by scripts/build-wasm.mjs.\n${text}`);
  const size = ({ length }) => `${(length / 1024).toFixed(1)} KiB`;
  console.error(`WebAssembly ${what}: ${size(whole)} (${size(deflateSync(whole, { level: 9 }))} deflated)`);
}

const FUSED = /(?<=wasm_f32x4_relaxed_)n?madd/g;

/** The sources with c − a·b wherever they have a·b + c, and the other way round. */
function swappedTree() {
  const tree = sourceTree();
  const file = tree.kernels["simd_wasm.h"];
  if (file.match(FUSED)?.length !== 2) throw new Error("simd_wasm.h has not one of either multiply-add");
  tree.kernels["simd_wasm.h"] = file.replace(FUSED, (name) => (name === "madd" ? "nmadd" : "madd"));
  return tree;
}

/** Where the multiply-adds (fd 85 02, negated fd 86 02) begin: all that differs between two builds with them swapped. */
function multiplyAdds(bytes, swapped) {
  const isFused = (from, at) =>
    from[at - 1] === 0xfd && (from[at] === 0x85 || from[at] === 0x86) && from[at + 1] === 0x02;
  const different = [...bytes.keys()].filter((at) => bytes[at] !== swapped[at]);
  if (
    bytes.length !== swapped.length ||
    !different.every((at) => isFused(bytes, at) && isFused(swapped, at))
  ) {
    throw new Error("builds with multiply-adds swapped differ in more than those");
  }
  return different.map((at) => at - 1);
}

/** As an unsigned LEB128. */
const number = (n) => (n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...number(n >>> 7)]);

/** The custom section that src/engines/plain-simd.ts reads. */
function multiplyAddSection(sites) {
  const distances = sites.map((at, i) => at - (sites[i - 1] ?? 0));
  return customSection("multiply-adds", [...number(sites.length), ...distances.flatMap(number)]);
}

function customSection(name, contents) {
  const all = [name.length, ...Buffer.from(name), ...contents];
  return Uint8Array.from([0, ...number(all.length), ...all]);
}

/** The files of a binary: as src/engines/given-kernels.ts takes them. */
async function writeFiles({ out, file, set }) {
  const { withoutMultiplyAdd } = await import("../dist/src/engines/plain-simd.js");
  const { packed: text } = await import(`${pathToFileURL(out)}?${statSync(out).mtimeMs}`);
  const relaxed = inflateSync(Buffer.from(text, "base64").subarray(4));
  const section = customSection("cellstate", Buffer.from(`${abiOf()} ${set}`));
  for (const [suffix, bytes] of [
    ["", relaxed],
    ["-plain", withoutMultiplyAdd(relaxed)],
  ]) {
    writeIfChanged(join(engines, `${file}${suffix}.wasm`), Buffer.concat([bytes, section]));
  }
}

/** The debug build that tests/contract runs, as tests/contract/checked-binary.d.ts says. */
export async function buildCheckedWasm() {
  await buildOnce(checkedOutFile, hashOf(SOURCES, `${compilerVersion()} checked for tests`), async () => {
    const runClang = await loadClang();
    const bytes = await link(
      runClang,
      await compile(runClang, kernelSources(), CHECKED_FLAGS),
      ENGINE_LINK_FLAGS,
    );
    writeFileSync(
      checkedOutFile,
      `// Written by scripts/build-wasm.mjs.\nexport const checked = "${packed(bytes)}";\n`,
    );
  });
}

async function buildModuleKernels() {
  const runClang = await loadClang();
  const bytes = await link(
    runClang,
    await compile(runClang, ["kernels/module/row.c"], []),
    MODULE_LINK_FLAGS,
  );
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
  for (const binary of BINARIES) {
    const extra = `${version} ${binary.what}${checkedBuild ? " checked" : ""}`;
    await buildOnce(binary.out, hashOf(SOURCES, extra), () => build(binary));
    await writeFiles(binary);
  }
  await buildOnce(
    moduleOutFile,
    hashOf([...SOURCES, "kernels/module"], `${version} module`),
    buildModuleKernels,
  );
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildWasm();
