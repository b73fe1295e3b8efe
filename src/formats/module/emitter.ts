/** What writes a layer as an expression of a module. */
import type { Layer, Shape } from "../../layers/layer.js";
import type { Kit, WantedScaling } from "./kit.js";

/** What an emitter may ask of the module being written. */
export interface ModuleWriter {
  /** The name of a piece, which the module then has. */
  use(piece: keyof Kit): string;
  /** An expression for the weight "layer/name", or "null" where there is none. */
  weight(name: string, scaling: WantedScaling): string;
}

/** A layer to be written: its path is its name, after that of the layer it is in. */
export interface Place<L extends Layer = Layer> {
  layer: L;
  path: string;
  inputs: readonly Shape[];
  w: ModuleWriter;
  /** Writes a layer that stands inside this one. @throws InputError for one that modules cannot hold */
  emit(inner: Layer, inputs: readonly Shape[]): string;
}

export type Emitter = (place: Place) => string;

/** A layer's class name and its emitter. */
export function entry<L extends Layer>(
  className: string,
  emit: (place: Place<L>) => string,
): [string, Emitter] {
  return [className, emit as Emitter];
}

type Expression = string | number | boolean;

export function call(w: ModuleWriter, piece: keyof Kit, ...given: Expression[]): string {
  return `${w.use(piece)}(${given.join(", ")})`;
}

export function object(fields: Record<string, Expression>): string {
  return `{ ${Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ")} }`;
}

/** What `merged` joins two numbers by. */
export const SUM = "(a, b) => a + b";
