/** The order in which Keras takes positional arguments, for the classes a text model's script may call. */

const GATED = ["units", "activation", "recurrent_activation", "use_bias"];
const SIMPLE = ["units", "activation", "use_bias"];

/** Layers: class name → positional parameters. */
export const LAYERS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    Activation: ["activation"],
    Add: [],
    Average: [],
    AveragePooling1D: ["pool_size", "strides", "padding"],
    BatchNormalization: ["axis", "momentum", "epsilon", "center", "scale"],
    Bidirectional: ["layer", "merge_mode"],
    Concatenate: ["axis"],
    Conv1D: ["filters", "kernel_size", "strides", "padding"],
    CuDNNGRU: ["units"],
    CuDNNLSTM: ["units"],
    Dense: ["units", "activation", "use_bias"],
    Dropout: ["rate", "noise_shape", "seed"],
    ELU: ["alpha"],
    Embedding: ["input_dim", "output_dim", "embeddings_initializer", "embeddings_regularizer"],
    Flatten: [],
    GRU: GATED,
    GRUCell: GATED,
    GaussianNoise: ["stddev"],
    GlobalAveragePooling1D: [],
    GlobalMaxPooling1D: [],
    InputLayer: ["shape"],
    LSTM: GATED,
    LSTMCell: GATED,
    LayerNormalization: ["axis", "epsilon"],
    LeakyReLU: ["negative_slope"],
    Masking: ["mask_value"],
    MaxPooling1D: ["pool_size", "strides", "padding"],
    Maximum: [],
    Minimum: [],
    Multiply: [],
    PReLU: ["alpha_initializer", "alpha_regularizer", "alpha_constraint", "shared_axes"],
    Permute: ["dims"],
    RNN: ["cell", "return_sequences", "return_state", "go_backwards", "stateful", "unroll"],
    ReLU: ["max_value", "negative_slope", "threshold"],
    RepeatVector: ["n"],
    Reshape: ["target_shape"],
    SimpleRNN: SIMPLE,
    SimpleRNNCell: SIMPLE,
    Softmax: ["axis"],
    SpatialDropout1D: ["rate"],
    StackedRNNCells: ["cells"],
    Subtract: [],
    TimeDistributed: ["layer"],
    ZeroPadding1D: ["padding"],
  }),
);

/** Keras's other names for the same layers. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    GlobalMaxPool1D: "GlobalMaxPooling1D",
    GlobalAvgPool1D: "GlobalAveragePooling1D",
    MaxPool1D: "MaxPooling1D",
    AvgPool1D: "AveragePooling1D",
    Convolution1D: "Conv1D",
  }),
);

/** Functions that make and apply a merging layer at once: `concatenate([a, b])`. */
export const MERGES: ReadonlyMap<string, string> = new Map(
  ["Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

/** Optimizers, losses, initializers, regularizers: what their first positional arguments mean. */
const OBJECTS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    Adam: ["learning_rate", "beta_1", "beta_2", "epsilon"],
    AdamW: ["learning_rate", "weight_decay", "beta_1", "beta_2"],
    SGD: ["learning_rate", "momentum", "nesterov"],
    RMSprop: ["learning_rate", "rho", "momentum", "epsilon"],
    BinaryCrossentropy: ["from_logits", "label_smoothing"],
    CategoricalCrossentropy: ["from_logits", "label_smoothing"],
    SparseCategoricalCrossentropy: ["from_logits"],
    MeanSquaredError: [],
    L1: ["l1"],
    L2: ["l2"],
    L1L2: ["l1", "l2"],
    Constant: ["value"],
    RandomUniform: ["minval", "maxval", "seed"],
    RandomNormal: ["mean", "stddev", "seed"],
    TruncatedNormal: ["mean", "stddev", "seed"],
    Orthogonal: ["gain", "seed"],
    Identity: ["gain"],
  }),
);

const OBJECT_ALIASES: ReadonlyMap<string, string> = new Map([
  ["l1", "L1"],
  ["l2", "L2"],
  ["l1_l2", "L1L2"],
]);

/** Keras's own class name of a layer that a script names, or null. */
export function layerClass(name: string): string | null {
  const known = ALIASES.get(name) ?? name;
  return LAYERS.has(known) ? known : null;
}

/** Class name and positional parameters of any other Keras object that a script may make. */
export function objectClass(name: string): { className: string; positional: readonly string[] } {
  const className = OBJECT_ALIASES.get(name) ?? name;
  return { className, positional: OBJECTS.get(className) ?? [] };
}
