import type { Embedding } from "./embedding.js";
import type { Layer } from "./layer.js";

/** Whether a layer looks token ids up: they come straight from an input, and are checked there. */
export const readsIds = (layer: Layer): layer is Embedding => layer.kind.readsIds === true;
