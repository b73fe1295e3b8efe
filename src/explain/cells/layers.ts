/** The layers that are opened: those of one recurrent cell each. */
import type { GRU } from "../../layers/gru.js";
import type { Layer } from "../../layers/layer.js";
import type { LSTM } from "../../layers/lstm.js";
import { RecurrentLayer as RecurrentBase } from "../../layers/recurrent.js";
import type { SimpleRNN } from "../../layers/simple-rnn.js";

export type RecurrentLayer = SimpleRNN | LSTM | GRU;

export const isRecurrent = (layer: Layer): layer is RecurrentLayer => layer instanceof RecurrentBase;
