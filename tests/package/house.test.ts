/** scripts/check-house.mjs: this house is sound, and every fault of a made-up one is named. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const made: string[] = [];
after(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

interface Exceptions {
  rooms?: [string, string][];
  circles?: [string, string][];
}

/** The faults of a house of three rooms, first, second and third, with these files. */
function faultsOf(files: Record<string, string>, exceptions: Exceptions = {}): string[] {
  const root = mkdtempSync(join(tmpdir(), "house-"));
  made.push(root);
  const rooms = { first: "", second: "", third: "", "index.ts": "" };
  const house = { rooms, exceptions: { rooms: [], circles: [], ...exceptions } };
  const all = {
    "scripts/house.json": JSON.stringify(house),
    "package.json": JSON.stringify({
      name: "house",
      exports: {
        ".": "./dist/src/index.js",
        "./third": { types: "./dist/src/third/entry.d.ts", default: "./dist/src/third/entry.js" },
      },
      imports: { "#files": { node: "./dist/src/first/node.js", default: "./dist/src/third/web.js" } },
    }),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return check(root);
}

function check(root: string): string[] {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [join(ROOT, "scripts", "check-house.mjs"), root],
    { encoding: "utf8" },
  );
  const faults = stderr.split("\n").filter((line) => line !== "");
  assert.equal(stdout, "");
  assert.equal(status, faults.length > 0 ? 1 : 0, stderr);
  return faults;
}

const upward = (file: string, target: string, lower: string, upper: string) =>
  `${file} imports ${target}: ${lower} lies below ${upper} and may not know it, types included.`;
const circle = (...files: string[]) =>
  `${files.join(" → ")}: imports in a circle. Move what both sides need to a file below them, types included.`;
const needless = (from: string, to: string) =>
  `scripts/house.json: the exception ${from} → ${to} is not needed any more; take it out.`;

describe("this house", () => {
  test("has no fault but its exceptions, all of which are needed", () => {
    assert.deepEqual(check(ROOT), []);
  });

  test("is checked by npm run check", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    assert.match(scripts["check"]!, /&& node scripts\/check-house\.mjs$/);
  });
});

describe("the studio", () => {
  test("imports its own files and the package's entries", () => {
    const files = {
      "studio/src/a.tsx": 'import { b } from "./b.js";\nimport { c } from "house";\nimport "preact";\n',
      "studio/src/b.ts":
        'export const later = () => import("../src/a.js");\nimport { d } from "house/third";\n',
      "src/index.ts": "export const c = 1;\n",
    };
    assert.deepEqual(faultsOf(files), []);
  });

  for (const specifier of ["../../src/index.js", "#files", "../../package.json"]) {
    test(`does not import ${specifier}`, () => {
      const files = {
        "studio/src/a.tsx": `import { c } from "${specifier}";\n`,
        "src/index.ts": "export const c = 1;\n",
      };
      const fault = `studio/src/a.tsx imports ${specifier}: the studio takes what the package's entries give.`;
      assert.deepEqual(faultsOf(files), [fault]);
    });
  }
});

describe("rooms", () => {
  const above = { "src/second/b.ts": "export const b = 1;\nexport interface B {}\n" };

  test("import those before them and their own files", () => {
    const files = {
      "src/first/a.ts": 'import { readFileSync } from "node:fs";\n',
      "src/second/b.ts": 'import { a } from "../first/a.js";\nimport { c } from "./deep/c.js";\n',
      "src/second/deep/c.ts": 'import type { A } from "../../first/a.js";\n',
      "src/index.ts": 'export { b } from "./second/b.js";\nexport * from "./third/d.js";\n',
      "src/third/d.d.ts": "export const d: number;\n",
    };
    assert.deepEqual(faultsOf(files), []);
  });

  const ways: Record<string, string> = {
    "an import": 'import { b } from "../second/b.js";',
    "an import over several lines": 'import {\n  b,\n  type B,\n} from "../second/b.js";',
    "types alone": 'import type { B } from "../second/b.js";',
    "a type where it is used": 'export type A = import("../second/b.js").B;',
    "a dynamic import": 'export const later = () => import("../second/b.js");',
    "an import for its effects": 'import "../second/b.js";',
    "handing on": 'export { b } from "../second/b.js";',
    "handing on all": 'export * from "../second/b.js";',
    "handing on all by a name": 'export * as b from "../second/b.js";',
    "a require": 'import b = require("../second/b.js");',
    "an import with a comment": 'export const later = () => import(/* later */ "../second/b.js");',
  };
  for (const [way, text] of Object.entries(ways)) {
    test(`do not look up by ${way}`, () => {
      const faults = faultsOf({ ...above, "src/first/a.ts": `${text}\n` });
      assert.equal(faults[0], upward("src/first/a.ts", "src/second/b.ts", "first", "second"));
    });
  }

  test("do not look up by a name of package.json, whatever the condition", () => {
    const files = {
      "src/first/node.ts": "export const read = 1;\n",
      "src/third/web.ts": "export const read = 2;\n",
      "src/second/b.ts": 'import { read } from "#files";\n',
    };
    assert.deepEqual(faultsOf(files), [upward("src/second/b.ts", "src/third/web.ts", "second", "third")]);
  });

  test("do not import the public API, be it by the package's name", () => {
    const index = { "src/index.ts": "export {};\n", "src/third/entry.ts": "export {};\n" };
    for (const specifier of ["../index.js", "house"]) {
      const files = { ...index, "src/third/d.ts": `import { x } from "${specifier}";\n` };
      assert.deepEqual(faultsOf(files), [upward("src/third/d.ts", "src/index.ts", "third", "index.ts")]);
    }
    const files = { ...index, "src/first/a.ts": 'import type { X } from "house/third";\n' };
    assert.equal(faultsOf(files)[0], upward("src/first/a.ts", "src/third/entry.ts", "first", "third"));
  });

  test("do not look up from a file of another ending", () => {
    const files = { ...above, "src/first/a.mts": 'import { b } from "../second/b.js";\n' };
    assert.deepEqual(faultsOf(files), [upward("src/first/a.mts", "src/second/b.ts", "first", "second")]);
  });

  test("are those that are listed", () => {
    const fault = "src/cellar/a.ts stands in no room of the house; scripts/house.json lists them.";
    assert.deepEqual(faultsOf({ "src/cellar/a.ts": "export {};\n" }), [fault]);
  });

  test("import files that are there", () => {
    const files = { "src/first/a.ts": 'import { b } from "./b.js";\nimport { c } from "#other";\n' };
    assert.deepEqual(faultsOf(files), [
      "src/first/a.ts imports src/first/b.js, which is no file of src.",
      "src/first/a.ts imports #other, which is no file of src.",
    ]);
  });

  test("may look up where an exception says so, for as long as they do", () => {
    const files = { ...above, "src/first/a.ts": 'import type { B } from "../second/b.js";\n' };
    const rooms: [string, string][] = [["first", "second"]];
    assert.deepEqual(faultsOf(files, { rooms }), []);
    assert.deepEqual(faultsOf(above, { rooms }), [needless("first", "second")]);
  });
});

