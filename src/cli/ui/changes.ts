/** What going on from a classifier changed, as text. */
import { count, counted, percent } from "../../base/numbers.js";
import { printable } from "../../base/text.js";
import type { ChangedAnswers, Changes } from "../../classifier/options.js";
import { PLAIN, type Style } from "../terminal.js";
import { excerpt, table } from "./table.js";

/** With what changed on texts to measure on, where there are some. */
export interface ShownChanges extends Changes {
  test?: ChangedAnswers;
}

/** Labels that are named. */
const MOST_NAMED = 10;
const named = (labels: readonly string[]): string =>
  labels
    .slice(0, MOST_NAMED)
    .map((label) => excerpt(label, 24))
    .join(", ") + (labels.length > MOST_NAMED ? `, … ${count(labels.length)} in all` : "");

function rowsOf({ fresh, old, test }: ShownChanges): [name: string, changed: ChangedAnswers][] {
  return [
    ["learned now", fresh],
    ...(old ? [["learned again", old] as [string, ChangedAnswers]] : []),
    ...(test ? [["to measure on", test] as [string, ChangedAnswers]] : []),
  ];
}

function labelLines({ added, absent }: Changes): string[] {
  return [
    ...(added.length > 0 ? [`new labels, each with an output of its own: ${named(added)}`] : []),
    ...(absent.length > 0
      ? [`labels without a text to learn from, kept as they were: ${named(absent)}`]
      : []),
  ];
}

/** @param since the file that was gone on from */
export function changesText(changes: ShownChanges, since: string, style: Style = PLAIN): string {
  return [
    style.bold(`What changed since ${printable(since)}`),
    ...labelLines(changes).map((line) => `  ${line}`),
    table([
      ["texts", "", "answered otherwise", "right before", "right now"],
      ...rowsOf(changes).map(([name, { rows, changed, accuracy }]) => [
        name,
        count(rows),
        count(changed),
        percent(accuracy.before, 2),
        percent(accuracy.after, 2),
      ]),
    ]),
  ].join("\n");
}

/** The same for the report. */
export const changesSentences = (changes: ShownChanges, since: string): string[] => [
  `It goes on from ${since}. ${rowsOf(changes)
    .map(
      ([name, { rows, changed, accuracy }]) =>
        `Of ${counted(rows, "text")} ${name} it answers ${count(changed)} otherwise: ${percent(accuracy.before, 2)} right before, ${percent(accuracy.after, 2)} now.`,
    )
    .join(" ")}`,
  ...labelLines(changes).map((line) => `${line[0]!.toUpperCase()}${line.slice(1)}.`),
];
