/** The layers that Keras files may hold: the one list of what is read and written. */
import { activation, activationOptions } from "../../layers/activation.js";
import { dense, denseOptions } from "../../layers/dense.js";
import { dropout, dropoutOptions } from "../../layers/dropout.js";
import { embedding, embeddingOptions } from "../../layers/embedding.js";
import { flatten } from "../../layers/flatten.js";
import { gru, gruOptions } from "../../layers/gru.js";
import type { Layer } from "../../layers/layer.js";
import { lstm, lstmOptions } from "../../layers/lstm.js";
import type { OptionTable } from "../../layers/options.js";
import { simpleRNN, simpleRNNOptions } from "../../layers/simple_rnn.js";

export interface LayerKind {
  /** Our options; Keras's keys are the same in snake_case. */
  readonly options: OptionTable;
  make(options: object): Layer;
  /** The groups under the layer's own in `model.weights.h5` that hold its variables, in their order. */
  readonly groups: readonly string[];
}

type Given<F extends (options: never) => Layer> = Parameters<F>[0];

export const LAYER_KINDS: ReadonlyMap<string, LayerKind> = new Map<string, LayerKind>([
  ["Activation", kind(activationOptions, (o) => activation(o as Given<typeof activation>), "vars")],
  ["Dense", kind(denseOptions, (o) => dense(o as Given<typeof dense>), "vars")],
  ["Dropout", kind(dropoutOptions, (o) => dropout(o as Given<typeof dropout>), "vars")],
  ["Embedding", kind(embeddingOptions, (o) => embedding(o as Given<typeof embedding>), "vars")],
  ["Flatten", kind({}, (o) => flatten(o), "vars")],
  ["GRU", kind(gruOptions, (o) => gru(o as Given<typeof gru>), "cell/vars")],
  ["LSTM", kind(lstmOptions, (o) => lstm(o as Given<typeof lstm>), "cell/vars")],
  ["SimpleRNN", kind(simpleRNNOptions, (o) => simpleRNN(o as Given<typeof simpleRNN>), "cell/vars")],
]);

function kind(options: OptionTable, make: LayerKind["make"], ...groups: string[]): LayerKind {
  return { options, make, groups };
}
