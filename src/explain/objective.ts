/**
 * The one number E that gradients and attributions are about, as a function of a model's scores: what its last sigmoid or
 * softmax was given. Its probabilities round to 0 and 1 where the model is sure, and log-odds of those are infinite.
 */
import { textsOf } from "../base/arguments.js";
import { inputError, oneOf } from "../base/errors.js";
import { TimeDistributed } from "../layers/time-distributed.js";
import type { Model } from "../model/model.js";
import type { Ending, Squash } from "./probe.js";
import { stepName } from "./sentence.js";

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
  /** E of a row's scores. @throws InputError where it is no finite number */
  value(scores: readonly number[]): number;
  /** ∂E/∂scores */
  slope(scores: readonly number[]): number[];
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
function likeliest({ output, scores }: Ending): number {
  if (output.length === 1) return output[0]! > 0.5 ? 1 : 0;
  return scores.indexOf(Math.max(...scores));
}

/**
 * The objective that fits a model: by default the cross-entropy loss for the likeliest class, or where the outputs are no
 * probabilities, the largest output. Of a sequence of outputs it is about one step's.
 * @param usual what of a probability, where nothing else is chosen
 * @throws InputError on a class that the model has not, and on what only probabilities have where there are none
 */
export function objectiveFor(
  model: Model,
  ending: Ending,
  choice: ObjectiveChoice = {},
  usual: ObjectiveKind = "loss",
): Objective {
  checkOutput(model, ending);
  const { shape } = model.outputNode;
  if (shape.length === 1) {
    if (choice.outputStep === undefined) return ofVector(model, ending, choice, usual);
    throw inputError({
      expected: "to be left out with a model that puts out one vector a row, and no sequence",
      where: "outputStep",
      received: choice.outputStep,
      typed: { where: "--output-step", received: choice.outputStep + 1 },
    });
  }
  const width = shape.at(-1)!;
  const steps = ending.output.length / width;
  const step = choice.outputStep ?? steps - 1;
  if (!Number.isInteger(step) || step < 0 || step >= steps) {
    throw inputError({
      expected: `a step of the output, 0 to ${steps - 1}`,
      where: "outputStep",
      received: step,
      typed: {
        where: "--output-step",
        expected: `a step of the output, 1 to ${steps}`,
        received: step + 1,
      },
    });
  }
  const at = (whole: readonly number[]) => whole.slice(step * width, (step + 1) * width);
  const { output, scores, squash } = ending;
  const own = ofVector(model, { output: at(output), scores: at(scores), squash }, choice, usual);
  return {
    ...own,
    name: `${own.name} at ${stepName(step)}`,
    value: (whole) => own.value(at(whole)),
    slope(whole) {
      const slopes = whole.map(() => 0);
      own.slope(at(whole)).forEach((slope, k) => void (slopes[step * width + k] = slope));
      return slopes;
    },
  };
}

/** Of one vector of outputs. */
function ofVector(model: Model, ending: Ending, choice: ObjectiveChoice, usual: ObjectiveKind): Objective {
  const { output } = ending;
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
  const target = choice.target ?? (probabilities ? likeliest(ending) : output.indexOf(Math.max(...output)));
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
  const label = choice.labels?.[target] ?? `class ${target}`;
  const objective = ofProbability(kind === "output" ? "probability" : kind, target, ending, label);
  objective.value(ending.scores);
  return { ...objective, kind };
}

/** An output that is no number favours no class and has no slope. @throws InputError */
export function checkOutput({ name }: Model, { output, scores }: Ending, of = "this row"): void {
  if (output.every(Number.isFinite) && scores.every(Number.isFinite)) return;
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

/** σ(m), and log(1 + eᵐ), which neither overflows nor rounds to 0 before it must. */
const sigmoid = (m: number) => (m < 0 ? Math.exp(m) / (1 + Math.exp(m)) : 1 / (1 + Math.exp(-m)));
const softplus = (m: number) => Math.max(m, 0) + Math.log1p(Math.exp(-Math.abs(m)));

/** By the log-odds m = log p/(1 − p) of the target's probability p = σ(m): E and dE/dm. */
const OF_LOG_ODDS: Record<
  Exclude<ObjectiveKind, "output">,
  [string, (m: number) => number, (m: number) => number]
> = {
  loss: ["loss for", (m) => softplus(-m), (m) => -sigmoid(-m)],
  probability: ["probability of", sigmoid, (m) => sigmoid(m) * sigmoid(-m)],
  logOdds: ["log-odds of", (m) => m, () => 1],
};

/** A target's log-odds as a function of the scores, and its slope by each. */
interface LogOdds {
  of(scores: readonly number[]): number;
  slope(scores: readonly number[]): number[];
}

function ofProbability(
  kind: Exclude<ObjectiveKind, "output">,
  target: number,
  { output, squash }: Ending,
  label: string,
): Objective {
  const [words, value, slope] = OF_LOG_ODDS[kind];
  // One sigmoid unit holds the probability of class 1; that of class 0 is what is left.
  const alone = output.length === 1;
  const sign = alone && target === 0 ? -1 : 1;
  const odds = LOG_ODDS[squash ?? "none"](alone ? 0 : target);
  const name = `${words} ${label}`;
  return {
    kind,
    target,
    name,
    value: (scores) => finite(value(sign * odds.of(scores)), name),
    slope: (scores) => {
      const factor = sign * slope(sign * odds.of(scores));
      return odds.slope(scores).map((each) => factor * each);
    },
  };
}

/** log Σ eˢ over the scores but that of `place`, and each one's share of that sum; the place's own is 0. */
function others(scores: readonly number[], place: number): { log: number; shares: number[] } {
  const most = Math.max(...scores.map((score, k) => (k === place ? Number.NEGATIVE_INFINITY : score)));
  const sizes = scores.map((score, k) => (k === place ? 0 : Math.exp(score - most)));
  const sum = sizes.reduce((a, b) => a + b, 0);
  return { log: most + Math.log(sum), shares: sizes.map((size) => size / sum) };
}

const only = (scores: readonly number[], place: number, slope: number) =>
  scores.map((_, k) => (k === place ? slope : 0));

/** Log-odds of the output at a place, by what made it of its scores. */
export const LOG_ODDS: Record<Squash | "none", (place: number) => LogOdds> = {
  sigmoid: (place) => ({
    of: (scores) => scores[place]!,
    slope: (scores) => only(scores, place, 1),
  }),
  softmax: (place) => ({
    of: (scores) => scores[place]! - others(scores, place).log,
    slope: (scores) => others(scores, place).shares.map((share, k) => (k === place ? 1 : -share)),
  }),
  // Probabilities that a layer makes within itself, as a recurrent one does.
  none: (place) => ({
    of: (scores) => Math.log(scores[place]!) - Math.log1p(-scores[place]!),
    slope: (scores) => only(scores, place, 1 / (scores[place]! * (1 - scores[place]!))),
  }),
};

/** @throws InputError for what is no number, which no explanation can be of */
function finite(value: number, name: string): number {
  if (Number.isFinite(value)) return value;
  throw inputError({
    expected: "a finite number to explain",
    where: name,
    received: value,
    next: 'The probability is 0 or 1 exactly. Ask for the probability itself: kind "probability", or --of probability.',
  });
}
