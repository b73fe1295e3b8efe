/** The lab on the terminal: what there is, how it goes, and what came of it; at most 80 columns. */
import { count, counted, decimal, duration, percent } from "../../base/numbers.js";
import { cutToWidth, wrapToWidth } from "../../base/text.js";
import { CELL_CLASSES, type LabProgress, type LabResult, type LabTask } from "../../lab/index.js";
import type { LabCell } from "../../lab/result.js";
import { columnsOf, PLAIN, type Style, WIDTH } from "../terminal.js";
import type { ProgressStream } from "./progress.js";

export function taskList(tasks: readonly LabTask[], style: Style = PLAIN): string {
  const beside = (name: string, text: string) =>
    wrapToWidth(text, WIDTH - 17).map((line, i) => `  ${(i === 0 ? name : "").padEnd(15)}${line}`);
  const lines = tasks.flatMap(({ name, title, defaults, source }) => [
    ...beside(name, title),
    ...beside("", `lags ${defaults.lags.join(", ")}; after ${source.paper}`),
  ]);
  return [
    style.bold("Experiments: cellstate lab TASK"),
    ...lines,
    "",
    ...wrapToWidth(
      "Each trains SimpleRNN, LSTM and GRU from several seeds and measures how many unseen sequences they get right.",
      WIDTH,
    ),
  ].join("\n");
}

/** Progress: one line that renews itself on a terminal, a line a finished run elsewhere. */
export class LabView {
  private wrote = false;
  private warned = false;
  /** What is being run, by number. */
  private readonly running = new Map<number, LabProgress>();

  constructor(
    private readonly stream: ProgressStream,
    private readonly task: LabTask,
  ) {}

  show(progress: LabProgress): void {
    this.announce(progress);
    const { finished, run } = progress;
    if (finished) {
      this.running.delete(run);
      const ended = finished.ended === "budget" ? "not solved" : finished.ended;
      this.line(
        `${name(progress)}: ${ended} after ${count(finished.sequences)} sequences, ${percent(finished.right)} right, ${duration(finished.seconds)}`,
      );
    } else this.running.set(run, progress);
    if (this.stream.isTTY) this.renew(progress);
  }

  /** Says once how long this may take here: not at the first check, when everything is cold still. */
  private announce({ runs, engine, atMost, seconds, finished }: LabProgress): void {
    if (this.warned || (!finished && seconds < 5)) return;
    this.warned = true;
    const slow = engine === "reference" ? " (the reference engine; native is many times faster)" : "";
    this.line(`${this.task.title}: ${runs} runs, at most about ${duration(seconds + atMost)} here${slow}`);
  }

  private renew({ done, runs, atMost }: LabProgress): void {
    const now = [...this.running.values()].map((one) =>
      this.running.size > 1
        ? `${CELL_CLASSES[one.cell]} lag ${one.lag}: ${percent(one.right, 0)} right`
        : `${name(one)}: ${count(one.sequences)} sequences, loss ${decimal(one.loss, 3)}, ${percent(one.right, 0)} right`,
    );
    const text = [`${done} of ${runs}, at most ${duration(atMost)} left`, ...now].join(" · ");
    this.clear();
    this.stream.write(cutToWidth(text, columnsOf(this.stream) - 1));
    this.wrote = true;
  }

  private line(text: string): void {
    this.clear();
    this.stream.write(`${text}\n`);
  }

  private clear(): void {
    if (this.wrote) this.stream.write("\r\u001b[2K");
    this.wrote = false;
  }

  close(): void {
    this.clear();
  }
}

const name = ({ cell, lag, seed }: Pick<LabProgress, "cell" | "lag" | "seed">) =>
  `${CELL_CLASSES[cell]}, lag ${lag}, seed ${seed}`;

/** The result as a chart of text and what it means. */
export function labText(result: LabResult, style: Style = PLAIN): string {
  const { task, settings, summary, engine, seconds } = result;
  const { units, learningRate, clipnorm, gateStart, batchSize, sequences, seeds } = settings;
  const wrapped = (text: string) => wrapToWidth(text, WIDTH).join("\n");
  return [
    style.bold(task.title),
    wrapped(`Reads ${task.reads}. Asked ${task.asked}.`),
    "",
    chartText(summary),
    "",
    wrapped(
      `Bars: share of 1,000 unseen sequences processed right (${task.criterion}), filled to the worst of ${seeds.length} seeds and shaded to the best. Solved: at most ${percent(task.allowedWrong)} of 256 others wrong within ${count(sequences)} training sequences.`,
    ),
    wrapped(
      `Here: ${units} units, Adam ${learningRate}, batches of ${batchSize}, gradient norm at most ${clipnorm}, gates start ${gateStart}; ${engine} engine, ${counted(result.threads, "thread")}, ${duration(seconds)}.`,
    ),
    wrapped(`${task.source.paper}: ${task.source.settings}. Success: ${task.source.success}.`),
  ].join("\n");
}

const BAR = 26;

/** A row a cell and lag: lag, cell, runs that solved it, a bar from worst to best, the mean, sequences needed. */
export function chartText(summary: readonly LabCell[]): string {
  const header = `${"lag".padStart(5)}  ${"cell".padEnd(10)} ${"solved".padEnd(9)} ${"right: worst ▓ to best ░".padEnd(BAR + 2)} ${"mean".padStart(7)}  sequences`;
  const rows = summary.map(({ cell, lag, solved, runs, right, sequences }, i) => {
    const first = i === 0 || summary[i - 1]!.lag !== lag;
    const filled = Math.round(right.least * BAR);
    const shaded = Math.round(right.most * BAR) - filled;
    const bar = "▓".repeat(filled) + "░".repeat(shaded);
    const cells = [
      (first ? count(lag) : "").padStart(5),
      ` ${CELL_CLASSES[cell].padEnd(10)}`,
      `${solved} of ${runs}`.padEnd(9),
      `│${bar.padEnd(BAR)}│`,
      percent(right.mean).padStart(7),
      ` ${sequences === null ? "–" : count(sequences)}`,
    ];
    return (first && i > 0 ? "\n" : "") + cells.join(" ");
  });
  return [header, ...rows].join("\n");
}
