/**
 * What Keras's classes take, argument by argument, for the classes a text model's script may call. An argument that is in
 * no list here is refused, as Python would.
 */

import { LAYER_KINDS } from "../../layers/kinds.js";
import type { LayerKind } from "../../layers/layer.js";
import { CELL_ARGUMENTS, SEQUENCE_ARGUMENTS } from "../../layers/recurrent.js";

/** Names of a class's arguments. */
export interface Signature {
  /** Those read by position, in Keras's order. */
  readonly positional: readonly string[];
  /** Every argument, by its name. */
  readonly named: ReadonlySet<string>;
}

const words = (text: string) => text.split(" ").filter((word) => word !== "");

/** "positional | named": what stands before the bar may also be named. */
function signature(text: string, more = ""): Signature {
  const [positional = "", named = ""] = text.split("|");
  return { positional: words(positional), named: new Set(words(`${positional} ${named} ${more}`)) };
}

/** What every layer takes; after `name` what Keras 2 did. */
const ANY_LAYER =
  "activity_regularizer trainable dtype autocast name input_shape input_dim batch_input_shape batch_size input_dtype weights";
/** Layers of Keras's that are read as others, or left out: as `LAYER_KINDS` has its own. */
const OTHER_SIGNATURES: Readonly<Record<string, string>> = {
  CuDNNGRU: `units | ${CELL_ARGUMENTS} ${SEQUENCE_ARGUMENTS}`,
  CuDNNLSTM: `units | unit_forget_bias ${CELL_ARGUMENTS} ${SEQUENCE_ARGUMENTS}`,
  GaussianNoise: "stddev | seed",
};

export const LAYERS: ReadonlyMap<string, Signature> = new Map(
  [
    ...[...LAYER_KINDS.values()].flatMap(({ className, keras }) =>
      keras ? [[className, keras.arguments] as const] : [],
    ),
    ...Object.entries(OTHER_SIGNATURES),
  ].map(([name, text]) => [name, signature(text, ANY_LAYER)]),
);

/** What is known of a class that may be no layer of ours. */
export const kindOf = (className: string): Partial<LayerKind> => LAYER_KINDS.get(className) ?? {};

/** Keras's other names for the same layers. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  [...LAYER_KINDS.values()].flatMap(({ className, keras }) =>
    (keras?.aliases ?? []).map((alias) => [alias, className] as const),
  ),
);

/** Functions that make and apply a merging layer at once: `concatenate([a, b])`. */
export const MERGES: ReadonlyMap<string, string> = new Map(
  [...LAYER_KINDS.values()]
    .filter(({ keras }) => keras?.asFunction)
    .map(({ className }) => [className.toLowerCase(), className]),
);

const OPTIMIZER =
  "weight_decay clipnorm clipvalue global_clipnorm use_ema ema_momentum ema_overwrite_frequency loss_scale_factor gradient_accumulation_steps name lr decay jit_compile";
const THRESHOLDS = "thresholds | name dtype";
const REDUCED = "| reduction name dtype";
const NAMED = "| name dtype";
const AT = "num_thresholds class_id name dtype";
const FAN = "seed | input_axes output_axes";

