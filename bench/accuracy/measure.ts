/** Measuring a method on a data set: a figure a run, then mean and spread over runs. */
import {
  type ConfusionScores,
  confusionScores,
  emptyConfusion,
} from "../../src/objectives/metrics/confusion.js";
import type { Method } from "./methods.js";
import type { DataSet, Effort, Run, Trial } from "./runs.js";

/** What is measured of each run, averaged over its trials. */
export interface Figures {
  /** Share of the test rows answered with their own label. */
  accuracy: number;
  /** Mean over the labels of the share of their rows that was found. */
  macroRecall: number;
  /** Matthews correlation. */
  mcc: number;
  /** From rows to saved bytes. */
  wallSeconds: number;
  /** Processor time of all threads. */
  processorSeconds: number;
  /** Saved bytes. */
  bytes: number;
}

/** A mean over runs, and their standard deviation (n − 1): null where there is one run only. */
export interface Spread {
  mean: number;
  sd: number | null;
}

export interface Measured {
  data: string;
  method: string;
  /** [runs] */
  runs: Figures[];
  over: Record<keyof Figures, Spread>;
}

/** A method that knows no chance is run once where the rows are always the same. */
export async function measure(
  { name: data, effort, drawn, runs }: DataSet,
  name: string,
  method: Method,
): Promise<Measured> {
  const figures: Figures[] = [];
  for (const run of drawn || method.seeded ? runs : runs.slice(0, 1)) {
    figures.push(await measureRun(run, method, effort));
  }
  return { data, method: name, runs: figures, over: overAll(figures, spread) };
}

async function measureRun({ seed, trials }: Run, method: Method, effort: Effort): Promise<Figures> {
  const figures: Figures[] = [];
  for (const trial of trials) figures.push(await measureTrial(trial, method, { seed, effort }));
  return overAll(figures, (values) => spread(values).mean);
}

/** The test rows are answered once, after training. */
async function measureTrial(
  { train, test }: Trial,
  method: Method,
  settings: { seed: number; effort: Effort },
): Promise<Figures> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  const learned = await method.train(train, settings);
  const { user, system } = process.cpuUsage(used);
  const wallSeconds = (performance.now() - started) / 1e3;
  const answers = learned.predict(test.map(({ text }) => text));
  learned.dispose?.();
  const truth = test.map(({ label }) => label);
  const { accuracy, macro, mcc } = scoresOf(truth, answers);
  const figures = { accuracy, macroRecall: macro.recall, mcc };
  return { ...figures, wallSeconds, processorSeconds: (user + system) / 1e6, bytes: learned.bytes.length };
}

/** What follows from true labels and answers. A label that no row has counts only where it was answered. */
export function scoresOf(truth: readonly string[], answers: readonly string[]): ConfusionScores {
  const labels = [...new Set([...truth, ...answers])].sort();
  const matrix = emptyConfusion(labels.length);
  truth.forEach((label, row) => void matrix[labels.indexOf(label)]![labels.indexOf(answers[row]!)]!++);
  return confusionScores(matrix);
}

/** The same of every figure. */
function overAll<T>(all: readonly Figures[], of: (values: number[]) => T): Record<keyof Figures, T> {
  const names = Object.keys(all[0]!) as (keyof Figures)[];
  const entries = names.map((name) => [name, of(all.map((figures) => figures[name]))]);
  return Object.fromEntries(entries) as Record<keyof Figures, T>;
}

export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, sd: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}
