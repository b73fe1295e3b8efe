// Makes the addons that the package brings along: prebuilds/<platform>-<arch>/cellstate.node, and prebuilds/sha256.json,
// by which src/engines/node-native.ts knows them again. `npm run prebuilds` makes them all, and fails where a compiler is
// missing: what is published has to be whole. `-- --available` (or CELLSTATE_PREBUILDS=available, for `npm pack`) makes
// those whose compilers are there; names of targets make those, and --out=FOLDER puts them elsewhere.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildOnce, hashOf } from "./fingerprint.mjs";
import { checkedBuild } from "./kernel-sources.mjs";
import { compileAddon, onPath, SOURCES } from "./native-compiler.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const words = process.argv.slice(2);
const elsewhere = words.find((word) => word.startsWith("--out="))?.slice("--out=".length);
const out = elsewhere ? resolve(elsewhere) : join(root, "prebuilds");

/** Debian's names of the compilers, and of the packages that hold them. linux-x64 and linux-arm64 serve musl, too. */
const TARGETS = {
  "linux-x64": { compilers: ["x86_64-linux-gnu-gcc"], from: "gcc" },
  "linux-arm64": { compilers: ["aarch64-linux-gnu-gcc"], from: "gcc-aarch64-linux-gnu" },
  "win32-x64": {
    ...{ compilers: ["x86_64-w64-mingw32-gcc"], dlltools: ["x86_64-w64-mingw32-dlltool"] },
    from: "gcc-mingw-w64-x86-64",
  },
};

/** What compiles a target, or null. */
function toolsOf({ compilers, dlltools }) {
  const compiler = onPath(...compilers);
  const dlltool = dlltools ? onPath(...dlltools) : null;
  return compiler && (dlltool || !dlltools) ? { compiler: [compiler], dlltool } : null;
}

async function make(target, tools) {
  const [platform, arch] = target.split("-");
  const built = join(root, "build", "prebuilt", `${target}.node`);
  const folder = join(root, "build", "objects", target);
  await buildOnce(built, hashOf(SOURCES, `${target} portable`), () =>
    compileAddon({ out: built, ...tools, folder, platform, arch, portable: true }),
  );
  mkdirSync(join(out, target), { recursive: true });
  copyFileSync(built, join(out, target, "cellstate.node"));
}

/** Every addon that is there, by its hash. */
function writeTable() {
  const targets = readdirSync(out, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const hashes = targets
    .map(({ name }) => [name, readFileSync(join(out, name, "cellstate.node"))])
    .map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]);
  writeFileSync(join(out, "sha256.json"), `${JSON.stringify(Object.fromEntries(hashes.sort()), null, 2)}\n`);
}

const named = words.filter((word) => word in TARGETS);
const available = words.includes("--available") || process.env["CELLSTATE_PREBUILDS"] === "available";
const unknown = words.filter((word) => !named.includes(word) && !/^--(available|out=.+)$/.test(word));
const asked = named.length > 0 ? named : Object.keys(TARGETS);
const found = new Map(asked.map((target) => [target, toolsOf(TARGETS[target])]));
const missing = asked.filter((target) => found.get(target) === null);
const lacks = missing.map((target) => `${target} (${TARGETS[target].from})`).join(", ");

if (unknown.length > 0 || checkedBuild) {
  const what = checkedBuild ? "CELLSTATE_KERNELS=checked" : unknown.join(" ");
  console.error(`prebuild: expected --available or ${Object.keys(TARGETS).join(", ")}, received ${what}`);
  process.exitCode = 2;
} else if (missing.length > 0 && !available) {
  console.error(
    `prebuild: no compiler for ${lacks}. What is published needs them all: install them (Debian's packages are named). ` +
      "To pack without, for a try: CELLSTATE_PREBUILDS=available.",
  );
  process.exitCode = 1;
} else {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const [target, tools] of found) if (tools !== null) await make(target, tools);
  writeTable();
  if (missing.length > 0) console.error(`prebuild: left out, without a compiler: ${lacks}`);
}
