/** The lab on the terminal: what there is, how it goes, and what came of it; at most 80 columns. */
import { count, counted, decimal, duration, percent } from "../../base/numbers.js";
import { cutToWidth, wrapToWidth } from "../../base/text.js";
import { divergedOf, groupName, placeOf } from "../../lab/chart.js";
import { baselineWords, sourceWords } from "../../lab/claims.js";
import {
  CELL_CLASSES,
  type LabCell,
  type LabProgress,
  type LabResult,
  type LabTask,
} from "../../lab/index.js";
import { measureOf } from "../../lab/measure.js";
import { describeSetting } from "../../lab/setting.js";
import { columnsOf, PLAIN, type ProgressStream, type Style, WIDTH } from "../terminal.js";

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
      "Each trains SimpleRNN, LSTM and GRU from several seeds, with settings chosen fairly for each and beside them with Keras's defaults, and measures unseen sequences.",
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
    if (finished) this.running.delete(run);
    if (finished && progress.phase === "measuring") {
      const ended = finished.ended === "budget" ? "not solved" : finished.ended;
      this.line(
        `${name(progress)}: ${ended} after ${count(finished.sequences)} sequences, ${percent(finished.right)} right, ${duration(finished.seconds)}`,
      );
    }
    if (!finished) this.running.set(run, progress);
    if (finished && progress.phase === "choosing" && progress.done % 50 === 0 && !this.stream.isTTY)
      this.line(
        `choosing settings: ${progress.done} of ${progress.total} runs, at most ${duration(progress.atMost)} left`,
      );
    if (this.stream.isTTY) this.renew(progress);
  }

  /** Says once how long this may take here: not at the first check, when everything is cold still. */
  private announce({ total, engine, atMost, seconds, finished }: LabProgress): void {
    if (this.warned || (!finished && seconds < 5)) return;
    this.warned = true;
    const slow = engine === "reference" ? " (the reference engine; native is many times faster)" : "";
    this.line(`${this.task.title}: ${total} runs, at most about ${duration(seconds + atMost)} here${slow}`);
  }

  private renew({ done, total, atMost }: LabProgress): void {
    const now = [...this.running.values()].map((one) =>
      this.running.size > 1
        ? `${CELL_CLASSES[one.cell]} lag ${one.lag}: ${percent(one.right, 0)} right`
        : `${name(one)}: ${count(one.sequences)} sequences, loss ${decimal(one.loss, 3)}, ${percent(one.right, 0)} right`,
    );
    const text = [`${done} of ${total}, at most ${duration(atMost)} left`, ...now].join(" · ");
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
  const { task, settings, engine, seconds } = result;
  const { units, batchSize, sequences } = settings;
  const measure = measureOf(result);
  const wrapped = (text: string) => wrapToWidth(text, WIDTH).join("\n");
  const bars = measure.share
    ? ` (${task.criterion}), filled to the worst of the seeds and shaded to the best`
    : "";
  const solved =
    task.allowedWrong === null
      ? ""
      : ` Solved: at most ${percent(task.allowedWrong)} of 256 others wrong within ${count(sequences)} training sequences.`;
  const paragraphs = [
    `Shown: ${measure.says}, of 1,000${bars}.${solved}`,
    baselineWords(result),
    longerWords(result),
    divergedWords(result),
    sourceWords(result),
    `Here: ${units} units, Adam, batches of ${batchSize}; ${engine} engine, ${counted(result.threads, "thread")}, ${duration(seconds)}.`,
    `${task.source.paper}: ${task.source.settings}. Success: ${task.source.success}.`,
  ];
  return [
    style.bold(task.title),
    wrapped(`Reads ${task.reads}. Asked ${task.asked}.`),
    "",
    chartText(result),
    "",
    ...settingLines(result),
    ...paragraphs.filter((text) => text !== "").map(wrapped),
  ].join("\n");
}

/** Longer sequences than were learned from, where the task has them. */
function longerWords({ summary }: LabResult): string {
  const parts = summary.flatMap((group) =>
    group.beyond ? [`${groupName(group)} ${percent(group.beyond.mean)} (learned to ${group.lag})`] : [],
  );
  return parts.length === 0 ? "" : `Right of 1,000 longer than all learned from: ${parts.join("; ")}.`;
}

/** Runs whose loss became no number, which learned nothing that can be measured. */
function divergedWords(result: LabResult): string {
  const at = (group: LabCell) => `${result.sweep ?? "lag"} ${placeOf(result, group)}`;
  const parts = result.summary.flatMap((group) => {
    const diverged = divergedOf(result, group);
    return diverged > 0 ? [`${groupName(group)} at ${at(group)}, ${diverged} of ${group.runs} runs`] : [];
  });
  return parts.length === 0 ? "" : `Diverged (their loss became NaN or infinite): ${parts.join("; ")}.`;
}

/** The setting of each group, unless all have the same. */
function settingLines({ summary, sweep }: LabResult): string[] {
  if (sweep) return [];
  const lines = summary
    .filter(({ from }) => from !== "keras")
    .map(
      ({ cell, lag, setting }) =>
        `${count(lag).padStart(5)}  ${CELL_CLASSES[cell]}: ${describeSetting(cell, setting)}`,
    );
  return lines.length === 0 ? [] : ["Settings", ...lines.flatMap((line) => wrapToWidth(line, WIDTH)), ""];
}

/** Columns of a name and its bar, together; the bar has at most 22 of them, less where a name is long. */
const NAME_AND_BAR = 38;
const NAME = 16;

/** A row a group: place, cell, runs that solved it, a bar from worst to best, the mean, sequences needed. */
export function chartText(result: LabResult): string {
  const measure = measureOf(result);
  const { summary, sweep } = result;
  const place = (group: LabCell) =>
    sweep ? (group.value === null ? "none" : String(group.value)) : count(group.lag);
  const most = Math.max(...summary.map((group) => measure.spread(group).most).filter(Number.isFinite), 1e-9);
  const needed = (group: LabCell) => {
    if (group.sequences !== null) return count(group.sequences);
    return divergedOf(result, group) > 0 ? "diverged" : "–";
  };
  const nameWidth = Math.max(NAME, ...summary.map((group) => groupName(group).length));
  const barWidth = NAME_AND_BAR - nameWidth;
  const header = `${(sweep ? "value" : "lag").padStart(6)}  ${"cell".padEnd(nameWidth)} ${"solved".padEnd(7)} ${"worst ▓ to best ░".padEnd(barWidth + 2)} ${"mean".padStart(7)} sequences`;
  const rows = summary.map((group, i) => {
    const { least, most: best, mean } = measure.spread(group);
    const first = i === 0 || place(summary[i - 1]!) !== place(group);
    const full = measure.share ? 1 : most;
    const filled = Math.round((least / full) * barWidth) || 0;
    const shaded = Math.max(0, (Math.round((best / full) * barWidth) || 0) - filled);
    const bar = "▓".repeat(filled) + "░".repeat(shaded);
    const cells = [
      (first ? place(group) : "").padStart(6),
      ` ${groupName(group).padEnd(nameWidth)}`,
      `${group.solved} of ${group.runs}`.padEnd(7),
      `│${bar.padEnd(barWidth)}│`,
      measure.write(mean).padStart(7),
      needed(group),
    ];
    return (first && i > 0 && !sweep ? "\n" : "") + cells.join(" ");
  });
  return [header, ...rows].join("\n");
}
