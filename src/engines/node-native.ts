/** Where Node finds the native addon. Bundles for browsers get browser-native.ts instead (package.json, "imports"). */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Addon, type AddonResult, checkAddon } from "./native.js";

const root = new URL("../../../", import.meta.url);
const addonFile = fileURLToPath(new URL("build/Release/cellstate.node", root));
/** Left by scripts/build-native.mjs where it could not build. */
const reasonFile = fileURLToPath(new URL("build/native-missing.txt", root));

export function loadAddon(): AddonResult {
  if (!existsSync(addonFile)) {
    const reason = existsSync(reasonFile) ? readFileSync(reasonFile, "utf8").trim() : "it has not been built";
    return { missing: `the native addon is missing: ${reason}. Then run \`npm rebuild cellstate\`` };
  }
  try {
    return checkAddon(createRequire(import.meta.url)(addonFile) as Addon);
  } catch (error) {
    return { missing: `the native addon cannot be loaded: ${(error as Error).message}` };
  }
}
