/** A gradient on its way back over the words of a sentence, one step of it path by path, checked, and what cells do to it. */
import { inputError, knownOptions } from "../base/errors.js";
import type { Pieces } from "../base/pieces.js";
import { LONG_OPTIONS, type LongOptions } from "../base/progress.js";
import type { Model } from "../model/model.js";
import { openCell } from "./cells/open.js";
import { norm } from "./cells/vector.js";
import { type GradientFlow, type GradientOptions, type GradientStep, gradientFlow } from "./gradient.js";
import { checkGradient, type GradientCheck } from "./gradient-check.js";
import { gradientNotes } from "./gradient-notes.js";
import {
  hiddenTex,
  type PathFormula,
  pathFormulas,
  slopeFormulas,
  totalTex,
  wholeTex,
} from "./gradient-tex.js";
import { type Gains, gains } from "./jacobian.js";
import { looking } from "./looking.js";
import { CHOICE_OPTIONS } from "./objective.js";
import { Probe } from "./probe.js";
import {
  checkSentence,
  countedPlaces,
  rangesOf,
  rowOf,
  type Sentence,
  type Word,
  wordAt,
  wordsAt,
} from "./sentence.js";
import { stepsOf } from "./steps.js";
import { gradientStudy, type Study } from "./study.js";

/** One path of one step. */
export interface PathView extends PathFormula {
  /** [U] */
  value: number[];
  /** Euclidean, of `value`. */
  norm: number;
}

/** A gradient on its way back over the words of a text; one step taken apart, path by path. */
export interface GradientPaths {
  /** The layer's name. */
  layer: string;
  /** Keras's class name. */
  kind: GradientFlow["kind"];
  /** The state that is followed: "cell" in an LSTM, else "hidden". */
  state: GradientFlow["state"];
  /** "loss for spam", and its value. */
  objective: { name: string; value: number };
  /** The words in the order in which they are read; padding is left out. */
  words: Word[];
  /** Over the words: norms of ∂E/∂memory, its parts, and ∂E/∂h. */
  norms: GradientStep["norms"][];
  /** Over the words: the norm of each path into the step before. */
  paths: Record<string, number[]>;
  /** Steps of padding read before the first word, the norm of ∂E/∂memory at the very first, and steps after the last word. */
  padding: { steps: number; first: number; after: number };
  /** The gradient of the step before `chosen`, path by path. */
  chosen: number;
  /**
   * TeX: the whole gradient of the step before, through h, and the sum of its paths; and what the slopes are that these
   * name by a prime, with the pre-activations z that they are of.
   */
  formulas: { whole: string; hidden: string; total: string; slopes: string[] };
  /** The paths into the step before, with their values. */
  step: PathView[];
}

/** The same, checked, with the most that each step can do to a gradient, and what fresh cells do to it. */
export interface GradientView extends GradientPaths {
  /** Largest singular value of each word's step, and of all steps after it together. */
  gains: { steps: number[]; products: number[] };
  /** The same gradient by other ways. */
  check: GradientCheck;
  /** What must be said of these numbers: that there is no gradient, or that differences run over a kink. Mostly empty. */
  notes: string[];
  /** The same text through fresh cells; null where it was not asked for. */
  study: Study | null;
}

/** Options of `gradientPaths`. */
export interface GradientPathsOptions extends GradientOptions {
  /** Place in the row, from 0, of the step t whose δ_{t−1} is taken apart; by default the last word that E hangs on. */
  at?: number;
}

/** Options of `gradientView`. */
export interface GradientViewOptions extends GradientPathsOptions, LongOptions {
  /** Also run the study of fresh cells, with this seed. */
  study?: { seed: number } | null;
}

/**
 * Follows a gradient back over the words of a sentence, and takes one of its steps apart path by path: what `gradientView` has
 * without its checks, which take longer than all the rest.
 * @throws InputError where layer, place or target are not there
 */
export function gradientPaths(
  model: Model,
  sentence: Sentence,
  options: GradientPathsOptions = {},
): GradientPaths {
  checkSentence(sentence);
  knownOptions(options, [...CHOICE_OPTIONS, "layer", "at"], "gradientPaths");
  return follow(model, sentence, options).view;
}

/**
 * Follows a gradient back over the words of a sentence, takes one of its steps apart path by path, and checks it.
 * @throws InputError where layer, place or target are not there; AbortError
 */
