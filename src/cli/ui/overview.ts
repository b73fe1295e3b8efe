/** What `train` found in the data, before it learns from it. */
import type { DatasetReport } from "../../report/data.js";
import { bar, count, excerpt, heading, percent, table } from "./format.js";

/** Labels shown one by one; the rest in a line. */
const MOST_LABELS = 12;

export function overviewText({ rows, classes, lengths }: DatasetReport): string {
  const total = rows.train + (rows.test ?? 0);
  const parts = rows.test ? ` (${count(rows.train)} to learn from, ${count(rows.test)} to measure on)` : "";
  const lines = [heading(`${count(total)} texts, ${classes.length} labels${parts}`, process.stderr)];
  const shown = classes.slice(0, MOST_LABELS).map(({ label, train }) => {
    const share = train / rows.train;
    return [excerpt(label, 24), count(train), percent(share), bar(share, 24).padEnd(24)];
  });
  lines.push(table(shown));
  if (classes.length > MOST_LABELS) lines.push(`  and ${classes.length - MOST_LABELS} more`);
  if (lengths) {
    lines.push(
      `  words a text: median ${lengths.median}, 95 % up to ${lengths.percentile95}, longest ${count(lengths.longest)}`,
      `  read: ${lengths.cut} words; ${count(lengths.truncated)} texts are longer and get cut (${percent(lengths.truncated / lengths.rows)})`,
    );
  }
  return lines.join("\n");
}
