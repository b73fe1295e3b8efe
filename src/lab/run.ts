/** Runs an experiment: every chosen cell at every chosen lag from several seeds, on sequences drawn as it goes. */
import type { EngineOptions } from "../engine/index.js";
import { finiteNumber, inputError, oneOf, wholeNumber } from "../errors.js";
import type { Model } from "../model/model.js";
import { Draw, type SetName } from "./draw.js";
import {
  CELL_NAMES,
  type CellName,
  GATE_STARTS,
  type GateStart,
  labNetwork,
  lossPerAnswer,
} from "./network.js";
import { type LabResult, type LabRun, type LabSettings, summarizeRuns } from "./result.js";
import type { LabTask, TaskSizes } from "./task.js";
import { taskNamed } from "./tasks/index.js";

export interface LabOptions extends EngineOptions {
  /** Default: the task's own. */
  lags?: readonly number[];
  /** Default: all three. */
  cells?: readonly CellName[];
  /** How many seeds, from `seed` on. Default 5. */
  seeds?: number;
  seed?: number;
  units?: number;
  learningRate?: number;
  clipnorm?: number;
  /** How memory gates start; see `GATE_STARTS`. Default "chrono". */
  gateStart?: GateStart;
  batchSize?: number;
  /** Training sequences a run may use. */
  sequences?: number;
  /** Ends the experiment after the current step; the result then holds the runs that were finished. */
  signal?: AbortSignal;
}

/** Where the experiment is; given after every check of a run, and `finished` at its end. */
export interface LabProgress {
  /** Runs in all, and the number of this one from 0. */
  runs: number;
  run: number;
  cell: CellName;
  lag: number;
  seed: number;
  sequences: number;
  budget: number;
  loss: number;
  right: number;
  finished: LabRun | null;
  engine: string;
  /** Seconds so far, and the seconds still to come if no further run solves its task early. */
  seconds: number;
  atMost: number;
}

/** Sequences of the check while learning (as Hochreiter and Schmidhuber's ST1), and of the final score. */
const CHECKED = 256;
const SCORED = 1000;
/** Training steps between checks. */
const CHECK_EVERY = 50;
const TURN_MS = 40;
const DEFAULT_SEEDS = 5;

/**
 * @param name one of `TASKS`
 * @throws InputError on options that make no experiment
 */
export async function runLab(
  name: string,
  options: LabOptions = {},
  onProgress: (progress: LabProgress) => void = () => {},
): Promise<LabResult> {
  return new Experiment(taskNamed(name), options, onProgress).run();
}

interface Job {
  cell: CellName;
  lag: number;
  seed: number;
}

class Experiment {
  private readonly settings: LabSettings;
  private readonly lags: number[];
  private readonly cells: CellName[];
  private readonly jobs: Job[];
  private readonly runs: LabRun[] = [];
  private readonly started = performance.now();
  /** Seconds a training sequence took, by cell and lag: what the time still to come is reckoned from. */
  private readonly pace = new Map<string, number>();
  private engine = "";
  private threads = 1;

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
  }

  async run(): Promise<LabResult> {
    const { task, settings, lags, cells, runs } = this;
    for (const job of this.jobs) {
      const finished = await this.runJob(job);
      if (!finished) break;
      runs.push(finished);
    }
    const { name, title, reads, asked, criterion, allowedWrong, source } = task;
    return {
      task: { name, title, reads, asked, criterion, allowedWrong, source },
      settings,
      lags,
      cells,
      runs,
      summary: summarizeRuns(runs, lags, cells),
      engine: this.engine,
      threads: this.threads,
      seconds: this.elapsed(),
      complete: runs.length === this.jobs.length,
    };
  }

  private elapsed(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** Null when aborted. */
  private async runJob(job: Job): Promise<LabRun | null> {
    const { task, settings, options } = this;
    const sizes = task.sizes(job.lag);
    const { engine, threads } = options;
    const model = labNetwork(task, sizes, job.cell, settings, { engine, threads, seed: job.seed });
    try {
      this.engine = model.engineName;
      this.threads = model.runtime.engine.threads;
      return await this.learn(job, model, new Sequences(task, sizes, job.lag, job.seed));
    } finally {
      model.dispose();
    }
  }

  private async learn(job: Job, model: Model, sequences: Sequences): Promise<LabRun | null> {
    const { batchSize, sequences: budget } = this.settings;
    const started = performance.now();
    const curve: LabRun["curve"] = [];
    const steps = Math.ceil(budget / batchSize);
    let ended: LabRun["ended"] = "budget";
    let turn = Date.now();
    let step = 0;
    while (step < steps && ended === "budget") {
      const loss = model.trainOnBatch(...sequences.batch("training", step++ * batchSize, batchSize));
      if (!Number.isFinite(loss)) ended = "diverged";
      else if (step % CHECK_EVERY === 0 || step === steps) {
        const now = { sequences: step * batchSize, loss: sequences.answerLoss(loss) };
        const right = sequences.shareRight(model, "check", CHECKED);
        curve.push({ ...now, right });
        if (1 - right <= this.task.allowedWrong + 1e-12) ended = "solved";
        this.notePace(job, step * batchSize, started);
        this.report(job, curve.at(-1)!, null);
      }
      if (Date.now() - turn < TURN_MS) continue;
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      turn = Date.now();
      if (this.options.signal?.aborted) return null;
    }
    const right = ended === "diverged" ? 0 : sequences.shareRight(model, "final", SCORED);
    const run: LabRun = {
      ...job,
      params: model.countParams(),
      solved: ended === "solved",
      right,
      sequences: step * batchSize,
      ended,
      seconds: (performance.now() - started) / 1000,
      curve,
    };
    this.report(job, curve.at(-1) ?? { sequences: run.sequences, loss: Number.NaN, right }, run);
    return run;
  }

  private notePace({ cell, lag }: Job, sequences: number, started: number): void {
    this.pace.set(`${cell} ${lag}`, (performance.now() - started) / 1000 / sequences);
  }

  private report(job: Job, now: LabRun["curve"][number], finished: LabRun | null): void {
    const run = this.runs.length;
    this.onProgress({
      ...job,
      ...now,
      runs: this.jobs.length,
      run,
      budget: this.settings.sequences,
      finished,
      engine: this.engine,
      seconds: this.elapsed(),
      atMost: this.secondsLeft(run, finished ? this.settings.sequences : now.sequences),
    });
  }

  /** What the runs still to come take at most, at the pace of those made; unknown cells and lags by their steps. */
  private secondsLeft(run: number, done: number): number {
    const { sequences: budget } = this.settings;
    const known = [...this.pace].map(([key, pace]) => pace / Number(key.split(" ")[1]));
    const typical = known.length > 0 ? Math.max(...known) : 0;
    return this.jobs.slice(run).reduce((sum, { cell, lag }, i) => {
      const pace = this.pace.get(`${cell} ${lag}`) ?? typical * lag;
      return sum + pace * (i === 0 ? budget - done : budget);
    }, 0);
  }
}

