/** All layers, by the names users write: `layers.lstm({ units: 32 })`. */
export { activation } from "./activation.js";
export { dense } from "./dense.js";
export { dropout } from "./dropout.js";
export { embedding } from "./embedding.js";
export { flatten } from "./flatten.js";
export { gru } from "./gru.js";
export { input } from "./input.js";
export { lstm } from "./lstm.js";
export { simpleRNN } from "./simple_rnn.js";
