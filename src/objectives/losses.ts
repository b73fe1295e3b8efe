/**
 * Losses as `compile` takes them; their arithmetic is in kernels/loss.ts. Values and gradients are Keras's: the loss of a batch
 * is made of its rows as `LOSS_REDUCTIONS` says.
 */
import { finiteNumber, inputError, knownOptions, oneOf } from "../base/errors.js";
import type { Call } from "../engines/engine.js";
import type { KernelArguments } from "../kernels/kernels.js";
import type { MetricName } from "./metrics/streaming.js";

export const LOSS_NAMES = [
  "binaryCrossentropy",
  "categoricalCrossentropy",
  "sparseCategoricalCrossentropy",
  "meanSquaredError",
] as const;
/** Keras's losses by name, in camelCase. */
export type LossName = (typeof LOSS_NAMES)[number];

/**
 * From rows to the loss of a batch: their mean (Keras's "sum_over_batch_size": over rows, whatever they weigh), their
 * sum, or the mean over what they weigh. The last two depend on which rows make a batch.
 */
export const LOSS_REDUCTIONS = ["mean", "sum", "meanWithSampleWeight"] as const;
/**
 * From the losses of rows to one number: their mean, their sum, or their weighted sum over the sum of weights.
 */
export type LossReduction = (typeof LOSS_REDUCTIONS)[number];

/** Options of `losses.meanSquaredError`. */
export interface MeanSquaredErrorOptions {
  /** How the losses of a batch's rows make one: `LossReduction`. Default "mean". */
  reduction?: LossReduction;
}

/** Options of `losses.sparseCategoricalCrossentropy`. */
export interface SparseCrossentropyOptions extends MeanSquaredErrorOptions {
  /** Whether the model's outputs are logits, without a final sigmoid or softmax. Default false. */
  fromLogits?: boolean;
  /**
   * Where the model ends in a sigmoid or softmax: "logits" computes the loss from that activation's input, as Keras
   * does on TensorFlow, and never saturates; "probabilities" clips its output, as Keras does on JAX. Default
   * "logits".
   */
  path?: "logits" | "probabilities";
}

/** Options of `losses.binaryCrossentropy` and `losses.categoricalCrossentropy`. */
export interface LossOptions extends SparseCrossentropyOptions {
  /** Moves targets towards the uniform distribution by this share, 0 to 1 (Szegedy et al. 2016). Default 0. */
  labelSmoothing?: number;
}

/** The options of each loss. */
export interface LossOptionsByName {
  binaryCrossentropy: LossOptions;
  categoricalCrossentropy: LossOptions;
  sparseCategoricalCrossentropy: SparseCrossentropyOptions;
  meanSquaredError: MeanSquaredErrorOptions;
}

/** A loss's description: its name and every option. */
export interface Loss extends Required<LossOptions> {
  /** Which one. */
  readonly name: LossName;
}

/** What each option is where it is left out. */
export const LOSS_DEFAULTS: Readonly<Required<LossOptions>> = {
  fromLogits: false,
  labelSmoothing: 0,
  path: "logits",
  reduction: "mean",
};

/** What every loss's kernel takes. */
export type LossArguments = KernelArguments<"meanSquaredError">;

/** What is true of a loss by its name. */
export interface LossFacts {
  /** The options it takes. */
  readonly options: readonly (keyof LossOptions)[];
  /** A target row: a probability (0 to 1) for each output, the one number of a class, or any number for each output. */
  readonly targets: "probabilities" | "classes" | "numbers";
  /** Whether a row has one class, so that its outputs sum to 1; else each output is a matter of its own. */
  readonly exclusive: boolean;
  /** The final activation whose outputs it reads as probabilities, and whose input it can start from; null: none. */
  readonly logitActivation: "sigmoid" | "softmax" | null;
  /** What `compile` measures where no metrics are given. */
  readonly metrics: readonly MetricName[];
  /** The call of its kernel. `fromLogits` (0 or 1): `out` is what the last activation was given. */
  kernelCall(args: LossArguments, fromLogits: number, loss: Loss): Call;
}

/**
 * The facts are looked up here, not carried by a `Loss`: that stays plain data, which users print and copy, and whose
 * JSON checkpoints compare.
 */
