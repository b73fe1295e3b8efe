/** Everything that an exported module may be made of. Only the build reads it: modules are written from its text. */
import { activationPieces } from "./activation-pieces.js";
import { arithmeticPieces } from "./arithmetic-pieces.js";
import { attentionPieces } from "./attention-pieces.js";
import { kernelPieces } from "./kernel-pieces.js";
import type { Kit, Pieces } from "./kit.js";
import { layerPieces } from "./layer-pieces.js";
import { mergingPieces } from "./merging-pieces.js";
import { recurrentPieces } from "./recurrent-pieces.js";
import { sequencePieces } from "./sequence-pieces.js";
import { shapingPieces } from "./shaping-pieces.js";
import { textPieces } from "./text-pieces.js";

export const pieces: Pieces<Kit> = {
  ...activationPieces,
  ...arithmeticPieces,
  ...attentionPieces,
  ...kernelPieces,
  ...layerPieces,
  ...mergingPieces,
  ...recurrentPieces,
  ...sequencePieces,
  ...shapingPieces,
  ...textPieces,
};
