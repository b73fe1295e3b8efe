// Builds the native addon for this machine, with its C compiler: build/Release/cellstate.node, which is preferred to a
// prebuilt one. As a part of `npm run build` it never fails: without it a prebuilt addon or WebAssembly serves, and
// build/native-missing.txt says what was missing. With --required (`cellstate build-native`) it ends with 1 then.
// CELLSTATE_NATIVE=skip leaves it out on purpose; CELLSTATE_KERNELS=checked makes a debug build (kernels/checked.h).
import { mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildOnce, hashOf } from "./fingerprint.mjs";
import { checkedBuild } from "./kernel-sources.mjs";
import { compileAddon, compilerOf, headers, onPath, SOURCES } from "./native-compiler.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const addon = join(root, "build", "Release", "cellstate.node");
const reasonFile = join(root, "build", "native-missing.txt");

async function build() {
  const { platform, arch } = process;
  const { CC } = process.env;
  const compiler = compilerOf(CC);
  if (!compiler && CC) throw new Error(`the C compiler that CC names was not found: ${CC}`);
  if (!compiler) throw new Error("no C compiler was found (install gcc or clang)");
  const dlltool = platform === "win32" ? onPath("dlltool") : null;
  if (platform === "win32" && !dlltool) throw new Error("dlltool was not found (it comes with gcc)");
  if (!headers()) throw new Error("Node-API's headers were not found (npm install node-api-headers)");
  const folder = join(root, "build", "objects", `${platform}-${arch}`);
  try {
    await compileAddon({ out: addon, compiler, dlltool, folder, platform, arch });
  } catch (error) {
    const log = join(root, "build", "native-build.log");
    writeFileSync(log, `${error.message}\n${error.log ?? ""}`);
    const said = error.log?.split("\n").find((line) => /error[: ]/i.test(line));
    throw new Error(`compiling it failed${said ? ` (${said.trim()})` : ""}; see build/native-build.log`);
  }
}

/** Why there is no addon, or null. */
export async function buildNative() {
  try {
    mkdirSync(dirname(reasonFile), { recursive: true });
    if (process.env["CELLSTATE_NATIVE"] === "skip") throw new Error("CELLSTATE_NATIVE=skip left it out");
    const { arch, platform } = process;
    const hash = hashOf(SOURCES, `${arch} ${platform}${checkedBuild ? " checked" : ""}`);
    await buildOnce(addon, hash, build);
    rmSync(reasonFile, { force: true });
    return null;
  } catch ({ message }) {
    // On request, what was compiled before stays.
    if (process.argv.includes("--required")) return message;
    rmSync(addon, { force: true });
    writeFileSync(reasonFile, `${message}\n`);
    return message;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const reason = await buildNative();
  const required = process.argv.includes("--required");
  if (reason !== null) console.error(`cellstate: the native engine was not built: ${reason}.`);
  else if (required) console.log(addon);
  if (reason !== null && required) process.exitCode = 1;
}