function settingsOf({ defaults }: LabTask, options: LabOptions): LabSettings {
  const first = wholeNumber(options.seed ?? 0, "lab seed");
  const seeds = wholeNumber(options.seeds ?? DEFAULT_SEEDS, "lab seeds", 1, 1000);
  return {
    units: wholeNumber(options.units ?? defaults.units, "lab units", 1),
    learningRate: finiteNumber(options.learningRate ?? defaults.learningRate, "lab learningRate", 0),
    clipnorm: finiteNumber(options.clipnorm ?? 1, "lab clipnorm", 0),
    gateStart: oneOf(options.gateStart ?? "chrono", GATE_STARTS, "lab gateStart"),
    batchSize: wholeNumber(options.batchSize ?? defaults.batchSize, "lab batchSize", 1),
    sequences: wholeNumber(options.sequences ?? defaults.sequences, "lab sequences", 1),
    seeds: Array.from({ length: seeds }, (_, k) => first + k),
  };
}

/** A list without repeats, of at least one. */
function list<T>(values: readonly T[], where: string): T[] {
  if (values.length === 0) throw inputError({ expected: "at least one", where, received: [...values] });
  return [...new Set(values)];
}

/** A task's sequences at one lag, from one seed. The same for every cell, so that all learn from the same. */
export class Sequences {
  private x = new Float32Array(0);
  private y = new Float32Array(0);
  private readonly inputSize: number;
  private readonly targetSize: number;

  constructor(
    private readonly task: LabTask,
    private readonly sizes: TaskSizes,
    private readonly lag: number,
    private readonly seed: number,
  ) {
    this.inputSize = sizes.steps * sizes.features;
    this.targetSize = (task.answer === "softmaxSteps" ? sizes.steps : 1) * sizes.outputs;
  }

  /** Sequences first … first + rows − 1 of a set as x [rows][T][F] and y, valid until the next call. */
  batch(set: SetName, first: number, rows: number) {
    const { steps, features } = this.sizes;
    if (this.x.length !== rows * this.inputSize) {
      this.x = new Float32Array(rows * this.inputSize);
      this.y = new Float32Array(rows * this.targetSize);
    } else {
      this.x.fill(0);
      this.y.fill(0);
    }
    for (let r = 0; r < rows; r++) {
      const x = this.x.subarray(r * this.inputSize, (r + 1) * this.inputSize);
      const y = this.y.subarray(r * this.targetSize, (r + 1) * this.targetSize);
      this.task.draw(new Draw(this.seed, set, first + r), this.lag, x, y);
    }
    return [
      { data: this.x, rows, shape: [steps, features] },
      { data: this.y, rows, shape: [this.targetSize] },
    ] as const;
  }

  /** A batch's loss in words a reader knows; see `lossPerAnswer`. */
  answerLoss(loss: number): number {
    return lossPerAnswer(this.task, this.sizes, loss, this.y, this.y.length / this.targetSize);
  }

  /** The share of the set's first sequences to which the model's answer is right. */
  shareRight(model: Model, set: SetName, rows: number): number {
    const batch = 128;
    let right = 0;
    for (let first = 0; first < rows; first += batch) {
      const [x, y] = this.batch(set, first, Math.min(batch, rows - first));
      const { data } = model.predictFlat(x, { batchSize: batch });
      for (let r = 0; r < x.rows; r++) {
        const at = r * this.targetSize;
        const output = data.subarray(at, at + this.targetSize);
        if (this.task.right(output, y.data.subarray(at, at + this.targetSize), this.sizes)) right++;
      }
    }
    return right / rows;
  }
}
