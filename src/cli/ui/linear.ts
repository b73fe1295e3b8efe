/** What an automatic multi-label classifier or regressor tried. */
import { amount, counted, decimal } from "../../base/numbers.js";
import type { LinearRecord } from "../../classifier/options.js";
import { USELESS } from "../../report/sentences.js";
import { PLAIN, type Style } from "../terminal.js";
import { table } from "./table.js";

export function linearText(
  { members, loss, baseline, useful, features, notes }: LinearRecord,
  style: Style = PLAIN,
): string {
  const worded = loss === "log loss" ? (value: number) => decimal(value) : amount;
  const lines = members.map(({ name, rows, loss: own, picked }) => [
    `${picked ? "*" : " "} ${name}`,
    worded(own),
    counted(rows, "text"),
  ]);
  return [
    style.bold(`A linear model over ${counted(features, "n-gram")}`),
    table([
      ["tried", `${loss} on texts held out`, ""],
      ...lines,
      ["  an answer that ignores the text", worded(baseline), ""],
    ]),
    ...(useful ? [] : [style.bad(`  ${USELESS}`)]),
    ...notes.map((line) => `  ${line}`),
  ].join("\n");
}
