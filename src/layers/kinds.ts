/** All layers: one row a kind. A layer knows its own kind; this table is for what finds layers by Keras's class names. */
import { activationKind } from "./activation.js";
import { attentionKind } from "./attention.js";
import { batchNormalizationKind } from "./batch-normalization.js";
import { bidirectionalKind } from "./bidirectional.js";
import { concatenateKind } from "./concatenate.js";
import { conv1DKind } from "./conv1d.js";
import { denseKind } from "./dense.js";
import { dropoutKind } from "./dropout.js";
import { eluKind } from "./elu.js";
import { embeddingKind } from "./embedding.js";
import { flattenKind } from "./flatten.js";
import { gruKind } from "./gru.js";
import { inputKind } from "./input.js";
import type { LayerKind } from "./layer.js";
import { layerNormalizationKind } from "./layer-normalization.js";
import { leakyReLUKind } from "./leaky-relu.js";
import { lstmKind } from "./lstm.js";
import { maskingKind } from "./masking.js";
import { addKind, averageKind, maximumKind, minimumKind, multiplyKind, subtractKind } from "./merge.js";
import { permuteKind } from "./permute.js";
import {
  averagePooling1DKind,
  globalAveragePooling1DKind,
  globalMaxPooling1DKind,
  maxPooling1DKind,
} from "./pooling.js";
import { preluKind } from "./prelu.js";
import { reluKind } from "./relu.js";
import { repeatVectorKind } from "./repeat-vector.js";
import { reshapeKind } from "./reshape.js";
import { rnnKind } from "./rnn.js";
import { gruCellKind, lstmCellKind, simpleRNNCellKind, stackedRNNCellsKind } from "./rnn-cells.js";
import { simpleRNNKind } from "./simple-rnn.js";
import { softmaxKind } from "./softmax.js";
import { spatialDropout1DKind } from "./spatial-dropout1d.js";
import { textVectorizationKind } from "./text-vectorization.js";
import { timeDistributedKind } from "./time-distributed.js";
import { zeroPadding1DKind } from "./zero-padding1d.js";

export const LAYER_KINDS: ReadonlyMap<string, LayerKind> = new Map(
  [
    activationKind,
    addKind,
    attentionKind,
    averageKind,
    averagePooling1DKind,
    bidirectionalKind,
    concatenateKind,
    denseKind,
    dropoutKind,
    embeddingKind,
    flattenKind,
    gruKind,
    globalAveragePooling1DKind,
    globalMaxPooling1DKind,
    lstmKind,
    maskingKind,
    maxPooling1DKind,
    maximumKind,
    minimumKind,
    multiplyKind,
    simpleRNNKind,
    subtractKind,
    batchNormalizationKind,
    conv1DKind,
    eluKind,
    layerNormalizationKind,
    leakyReLUKind,
    preluKind,
    permuteKind,
    rnnKind,
    lstmCellKind,
    gruCellKind,
    simpleRNNCellKind,
    stackedRNNCellsKind,
    reluKind,
    repeatVectorKind,
    reshapeKind,
    softmaxKind,
    spatialDropout1DKind,
    timeDistributedKind,
    zeroPadding1DKind,
    inputKind,
    textVectorizationKind,
  ].map((kind: LayerKind) => [kind.className, kind]),
);
