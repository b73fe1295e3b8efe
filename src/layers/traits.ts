/** What a layer's kind says of it, as types. Asked by kind: nothing here needs the layers' code. */
import type { Embedding } from "./embedding.js";
import type { Layer } from "./layer.js";
import type { TextVectorization } from "./text-vectorization.js";

/** Whether a layer looks token ids up: they come straight from an input, and are checked there. */
export const readsIds = (layer: Layer): layer is Embedding => layer.kind.readsIds === true;

/** Whether a layer is an input that takes texts. */
export const takesTexts = (layer: Layer): layer is TextVectorization => layer.kind.takesTexts === true;