const FACTS: {
  readonly [N in LossName]: LossFacts & { readonly options: readonly (keyof LossOptionsByName[N])[] };
} = {
  binaryCrossentropy: {
    options: ["fromLogits", "labelSmoothing", "path", "reduction"],
    targets: "probabilities",
    exclusive: false,
    logitActivation: "sigmoid",
    metrics: ["accuracy"],
    kernelCall: (args, fromLogits, { labelSmoothing }) => ({
      kernel: "binaryCrossentropy",
      args: { ...args, fromLogits, labelSmoothing },
    }),
  },
  categoricalCrossentropy: {
    options: ["fromLogits", "labelSmoothing", "path", "reduction"],
    targets: "probabilities",
    exclusive: true,
    logitActivation: "softmax",
    metrics: ["accuracy"],
    kernelCall: (args, fromLogits, { labelSmoothing }) => ({
      kernel: "categoricalCrossentropy",
      args: { ...args, fromLogits, labelSmoothing },
    }),
  },
  sparseCategoricalCrossentropy: {
    options: ["fromLogits", "path", "reduction"],
    targets: "classes",
    exclusive: true,
    logitActivation: "softmax",
    metrics: ["accuracy"],
    kernelCall: (args, fromLogits) => ({
      kernel: "sparseCategoricalCrossentropy",
      args: { ...args, fromLogits },
    }),
  },
  meanSquaredError: {
    options: ["reduction"],
    targets: "numbers",
    exclusive: false,
    logitActivation: null,
    // A regression has no classes to be accurate about.
    metrics: [],
    kernelCall: (args) => ({ kernel: "meanSquaredError", args }),
  },
};

/** What is true of a loss whatever its options. */
export const factsOf = ({ name }: Pick<Loss, "name">): LossFacts => FACTS[name];

/** Numbers of a target row where the model puts out `outputs`. */
export const targetWidth = (loss: Loss, outputs: number): number =>
  factsOf(loss).targets === "classes" ? 1 : outputs;

/** Whether a target row marks its class among the outputs (one-hot), where the class's number would say the same. */
export const isOneHot = (loss: Loss): boolean => {
  const { targets, exclusive } = factsOf(loss);
  return targets === "probabilities" && exclusive;
};

/** The loss of labels given by their numbers: one output says which of two, more have a label each. */
export const lossOfLabels = (outputs: number) =>
  outputs === 1 ? "binaryCrossentropy" : "sparseCategoricalCrossentropy";

function make(name: LossName, options: LossOptions = {}): Loss {
  knownOptions(options, FACTS[name].options, `losses.${name}`);
  const { fromLogits = LOSS_DEFAULTS.fromLogits } = options;
  if (typeof fromLogits !== "boolean") {
    const where = `losses.${name} fromLogits`;
    throw inputError({ expected: "true or false", where, received: fromLogits });
  }
  const { labelSmoothing, path, reduction } = LOSS_DEFAULTS;
  return {
    name,
    fromLogits,
    labelSmoothing: finiteNumber(
      options.labelSmoothing ?? labelSmoothing,
      `losses.${name} labelSmoothing`,
      0,
      1,
    ),
    path: oneOf(options.path ?? path, ["logits", "probabilities"], `losses.${name} path`),
    reduction: oneOf(options.reduction ?? reduction, LOSS_REDUCTIONS, `losses.${name} reduction`),
  };
}

/**
 * Losses with options; `compile({ loss: "binaryCrossentropy" })` is the same without. p are the model's outputs, y the
 * targets.
 *
 * @example model.compile({ loss: losses.binaryCrossentropy({ labelSmoothing: 0.1 }) })
 */
export const losses = {
  /** Mean over outputs of −y · log p − (1 − y) · log(1 − p): each output a yes-or-no question, targets from 0 to 1. */
  binaryCrossentropy: (options?: LossOptions): Loss => make("binaryCrossentropy", options),
  /** −Σ y · log p over a row's outputs, which sum to 1: one class of several, targets given one-hot. */
  categoricalCrossentropy: (options?: LossOptions): Loss => make("categoricalCrossentropy", options),
  /** −log p of the target: one class of several, targets given as class numbers. */
  sparseCategoricalCrossentropy: (options?: SparseCrossentropyOptions): Loss =>
    make("sparseCategoricalCrossentropy", options),
  /** Mean over outputs of (p − y)². */
  meanSquaredError: (options?: MeanSquaredErrorOptions): Loss => make("meanSquaredError", options),
};

export function resolveLoss(loss: LossName | Loss): Loss {
  if (typeof loss === "string") return make(oneOf(loss, LOSS_NAMES, "compile loss"));
  if (typeof loss === "object" && loss !== null && LOSS_NAMES.includes(loss.name)) {
    const { name, ...options } = loss;
    const complete = "path" in loss && "labelSmoothing" in loss && "reduction" in loss;
    return complete ? loss : make(name, options);
  }
  throw inputError({
    expected: `one of ${LOSS_NAMES.join(", ")}, or losses.…()`,
    where: "compile loss",
    received: loss,
  });
}
