/** The families of what a module is made of: a row each, of its pieces and of the layers that it writes. */
import { inputError } from "../../base/errors.js";
import type { Layer, Shape } from "../../layers/layer.js";
import { activationPieces } from "./activation-pieces.js";
import { arithmeticPieces } from "./arithmetic-pieces.js";
import { attentionEmitters, attentionPieces } from "./attention.js";
import type { Emitter, ModuleWriter, Place } from "./emitter.js";
import { feedForwardEmitters, feedForwardPieces } from "./feed-forward.js";
import { kernelPieces } from "./kernel-pieces.js";
import type { Kit, Pieces } from "./kit.js";
import { mergingEmitters, mergingPieces } from "./merging.js";
import { networkPieces } from "./network-pieces.js";
import { pagePieces } from "./page-pieces.js";
import { recurrentEmitters, recurrentPieces } from "./recurrent.js";
import { sequenceEmitters, sequencePieces } from "./sequence.js";
import { shapingEmitters, shapingPieces } from "./shaping.js";
import { textPieces } from "./text-pieces.js";

/** All pieces. Only the build asks for them: modules are written from their text, and bundles go without them. */
export const allPieces = (): Pieces<Kit> => ({
  ...activationPieces,
  ...arithmeticPieces,
  ...attentionPieces,
  ...feedForwardPieces,
  ...kernelPieces,
  ...mergingPieces,
  ...networkPieces,
  ...pagePieces,
  ...recurrentPieces,
  ...sequencePieces,
  ...shapingPieces,
  ...textPieces,
});

const EMITTERS: ReadonlyMap<string, Emitter> = new Map([
  ...attentionEmitters,
  ...feedForwardEmitters,
  ...mergingEmitters,
  ...recurrentEmitters,
  ...sequenceEmitters,
  ...shapingEmitters,
]);

/** A layer as an expression of a module. @throws InputError for one that modules cannot hold, by its name */
export function emitLayer(
  layer: Layer,
  inputs: readonly Shape[],
  w: ModuleWriter,
  path = layer.name,
): string {
  const emitter = EMITTERS.get(layer.className);
  const emit: Place["emit"] = (inner, shapes) => emitLayer(inner, shapes, w, `${path}/${inner.name}`);
  if (emitter) return emitter({ layer, path, inputs, w, emit });
  throw inputError({
    expected: `layers that a module can hold (${[...EMITTERS.keys()].sort().join(", ")})`,
    where: `layer ${path}`,
    received: layer.className,
  });
}
