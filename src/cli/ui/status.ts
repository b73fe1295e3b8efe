/** What is going on, in a line of a terminal that renews itself; nothing where there is no terminal. */
import { count, duration } from "../../base/numbers.js";
import type { Progress } from "../../base/progress.js";
import { cutToWidth, printable } from "../../base/text.js";
import { columnsOf, type ProgressStream } from "../terminal.js";
import { progressStream } from "../together.js";

/** How often the line is renewed where nothing new is told: its clock goes on. */
const RENEW_MS = 500;
/** What is told sooner after the last is drawn later. */
const LEAST_MS = 80;
/** From so many seconds on the clock is shown. */
const LONG = 2;

/** What is told of something long: `step` says more than its phase, and the rest what it is a part of. */
export interface Told extends Progress {
  step?: string;
  fold?: number;
  folds?: number;
  trial?: number;
  trials?: number;
}

export class StatusLine {
  private text = "";
  private shown = false;
  private phase = "";
  private since = 0;
  private drawn = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | null = null;

  /** @param now milliseconds on any clock */
  constructor(
    private readonly stream: ProgressStream,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Shows how far something long is. Bound: it is given away as `onProgress`. */
  readonly told = (progress: Told): void => this.show(wordsOf(progress), phaseOf(progress));

  /** Shows what is being done. @param phase what its time is counted by */
  show(text: string, phase = text): void {
    if (!this.stream.isTTY || process.env["TERM"] === "dumb") return;
    const isNew = phase !== this.phase || !this.shown;
    if (phase !== this.phase) this.since = this.now();
    this.phase = phase;
    this.text = text;
    if (isNew || this.now() - this.drawn >= LEAST_MS) this.draw();
    if (this.timer !== null) return;
    this.timer = setInterval(() => this.draw(), RENEW_MS);
    this.timer.unref();
  }

  /** Makes room for what is written next; the next that is told shows it again. */
  clear(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    if (this.shown) this.stream.write("\r\x1b[K");
    this.shown = false;
  }

  private draw(): void {
    const seconds = (this.now() - this.since) / 1000;
    const time = seconds < LONG ? "" : `  ${duration(Math.floor(seconds))}`;
    const room = columnsOf(this.stream) - 1 - time.length;
    this.stream.write(`\r${cutToWidth(printable(this.text), room)}${time}\x1b[K`);
    this.shown = true;
    this.drawn = this.now();
  }
}

const phaseOf = ({ phase, step, fold, trial }: Told): string => JSON.stringify([phase, step, fold, trial]);

/** "fold 2/5: encoding 12,000 of 160,000" */
function wordsOf({ phase, step, done, total, fold, folds, trial, trials }: Told): string {
  const of = total === null ? "" : ` of ${count(total)}`;
  const far = done === 0 && total === null ? " …" : ` ${count(done)}${of}`;
  const part =
    fold !== undefined ? `fold ${fold}/${folds}: ` : trial !== undefined ? `trial ${trial}/${trials}: ` : "";
  return `  ${part}${step ?? phase}${far}`;
}

/** That of the command line: on standard error. */
export const status = new StatusLine(progressStream);
process.on("exit", () => status.clear());
