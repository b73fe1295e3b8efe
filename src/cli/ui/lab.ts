/** The lab on the terminal: what there is, how it goes, and what came of it; at most 80 columns. */
import { count, decimal, duration, percent } from "../../display/numbers.js";
import { cutToWidth, wrapToWidth } from "../../display/text.js";
import { CELL_CLASSES, type LabProgress, type LabResult, type LabTask } from "../../lab/index.js";
import type { LabCell } from "../../lab/result.js";
import { columnsOf, PLAIN, type Style, WIDTH } from "../terminal.js";
import type { ProgressStream } from "./progress.js";

export function taskList(tasks: readonly LabTask[], style: Style = PLAIN): string {
  const lines = tasks.flatMap(({ name, title, defaults }) => [
    `  ${name.padEnd(15)}${title}`,
    `  ${"".padEnd(15)}lags ${defaults.lags.join(", ")}`,
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

  constructor(
    private readonly stream: ProgressStream,
    private readonly task: LabTask,
  ) {}

  show(progress: LabProgress): void {
    this.announce(progress);
    const { finished } = progress;
    if (finished) {
      const ended = finished.ended === "budget" ? "not solved" : finished.ended;
      this.line(
        `${name(progress)}: ${ended} after ${count(finished.sequences)} sequences, ${percent(finished.right)} right, ${duration(finished.seconds)}`,
      );
    } else if (this.stream.isTTY) this.renew(progress);
  }

  /** Says once, after the first check, how long this may take here. */
  private announce({ runs, engine, atMost, seconds }: LabProgress): void {
    if (this.warned) return;
    this.warned = true;
    const slow = engine === "reference" ? " (the reference engine; native is many times faster)" : "";
    this.line(`${this.task.title}: ${runs} runs, at most about ${duration(seconds + atMost)} here${slow}`);
  }

  private renew({ run, runs, sequences, right, loss, atMost, ...which }: LabProgress): void {
    const where = `run ${run + 1}/${runs} ${name(which)}`;
    const now = `${count(sequences)} sequences, loss ${decimal(loss, 3)}, ${percent(right, 0)} right`;
    this.clear();
    this.stream.write(
      cutToWidth(`${where}: ${now}, at most ${duration(atMost)} left`, columnsOf(this.stream) - 1),
    );
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
  const { units, learningRate, gateStart, sequences, seeds } = settings;
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
      `${units} units, Adam ${learningRate}, gates start ${gateStart}; ${engine} engine, ${duration(seconds)}. After ${task.source.paper}.`,
    ),
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
