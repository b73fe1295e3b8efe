/** Whether a model that was read computes the same on every engine: a check of the engines on this very network. */
import { PURPOSE, Random } from "../engine/philox.js";
import { InputError } from "../errors.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../train/arrays.js";

export interface EngineCheck {
  engine: string;
  /** The largest difference from the reference engine's outputs; null where the engine cannot run here. */
  difference: number | null;
}

export interface SelfCheck {
  rows: number;
  engines: EngineCheck[];
}

const ROWS = 4;
/** Of inputs that take any number. */
const STEPS = 12;

/** Outputs on random input, the reference engine's against the others'. `open` gives the same model on an engine. */
export async function selfCheck(
  open: (engine: "reference" | "wasm" | "native") => Promise<Model>,
): Promise<SelfCheck> {
  const reference = await open("reference");
  const input = randomInput(reference);
  const expected = reference.predictFlat(whole(input)).data;
  reference.dispose();
  const engines: EngineCheck[] = [];
  for (const engine of ["wasm", "native"] as const) {
    engines.push({ engine, difference: await differenceOn(() => open(engine), input, expected) });
  }
  return { rows: ROWS, engines };
}

async function differenceOn(
  open: () => Promise<Model>,
  input: Rows[],
  expected: Float32Array,
): Promise<number | null> {
  const model = await open();
  try {
    const { data } = model.predictFlat(whole(input));
    return data.reduce((most, value, i) => {
      const difference = Math.abs(value - expected[i]!);
      return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
    }, 0);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  } finally {
    model.dispose();
  }
}

const whole = (input: Rows[]) => (input.length === 1 ? input[0]! : input);

/** Ids within the vocabulary for an Embedding, else numbers of order one. */
function randomInput({ nodes }: Model): Rows[] {
  const places = nodes.flatMap(({ inputs }, i) => (inputs.length === 0 ? [i] : []));
  return places.map((place, stream) => {
    const random = new Random(1, PURPOSE.selfCheck, stream);
    const consumer = nodes.find(({ inputs }) => inputs[0] === place)?.layer;
    const ids = consumer?.className === "Embedding" ? (consumer.options as { inputDim: number }).inputDim : 0;
    const shape = nodes[place]!.shape.map((size) => size ?? STEPS);
    const size = ROWS * shape.reduce((a, b) => a * b, 1);
    const value = (i: number) => (ids > 0 ? Math.floor(random.uniform(i) * ids) : random.normal(i));
    return { data: Float32Array.from({ length: size }, (_, i) => value(i)), rows: ROWS, shape };
  });
}