export async function gradientView(
  model: Model,
  sentence: Sentence,
  options: GradientViewOptions = {},
): Promise<GradientView> {
  checkSentence(sentence);
  knownOptions(options, [...CHOICE_OPTIONS, "layer", "at", "study", ...LONG_OPTIONS], "gradientView");
  const { at, study, signal: _, onProgress: __, ...asked } = options;
  const long = looking(model, options, "gradientView");
  const { view, flow, shown, chosen } = follow(model, sentence, {
    ...asked,
    ...(at === undefined ? {} : { at }),
  });
  const row = rowOf(sentence);
  const check = await checkGradient(model, row, { ...asked, ...long.inner(), step: chosen.step - 1 });
  const first = shown[0]!;
  long.begin("gains", flow.steps.length - Math.max(1, first.step));
  const own = gainsOf(model, sentence, options.layer, first.step);
  const { steps: stepGains, products } = await long.run(own);
  const from = Math.min(...shown.map(({ t }) => t));
  const studied = study
    ? await gradientStudy(model, row, { ...study, layer: options.layer, from, ...long.inner() })
    : null;
  long.end();
  long.hear();
  return {
    ...view,
    gains: {
      steps: shown.map(({ step: s }) => stepGains[s]!),
      products: shown.map(({ step: s }) => products[s]!),
    },
    check,
    notes: gradientNotes(model, flow, check, asked.kind),
    study: studied,
  };
}

interface Followed {
  view: GradientPaths;
  flow: GradientFlow;
  /** The steps of the words. */
  shown: GradientStep[];
  chosen: GradientStep;
}

function follow(model: Model, sentence: Sentence, { at, ...asked }: GradientPathsOptions): Followed {
  const open = openCell(model, asked.layer);
  const flow = gradientFlow(model, rowOf(sentence), asked);
  const { places } = flow;
  const shown = flow.steps.filter(({ t }) => wordAt(sentence, t, places) !== "");
  const chosen = choose(shown, at, countedPlaces(sentence, places));
  const step = flow.steps[chosen.step]!;
  const formulas = pathFormulas(open.layer).filter(
    ({ path }) => path !== "above" || norm(step.paths[path]!) > 0,
  );
  const first = shown[0]!;
  const view: GradientPaths = {
    layer: flow.layer,
    kind: flow.kind,
    state: flow.state,
    objective: flow.objective,
    words: wordsAt(
      sentence,
      shown.map(({ t }) => t),
      places,
    ),
    norms: shown.map(({ norms }) => norms),
    paths: Object.fromEntries(
      formulas.map(({ path }) => [path, shown.map(({ paths }) => (paths[path] ? norm(paths[path]) : 0))]),
    ),
    padding: {
      steps: first.step,
      first: flow.steps[0]!.norms.total,
      after: flow.steps.length - 1 - shown.at(-1)!.step,
    },
    chosen: shown.indexOf(chosen),
    formulas: {
      whole: wholeTex(open.layer),
      hidden: hiddenTex(open.layer),
      total: totalTex(open.layer),
      slopes: slopeFormulas(open.layer, open.cell.networks),
    },
    step: formulas.map((formula) => {
      const value = step.paths[formula.path]!;
      return { ...formula, value, norm: norm(value) };
    }),
  };
  return { view, flow, shown, chosen };
}

/** @param counted the places that people count */
function choose(
  shown: readonly GradientStep[],
  at: number | undefined,
  counted: readonly number[],
): GradientStep {
  // E of one step of a sequence leaves the steps after it alone.
  const last = shown.findLast(({ step, norms }) => step > 0 && norms.total > 0) ?? shown.at(-1);
  const chosen = at === undefined ? last : shown.find(({ t }) => t === at);
  if (chosen && chosen.step > 0) return chosen;
  if (shown.length === 0) {
    throw inputError({ expected: "a word to go back from", where: "row", received: "padding alone" });
  }
  const valid = shown.filter(({ step }) => step > 0).map(({ t }) => t);
  valid.sort((a, b) => a - b);
  if (valid.length === 0) {
    throw inputError({
      expected: "a word that has a step before it, to go back from",
      where: "row",
      received: "one step alone",
    });
  }
  const count = (t: number) => counted.indexOf(t) + 1;
  throw inputError({
    expected: `the place of a word that has a step before it (${rangesOf(valid)})`,
    where: "at",
    received: at,
    typed: {
      where: "--at",
      expected: `a word or step that has one before it, ${rangesOf(valid.map(count))}`,
      received: count(at!),
    },
  });
}

/** Gains from a step on: padding before the first word is left out, and what comes after the last counts in the products. */
function gainsOf(model: Model, sentence: Sentence, layer: string | undefined, from: number): Pieces<Gains> {
  const open = openCell(model, layer);
  const probe = new Probe(model);
  try {
    const real = stepsOf(open, probe.run([rowOf(sentence)])).filter(({ masked }) => !masked);
    return gains(open.cell, real, from);
  } finally {
    probe.dispose();
  }
}
