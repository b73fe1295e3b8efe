/** What is packed for the registry: all that its files lead to, nothing that runs by itself, and not more than it has to be. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { before, describe, test } from "node:test";
import { ROOT, succeed } from "./projects.js";
import { importedBy } from "./sizes.js";

const { staleFiles } = (await import(
  new URL("../../../scripts/build-package.mjs", import.meta.url).href
)) as {
  staleFiles(root: string): string[];
};

/** MB, packed and unpacked, dependencies left aside; lowered as the package shrinks, never raised unsaid. */
const PACKED = 3.85;
const UNPACKED = 10;

/** Bytes of the addons, packed and unpacked, for where they have not been made (scripts/prebuild.mjs). */
const PREBUILT: Record<string, readonly [packed: number, unpacked: number]> = {
  "linux-x64": [212_000, 444_000],
  "linux-arm64": [116_000, 203_000],
  "win32-x64": [226_000, 500_000],
};

/** Everything that an installation brings, by what its paths begin with. */
const PARTS: Record<string, string> = {
  "the library's modules": "dist/src/",
  "the command line, bundled": "dist/src/bin/",
  "modules for pages": "dist/web/",
  "the studio": ["index.html", "icon.svg", "offline.js", "studio.webmanifest", "studio", "example"]
    .map((name) => `dist/web/${name}`)
    .join(" "),
  "native engine, built": "prebuilds/",
  "native engine, source": "kernels/ native/ scripts/",
  "pages to read": "docs/ README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE",
  examples: "examples/",
  "files to deploy a server": "deploy/",
  "package.json": "package.json",
};

interface Packed {
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const { scripts, dependencies } = JSON.parse(read("package.json")) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
};

let packed: Packed;
before(() => {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const said = succeed(ROOT, npm, ["pack", "--dry-run", "--json", "--ignore-scripts", "--silent"]);
  [packed] = JSON.parse(said) as [Packed];
});

/** The part with the longest beginning that fits. */
function partOf(path: string): string | undefined {
  const fits = Object.entries(PARTS).flatMap(([part, starts]) =>
    starts.split(" ").flatMap((start) => (path.startsWith(start) ? [{ part, length: start.length }] : [])),
  );
  return fits.sort((a, b) => b.length - a.length)[0]?.part;
}

describe("the packed package", () => {
  test("every file belongs to a part that is named; together they keep to their bounds", () => {
    const parts = new Map<string, [files: number, bytes: number]>();
    for (const { path, size } of packed.files) {
      const part = partOf(path);
      assert.ok(part !== undefined, path);
      const [files, bytes] = parts.get(part) ?? [0, 0];
      parts.set(part, [files + 1, bytes + size]);
    }
    const absent = Object.entries(PREBUILT).filter(
      ([target]) => !existsSync(join(ROOT, "prebuilds", target)),
    );
    const size = packed.size + absent.reduce((sum, [, [bytes]]) => sum + bytes, 0);
    const unpacked = packed.unpackedSize + absent.reduce((sum, [, [, bytes]]) => sum + bytes, 0);
    const line = (part: string, files: number, bytes: number) =>
      `${part.padEnd(28)}${String(files).padStart(6)}${(bytes / 1e6).toFixed(2).padStart(8)}`;
    const lines = [...parts]
      .sort(([, [, a]], [, [, b]]) => b - a)
      .map(([part, [n, bytes]]) => line(part, n, bytes));
    console.log(`                             files      MB\n${lines.join("\n")}`);
    console.log(
      `${(size / 1e6).toFixed(2)} MB packed, ${(unpacked / 1e6).toFixed(2)} MB unpacked, addons included`,
    );
    assert.ok(size <= PACKED * 1e6, `${size} bytes packed, the bound is ${PACKED} MB`);
    assert.ok(unpacked <= UNPACKED * 1e6, `${unpacked} bytes unpacked, the bound is ${UNPACKED} MB`);
  });

  test("each addon keeps to its own", () => {
    for (const { path, size } of packed.files.filter(({ path }) => path.endsWith(".node"))) {
      const [, most] = PREBUILT[path.split("/")[1]!]!;
      assert.ok(size <= most, `${path}: ${size} bytes, the bound is ${most}`);
    }
  });

  test("holds whatever its modules and types lead to", () => {
    const paths = new Set(packed.files.map(({ path }) => path));
    const code = [...paths].filter((path) => /^dist\/(src|web)\/.*\.(c?js|d\.c?ts)$/.test(path));
    assert.ok(code.length > 1000);
    const missing = code.flatMap((path) => {
      const types = /\.d\.c?ts$/.test(path);
      // Of a line of its own, or the beginning of a statement in what is bundled: texts quote imports, too.
      const named = read(path).matchAll(/^(?:import|export)\b[^"'`;]*?["'](\.[^"']+)["'];?$/gm);
      return Array.from(named, ([, name]) => normalize(join(dirname(path), name!)))
        .map((file) => (types ? file.replace(/\.(c?)js$/, ".d.$1ts") : file))
        .filter((file) => !paths.has(file))
        .map((file) => `${path}: ${file}`);
    });
    assert.deepEqual(missing, []);
  });

  test("holds what the present sources make, and nothing that earlier ones left", () => {
    assert.deepEqual(staleFiles(ROOT), []);
    assert.match(scripts["prepack"]!, /^npm run studio &&/);
    assert.match(scripts["studio"]!, /^npm run build &&/);
    const folder = mkdtempSync(join(tmpdir(), "cellstate-stale-"));
    try {
      const files = {
        "package.json":
          '{ "exports": { ".": { "types": "./dist/src/a.d.cts", "default": "./dist/src/a.js" }, "./b.wasm": "./dist/src/b.wasm" } }',
        ...{ "src/a.ts": "", "src/room/text.d.ts": "" },
        ...{ "dist/src/a.js": "", "dist/src/a.js.map": "", "dist/src/a.d.ts": "", "dist/src/a.d.cts": "" },
        ...{
          "dist/src/b.wasm": "",
          "dist/src/bin/x.js": "",
          "dist/src/room/text.js": "",
          "dist/src/room/text.js.sha256": "",
        },
        ...{ "dist/src/gone.js": "", "dist/src/gone.js.map": "", "dist/src/room/gone.d.ts": "" },
        ...{ "dist/src/gone.cjs": "", "dist/src/gone.wasm": "" },
      };
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const gone = ["gone.cjs", "gone.js", "gone.js.map", "gone.wasm", "room/gone.d.ts"];
      assert.deepEqual(staleFiles(folder), gone);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("runs nothing when it is installed", () => {
    for (const name of ["preinstall", "install", "postinstall", "prepare"])
      assert.equal(scripts[name], undefined);
    // npm would call node-gyp by itself.
    assert.ok(packed.files.every(({ path }) => !path.endsWith("binding.gyp")));
  });

  test("what only looking inside, other formats and reports need is not loaded with the main entry", async () => {
    const modules = await importedBy('import * as all from "cellstate"; console.log(all);');
    const packages = modules.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
    assert.deepEqual([...new Set(packages)], ["fflate"]);
  });

  test("docs/installing.md names what it depends on", () => {
    const [, page = ""] = read("docs/installing.md").split("Besides, it depends on");
    const listed = Array.from(page.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm), ([, name]) => name!);
    assert.deepEqual(listed.sort(), Object.keys(dependencies).sort());
  });
});
