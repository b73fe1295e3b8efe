// Of dist/src, what an installed package needs: all but the modules of which only the command line's bundle is made, and
// types that no entry speaks of, which dist/src/.npmignore names. Modules lose their comments, which their types keep.
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { writeIfChanged } from "./kernel-sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "dist", "src");

/** The room that only the command line is, which is in dist/src/bin. */
const BUNDLED = /^dist\/src\/cli\//;

/** They stay as they are: texts of functions are cut out of some (scripts/build-pieces.mjs), and some have no comments. */
const KEPT = /^dist\/src\/(bin|formats\/module)\/|-binary\.js$/;

/** Every path in a value of package.json. */
const pathsOf = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(pathsOf));

/** What a declaration names of those beside it, and of the package's `#names`. */
const namedIn = (text) =>
  Array.from(text.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*"([.#][^"]+)"/g), ([, name]) => name);

/** Which file declares the types of another. */
const typesOf = (path) => normalize(path.replace(/\.(c?)js$/, ".d.$1ts"));

/** The declarations that the package's entries lead to. */
function reachedTypes() {
  const { exports, imports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const found = new Set();
  const waiting = pathsOf(exports).map(typesOf);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file) || !/\.d\.c?ts$/.test(file) || !existsSync(join(root, file))) continue;
    found.add(file);
    for (const name of namedIn(readFileSync(join(root, file), "utf8"))) {
      const targets = name.startsWith("#") ? pathsOf(imports[name]) : [join(dirname(file), name)];
      waiting.push(...targets.map(typesOf));
    }
  }
  return found;
}

async function withoutComments(file) {
  const { code } = await transform(readFileSync(file, "utf8"), { format: "esm", legalComments: "none" });
  writeIfChanged(file, code);
}

export async function buildPackage() {
  const types = reachedTypes();
  const files = readdirSync(built, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.c?[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll("\\", "/"));
  const isTypes = (file) => /\.d\.c?ts$/.test(file);
  const left = files.filter((file) => BUNDLED.test(file) || (isTypes(file) && !types.has(file)));
  const lines = left.sort().map((file) => `/${file.slice("dist/src/".length)}\n`);
  writeIfChanged(join(built, ".npmignore"), lines.join(""));
  const modules = files.filter((file) => file.endsWith(".js") && !BUNDLED.test(file) && !KEPT.test(file));
  await Promise.all(modules.map((file) => withoutComments(join(root, file))));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildPackage();
