/** All layers, by the names users write: `layers.lstm({ units: 32 })`. */
export { activation } from "./activation.js";
export { bidirectional } from "./bidirectional.js";
export { concatenate } from "./concatenate.js";
export { dense } from "./dense.js";
export { dropout } from "./dropout.js";
export { embedding } from "./embedding.js";
export { flatten } from "./flatten.js";
export { gru } from "./gru.js";
export { input } from "./input.js";
export { lstm } from "./lstm.js";
export { masking } from "./masking.js";
export { add, average, maximum, minimum, multiply, subtract } from "./merge.js";
export { averagePooling1D, globalAveragePooling1D, globalMaxPooling1D, maxPooling1D } from "./pooling.js";
export { simpleRNN } from "./simple_rnn.js";
export { textVectorization } from "./text_vectorization.js";