describe("circles", () => {
  const [a, b, c] = ["src/first/a.ts", "src/first/b.ts", "src/first/c.ts"];
  const three = {
    [a]: 'import { b } from "./b.js";\n',
    [b]: 'import { c } from "./c.js";\n',
    [c]: 'import { a } from "./a.js";\n',
  };

  test("are faults", () => {
    assert.deepEqual(faultsOf(three), [circle(a, b, c, a)]);
  });

  test("are faults where a type closes them", () => {
    const files = { ...three, [c]: 'import type { A } from "./a.js";\n' };
    assert.deepEqual(faultsOf(files), [circle(a, b, c, a)]);
  });

  test("are faults where a dynamic import closes them", () => {
    const files = { ...three, [c]: 'export const a = () => import("./a.js");\n' };
    assert.deepEqual(faultsOf(files), [circle(a, b, c, a)]);
  });

  test("may stay where an exception says so, for as long as it closes one", () => {
    const circles: [string, string][] = [[c, a]];
    assert.deepEqual(faultsOf(three, { circles }), []);
    const open = { ...three, [b]: "export const b = 1;\n" };
    assert.deepEqual(faultsOf(open, { circles }), [needless(c, a)]);
    assert.deepEqual(faultsOf({ ...three, [c]: "export {};\n" }, { circles }), [needless(c, a)]);
  });
});

describe("names", () => {
  test("are in kebab-case, with the endings of tests and declarations", () => {
    const good = [
      "src/first/zero-padding1d.ts",
      "tests/a-b.test.ts",
      "tests/a.fuzz.test.ts",
      "src/first/a.d.ts",
    ];
    const more = [
      "tests/a.test-d.ts",
      "scripts/a-b.mjs",
      "bench/a.ts",
      "tests/golden/make_it.py",
      "tests/a_b.json",
    ];
    assert.deepEqual(faultsOf(Object.fromEntries([...good, ...more].map((path) => [path, ""]))), []);
  });

  for (const path of [
    "src/first/a_b.ts",
    "tests/aB.test.ts",
    "scripts/A.mjs",
    "bench/a--b.ts",
    "examples/a.b.js",
  ]) {
    test(`of files are not like ${path}`, () => {
      assert.deepEqual(faultsOf({ [path]: "" }), [`${path}: names of files are in kebab-case.`]);
    });
  }

  test("of folders are in kebab-case", () => {
    const fault = "src/first/aB/c.ts: names of folders are in kebab-case.";
    assert.deepEqual(faultsOf({ "src/first/aB/c.ts": "" }), [fault]);
  });

  test("of Python files are in snake_case", () => {
    const fault = "tests/make-it.py: names of Python files are in snake_case.";
    assert.deepEqual(faultsOf({ "tests/make-it.py": "" }), [fault]);
  });
});

describe("what another file declares", () => {
  const a = { "src/first/a.ts": "export const a = 1;\nexport interface A {}\n" };
  const fault = (file: string) =>
    `${file} hands on what another file declares, which only entries of package.json do: import it from there.`;

  for (const text of [
    'export { a } from "../first/a.js";',
    'export type { A } from "../first/a.js";',
    'export * from "../first/a.js";',
    'export * as a from "../first/a.js";',
  ]) {
    test(`is not handed on: ${text}`, () => {
      assert.deepEqual(faultsOf({ ...a, "src/second/b.ts": `${text}\n` }), [fault("src/second/b.ts")]);
    });
  }

  test("is handed on by entries, and by what they export as a namespace", () => {
    const files = {
      ...a,
      "src/second/all.ts": 'export { a } from "../first/a.js";\n',
      "src/third/entry.ts": 'export { a } from "../first/a.js";\n',
      "src/index.ts": 'export * as all from "./second/all.js";\n',
    };
    assert.deepEqual(faultsOf(files), []);
  });
});
