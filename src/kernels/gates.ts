/** In which order gates lie side by side in kernels, biases and saved rows: defined once. */

export const LSTM_GATES = ["i", "f", "g", "o"] as const;
export const GRU_GATES = ["z", "r", "h"] as const;
/** A row of saved gates of the GRU: z r h̃ and the recurrent part of the candidate. */
export const GRU_SAVED = 4;
