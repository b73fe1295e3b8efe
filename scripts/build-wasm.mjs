// Compiles the kernels to WebAssembly with @yowasp/clang (itself WebAssembly: no system compiler), twice: with SIMD128
// and with relaxed SIMD, whose multiply-add is fused. The bytes, deflated, become a module of their own, so that
// they load without files or fetch: dist/src/engine/wasm-binary.js, typed by src/engine/wasm-binary.d.ts.
import { readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "fflate";
import { buildOnce, hashOf } from "./fingerprint.mjs";
import { abiHash, dispatchSource, kernelSources } from "./kernels-abi.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const outFile = join(root, "dist", "src", "engine", "wasm-binary.js");

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
];
const LINK_FLAGS = [
  "--no-entry",
  "--import-memory",
  "--export=run_task",
  "--export=__stack_pointer",
  "--export=__heap_base",
  // The stack first: one that overflows traps below 0 instead of writing over data.
  "--stack-first",
  "-z,stack-size=65536",
  // Declared with a maximum, because a shared memory must have one.
  "--max-memory=4294967296",
  "--gc-sections",
  "--strip-all",
].map((flag) => `-Wl,${flag}`);

/** kernels/ and the generated dispatch, as the compiler's file system. */
function sourceTree() {
  const folder = join(root, "kernels");
  const files = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]);
  return { kernels: { ...Object.fromEntries(files), "dispatch.c": dispatchSource() } };
}

async function compile(runClang, relaxed) {
  const sources = [...kernelSources(), "kernels/dispatch.c"];
  const flags = relaxed ? [...FLAGS, "-mrelaxed-simd"] : FLAGS;
  const messages = [];
  const { "kernels.wasm": bytes } = await runClang(
    ["clang", ...flags, ...LINK_FLAGS, ...sources, "-o", "kernels.wasm"],
    sourceTree(),
    { stderr: (chunk) => chunk && messages.push(Buffer.from(chunk).toString()) },
  ).catch((error) => {
    throw new Error(`compiling the kernels to WebAssembly failed: ${messages.join("") || error.message}`);
  });
  if (messages.length > 0) process.stderr.write(messages.join(""));
  return bytes;
}

async function build() {
  const { runClang, runLLVM } = await import("@yowasp/clang");
  // Without a command it only loads the compiler; otherwise it would count the bytes on the terminal.
  await runLLVM(null, {}, { fetchProgress: () => {} });
  const simd = await compile(runClang, false);
  const relaxed = await compile(runClang, true);
  const packed = (bytes) => Buffer.from(deflateSync(bytes, { level: 9 })).toString("base64");
  writeFileSync(
    outFile,
    `// Written by scripts/build-wasm.mjs.\nexport const abi = ${abiHash()};\n` +
      `export const simd = "${packed(simd)}";\nexport const relaxed = "${packed(relaxed)}";\n`,
  );
  const size = (bytes) => `${(bytes.length / 1024).toFixed(1)} KiB`;
  const both = (bytes) => `${size(bytes)} (${size(deflateSync(bytes, { level: 9 }))} deflated)`;
  console.error(`WebAssembly kernels: SIMD128 ${both(simd)}, relaxed SIMD ${both(relaxed)}`);
}

export async function buildWasm() {
  const sources = ["kernels", "scripts/build-wasm.mjs", "scripts/kernels-abi.mjs"];
  const { version } = JSON.parse(
    readFileSync(join(root, "node_modules", "@yowasp", "clang", "package.json"), "utf8"),
  );
  await buildOnce(outFile, hashOf(sources, version), build);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildWasm();
