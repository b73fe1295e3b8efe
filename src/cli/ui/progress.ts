/** Progress of training: a bar on a terminal, a line an epoch everywhere. */
import { clearScreenDown } from "node:readline";
import { SingleBar } from "cli-progress";
import { clock, decimal, duration, percent } from "../../base/numbers.js";
import { cutToWidth } from "../../base/text.js";
import { columnsOf, type ProgressStream } from "../terminal.js";
import { status } from "./status.js";

/** Where training is; `TrainingProgress` is one. */
export interface ProgressState {
  /** From 0. */
  epoch: number;
  epochs: number;
  /** Batches done in this epoch. */
  batch: number;
  batches: number;
  /** Batches done since the very start, resumed runs included. */
  step: number;
}

export type ProgressLogs = Readonly<Record<string, number>>;

/** Draws training as it goes. `now` is seconds on any clock. */
export class EpochProgress {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  #bar: SingleBar | null = null;
  #shown: { state: ProgressState; logs: ProgressLogs } | null = null;
  #started = 0;
  #firstStep = 0;
  #headed = false;
  /** Should the process end with a bar drawn, the cursor still comes back. */
  readonly #atExit = () => this.close();

  constructor(stream: ProgressStream, now: () => number = () => performance.now() / 1000) {
    this.#stream = stream;
    this.#now = now;
  }

  start(state: ProgressState): void {
    this.#started = this.#now();
    this.#firstStep = state.step;
  }

  beginEpoch(state: ProgressState): void {
    if (!this.#stream.isTTY) return;
    status.clear();
    this.#shown = { state: { ...state }, logs: {} };
    this.#bar = new SingleBar({
      stream: this.#stream,
      format: () => this.#line(),
      clearOnComplete: true,
      hideCursor: true,
    });
    process.on("exit", this.#atExit);
    this.#bar.start(state.batches, state.batch);
  }

  batch(state: ProgressState, logs: ProgressLogs): void {
    this.#shown = { state: { ...state }, logs };
    this.#bar?.update(state.batch);
  }

  /** The bar makes room for the epoch's line, which stays. */
  endEpoch(state: ProgressState, logs: ProgressLogs, seconds: number): void {
    this.close();
    status.clear();
    if (!this.#headed) this.#stream.write(`${epochHeader(logs)}\n`);
    this.#headed = true;
    this.#stream.write(`${epochLine(state, logs, seconds)}\n`);
  }

  /** Takes the bar away and gives the cursor back; needed once at the end, whatever happened. */
  close(): void {
    if (this.#bar === null) return;
    this.#bar.stop();
    this.#bar = null;
    // The cursor is back at the bar; what was written below meanwhile (a note on Ctrl-C) would show through.
    clearScreenDown(this.#stream);
    process.off("exit", this.#atExit);
  }

  #line(): string {
    const { state, logs } = this.#shown!;
    return barLine(state, logs, this.#left(state), columnsOf(this.#stream) - 1);
  }

  /** Seconds to the last epoch at the pace so far; stopping early only makes it shorter. */
  #left({ step, epochs, batches, epoch, batch }: ProgressState): number | undefined {
    const done = step - this.#firstStep;
    if (done < 3) return undefined;
    return ((this.#now() - this.#started) / done) * ((epochs - epoch) * batches - batch);
  }
}

/** "epoch 3/20 █████▌·······  45/122  loss 0.2314  accuracy 91.2 %  ≤ 1:05 left", in `width` columns. */
export function barLine(
  { epoch, epochs, batch, batches }: ProgressState,
  { loss, accuracy }: ProgressLogs,
  secondsLeft: number | undefined,
  width: number,
): string {
  const before = `epoch ${epoch + 1}/${epochs} `;
  const steps = `${String(batch).padStart(String(batches).length)}/${batches}`;
  const scores = `loss ${decimal(loss)}${accuracy === undefined ? "" : `  accuracy ${percent(accuracy)}`}`;
  const left = secondsLeft === undefined ? "" : `  ≤ ${clock(secondsLeft)} left`;
  const after = ` ${steps}  ${scores}${left}`;
  const room = Math.min(24, width - before.length - after.length);
  return cutToWidth(before + (room >= 4 ? meter(batch / Math.max(1, batches), room) : "") + after, width);
}

/** A bar of exactly `width` columns. */
function meter(share: number, width: number): string {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

const COLUMNS = [
  { name: "loss", field: "loss", width: 9, show: (value?: number) => decimal(value) },
  { name: "accuracy", field: "accuracy", width: 10, show: share },
  { name: "val. loss", field: "valLoss", width: 11, show: (value?: number) => decimal(value) },
  { name: "val. accuracy", field: "valAccuracy", width: 15, show: share },
  { name: "val. macro F1", field: "valMacroF1", width: 15, show: (value?: number) => decimal(value) },
] as const;

function share(value: number | undefined): string {
  return value === undefined ? "–" : percent(value);
}

/** Names over the lines of epochs; only what this run measures. */
export function epochHeader(logs: ProgressLogs): string {
  const names = COLUMNS.filter(({ field }) => field in logs).map(({ name, width }) => name.padStart(width));
  return `${"epoch".padStart(9)}${names.join("")}${"time".padStart(12)}`;
}

export function epochLine({ epoch, epochs }: ProgressState, logs: ProgressLogs, seconds: number): string {
  const values = COLUMNS.filter(({ field }) => field in logs).map(({ field, width, show }) =>
    show(logs[field]).padStart(width),
  );
  return `${`${epoch + 1}/${epochs}`.padStart(9)}${values.join("")}${duration(seconds).padStart(12)}`;
}
