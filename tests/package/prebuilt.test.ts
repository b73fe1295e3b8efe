/** The addons that the package brings along: of which C library they ask what, and which are loaded. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { loadAddon, loadPrebuilt } from "../../src/engines/node-native.js";
import {
  below,
  EVERYWHERE,
  has,
  highest,
  imports,
  makePrebuilds,
  manyTasks,
  needed,
  said,
} from "./prebuilt/tools.js";
import { ROOT } from "./projects.js";

const TARGET = `${process.platform}-${process.arch}`;
const compiler = "x86_64-linux-gnu-gcc";
const skip =
  (TARGET !== "linux-x64" && "this machine is no linux-x64") ||
  (!has(compiler) && `${compiler} is not there`);

const { compilerOf } = (await import(
  new URL("../../../scripts/native-compiler.mjs", import.meta.url).href
)) as {
  compilerOf(CC?: string): string[] | null;
};

let inside = "";
before(() => {
  inside = mkdtempSync(join(tmpdir(), "cellstate-prebuilt-"));
});
after(() => rmSync(inside, { recursive: true, force: true }));

test("CC names a compiler, and what it is always given", () => {
  const node = process.execPath;
  const withBlank = join(inside, "a compiler");
  writeFileSync(withBlank, "");
  assert.deepEqual(compilerOf(node), [node]);
  assert.deepEqual(compilerOf(` ${node}  gcc -m64`), [node, "gcc", "-m64"]);
  assert.deepEqual(compilerOf(withBlank), [withBlank]);
  assert.equal(compilerOf("no-such-compiler gcc"), null);
});

describe("the addon for linux-x64", { skip }, () => {
  let addon = "";
  before(() => {
    makePrebuilds(inside, "linux-x64");
    addon = join(inside, "linux-x64", "cellstate.node");
  });

  test("asks glibc for nothing that is newer than 2.28, and for nothing that musl lacks", () => {
    const asked = imports(addon, "objdump");
    assert.ok(asked.size > 30, [...asked.keys()].join());
    const newest = highest(asked.values());
    assert.ok(below(newest, 2, 28), `it asks for ${newest}`);
    const own = [...asked.keys()].filter((name) => !name.startsWith("napi_"));
    assert.deepEqual(
      own.filter((name) => !EVERYWHERE.includes(name)),
      [],
    );
    assert.deepEqual(needed(addon, "objdump"), ["libc.so.6"]);
  });

  const musl = !has("musl-gcc") && "musl-gcc is not there";
  test("computes under musl, on three threads, what it computes here", { skip: musl }, (t) => {
    const found = loadPrebuilt(packageWith(readFileSync(addon)));
    if ("missing" in found) return t.skip(found.missing);
    const host = join(inside, "host");
    const headers = join(ROOT, "node_modules", "node-api-headers", "include");
    said("musl-gcc", [
      "-isystem",
      headers,
      join(ROOT, "tests/package/prebuilt/host.c"),
      "-rdynamic",
      "-o",
      host,
    ]);
    const { program, memory, buffers } = manyTasks();
    const input = Buffer.concat([
      new Uint8Array(Uint32Array.of(memory.length, program.length).buffer),
      new Uint8Array(program.buffer, program.byteOffset, program.byteLength),
      memory,
    ]);
    const { status, stdout, stderr } = spawnSync(host, [addon], { input, maxBuffer: 2 ** 28 });
    assert.equal(status, 0, String(stderr));
    assert.match(String(stderr), /2 threads, then 0\n$/);
    const here = found.addon.allocate(memory.length);
    new Uint8Array(here).set(memory);
    found.addon.run(here, program, 1, 0);
    const part = (bytes: Uint8Array, [from, to]: [number, number]) => Buffer.from(bytes.subarray(from, to));
    assert.ok(
      buffers.some((one) => !part(stdout, one).equals(part(memory, one))),
      "nothing was computed",
    );
    const differs = buffers.filter((one) => !part(stdout, one).equals(part(new Uint8Array(here), one)));
    assert.deepEqual(differs, []);
    found.addon.free(here);
  });
});

describe("where a compiler is missing", () => {
  const prebuild = (settings: NodeJS.ProcessEnv) => {
    const words = [join(ROOT, "scripts", "prebuild.mjs"), `--out=${join(inside, "none")}`];
    const { CELLSTATE_KERNELS: _, ...env } = process.env;
    return spawnSync(process.execPath, words, {
      encoding: "utf8",
      env: { ...env, PATH: inside, ...settings },
    });
  };

  test("nothing is made to be published, and what to install is said", () => {
    const { status, stderr } = prebuild({ CELLSTATE_PREBUILDS: "" });
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^prebuild: no compiler for linux-x64 \(gcc\), linux-arm64 \(gcc-aarch64-linux-gnu\), win32-x64/,
    );
    assert.match(stderr, /CELLSTATE_PREBUILDS=available/);
    assert.ok(!existsSync(join(inside, "none")));
  });

  test("one may pack what can be made, for a try", () => {
    const { status, stderr } = prebuild({ CELLSTATE_PREBUILDS: "available" });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /left out, without a compiler: linux-x64/);
    assert.equal(readFileSync(join(inside, "none", "sha256.json"), "utf8"), "{}\n");
  });
});

/** A package's folder with an addon for this system, and a table that lists `listed`. */
function packageWith(addon: Uint8Array, listed = addon): string {
  const folder = mkdtempSync(join(inside, "package-"));
  mkdirSync(join(folder, "native"));
  mkdirSync(join(folder, "prebuilds", TARGET), { recursive: true });
  const hash = createHash("sha256").update(listed).digest("hex");
  writeFileSync(join(folder, "prebuilds", TARGET, "cellstate.node"), addon);
  writeFileSync(join(folder, "prebuilds", "sha256.json"), JSON.stringify({ [TARGET]: hash }));
  return folder;
}

