/** Runs an experiment: every chosen cell at every chosen lag from several seeds, several runs at once. */

import { type Runner, threadRunner } from "#lab-runners";
import { availableThreads } from "#workers";
import { functionOf, listOf } from "../base/arguments.js";
import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import { ENGINES } from "../engines/engines.js";
import type { EngineChoice } from "../engines/registry.js";
import { Forecast } from "./forecast.js";
import { type Check, type Job, learn, type RunOrder } from "./learn.js";
import { CELL_NAMES, type CellName, GATE_STARTS, type GateStart } from "./network.js";
import { type LabResult, type LabRun, type LabSettings, summarizeRuns } from "./result.js";
import type { LabTask } from "./task.js";
import { taskNamed } from "./tasks/index.js";

/** Options of `runLab`; all may be left out. */
export interface LabOptions {
  /** Default "auto": the fastest there is. */
  engine?: EngineChoice;
  /**
   * Runs are made on so many threads at once, the caller's own not among them; on 1 (and in browsers) they are made one
   * after another where `runLab` was called. Default: the machine's. What comes out does not depend on it.
   */
  threads?: number;
  /** Default: the task's own. */
  lags?: readonly number[];
  /** Default: all three. */
  cells?: readonly CellName[];
  /** How many seeds, from `seed` on. Default 5. */
  seeds?: number;
  /** The first seed. Default 0. */
  seed?: number;
  /** U of the recurrent layer. Default: the task's own. */
  units?: number;
  /** Of Adam. Default: the task's own. */
  learningRate?: number;
  /** All gradients together are scaled down to this norm. Default 1. */
  clipnorm?: number;
  /** How memory gates start; see `GATE_STARTS`. Default "chrono". */
  gateStart?: GateStart;
  /** Sequences a training step. Default: the task's own. */
  batchSize?: number;
  /** Training sequences a run may use. Default: the task's own. */
  sequences?: number;
  /** Ends the experiment after the current step; the result then holds the runs that were finished. */
  signal?: AbortSignal;
}

/** Where the experiment is; given after every check of a run, and with `finished` at its end. */
export interface LabProgress extends Job {
  /** Runs in all, how many are finished, and the number of this one from 0. */
  runs: number;
  /** Runs finished. */
  done: number;
  /** The number of this run, from 0. */
  run: number;
  /** Training sequences that it has used. */
  sequences: number;
  /** Cross-entropy an answer, or squared error; NaN where the run ended before its first check. */
  loss: number;
  /** Share right of 256 unseen sequences. */
  right: number;
  /** The run, once it is finished; null before. */
  finished: LabRun | null;
  /** The engine that it runs on. */
  engine: string;
  /** Seconds so far, and the seconds still to come if no further run solves its task early. */
  seconds: number;
  /** Seconds still to come if no further run solves its task early. */
  atMost: number;
}

const DEFAULT_SEEDS = 5;

const LAB_OPTIONS = [
  ...[
    "engine",
    "threads",
    "lags",
    "cells",
    "seeds",
    "seed",
    "units",
    "learningRate",
    "clipnorm",
    "gateStart",
  ],
  ...["batchSize", "sequences", "signal"],
];

/**
 * Runs an experiment: a network a cell, lag and seed, each trained until it solves the task or its sequences are used up.
 * @param name one of `TASKS`
 * @param onProgress told after every check of a run, and at its end
 * @throws InputError on options that make no experiment
 */
export async function runLab(
  name: string,
  options: LabOptions = {},
  onProgress: (progress: LabProgress) => void = () => {},
): Promise<LabResult> {
  knownOptions(options, LAB_OPTIONS, "lab");
  functionOf(onProgress, "lab onProgress");
  return new Experiment(taskNamed(name), options, onProgress).run();
}

/** A run that is being made. */
interface Running {
  job: Job;
  started: number;
  sequences: number;
}

class Experiment {
  private readonly settings: LabSettings;
  private readonly lags: number[];
  private readonly cells: CellName[];
  private readonly jobs: Job[];
  /** By the number of their job; what is not finished is missing. */
  private readonly finished = new Map<number, LabRun>();
  private readonly running = new Map<number, Running>();
  private readonly forecast = new Forecast();
  private readonly started = performance.now();
  private readonly engine: string;
  private readonly threads: number;
  /** The number of the job to begin next. */
  private next = 0;

  constructor(
    private readonly task: LabTask,
    private readonly options: LabOptions,
    private readonly onProgress: (progress: LabProgress) => void,
  ) {
    this.settings = settingsOf(task, options);
    this.lags = list(options.lags ?? task.defaults.lags, "lab lags").map((lag) =>
      wholeNumber(lag, "lab lags", task.leastLag, 10_000),
    );
    this.cells = list(options.cells ?? CELL_NAMES, "lab cells").map((cell) =>
      oneOf(cell, CELL_NAMES, "lab cells"),
    );
    const { seeds } = this.settings;
    this.jobs = this.lags.flatMap((lag) =>
      this.cells.flatMap((cell) => seeds.map((seed) => ({ cell, lag, seed }))),
    );
    this.threads = wholeNumber(options.threads ?? availableThreads(), "lab threads", 1, 256);
    const engine = ENGINES.createSynchronous({ engine: options.engine, threads: 1 });
    this.engine = engine.name;
    engine.dispose();
  }

