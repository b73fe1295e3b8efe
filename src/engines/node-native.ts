/** Where Node finds the native addon. Bundles for browsers get browser-native.ts instead (package.json, "imports"). */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Addon, type AddonResult, checkAddon } from "./native.js";

/**
 * The package's folder, above dist/src/engines, or of the command line's bundle above dist/src/bin; null elsewhere: what
 * lies above another bundle is not ours, and would be run. Not `new URL("../../../", import.meta.url)`, which bundlers
 * take for a file that is to come along.
 * @throws TypeError in a bundle that has no `import.meta.url`
 */
function packageFolder(): string | null {
  const own = dirname(fileURLToPath(import.meta.url));
  const folder = join(own, "..", "..", "..");
  const places = ["engines", "bin"].map((name) => join(folder, "dist", "src", name));
  return places.includes(own) && existsSync(join(folder, "package.json")) ? folder : null;
}

const IN_A_BUNDLE =
  "a bundle does not carry the native addon. Leave the package `cellstate` out of the bundle to have it";

/**
 * The addon that was built here (by `npm run build`, or on request by `cellstate build-native`), else the one that the
 * package brings along for this system, else why there is none. Nothing is built, and nothing is fetched.
 */
export function loadAddon(): AddonResult {
  // The environment, too, may be closed to us (Deno).
  return attempt(() => {
    if (process.env["CELLSTATE_NATIVE"] === "skip") {
      return { missing: "the native addon is left out: CELLSTATE_NATIVE=skip" };
    }
    const folder = packageFolder();
    if (folder === null) return { missing: IN_A_BUNDLE };
    const built = join(folder, "build", "Release", "cellstate.node");
    const here = existsSync(built) ? attempt(() => checkAddon(open(built))) : null;
    if (here !== null && "addon" in here) return here;
    const brought = attempt(() => loadPrebuilt(folder));
    return "addon" in brought ? brought : (here ?? brought);
  });
}

function attempt(load: () => AddonResult): AddonResult {
  try {
    return load();
  } catch (error) {
    return { missing: `the native addon cannot be loaded: ${(error as Error).message}` };
  }
}

/**
 * The addon of a package's prebuilds/ (scripts/prebuild.mjs), if it is what the package lists.
 * @param folder the package's
 */
export function loadPrebuilt(folder: string): AddonResult {
  const target = `${process.platform}-${process.arch}`;
  const prebuilds = join(folder, "prebuilds");
  const addon = join(prebuilds, target, "cellstate.node");
  if (!existsSync(addon)) return { missing: whyMissing(folder, target) };
  const listed = (
    JSON.parse(readFileSync(join(prebuilds, "sha256.json"), "utf8")) as Record<string, unknown>
  )[target];
  if (createHash("sha256").update(readFileSync(addon)).digest("hex") !== listed) {
    return {
      missing: `the native addon is not the one that the package lists: prebuilds/${target}/cellstate.node has another SHA-256, and is not loaded. Install the package anew`,
    };
  }
  return checkAddon(open(addon));
}

function whyMissing(folder: string, target: string): string {
  // Left by scripts/build-native.mjs where it could not build.
  const reasonFile = join(folder, "build", "native-missing.txt");
  const reason = existsSync(reasonFile)
    ? readFileSync(reasonFile, "utf8").trim()
    : `the package brings none for ${target}`;
  return `the native addon is missing: ${reason}. \`npx cellstate build-native\` compiles it`;
}

/** What `require` does to a file of its kind; bundlers follow a `require`. */
function open(addon: string): Addon {
  const module = { exports: {} };
  process.dlopen(module, addon);
  return module.exports as Addon;
}
