// Compiles the kernels to WebAssembly with @yowasp/clang (itself WebAssembly: no system compiler), twice: with SIMD128
// and with relaxed SIMD, whose multiply-add is fused. The bytes become a module of their own, so that they load
// without files or fetch: dist/src/engine/wasm-binary.js, typed by src/engine/wasm-binary.d.ts.
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashOf, upToDate } from "./fingerprint.mjs";
import { abiHash, dispatchSource, kernelSources } from "./kernels-abi.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const outFile = join(root, "dist", "src", "engine", "wasm-binary.js");
const stamp = join(root, "dist", "src", "engine", "wasm-binary.sha256");

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
  // A helper that is not static would be left in the binary, and would clash in the addon.
  "-Werror=missing-prototypes",
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

async function compile(runLLVM, relaxed) {
  const sources = [...kernelSources(), "kernels/dispatch.c"];
  const flags = relaxed ? [...FLAGS, "-mrelaxed-simd"] : FLAGS;
  const messages = [];
  const { "kernels.wasm": bytes } = await runLLVM(
    ["clang", ...flags, ...LINK_FLAGS, ...sources, "-o", "kernels.wasm"],
    sourceTree(),
    {
      stderr: (chunk) => chunk && messages.push(Buffer.from(chunk).toString()),
      fetchProgress: () => {},
    },
  ).catch((error) => {
    throw new Error(`compiling the kernels to WebAssembly failed: ${messages.join("") || error.message}`);
  });
  if (messages.length > 0) process.stderr.write(messages.join(""));
  return bytes;
}

export async function buildWasm() {
  const hash = hashOf(["kernels", "scripts/build-wasm.mjs", "scripts/kernels-abi.mjs", "package-lock.json"]);
  if (upToDate(stamp, hash)) return;
  const { runClang } = await import("@yowasp/clang");
  const base64 = (bytes) => Buffer.from(bytes).toString("base64");
  const simd = await compile(runClang, false);
  const relaxed = await compile(runClang, true);
  mkdirSync(dirname(outFile), { recursive: true });
  writeFileSync(
    outFile,
    `// Written by scripts/build-wasm.mjs.\nexport const abi = ${abiHash()};\n` +
      `export const simd = "${base64(simd)}";\nexport const relaxed = "${base64(relaxed)}";\n`,
  );
  writeFileSync(stamp, hash);
  const size = (bytes) => `${(bytes.length / 1024).toFixed(1)} KiB`;
  console.error(`WebAssembly kernels: SIMD128 ${size(simd)}, relaxed SIMD ${size(relaxed)}`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildWasm();
