/** The one number E that gradients and attributions are about, as a function of a model's output. */
import { textsOf } from "../base/arguments.js";
import { inputError, oneOf } from "../base/errors.js";
import { TimeDistributed } from "../layers/time-distributed.js";
import type { Model } from "../model/model.js";

export const OBJECTIVE_KINDS = ["loss", "probability", "logOdds", "output"] as const;
/**
 * "loss": −log p; "probability": p; "logOdds": log p/(1 − p), of the target's probability p; "output": the number
 * itself.
 */
export type ObjectiveKind = (typeof OBJECTIVE_KINDS)[number];

export interface Objective {
  kind: ObjectiveKind;
  /** Index of the class (or output) it is about. */
  target: number;
  /** "loss for spam" */
  name: string;
  value(output: readonly number[]): number;
  /** ∂E/∂output */
  slope(output: readonly number[]): number[];
}

/** What is explained: a function of the model's output. */
export interface ObjectiveChoice {
  /**
   * Default: "loss" for gradients, "logOdds" for attributions; "output" where outputs are no probabilities, which have no other.
   */
  kind?: ObjectiveKind;
  /** Index of the class, or of the output where those are no probabilities. Default: the likeliest, or the largest. */
  target?: number;
  /** Names of classes (or outputs), for wording. */
  labels?: readonly string[];
  /** Of a model that puts out a sequence: which step of it, from 0. Default: the last. */
  outputStep?: number;
}

/** The names of these options. */
export const CHOICE_OPTIONS = ["kind", "target", "labels", "outputStep"] as const;

/** The activation that the model ends in tells whether its outputs are probabilities. */
export function endsInProbabilities({ outputNode }: Model): boolean {
  const { layer } = outputNode;
  const last = layer instanceof TimeDistributed ? layer.options.layer : layer;
  const { activation = last.kind.activation } = last.options as { activation?: string };
  return activation === "sigmoid" || activation === "softmax";
}

/** Index of the class that the model finds likeliest; one sigmoid unit tells two apart. */
export function likeliest(output: readonly number[]): number {
  if (output.length === 1) return output[0]! > 0.5 ? 1 : 0;
  return output.indexOf(Math.max(...output));
}

/**
 * The objective that fits a model: by default the cross-entropy loss for the likeliest class, or where the outputs are no
 * probabilities, the largest output. Of a sequence of outputs it is about one step's.
 * @param usual what of a probability, where nothing else is chosen
 * @throws InputError on a class that the model has not, and on what only probabilities have where there are none
 */
export function objectiveFor(
  model: Model,
  output: readonly number[],
  choice: ObjectiveChoice = {},
  usual: ObjectiveKind = "loss",
): Objective {
  checkOutput(model, output);
  const { shape } = model.outputNode;
  if (shape.length === 1) {
    if (choice.outputStep === undefined) return ofVector(model, output, choice, usual);
    throw inputError({
      expected: "to be left out with a model that puts out one vector a row, and no sequence",
      where: "outputStep",
      received: choice.outputStep,
      typed: { where: "--output-step" },
    });
  }
  const width = shape.at(-1)!;
  const steps = output.length / width;
  const step = choice.outputStep ?? steps - 1;
  if (!Number.isInteger(step) || step < 0 || step >= steps) {
    throw inputError({
      expected: `a step of the output, 0 to ${steps - 1}`,
      where: "outputStep",
      received: step,
      typed: { where: "--output-step" },
    });
  }
  const at = (whole: readonly number[]) => whole.slice(step * width, (step + 1) * width);
  const own = ofVector(model, at(output), choice, usual);
  return {
    ...own,
    name: `${own.name} at step ${step}`,
    value: (whole) => own.value(at(whole)),
    slope(whole) {
      const slopes = whole.map(() => 0);
      own.slope(at(whole)).forEach((slope, k) => void (slopes[step * width + k] = slope));
      return slopes;
    },
  };
}

/** Of one vector of outputs. */
function ofVector(
  model: Model,
  output: readonly number[],
  choice: ObjectiveChoice,
  usual: ObjectiveKind,
): Objective {
  const kind = oneOf(choice.kind ?? usual, OBJECTIVE_KINDS, "objective kind");
  if (choice.labels !== undefined) textsOf(choice.labels, "labels");
  const probabilities = endsInProbabilities(model);
  if (!probabilities && choice.kind !== undefined && choice.kind !== "output") {
    throw inputError({
      expected: '"output", as the outputs are no probabilities',
      where: "objective kind",
      received: choice.kind,
      typed: { where: "--of" },
    });
  }
  const classes = output.length === 1 && probabilities ? 2 : output.length;
  const target = choice.target ?? (probabilities ? likeliest(output) : output.indexOf(Math.max(...output)));
  if (!Number.isInteger(target) || target < 0 || target >= classes) {
    const what = probabilities ? "a class" : "an output";
    throw inputError({
      expected: classes === 1 ? "0, the only output" : `${what} from 0 to ${classes - 1}`,
      where: "target",
      received: target,
      typed: { where: "--label" },
    });
  }
  if (!probabilities) return plainOutput(target, choice.labels?.[target] ?? `output ${target}`);
  return ofProbability(kind, target, output.length, choice.labels?.[target] ?? `class ${target}`);
}

/** An output that is no number favours no class and has no slope. @throws InputError */
export function checkOutput({ name }: Model, output: readonly number[], of = "this row"): void {
  if (output.every(Number.isFinite)) return;
  throw inputError({
    expected: `an output of numbers for ${of}`,
    where: `model ${name}`,
    received: output.find((value) => !Number.isFinite(value)),
    next: "A row without a known word has no mean over its words; else the weights or what they come to are no numbers.",
  });
}

function plainOutput(target: number, name: string): Objective {
  return {
    kind: "output",
    target,
    name,
    value: (output) => output[target]!,
    slope: (output) => output.map((_, k) => (k === target ? 1 : 0)),
  };
}

/** By the probability p of the target: E and dE/dp. */
const OF_PROBABILITY: Record<
  Exclude<ObjectiveKind, "output">,
  [string, (p: number) => number, (p: number) => number]
> = {
  loss: ["loss for", (p) => -Math.log(p), (p) => -1 / p],
  probability: ["probability of", (p) => p, () => 1],
  logOdds: ["log-odds of", (p) => Math.log(p) - Math.log1p(-p), (p) => 1 / (p * (1 - p))],
};

function ofProbability(kind: ObjectiveKind, target: number, outputs: number, label: string): Objective {
  const [words, value, slope] = OF_PROBABILITY[kind === "output" ? "probability" : kind];
  // One sigmoid unit holds the probability of class 1; that of class 0 is what is left.
  const flipped = outputs === 1 && target === 0;
  const place = outputs === 1 ? 0 : target;
  const p = (output: readonly number[]) => (flipped ? 1 - output[place]! : output[place]!);
  return {
    kind,
    target,
    name: `${words} ${label}`,
    value: (output) => value(p(output)),
    slope: (output) => output.map((_, k) => (k === place ? (flipped ? -1 : 1) * slope(p(output)) : 0)),
  };
}
