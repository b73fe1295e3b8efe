/** Makes runs, several at once, and tells how it goes. */
import { type Runner, threadRunner } from "#lab-runners";
import type { Progress } from "../base/progress.js";
import type { EngineChoice } from "../engines/registry.js";
import { Forecast } from "./forecast.js";
import { type Check, type Job, learn, type RunOrder } from "./learn.js";
import type { LabRun, LabSizes } from "./result.js";

/** Where the experiment is; given after every check of a run, and with `finished` at its end. */
export interface LabProgress extends Job, Progress {
  /** Of this run: "choosing", where it helps to choose settings, or "measuring", where it is one that is reported. */
  phase: "choosing" | "measuring";
  /** Runs finished. */
  done: number;
  /** Runs in all. */
  total: number;
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
  /** Seconds so far. */
  seconds: number;
  /** Seconds still to come if no further run solves its task early. */
  atMost: number;
}

/** What the runs of an experiment have in common. */
export interface PoolOptions {
  task: string;
  sizes: LabSizes;
  engine: EngineChoice | undefined;
  /** The engine's name, for whoever is told. */
  engineName: string;
  threads: number;
  signal: AbortSignal | undefined;
  onProgress: ((progress: LabProgress) => void) | undefined;
}

/** A run that is to come, as far as its time hangs on it. */
export type Planned = Pick<Job, "cell" | "lag" | "budget"> & { choosing: boolean };

/** A run that is being made. */
interface Running {
  job: Job;
  started: number;
  sequences: number;
}

export class Pool {
  private readonly runners: Runner[];
  private readonly running = new Map<number, Running>();
  private readonly forecast = new Forecast();
  private readonly started = performance.now();
  private begun = 0;
  private done = 0;

  /** @param plan all runs of all batches, in the order in which they will be made */
  constructor(
    private readonly options: PoolOptions,
    private readonly plan: readonly Planned[],
  ) {
    this.runners = this.startRunners();
    options.signal?.addEventListener("abort", this.close, { once: true });
  }

  readonly close = (): void => {
    this.options.signal?.removeEventListener("abort", this.close);
    for (const runner of this.runners) runner.close();
  };

  /** Seconds since the first batch. */
  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** The runs of these jobs, each in its job's place; those that an abort left out are undefined. */
  async make(jobs: readonly Job[]): Promise<(LabRun | undefined)[]> {
    // Filled, not sparse: `some` passes over what was never set.
    const runs: (LabRun | undefined)[] = new Array(jobs.length).fill(undefined);
    let next = 0;
    /** Gives a runner one job after another, until there are no more or the experiment is ended. */
    const serve = async (runner: Runner): Promise<void> => {
      while (next < jobs.length && !this.options.signal?.aborted) {
        const k = next++;
        const run = await this.makeOne(runner, jobs[k]!);
        if (!run) return;
        runs[k] = run;
      }
    };
    await Promise.all(this.runners.map(serve));
    return runs;
  }

  private async makeOne(runner: Runner, job: Job): Promise<LabRun | null> {
    const number = this.begun++;
    const running: Running = { job, started: performance.now(), sequences: 0 };
    this.running.set(number, running);
    const { task, sizes } = this.options;
    const order: RunOrder = { task, sizes, job };
    const run = await runner.run(order, (check) => this.note(number, running, check));
    this.running.delete(number);
    if (!run) return null;
    this.done++;
    this.report(number, job, run.curve.at(-1) ?? { ...run, loss: Number.NaN }, run);
    return run;
  }

  private startRunners(): Runner[] {
    const { engine, threads, signal } = this.options;
    const atOnce = Math.min(threads, this.plan.length);
    if (atOnce > 1) {
      // Small batches gain little from threads of their own; runs side by side gain all there is.
      const each = { engine: engine ?? "auto", threads: Math.max(1, Math.floor(threads / atOnce)) } as const;
      const made = Array.from({ length: atOnce }, () => threadRunner(each));
      const runners = made.filter((runner) => runner !== null);
      if (runners.length > 0) return runners;
    }
    return [{ run: (order, onCheck) => learn(order, { engine, threads }, onCheck, signal), close: () => {} }];
  }

  private note(number: number, running: Running, check: Check): void {
    running.sequences = check.sequences;
    this.forecast.note(running.job, check.sequences, (performance.now() - running.started) / 1000);
    this.report(number, running.job, check, null);
  }

  private report(number: number, job: Job, { sequences, loss, right }: Check, finished: LabRun | null): void {
    this.options.onProgress?.({
      ...job,
      ...{ sequences, loss, right, finished, engine: this.options.engineName },
      phase: this.plan[number]!.choosing ? "choosing" : "measuring",
      done: this.done,
      total: this.plan.length,
      run: number,
      seconds: this.seconds,
      atMost: this.secondsLeft(),
    });
  }

  private secondsLeft(): number {
    const begun = [...this.running.values()].map(({ job, sequences }) =>
      this.forecast.seconds(job, job.budget - sequences),
    );
    const waiting = this.plan.slice(this.begun).map((job) => this.forecast.seconds(job, job.budget));
    const total = [...begun, ...waiting].reduce((sum, seconds) => sum + seconds, 0);
    return Math.max(total / this.runners.length, ...begun);
  }
}
