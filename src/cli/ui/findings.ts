/** The doctor's findings as text, at most 80 columns. */
import { counted } from "../../base/numbers.js";
import { printable, wrapToWidth } from "../../base/text.js";
import { type Finding, SEVERITIES, type Severity } from "../../explain/doctor/finding.js";
import { PLAIN, type Style, WIDTH } from "../terminal.js";

const MARKS: Record<Severity, string> = { problem: "✗", warning: "!", note: "·" };

/** One finding a paragraph: what it is, what was seen, what to do. Empty where there are none. */
export function findingsText(findings: readonly Finding[], style: Style = PLAIN): string {
  return findings.map((finding) => findingText(finding, style)).join("\n");
}

function findingText({ severity, title, seen, remedy, id }: Finding, style: Style): string {
  const mark = severity === "note" ? MARKS.note : style.bad(MARKS[severity]);
  return [
    `${mark} ${style.bold(title)} ${style.dim(`(${id})`)}`,
    ...indented(seen, "  "),
    ...indented(remedy, "  → ", "    "),
  ].join("\n");
}

function indented(text: string, first: string, others = first): string[] {
  return wrapToWidth(printable(text), WIDTH - others.length).map(
    (line, i) => (i === 0 ? first : others) + line,
  );
}

/** "2 problems, 1 warning and 3 notes". */
export function findingsSummary(findings: readonly Finding[]): string {
  const parts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count > 0 ? [counted(count, severity)] : [];
  });
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
