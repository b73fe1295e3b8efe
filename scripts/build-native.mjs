// Builds the native addon with node-gyp. Never fails: without it the WebAssembly engine serves, and
// build/native-missing.txt says what was missing. CELLSTATE_NATIVE=skip leaves it out on purpose;
// CELLSTATE_KERNELS=checked makes a debug build (kernels/checked.h).
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildOnce, hashOf } from "./fingerprint.mjs";
import { checkedBuild, renameSource, writeIfChanged } from "./kernel-sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const addon = join(root, "build", "Release", "cellstate.node");
const reasonFile = join(root, "build", "native-missing.txt");
const VARIANTS = ["plain", "avx2", "avx512"];

function onPath(...names) {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  for (const name of names) {
    const folder = folders.find((folder) => folder && existsSync(join(folder, name)));
    if (folder) return join(folder, name);
  }
  return null;
}

/** npm brings a node-gyp of its own, and names it to the scripts that it runs. */
function findNodeGyp() {
  const npm = onPath("npm");
  const candidates = [
    process.env["npm_config_node_gyp"],
    npm && join(dirname(realpathSync(npm)), "..", "node_modules", "node-gyp", "bin", "node-gyp.js"),
  ];
  try {
    candidates.push(createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js"));
  } catch {}
  return candidates.find((path) => path && existsSync(path)) ?? null;
}

/** What stands in the way of a build, or null. */
function obstacle() {
  if (process.platform === "win32")
    return "the kernels need gcc or clang, which node-gyp does not use on Windows";
  if (!onPath("cc", "gcc", "clang")) return "no C compiler was found (install gcc or clang, and make)";
  if (!onPath("make", "gmake")) return "make was not found (install make)";
  if (!onPath("python3", "python")) return "node-gyp needs Python 3, which was not found";
  if (!findNodeGyp()) return "node-gyp was not found (it comes with npm)";
  return null;
}

function generate() {
  for (const variant of VARIANTS) {
    writeIfChanged(join(root, "native", "generated", `${variant}.h`), renameSource(variant));
  }
}

/** Headers that came with this Node save node-gyp a download. */
function headerOption() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, "include", "node", "node_api.h")) ? [`--nodedir=${prefix}`] : [];
}

function compile() {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [findNodeGyp(), "configure", "build", "--release", "--jobs=2", ...headerOption()],
    { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 },
  );
  if (status === 0 && existsSync(addon)) return null;
  const log = join(root, "build", "native-build.log");
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, `${stdout ?? ""}\n${stderr ?? ""}\n${error ?? ""}`);
  const lines = `${stdout ?? ""}\n${stderr ?? ""}`.split("\n");
  const said = lines.find((line) => /error[: ]/i.test(line) && !line.includes("gyp ERR! stack"));
  return `compiling it failed${said ? ` (${said.trim()})` : ""}; see build/native-build.log`;
}

function giveUp(reason) {
  rmSync(addon, { force: true });
  mkdirSync(dirname(reasonFile), { recursive: true });
  writeFileSync(reasonFile, `${reason}\n`);
  console.error(`cellstate: no native engine, WebAssembly serves instead: ${reason}.`);
}

function build() {
  const failure = obstacle() ?? compile();
  if (failure) throw new Error(failure);
}

export async function buildNative() {
  try {
    if (process.env["CELLSTATE_NATIVE"] === "skip") throw new Error("CELLSTATE_NATIVE=skip left it out");
    generate();
    const hash = hashOf(
      ["kernels", "native", "binding.gyp", "scripts/kernel-sources.mjs"],
      `${process.arch} ${process.platform}${checkedBuild ? " checked" : ""}`,
    );
    await buildOnce(addon, hash, build);
    rmSync(reasonFile, { force: true });
  } catch (error) {
    giveUp(error.message);
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildNative();
