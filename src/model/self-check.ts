/** Whether a model that was read computes the same on every engine: a check of the engines on this very network. */
import { InputError } from "../base/errors.js";
import { ENGINE_NAMES, type EngineName } from "../engines/registry.js";
import type { Rows } from "../network/arrays.js";
import type { Model } from "./model.js";
import { asInput, largestDifference, sampleInput } from "./sample-input.js";

export interface EngineCheck {
  engine: string;
  /** The largest difference from the reference engine's outputs; null where the engine cannot run here, NaN where either is. */
  difference: number | null;
}

export interface SelfCheck {
  rows: number;
  engines: EngineCheck[];
}

const ROWS = 4;

/** Outputs on made-up rows, the reference engine's against the others'. `open` gives the same model on an engine. */
export async function selfCheck(open: (engine: EngineName) => Promise<Model>): Promise<SelfCheck> {
  const reference = await open("reference");
  const input = asInput(sampleInput(reference, ROWS));
  const expected = (await reference.predictFlatAsync(input)).data;
  reference.dispose();
  const engines: EngineCheck[] = [];
  // The nearest to the reference first.
  for (const engine of ENGINE_NAMES.toReversed()) {
    if (engine === "reference") continue;
    engines.push({ engine, difference: await differenceOn(() => open(engine), input, expected) });
  }
  return { rows: ROWS, engines };
}

async function differenceOn(
  open: () => Promise<Model>,
  input: Rows | Rows[],
  expected: Float32Array,
): Promise<number | null> {
  let model: Model | undefined;
  try {
    model = await open();
    return largestDifference((await model.predictFlatAsync(input)).data, expected);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  } finally {
    model?.dispose();
  }
}
