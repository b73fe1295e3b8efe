/**
 * Losses as `compile` takes them; their arithmetic is in kernels/loss.ts. Values and gradients are Keras's: the loss of a batch
 * is made of its rows as `LOSS_REDUCTIONS` says.
 */
import { finiteNumber, inputError, knownOptions, oneOf } from "../base/errors.js";

export const LOSS_NAMES = [
  "binaryCrossentropy",
  "categoricalCrossentropy",
  "sparseCategoricalCrossentropy",
  "meanSquaredError",
] as const;
export type LossName = (typeof LOSS_NAMES)[number];

/**
 * From rows to the loss of a batch: their mean (Keras's "sum_over_batch_size": over rows, whatever they weigh), their
 * sum, or the mean over what they weigh. The last two depend on which rows make a batch.
 */
export const LOSS_REDUCTIONS = ["mean", "sum", "meanWithSampleWeight"] as const;
export type LossReduction = (typeof LOSS_REDUCTIONS)[number];

export interface LossOptions {
  /** The model's output are logits, without a final sigmoid or softmax. */
  fromLogits?: boolean;
  /** Moves targets towards the uniform distribution by this share (binary and categorical). */
  labelSmoothing?: number;
  /**
   * Where the model ends in a sigmoid or softmax: "logits" computes the loss from that activation's input, as Keras
   * does on TensorFlow (never saturates; the default); "probabilities" clips its output, as Keras does on JAX.
   */
  path?: "logits" | "probabilities";
  /** How the losses of a batch's rows make one. Default "mean". */
  reduction?: LossReduction;
}

export interface Loss extends Required<LossOptions> {
  readonly name: LossName;
}

const LOSS_OPTIONS: Record<LossName, readonly (keyof LossOptions)[]> = {
  binaryCrossentropy: ["fromLogits", "labelSmoothing", "path", "reduction"],
  categoricalCrossentropy: ["fromLogits", "labelSmoothing", "path", "reduction"],
  sparseCategoricalCrossentropy: ["fromLogits", "path", "reduction"],
  meanSquaredError: ["reduction"],
};

function make(name: LossName, options: LossOptions = {}): Loss {
  knownOptions(options, LOSS_OPTIONS[name], `losses.${name}`);
  const { fromLogits = false } = options;
  if (typeof fromLogits !== "boolean") {
    const where = `losses.${name} fromLogits`;
    throw inputError({ expected: "true or false", where, received: fromLogits });
  }
  return {
    name,
    fromLogits,
    labelSmoothing: finiteNumber(options.labelSmoothing ?? 0, `losses.${name} labelSmoothing`, 0, 1),
    path: oneOf(options.path ?? "logits", ["logits", "probabilities"], `losses.${name} path`),
    reduction: oneOf(options.reduction ?? "mean", LOSS_REDUCTIONS, `losses.${name} reduction`),
  };
}

/** Losses with options; `compile({ loss: "binaryCrossentropy" })` is the same without. */
export const losses = {
  binaryCrossentropy: (options?: LossOptions) => make("binaryCrossentropy", options),
  categoricalCrossentropy: (options?: LossOptions) => make("categoricalCrossentropy", options),
  sparseCategoricalCrossentropy: (options?: Omit<LossOptions, "labelSmoothing">) =>
    make("sparseCategoricalCrossentropy", options),
  meanSquaredError: (options?: Pick<LossOptions, "reduction">) => make("meanSquaredError", options),
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

/** The final activation whose input a loss can start from. */
export const LOGIT_ACTIVATION: Partial<Record<LossName, "sigmoid" | "softmax">> = {
  binaryCrossentropy: "sigmoid",
  categoricalCrossentropy: "softmax",
  sparseCategoricalCrossentropy: "softmax",
};
