// Of dist/src, what an installed package needs: what its entries lead to. Other modules, of which only bundles are made, and
// types that no entry speaks of are named in dist/src/.npmignore; what sources that are gone have left is removed. Modules
// lose their comments, which their types keep, and blanks; all names stay. Bundles are made of them after that.
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { writeIfChanged } from "./kernel-sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "dist", "src");

/** They stay as they are: texts of functions are cut out of some (scripts/build-pieces.mjs), and some are as short as they get. */
const KEPT = /^dist\/src\/formats\/module\/|-binary\.js$|\/engine-worker\.js$/;

/**
 * What lies in dist/src and is made by nothing any more: tsc leaves the modules of sources that are gone.
 * @param {string} root the project's folder
 * @returns {string[]} paths from dist/src, sorted
 */
export function staleFiles(root) {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const named = new Set(pathsOf(exports).map((path) => normalize(path)));
  const hasSource = (path) => {
    const [stem, ending] = path.split(/(\.d\.ts|\.js|\.js\.map)$/);
    if (ending === undefined) return false;
    return [".ts", ".d.ts"].some((source) => existsSync(join(root, "src", stem + source)));
  };
  const folder = join(root, "dist", "src");
  const isMade = (path) =>
    path.startsWith("bin/") ||
    path === ".npmignore" ||
    named.has(normalize(`dist/src/${path}`)) ||
    hasSource(path.replace(/\.sha256$/, ""));
  return filesIn(folder)
    .filter((path) => !isMade(path))
    .sort();
}

/** The files below a folder, as paths from it. */
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));

/** Every path in a value of package.json. */
const pathsOf = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(pathsOf));

/** What a file names of those beside it, and of the package's `#names`: what it imports, and the programs of threads. */
const namedIn = (text) =>
  Array.from(text.matchAll(/["'`]([.#][\w./-]+|[\w-]+\.js)["'`]/g), ([, name]) => name);

/** Which file declares the types of another. */
const typesOf = (path) => path.replace(/\.(c?)js$/, ".d.$1ts");

/** The modules, and their declarations, that the package's entries lead to. */
function reachedFiles() {
  const { exports, imports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const found = new Set();
  const waiting = pathsOf(exports).flatMap((path) => [normalize(path), normalize(typesOf(path))]);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file) || !/\.c?[jt]s$/.test(file) || !existsSync(join(root, file))) continue;
    found.add(file);
    const beside = namedIn(readFileSync(join(root, file), "utf8")).flatMap((name) =>
      name.startsWith("#") ? pathsOf(imports[name] ?? []) : [join(dirname(file), name)],
    );
    const isTypes = /\.d\.c?ts$/.test(file);
    waiting.push(...beside.map((path) => normalize(isTypes ? typesOf(path) : path)));
  }
  return found;
}

/** What cannot be shortened any more, so that a module comes out the same however often it is built. */
async function shortened(text) {
  // With the blanks esbuild would drop what tells bundlers that a call may go.
  const minifyWhitespace = !text.includes("__PURE__");
  const { code } = await transform(text, {
    ...{ format: "esm", target: "es2022", legalComments: "none", minifySyntax: true, minifyWhitespace },
  });
  return code === text ? text : shortened(code);
}

export async function buildPackage() {
  for (const path of staleFiles(root)) rmSync(join(built, path));
  const reached = reachedFiles();
  const files = filesIn(built)
    .filter((path) => /\.c?[jt]s$/.test(path) && !path.startsWith("bin/"))
    .map((path) => `dist/src/${path}`);
  const left = files.filter((file) => !reached.has(file));
  const lines = left.sort().map((file) => `/${file.slice("dist/src/".length)}\n`);
  writeIfChanged(join(built, ".npmignore"), lines.join(""));
  const modules = files.filter((file) => file.endsWith(".js") && reached.has(file) && !KEPT.test(file));
  await Promise.all(
    modules.map(async (file) => {
      const path = join(root, file);
      writeIfChanged(path, await shortened(readFileSync(path, "utf8")));
    }),
  );
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildPackage();
