/** The pages lead to files that are there, and the plan of the house names every room. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { IMPORT_MAP, ROWS } from "./matrix/rows.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const markdown = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
const PAGES = [
  ...markdown(""),
  ...markdown("docs"),
  ...markdown("docs/course"),
  "examples/data/README.md",
  "bench/README.md",
];

describe("links of pages", () => {
  for (const page of PAGES) {
    test(page, () => {
      const links = Array.from(read(page).matchAll(/\]\(([^)\s]+)\)/g), ([, to]) => to!);
      const missing = links.filter((to) => {
        const [path] = to.split("#") as [string];
        return !/^(https?:|mailto:)/.test(to) && path !== "" && !existsSync(join(ROOT, dirname(page), path));
      });
      assert.deepEqual(missing, []);
    });
  }
});

test("what the README leads to is in the package, with all that those pages lead to, pictures aside", () => {
  const { files } = JSON.parse(read("package.json")) as { files: string[] };
  const left = files.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
  const packed = (path: string) =>
    !left.some((folder) => path.startsWith(`${folder}/`)) &&
    files.some((pattern) =>
      pattern.endsWith("/*.md")
        ? dirname(path) === dirname(pattern) && path.endsWith(".md")
        : path === pattern || path.startsWith(`${pattern}/`),
    );
  const pages = ["README.md"];
  for (const page of pages) {
    const matches = read(page).matchAll(/(!?)\[[^\]]*\]\(([^)\s]+)\)/g);
    const links = Array.from(matches, ([, picture, to]) => (picture ? "" : to!.split("#")[0]!));
    for (const to of links.filter((link) => link !== "" && !/^(https?:|mailto:)/.test(link))) {
      const path = join(dirname(page), to).replace(/\/$/, "");
      assert.ok(packed(path), `${page} leads to ${path}, which is not packed`);
      if (path.endsWith(".md") && !pages.includes(path)) pages.push(path);
    }
  }
});

describe("every room of src", () => {
  const rooms = readdirSync(join(ROOT, "src"), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  for (const { name } of rooms) {
    test(name, () => {
      assert.match(read("docs/architecture.md"), new RegExp(`[\`/]${name}\``), "docs/architecture.md");
      assert.match(read("CONTRIBUTING.md"), new RegExp(`\\b${name}/`), "CONTRIBUTING.md");
    });
  }
});

describe("docs/web.md names what is tried, and nothing else", () => {
  const [, section] = read("docs/web.md").split("## Bundlers and runtimes") as [string, string];
  const listed = Array.from(section.matchAll(/^\| ([^|]+) \| [^|]+ \| (wasm|native|reference)\b.* \|$/gm));

  test("every environment, with the engine that answers there", () => {
    const expected = ROWS.map(({ name, engine }) => `${name}: ${engine ?? "wasm"}`);
    assert.deepEqual(
      listed.map(([, name, engine]) => `${name}: ${engine === "native" ? "wasm" : engine}`),
      expected,
    );
  });

  test("the import map", () => {
    assert.ok(section.includes(IMPORT_MAP));
  });
});
