// The plan of the house, which house.json beside this script draws: the rooms of src from the ground up.
// - A room imports rooms before it only: types, dynamic imports, the `#names` of package.json and the package's own count.
// - No imports lead in a circle.
// - Names of files and their folders are in kebab-case; Python's files have their own snake_case.
// - The studio, studio/, imports its own files and the package's entries.
// - Only the package's entries, and what they export as a namespace, hand on what other files declare.
// Exceptions are rooms that still look up, and imports that still close a circle; one that is not needed any more is a
// fault too, so that there can only be fewer.
// `node scripts/check-house.mjs [ROOT]` says each fault in a line and exits 1 where there is one.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
const read = (path) => readFileSync(join(root, path), "utf8");
const { rooms, exceptions } = JSON.parse(read("scripts/house.json"));
const { name: self, imports: names = {}, exports: entries = {} } = JSON.parse(read("package.json"));
const order = Object.keys(rooms);

const PROGRAM = /([^/]+)\.([cm]?[jt]sx?|c|h|py)$/;
const sources = filesIn("src").filter((path) => PROGRAM.test(path));
/** Each file with the files that it imports. */
const graph = new Map(sources.map((file) => [file, importsOf(file)]));

/** Every file below these folders, by its path from the root. */
function filesIn(...folders) {
  return folders.flatMap((folder) => {
    if (!existsSync(join(root, folder))) return [];
    const found = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
    return found
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
  });
}

/** The source of a compiled file: "./dist/src/base/json.js" → "src/base/json.ts". Some have declarations alone. */
function sourceOf(compiled) {
  const stem = compiled.replace(/^(\.\/)?dist\//, "").replace(/(\.d)?\.c?[jt]s$/, "");
  return [`${stem}.ts`, `${stem}.d.ts`].find((path) => existsSync(join(root, path))) ?? compiled;
}

/** The files of an entry of package.json, whatever the conditions that choose among them. */
function filesOf(entry) {
  return typeof entry === "string" ? [sourceOf(entry)] : Object.values(entry).flatMap(filesOf);
}

/** The files that a specifier stands for; none outside the house. */
function targetsOf(file, specifier) {
  if (specifier.startsWith("#")) return filesOf(names[specifier] ?? specifier);
  if (specifier === self || specifier.startsWith(`${self}/`)) {
    return filesOf(entries[`.${specifier.slice(self.length)}`] ?? specifier);
  }
  return specifier.startsWith(".") ? [sourceOf(join(dirname(file), specifier).replaceAll("\\", "/"))] : [];
}

/**
 * import … from "x", export … from "x", import "x", import("x"), require("x"): wherever it stands, so that none is
 * overlooked, in comments too. A comment without quotes may stand before "x".
 */
function importsOf(file) {
  const text = read(file).replace(/\/\*((?!\*\/|["'`]).)*\*\//g, " ");
  const found = text.matchAll(/\b(?:from|import|require)\s*\(?\s*["'`]([^"'`]+)["'`]/g);
  return new Set([...found].flatMap(([, specifier]) => targetsOf(file, specifier)));
}

/** Imports that an exception allows are taken out of the graph: no circle is looked for beyond them. */
function* roomFaults() {
  const roomOf = (file) => order.indexOf(file.split("/")[1]);
  const used = new Set();
  for (const [file, targets] of graph) {
    if (roomOf(file) < 0) yield `${file} stands in no room of the house; scripts/house.json lists them.`;
    for (const target of targets) {
      if (!graph.has(target)) yield `${file} imports ${target}, which is no file of src.`;
      const [lower, upper] = [order[roomOf(file)], order[roomOf(target)]];
      if (roomOf(target) <= roomOf(file)) continue;
      const exception = exceptions.rooms.find(([from, to]) => from === lower && to === upper);
      if (exception) targets.delete(target);
      else
        yield `${file} imports ${target}: ${lower} lies below ${upper} and may not know it, types included.`;
      used.add(exception);
    }
  }
  yield* exceptions.rooms.filter((pair) => !used.has(pair)).map(needless);
}

const needless = ([from, to]) =>
  `scripts/house.json: the exception ${from} → ${to} is not needed any more; take it out.`;

function* circleFaults() {
  const open = exceptions.circles.filter(([from, to]) => graph.get(from)?.delete(to));
  yield* exceptions.circles.filter((pair) => !open.includes(pair) || !leads(pair[1], pair[0])).map(needless);
  // What has been followed to its ends leads to no further circle.
  const followed = new Set();
  function* follow(file, way) {
    if (way.includes(file)) {
      const circle = [...way.slice(way.indexOf(file)), file].join(" → ");
      yield `${circle}: imports in a circle. Move what both sides need to a file below them, types included.`;
    }
    if (followed.has(file)) return;
    followed.add(file);
    for (const target of graph.get(file) ?? []) yield* follow(target, [...way, file]);
  }
  for (const file of sources) yield* follow(file, []);
}

/** Whether imports lead from one file to another. */
function leads(from, to) {
  const reached = new Set([from]);
  for (const file of reached) for (const target of graph.get(file) ?? []) reached.add(target);
  return reached.has(to);
}

/** Whoever wants what the studio shows finds it in the package. */
function* studioFaults() {
  const specifiers = /\b(?:from|import)\s*\(?\s*["'`]([^"'`]+)["'`]/g;
  for (const file of filesIn("studio").filter((path) => PROGRAM.test(path))) {
    for (const [, specifier] of read(file).matchAll(specifiers)) {
      const inside = join(dirname(file), specifier).startsWith("studio");
      if (specifier.startsWith("#") || (specifier.startsWith(".") && !inside))
        yield `${file} imports ${specifier}: the studio takes what the package's entries give.`;
    }
  }
}

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.fuzz)?(\.test(-d)?|\.d)?$/;
const FOLDER = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const SNAKE = /^[a-z0-9]+(_[a-z0-9]+)*$/;

/** Of programs; what they read and write is named after what it holds. */
function* nameFaults() {
  for (const path of filesIn("src", "tests", "scripts", "bench", "examples", "studio")) {
    const [, name, ending] = PROGRAM.exec(path) ?? [];
    if (ending === "py" && !SNAKE.test(name)) yield `${path}: names of Python files are in snake_case.`;
    if (ending && ending !== "py" && !KEBAB.test(name)) yield `${path}: names of files are in kebab-case.`;
    const folders = ending ? path.split("/").slice(0, -1) : [];
    if (!folders.every((folder) => FOLDER.test(folder))) yield `${path}: names of folders are in kebab-case.`;
  }
}

function* barrelFaults() {
  const allowed = new Set(filesOf(entries));
  for (const entry of sources.filter((file) => allowed.has(file))) {
    const spaces = read(entry).matchAll(/^export \* as \w+ from "([^"]+)"/gm);
    for (const [, specifier] of spaces) for (const target of targetsOf(entry, specifier)) allowed.add(target);
  }
  for (const file of sources) {
    if (allowed.has(file) || !/^export (type )?(\*( as \w+)?|\{[^}]*\}) from /m.test(read(file))) continue;
    yield `${file} hands on what another file declares, which only entries of package.json do: import it from there.`;
  }
}

const faults = [...roomFaults(), ...circleFaults(), ...studioFaults(), ...nameFaults(), ...barrelFaults()];
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