/** Keras's other objects, by the module that holds them. */
const OBJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  optimizers: {
    Adadelta: `learning_rate rho epsilon | ${OPTIMIZER}`,
    Adafactor: `learning_rate | beta_2_decay epsilon_1 epsilon_2 clip_threshold relative_step ${OPTIMIZER}`,
    Adagrad: `learning_rate initial_accumulator_value epsilon | ${OPTIMIZER}`,
    Adam: `learning_rate beta_1 beta_2 epsilon amsgrad | ${OPTIMIZER}`,
    AdamW: `learning_rate weight_decay beta_1 beta_2 epsilon amsgrad | ${OPTIMIZER}`,
    Adamax: `learning_rate beta_1 beta_2 epsilon | ${OPTIMIZER}`,
    Ftrl: `learning_rate | learning_rate_power initial_accumulator_value l1_regularization_strength l2_regularization_strength l2_shrinkage_regularization_strength beta ${OPTIMIZER}`,
    Lamb: `learning_rate beta_1 beta_2 epsilon | ${OPTIMIZER}`,
    Lion: `learning_rate beta_1 beta_2 | ${OPTIMIZER}`,
    Nadam: `learning_rate beta_1 beta_2 epsilon | ${OPTIMIZER}`,
    RMSprop: `learning_rate rho momentum epsilon centered | ${OPTIMIZER}`,
    SGD: `learning_rate momentum nesterov | ${OPTIMIZER}`,
  },
  "optimizers.schedules": {
    CosineDecay: "initial_learning_rate decay_steps alpha name warmup_target warmup_steps",
    CosineDecayRestarts: "initial_learning_rate first_decay_steps t_mul m_mul alpha name",
    ExponentialDecay: "initial_learning_rate decay_steps decay_rate staircase name",
    InverseTimeDecay: "initial_learning_rate decay_steps decay_rate staircase name",
    PiecewiseConstantDecay: "boundaries values name",
    PolynomialDecay: "initial_learning_rate decay_steps end_learning_rate power cycle name",
  },
  losses: {
    BinaryCrossentropy: "from_logits label_smoothing axis reduction name dtype",
    BinaryFocalCrossentropy:
      "apply_class_balancing alpha gamma from_logits label_smoothing axis reduction name dtype",
    CategoricalCrossentropy: "from_logits label_smoothing axis reduction name dtype",
    CategoricalFocalCrossentropy: "alpha gamma from_logits label_smoothing axis reduction name dtype",
    CategoricalHinge: REDUCED,
    CosineSimilarity: "axis reduction name dtype",
    Dice: "| reduction name axis dtype",
    Hinge: REDUCED,
    Huber: "delta reduction name dtype",
    KLDivergence: REDUCED,
    LogCosh: REDUCED,
    MeanAbsoluteError: REDUCED,
    MeanAbsolutePercentageError: REDUCED,
    MeanSquaredError: REDUCED,
    MeanSquaredLogarithmicError: REDUCED,
    Poisson: REDUCED,
    SparseCategoricalCrossentropy: "from_logits ignore_class reduction axis name dtype",
    SquaredHinge: REDUCED,
    Tversky: "alpha beta reduction name axis dtype",
  },
  metrics: {
    AUC: "num_thresholds curve summation_method name dtype thresholds multi_label num_labels label_weights from_logits",
    Accuracy: NAMED,
    BinaryAccuracy: "name dtype threshold",
    CategoricalAccuracy: NAMED,
    F1Score: "average threshold name dtype",
    FBetaScore: "average beta threshold name dtype",
    FalseNegatives: THRESHOLDS,
    FalsePositives: THRESHOLDS,
    Mean: NAMED,
    MeanAbsoluteError: NAMED,
    MeanSquaredError: NAMED,
    Precision: "thresholds top_k class_id name dtype",
    PrecisionAtRecall: `recall ${AT}`,
    Recall: "thresholds top_k class_id name dtype",
    RecallAtPrecision: `precision ${AT}`,
    RootMeanSquaredError: NAMED,
    SensitivityAtSpecificity: `specificity ${AT}`,
    SparseCategoricalAccuracy: NAMED,
    SparseTopKCategoricalAccuracy: "k name dtype from_sorted_ids",
    SpecificityAtSensitivity: `sensitivity ${AT}`,
    TopKCategoricalAccuracy: "k name dtype",
    TrueNegatives: THRESHOLDS,
    TruePositives: THRESHOLDS,
  },
  initializers: {
    Constant: "value",
    GlorotNormal: FAN,
    GlorotUniform: FAN,
    HeNormal: FAN,
    HeUniform: FAN,
    Identity: "gain",
    LecunNormal: FAN,
    LecunUniform: FAN,
    Ones: "",
    Orthogonal: "gain seed",
    RandomNormal: "mean stddev seed",
    RandomUniform: "minval maxval seed",
    TruncatedNormal: "mean stddev seed",
    VarianceScaling: "scale mode distribution seed | input_axes output_axes",
    Zeros: "",
  },
  regularizers: { L1: "l1 | l", L2: "l2 | l", L1L2: "l1 l2", OrthogonalRegularizer: "factor mode" },
  constraints: {
    MaxNorm: "max_value axis",
    MinMaxNorm: "min_value max_value rate axis",
    NonNeg: "",
    UnitNorm: "axis",
  },
  callbacks: {
    CSVLogger: "filename separator append",
    EarlyStopping: "monitor min_delta patience verbose mode baseline restore_best_weights start_from_epoch",
    LearningRateScheduler: "schedule verbose",
    ModelCheckpoint:
      "filepath monitor verbose save_best_only save_weights_only mode save_freq | period options initial_value_threshold",
    ReduceLROnPlateau: "monitor factor patience verbose mode min_delta cooldown min_lr | epsilon",
    TerminateOnNaN: "raise_error",
    TensorBoard:
      "log_dir histogram_freq write_graph write_images write_steps_per_second update_freq profile_batch embeddings_freq embeddings_metadata",
  },
  "preprocessing.text": {
    Tokenizer: "num_words filters lower split char_level oov_token analyzer | document_count nb_words",
  },
};

