/** One training of this page: where it is, what it told so far, and what came of it. */
import { batch, signal } from "@preact/signals";
import type {
  BatchReport,
  EpochReport,
  Pause,
  PreparedReport,
  Progress,
  Trainer,
  Training,
  TrainingSummary,
  WorkerTrainOptions,
} from "cellstate/worker";
import type { OpenData } from "./data.js";

/** Of a batch, what is drawn. */
export type Learned = Pick<BatchReport, "epoch" | "batch" | "batches" | "step" | "loss" | "gradientNorms"> & {
  /** Of the epoch so far. */
  readonly accuracy: number | undefined;
};

export type RunState = "running" | "pausing" | "paused" | "ended" | "failed";

/** Milliseconds between two messages: what is drawn more often takes time from learning, and is not seen. */
const INTERVAL = 300;

/** What a run is made of. */
export interface RunParts {
  readonly id: number;
  readonly name: string;
  /** What it learned from. */
  readonly data: OpenData;
  readonly trainer: Trainer;
  readonly options: WorkerTrainOptions;
  /** Told of a race: its runs are drawn in one picture. */
  readonly race: number | null;
}

export class Run {
  readonly id: number;
  readonly name: string;
  readonly data: OpenData;
  readonly race: number | null;
  readonly options: WorkerTrainOptions;
  readonly trainer: Trainer;
  readonly training: Training;
  readonly state = signal<RunState>("running");
  readonly progress = signal<Progress | null>(null);
  readonly prepared = signal<PreparedReport | null>(null);
  /** Grows; `step` says when. */
  readonly batches: Learned[] = [];
  readonly step = signal(0);
  readonly epochs = signal<readonly EpochReport[]>([]);
  /** The answers to `options.probes`, the latest told of. */
  readonly answers = signal<EpochReport["answers"]>([]);
  readonly summary = signal<TrainingSummary | null>(null);
  readonly error = signal<Error | null>(null);
  /** What it was settled to answer by, since it ended. */
  readonly threshold = signal<number | null>(null);
  /** Whether it was ended before it came to its end. */
  readonly isCutShort = signal(false);
  /** Seconds from the order to the end. */
  readonly seconds = signal<number | null>(null);
  /** Settles, without failing, once it has ended one way or another. */
  readonly ended: Promise<void>;

  /** Begins. @throws InputError for options that are none */
  constructor({ id, name, data, trainer, options, race }: RunParts) {
    this.id = id;
    this.name = name;
    this.data = data;
    this.race = race;
    this.trainer = trainer;
    this.options = options;
    if (options.paused) this.state.value = "paused";
    const began = performance.now();
    this.training = trainer.train({
      interval: INTERVAL,
      ...options,
      onProgress: (progress) => void (this.progress.value = progress),
      onPrepared: (prepared) => void (this.prepared.value = prepared),
      onBatch: (learned) => this.#learn(learned),
      onEpoch: (epoch) =>
        batch(() => {
          this.epochs.value = [...this.epochs.peek(), epoch];
          if (epoch.answers.length > 0) this.answers.value = epoch.answers;
        }),
    });
    // Shown by the browser's own tools, too.
    const took = () => performance.measure(`train ${name}`, { start: began }).duration / 1000;
    this.ended = this.training.done.then(
      (summary) => this.#end({ summary, seconds: took() }),
      (error: Error) => this.#end({ error, seconds: took() }),
    );
  }

  #learn({ epoch, batch: number, batches, step, loss, logs, gradientNorms, answers }: BatchReport): void {
    this.batches.push({
      ...{ epoch, batch: number, batches, step, loss, gradientNorms },
      accuracy: (logs as Record<string, number | undefined>)["accuracy"],
    });
    batch(() => {
      this.step.value = step;
      if (answers) this.answers.value = answers;
    });
  }

  #end({ summary, error, seconds }: { summary?: TrainingSummary; error?: Error; seconds: number }): void {
    batch(() => {
      this.seconds.value = seconds;
      this.summary.value = summary ?? null;
      this.error.value = error ?? null;
      this.state.value = summary ? "ended" : "failed";
    });
  }

  get isLive(): boolean {
    return this.state.value !== "ended" && this.state.value !== "failed";
  }

  /** Epochs that can be gone back to; 0 is before the first step. */
  get kept(): readonly number[] {
    const summary = this.summary.value;
    if (summary) return summary.epochs;
    const epochs = this.epochs.value;
    return this.step.value > 0 ? [0, ...epochs.map(({ epoch }) => epoch)] : [];
  }

  async pause(): Promise<void> {
    await this.#until(this.training.pause());
  }

  /** Learns so many batches more, and waits again. */
  async advance(batches: number): Promise<void> {
    await this.#until(this.training.step(batches));
  }

  async resume(): Promise<void> {
    this.state.value = "running";
    await this.training.resume();
  }

  async stop(): Promise<void> {
    this.isCutShort.value = true;
    await this.training.cancel();
  }

  /** Is on its way to a pause until it waits; what was refused leaves it as it was. Its end is told of by itself. */
  async #until(pause: Promise<Pause>): Promise<void> {
    const before = this.state.peek();
    this.state.value = "pausing";
    const settle = (state: RunState) => {
      if (this.state.peek() === "pausing") this.state.value = state;
    };
    try {
      const { ended } = await pause;
      if (!ended) settle("paused");
    } catch (error) {
      settle(before);
      throw error;
    }
  }
}