  async run(): Promise<LabResult> {
    const { task, settings, lags, cells, engine, threads } = this;
    await this.makeRuns();
    const { name, title, reads, asked, criterion, allowedWrong, source } = task;
    const runs = this.jobs.flatMap((_, k) => this.finished.get(k) ?? []);
    return {
      task: { name, title, reads, asked, criterion, allowedWrong, source },
      ...{ settings, lags, cells, runs, engine, threads },
      summary: summarizeRuns(runs, lags, cells),
      seconds: this.elapsed(this.started),
      complete: runs.length === this.jobs.length,
    };
  }

  private async makeRuns(): Promise<void> {
    const runners = this.runners();
    const { signal } = this.options;
    const close = () => {
      for (const runner of runners) runner.close();
    };
    signal?.addEventListener("abort", close, { once: true });
    try {
      await Promise.all(runners.map((runner) => this.serve(runner)));
    } finally {
      signal?.removeEventListener("abort", close);
      close();
    }
  }

  private runners(): Runner[] {
    const { threads, jobs, options } = this;
    const atOnce = Math.min(threads, jobs.length);
    if (atOnce > 1) {
      // Small batches gain little from threads of their own; runs side by side gain all there is.
      const engine = { engine: options.engine ?? "auto", threads: Math.max(1, Math.floor(threads / atOnce)) };
      const made = Array.from({ length: atOnce }, () => threadRunner(engine));
      const runners = made.filter((runner) => runner !== null);
      if (runners.length > 0) return runners;
    }
    const engine = { engine: options.engine, threads };
    return [{ run: (order, onCheck) => learn(order, engine, onCheck, options.signal), close: () => {} }];
  }

  /** Gives a runner one job after another, until there are no more or the experiment is ended. */
  private async serve(runner: Runner): Promise<void> {
    while (this.next < this.jobs.length && !this.options.signal?.aborted) {
      const k = this.next++;
      const running = { job: this.jobs[k]!, started: performance.now(), sequences: 0 };
      this.running.set(k, running);
      const order: RunOrder = { task: this.task.name, settings: this.settings, job: running.job };
      const run = await runner.run(order, (check) => this.note(k, running, check));
      this.running.delete(k);
      if (!run) return;
      this.finished.set(k, run);
      this.report(k, run.curve.at(-1) ?? { ...run, loss: Number.NaN }, run);
    }
  }

  private note(k: number, running: Running, check: Check): void {
    running.sequences = check.sequences;
    this.forecast.note(running.job, check.sequences, this.elapsed(running.started));
    this.report(k, check, null);
  }

  private report(k: number, { sequences, loss, right }: Check, finished: LabRun | null): void {
    this.onProgress({
      ...this.jobs[k]!,
      ...{ sequences, loss, right, finished, engine: this.engine },
      runs: this.jobs.length,
      done: this.finished.size,
      run: k,
      seconds: this.elapsed(this.started),
      atMost: this.secondsLeft(),
    });
  }

  private secondsLeft(): number {
    const budget = this.settings.sequences;
    const begun = [...this.running.values()].map((run) =>
      this.forecast.seconds(run.job, budget - run.sequences),
    );
    const waiting = this.jobs.slice(this.next).map((job) => this.forecast.seconds(job, budget));
    const total = [...begun, ...waiting].reduce((sum, seconds) => sum + seconds, 0);
    return Math.max(total / Math.min(this.threads, this.jobs.length), ...begun);
  }

  private elapsed(since: number): number {
    return (performance.now() - since) / 1000;
  }
}

function settingsOf({ defaults }: LabTask, options: LabOptions): LabSettings {
  const first = wholeNumber(options.seed ?? 0, "lab seed");
  const seeds = wholeNumber(options.seeds ?? DEFAULT_SEEDS, "lab seeds", 1, 1000);
  return {
    units: wholeNumber(options.units ?? defaults.units, "lab units", 1, 4096),
    learningRate: finiteNumber(options.learningRate ?? defaults.learningRate, "lab learningRate", 0),
    clipnorm: finiteNumber(options.clipnorm ?? 1, "lab clipnorm", 0),
    gateStart: oneOf(options.gateStart ?? "chrono", GATE_STARTS, "lab gateStart"),
    batchSize: wholeNumber(options.batchSize ?? defaults.batchSize, "lab batchSize", 1, 65_536),
    sequences: wholeNumber(options.sequences ?? defaults.sequences, "lab sequences", 1),
    seeds: Array.from({ length: seeds }, (_, k) => first + k),
  };
}

/** @throws InputError for what is no list, an empty one, or one that names something twice */
function list<T>(values: readonly T[], where: string): readonly T[] {
  listOf(values, where);
  if (values.length > 0 && new Set(values).size === values.length) return values;
  throw inputError({ expected: "at least one, and each once", where, received: [...values] });
}
