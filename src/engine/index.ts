/** Engines by name. `auto` takes the fastest that this machine can run. */
import { oneOf } from "../errors.js";
import type { Engine } from "./contract.js";
import { ReferenceEngine } from "./reference.js";

export const ENGINE_CHOICES = ["auto", "reference"] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

export interface EngineOptions {
  engine?: EngineChoice;
  threads?: number;
}

export function createEngine({ engine = "auto" }: EngineOptions = {}): Engine {
  oneOf(engine, ENGINE_CHOICES, "engine");
  return new ReferenceEngine();
}
