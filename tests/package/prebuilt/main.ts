/**
 * The package as it is published, on the systems for which it brings an addon (`npm run test:prebuilt`): all prebuilds are
 * made, linux-arm64's runs under qemu, win32-x64's under Wine, and the packed package is installed where there is neither
 * compiler nor Python nor network. What is not on this machine is skipped by name.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pack, ROOT } from "../projects.js";
import { type Bits, bitsOf } from "./bits.js";
import { below, EVERYWHERE, foreignNode, has, highest, imports, json, needed, said } from "./tools.js";

const PREBUILDS = join(ROOT, "prebuilds");
const addonOf = (target: string) => join(PREBUILDS, target, "cellstate.node");
const program = join(ROOT, "dist", "tests", "package", "prebuilt", "bits.js");

let inside = "";
before(() => {
  inside = mkdtempSync(join(tmpdir(), "cellstate-prebuilt-"));
  said(process.execPath, [join(ROOT, "scripts", "prebuild.mjs"), "--available"]);
});
after(() => rmSync(inside, { recursive: true, force: true }));

const objdumps = { "linux-x64": "x86_64-linux-gnu-objdump", "linux-arm64": "aarch64-linux-gnu-objdump" };
for (const [target, objdump] of Object.entries(objdumps)) {
  test(`${target}: for every glibc since 2.28, and for musl`, {
    skip: !has(objdump) && `no ${objdump}`,
  }, () => {
    const asked = imports(addonOf(target), objdump);
    const newest = highest(asked.values());
    console.log(`${target}: the newest that it asks of glibc is ${newest}`);
    assert.ok(below(newest, 2, 28), newest);
    const own = [...asked.keys()].filter((name) => !name.startsWith("napi_"));
    assert.deepEqual(
      own.filter((name) => !EVERYWHERE.includes(name)),
      [],
    );
    assert.deepEqual(needed(addonOf(target), objdump), ["libc.so.6"]);
  });
}

describe("every kernel, and training on two threads, to the bit", () => {
  let wanted: Bits | undefined;
  before(async () => {
    if (`${process.platform}-${process.arch}` !== "linux-x64") return;
    wanted = Object.values(await bitsOf(addonOf("linux-x64"))).at(-1);
  });

  const same = (found: unknown, ...variants: string[]) => {
    const bits = found as Record<string, Bits> & { error?: string };
    assert.equal(bits.error, undefined);
    assert.deepEqual(Object.keys(bits).slice(-variants.length), variants);
    for (const one of Object.values(bits)) assert.deepEqual(one, wanted);
    assert.ok(Object.keys(wanted!.kernels).length > 60);
  };

  test("linux-x64: AVX2 and AVX-512", async (t) => {
    if (wanted === undefined) return t.skip("this machine is no linux-x64 with AVX2");
    same(await bitsOf(addonOf("linux-x64")), "avx2");
  });

  test("linux-arm64: NEON, under qemu", (t) => {
    const qemu = ["qemu-aarch64-static", "qemu-aarch64"].find((name) => has(name));
    const node = foreignNode("linux-arm64");
    if (wanted === undefined || qemu === undefined || node === null)
      return t.skip("qemu-aarch64, or its Node, is missing");
    const out = join(inside, "arm64.json");
    // Debian's cross libraries.
    said(qemu, ["-L", "/usr/aarch64-linux-gnu", node, program, addonOf("linux-arm64"), out]);
    same(json(out), "neon");
  });

  const wine = ["wine64", "/usr/lib/wine/wine64"].find((name) => has(name));
  for (const host of ["node.exe", "another.exe"]) {
    test(`win32-x64: in ${host}, under Wine`, (t) => {
      const node = foreignNode("win-x64");
      if (wanted === undefined || wine === undefined || node === null)
        return t.skip("wine64, or its Node, is missing");
      const out = join(inside, `${host}.json`);
      const started = join(inside, host);
      symlinkSync(node, started);
      const windows = (path: string) => `Z:${path.replaceAll("/", "\\")}`;
      const env = { WINEDEBUG: "-all", WINEPREFIX: join(inside, "wine"), NODE_SKIP_PLATFORM_CHECK: "1" };
      said(wine, [started, windows(program), windows(addonOf("win32-x64")), windows(out)], env);
      same(json(out), "avx2");
    });
  }
});

describe("installed without compiler, Python, scripts and network", () => {
  test("npm ci gives the native engine", (t) => {
    const lone = process.getuid?.() === 0 && has("unshare", "--net", "true") ? ["unshare", "--net"] : [];
    const archive = pack(inside);
    const folder = join(inside, "project");
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), '{"name":"project","private":true}');
    // Nothing but Node and npm.
    const bin = join(inside, "bin");
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, "node"));
    symlinkSync("/bin/sh", join(bin, "sh"));
    const npm = npmProgram();
    const inFolder = (args: string[], alone = true) => {
      const [tool, ...rest] = [...(alone ? lone : []), process.execPath, ...args];
      const env = { PATH: bin, HOME: inside, npm_config_cache: npmCache(), NODE_TEST_CONTEXT: undefined };
      return spawnSync(which(tool!), rest, { cwd: folder, encoding: "utf8", env });
    };
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    // With the network, once: what it depends on comes into the cache.
    const first = inFolder([npm, "install", ...quiet, archive], false);
    if (first.status !== 0) return t.skip(`its dependencies cannot be had: ${first.stderr.split("\n")[0]}`);
    rmSync(join(folder, "node_modules"), { recursive: true });
    const again = inFolder([npm, "ci", ...quiet, "--offline"]);
    assert.equal(again.status, 0, again.stderr);
    const cellstate = join(folder, "node_modules", "cellstate");
    assert.ok(!readdirSync(cellstate).includes("build"));
    const bench = inFolder([
      join(cellstate, "dist/src/bin/cellstate.js"),
      "bench",
      "--rounds",
      "1",
      "--json",
      "--engine",
      "native",
    ]);
    assert.equal(bench.status, 0, bench.stderr);
    const { rows } = JSON.parse(bench.stdout) as { rows: { engine: string }[] };
    assert.ok(rows.length > 0 && rows.every(({ engine }) => engine === "native"));
    // And the sources that came along are said to need what is not there.
    const built = inFolder([join(cellstate, "dist/src/bin/cellstate.js"), "build-native"]);
    assert.equal(built.status, 1);
    assert.match(built.stderr, /no C compiler was found \(install gcc or clang\)/);
  });

  test("on request, it is compiled from what the package holds", (t) => {
    if (!has("cc")) return t.skip("no C compiler");
    const folder = join(inside, "project", "node_modules", "cellstate");
    const cellstate = join(folder, "dist/src/bin/cellstate.js");
    const { CELLSTATE_NATIVE: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
    // As with ccache: a compiler that is given one more word.
    const withCC = { ...env, CC: "env cc" };
    const built = spawnSync(process.execPath, [cellstate, "build-native"], { encoding: "utf8", env: withCC });
    assert.equal(built.status, 0, built.stderr);
    assert.match(built.stdout, /build\/Release\/cellstate\.node: .*plain\n$/);
  });
});

/** npm's own program, which its command leads to. */
function npmProgram(): string {
  const found = said("sh", ["-c", 'readlink -f "$(command -v npm)"']).trim();
  return found;
}

const npmCache = () => said("npm", ["config", "get", "cache"]).trim();

function which(tool: string): string {
  if (tool.includes("/")) return tool;
  const folders = (process.env["PATH"] ?? dirname(process.execPath)).split(delimiter);
  // npm names folders of modules that need not be there.
  const folder = folders.find((one) => existsSync(join(one, tool)));
  assert.ok(folder !== undefined, tool);
  return join(folder, tool);
}
