/** Where Node finds the native addon. Bundles for browsers get browser-native.ts instead (package.json, "imports"). */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Addon, type AddonResult, checkAddon } from "./native.js";

/**
 * The package's folder, above dist/src/engines. Not `new URL("../../../", import.meta.url)`, which bundlers take for a
 * file that is to come along; in what they make of this module, the folder is another, and holds no addon.
 * @throws TypeError in a bundle that has no `import.meta.url`
 */
const packageFolder = (): string => join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

export function loadAddon(): AddonResult {
  try {
    return loadFrom(packageFolder());
  } catch (error) {
    return { missing: `the native addon cannot be loaded: ${(error as Error).message}` };
  }
}

function loadFrom(folder: string): AddonResult {
  const addon = join(folder, "build", "Release", "cellstate.node");
  if (existsSync(addon)) return checkAddon(open(addon));
  if (!existsSync(join(folder, "binding.gyp"))) {
    const advice = "Leave the package `cellstate` out of the bundle to have it";
    return { missing: `a bundle does not carry the native addon. ${advice}` };
  }
  // Left by scripts/build-native.mjs where it could not build.
  const reasonFile = join(folder, "build", "native-missing.txt");
  const reason = existsSync(reasonFile) ? readFileSync(reasonFile, "utf8").trim() : "it has not been built";
  return { missing: `the native addon is missing: ${reason}. Then run \`npm rebuild cellstate\`` };
}

/** What `require` does to a file of its kind; bundlers follow a `require`. */
function open(addon: string): Addon {
  const module = { exports: {} };
  process.dlopen(module, addon);
  return module.exports as Addon;
}
