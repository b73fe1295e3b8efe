/** Progress of training: a bar on a terminal, a line an epoch elsewhere. */
import { MultiBar, Presets, type SingleBar } from "cli-progress";
import type { Logs, TrainingProgress } from "../../train/callbacks.js";
import { clock, percent } from "./format.js";

export class EpochProgress {
  private bars: MultiBar | null = null;
  private bar: SingleBar | null = null;
  private started = 0;
  private startStep = 0;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  start(progress: TrainingProgress): void {
    this.started = performance.now();
    this.startStep = progress.step;
    if (!this.stream.isTTY) return;
    const format = " {bar} {epoch} {step} · loss {loss} · accuracy {accuracy} · {left}";
    const options = { stream: this.stream, format, barsize: 12, hideCursor: true, gracefulExit: false };
    this.bars = new MultiBar(options, Presets.shades_classic);
  }

  beginEpoch(progress: TrainingProgress): void {
    if (!this.bars) return;
    if (!this.bar) this.bar = this.bars.create(progress.batches, progress.batch, this.shown(progress, {}));
    else this.bar.update(progress.batch, this.shown(progress, {}));
  }

  batch(progress: TrainingProgress, logs: Logs): void {
    this.bar?.update(progress.batch, this.shown(progress, logs));
  }

  endEpoch(progress: TrainingProgress, logs: Logs, seconds: number): void {
    const { loss, accuracy, valLoss, valAccuracy } = logs;
    const scores = [
      `loss ${loss!.toFixed(4)}`,
      `accuracy ${percent(accuracy!)}`,
      ...(valLoss === undefined ? [] : [`validation loss ${valLoss.toFixed(4)}, ${percent(valAccuracy!)}`]),
    ];
    const line = `epoch ${progress.epoch + 1}/${progress.epochs} · ${scores.join(" · ")} · ${seconds.toFixed(1)} s\n`;
    if (this.bars) this.bars.log(line);
    else this.stream.write(line);
  }

  close(): void {
    this.bars?.stop();
  }

  private shown(progress: TrainingProgress, { loss, accuracy }: Logs) {
    return {
      epoch: `epoch ${progress.epoch + 1}/${progress.epochs}`,
      step: `step ${progress.batch}/${progress.batches}`,
      loss: loss === undefined ? "–" : loss.toFixed(4),
      accuracy: accuracy === undefined ? "–" : percent(accuracy),
      left: this.left(progress),
    };
  }

  /** Time to the last epoch at the pace so far; early stopping may end sooner. */
  private left({ step, epochs, batches, epoch, batch }: TrainingProgress): string {
    const done = step - this.startStep;
    if (done < 3) return "…";
    const pace = (performance.now() - this.started) / 1000 / done;
    return `at most ${clock(pace * ((epochs - epoch) * batches - batch))} left`;
  }
}
