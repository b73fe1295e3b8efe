/** The engines under test, each with its builds for different processors. */
import type { Engine } from "../../src/engine/contract.js";
import { nativeAddon } from "../../src/engine/index.js";
import { NativeEngine } from "../../src/engine/native.js";

export interface TestedEngine {
  label: string;
  create: (threads?: number) => Engine;
  /** Why it cannot run here. */
  missing: string | undefined;
}

export function testedEngines(): TestedEngine[] {
  return nativeEngines();
}

function nativeEngines(): TestedEngine[] {
  const found = nativeAddon();
  if ("missing" in found) return [{ label: "native", create: unavailable, missing: found.missing }];
  return found.addon.variants.map((variant) => ({
    label: `native ${variant}`,
    create: (threads = 1) => new NativeEngine(found.addon, threads, { variant }),
    missing: undefined,
  }));
}

const unavailable = (): Engine => {
  throw new Error("not available");
};
