/** Engines by name. `auto` takes the fastest that this machine can run. */
import { oneOf } from "../errors.js";
import type { Engine } from "./contract.js";
import { ReferenceEngine } from "./reference.js";

export const ENGINE_CHOICES = ["auto", "reference"] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

export interface EngineOptions {
  /** By name, or one of your own making: the model then owns it and its memory, so no two models may share it. */
  engine?: EngineChoice | Engine;
  threads?: number;
}

export function createEngine({ engine = "auto" }: EngineOptions = {}): Engine {
  if (typeof engine === "object" && engine !== null) return engine;
  oneOf(engine, ENGINE_CHOICES, "engine");
  return new ReferenceEngine();
}