/** In words, why there is no addon. */
const reason = (found: ReturnType<typeof loadPrebuilt>) => ("missing" in found ? found.missing : "");

describe("which addon is loaded", () => {
  test("one of which a single bit was changed is refused before it is opened, in words", () => {
    // No addon at all: opening it would say so.
    const addon = Buffer.from("an addon");
    const changed = Buffer.from(addon);
    changed[3]! ^= 1;
    const found = reason(loadPrebuilt(packageWith(changed, addon)));
    assert.match(
      found,
      /is not the one that the package lists: prebuilds\/\S+cellstate\.node has another SHA-256/,
    );
    assert.match(found, /Install the package anew/);
  });

  test("one that the table does not name is refused, too", () => {
    const folder = packageWith(Buffer.from("an addon"));
    writeFileSync(join(folder, "prebuilds", "sha256.json"), "{}");
    assert.match(reason(loadPrebuilt(folder)), /has another SHA-256/);
  });

  test("where there is none for this system, that and the remedy are said", () => {
    const folder = mkdtempSync(join(inside, "package-"));
    mkdirSync(join(folder, "native"));
    const said = `the native addon is missing: the package brings none for ${TARGET}. \`npx cellstate build-native\` compiles it`;
    assert.equal(reason(loadPrebuilt(folder)), said);
  });

  test("the one that was built here comes before the one of the package", (t) => {
    const built = join(ROOT, "build", "Release", "cellstate.node");
    const here = loadAddon();
    if ("missing" in here) return t.skip(here.missing);
    const folder = join(inside, "installed");
    const engines = join(folder, "dist", "src", "engines");
    mkdirSync(engines, { recursive: true });
    mkdirSync(join(folder, "native"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    for (const path of ["engines/node-native.js", "engines/native.js"]) {
      copyFileSync(join(ROOT, "dist", "src", path), join(folder, "dist", "src", path));
    }
    // The rest of the library is where it is.
    for (const name of ["direct", "encode"]) {
      const original = JSON.stringify(new URL(`../../src/engines/${name}.js`, import.meta.url).href);
      writeFileSync(join(engines, `${name}.js`), `export * from ${original};`);
    }
    mkdirSync(join(folder, "dist", "src", "kernels"));
    const abi = JSON.stringify(new URL("../../src/kernels/abi.js", import.meta.url).href);
    writeFileSync(join(folder, "dist", "src", "kernels", "abi.js"), `export * from ${abi};`);
    const url = new URL(`file://${join(engines, "node-native.js")}`).href;
    const load = () => {
      const program = `import(${JSON.stringify(url)}).then(({ loadAddon }) => { const found = loadAddon(); console.log(found.missing ?? "loaded"); })`;
      const { CELLSTATE_NATIVE: _, ...env } = process.env;
      return spawnSync(process.execPath, ["-e", program], { encoding: "utf8", env }).stdout.trim();
    };
    mkdirSync(join(folder, "prebuilds", TARGET), { recursive: true });
    const brought = join(folder, "prebuilds", TARGET, "cellstate.node");
    copyFileSync(built, brought);
    writeFileSync(join(folder, "prebuilds", "sha256.json"), "{}");
    assert.match(load(), /another SHA-256/);
    mkdirSync(join(folder, "build", "Release"), { recursive: true });
    copyFileSync(built, join(folder, "build", "Release", "cellstate.node"));
    assert.equal(load(), "loaded");
    // One that cannot be opened leaves the package's to be used.
    writeFileSync(join(folder, "build", "Release", "cellstate.node"), "no addon");
    assert.match(load(), /cannot be loaded: .*(file too short|invalid ELF|not a valid|mach-o)/);
    const hash = createHash("sha256").update(readFileSync(brought)).digest("hex");
    writeFileSync(join(folder, "prebuilds", "sha256.json"), JSON.stringify({ [TARGET]: hash }));
    assert.equal(load(), "loaded");
  });
});
