/** Browsers have no native addons. */
import type { AddonResult } from "./native.js";

export function loadAddon(): AddonResult {
  return { missing: "a browser cannot load native code" };
}