/** The functions and methods that say something about text or training: Keras's order of their arguments. */
export const CALLS = {
  compile: signature(
    "optimizer loss loss_weights metrics weighted_metrics run_eagerly steps_per_execution jit_compile auto_scale_loss | sample_weight_mode target_tensors",
  ),
  fit: signature(
    "x y batch_size epochs verbose callbacks validation_split validation_data shuffle class_weight sample_weight initial_epoch steps_per_epoch validation_steps validation_batch_size validation_freq | max_queue_size workers use_multiprocessing nb_epoch",
  ),
  fit_generator: signature(
    "generator steps_per_epoch epochs verbose callbacks validation_data validation_steps validation_freq class_weight max_queue_size workers use_multiprocessing shuffle initial_epoch",
  ),
  pad_sequences: signature("sequences maxlen dtype padding truncating value"),
  build: signature("input_shape"),
} as const;

/** Keras's functions named like objects: l2(0.01), glorot_uniform(seed=1), max_norm(3). */
const OBJECT_ALIASES: ReadonlyMap<string, string> = new Map([
  ...["l1", "l2"].map((name) => [name, name.toUpperCase()] as const),
  ...(["l1_l2", "l1l2"] as const).map((name) => [name, "L1L2"] as const),
  ...Object.keys({ ...OBJECTS["initializers"], ...OBJECTS["constraints"] }).map(
    (name) => [name.replace(/(?<=[a-z])([A-Z])/g, "_$1").toLowerCase(), name] as const,
  ),
  ...["maxnorm", "nonneg", "unitnorm"].map(
    (name, i) => [name, ["MaxNorm", "NonNeg", "UnitNorm"][i]!] as const,
  ),
]);

/** Keras's names that NumPy and others have, too: what `from numpy import *` takes for itself. */
export const COMMON_NAMES: readonly string[] = [...MERGES.keys(), ...OBJECT_ALIASES.keys()];

/** Those of them that a module of Keras's has. */
export function namesIn(module: string): readonly string[] {
  if (/\b(layers|merge)$/.test(module)) return [...MERGES.keys()];
  return /\b(initializers|constraints|regularizers)$/.test(module) ? [...OBJECT_ALIASES.keys()] : [];
}

/**
 * Keras's layers besides `LAYERS`, which are looked for first: a script after `import *` may mean them by name, and hears
 * that Cellstate lacks them. One that it has by now may stay.
 */
export const OTHER_LAYERS: ReadonlySet<string> = new Set(
  words(
    "ActivityRegularization AdditiveAttention AlphaDropout CategoryEncoding Conv1DTranspose Conv2D ConvLSTM1D ConvLSTM2D Cropping1D Cropping2D DepthwiseConv1D Discretization Dot EinsumDense GaussianDropout GlobalAveragePooling2D GlobalMaxPooling2D GroupNormalization GroupQueryAttention Hashing IntegerLookup Lambda MaxPooling2D MultiHeadAttention Normalization RMSNormalization SeparableConv1D SpectralNormalization StringLookup ThresholdedReLU UnitNormalization UpSampling1D",
  ),
);

export interface ObjectClass extends Signature {
  module: string;
  className: string;
}

/** Keras's own class name of a layer that a script names, or null. */
export function layerClass(name: string): string | null {
  const known = ALIASES.get(name) ?? name;
  return LAYERS.has(known) ? known : null;
}

/** Any other Keras object that a script may make by this name; `within`: the path it is named by. */
export function objectClass(name: string, within = ""): ObjectClass | null {
  const className = OBJECT_ALIASES.get(name) ?? name;
  const holders = Object.keys(OBJECTS).filter((module) => Object.hasOwn(OBJECTS[module]!, className));
  // losses.MeanSquaredError, metrics.MeanSquaredError
  const module = holders.find((holder) => within.includes(holder.split(".").at(-1)!)) ?? holders[0];
  return module === undefined ? null : { module, className, ...signature(OBJECTS[module]![className]!) };
}

/** Every class with its signature, for the test that holds them against Keras's. */
export function* allSignatures(): Generator<[module: string, className: string, Signature]> {
  for (const [name, taken] of LAYERS) yield ["layers", name, taken];
  for (const [module, classes] of Object.entries(OBJECTS)) {
    for (const [name, text] of Object.entries(classes)) yield [module, name, signature(text)];
  }
}
