/** Two classifiers on the same texts: their figures side by side, who is right where, and what that means. */
import { count, counted, decimal } from "../../base/numbers.js";
import { wrapToWidth } from "../../base/text.js";
import type { ClassifierComparison } from "../../classifier/compare.js";
import type { PairedComparison } from "../../objectives/metrics/paired.js";
import { PLAIN, type Style, WIDTH } from "../terminal.js";
import { figuresOf, mistakesText } from "./evaluation.js";
import { excerpt, table } from "./table.js";

/** Below, chance is no likely reason: the usual line. */
const SIGNIFICANT = 0.05;
/** Fewer rows that one alone got right leave p above that, were all of them on one side. */
const LEAST_APART = 6;

/** Smaller probabilities say no more than this one. */
const LEAST_SHOWN = 1e-6;

/** @param names what the two are called: their files */
export function comparisonText(
  comparison: ClassifierComparison,
  names: { a: string; b: string },
  style: Style = PLAIN,
): string {
  const { a, b, rows, apart } = comparison;
  const figuresOfB = figuresOf(b);
  return [
    [
      `${style.bold(`Compared on ${counted(rows, "text")}`)} (in brackets: 95 % intervals)`,
      ...Object.entries(names).map(([k, name]) => `  ${k.toUpperCase()}: ${shortened(name)}`),
    ].join("\n"),
    table([
      ["", "A", "", "B"],
      ...figuresOf(a).map(({ name, value, interval }, k) => {
        const ofB = figuresOfB[k]!;
        return [name, value, interval.trim(), ofB.value, ofB.interval.trim()];
      }),
    ]),
    differenceText(comparison, style),
    wrapToWidth(meaning(comparison), WIDTH).map(style.bold).join("\n"),
    ...(apart.ofA.length > 0
      ? [mistakesText(apart.ofA, a.labels, style, "Surest mistakes of A where B is right")]
      : []),
    ...(apart.ofB.length > 0
      ? [mistakesText(apart.ofB, b.labels, style, "Surest mistakes of B where A is right")]
      : []),
  ].join("\n\n");
}

const shortened = (name: string) => excerpt(name, WIDTH - 8);

function differenceText({ both, neither, difference, mcnemar }: PairedComparison, style: Style): string {
  const { onlyA, onlyB, test, p } = mcnemar;
  const [low, high] = difference.interval.map(points);
  return [
    style.bold("Right"),
    table([
      ["both", count(both)],
      ["only A", count(onlyA)],
      ["only B", count(onlyB)],
      ["neither", count(neither)],
    ]),
    `  accuracy of B less that of A: ${points(difference.accuracy)} points (${low} to ${high})`,
    `  McNemar's test (${test}): p ${p < LEAST_SHOWN ? "< 0.000001" : `= ${decimal(p)}`}`,
  ].join("\n");
}

/** A difference of shares in percentage points, with its sign. */
function points(difference: number): string {
  const value = 100 * difference;
  return `${value > 0 ? "+" : ""}${value.toFixed(Math.abs(value) < 1 ? 2 : 1)}`;
}

/** What the test comes to, in one sentence. */
export function meaning({ mcnemar: { onlyA, onlyB, p } }: PairedComparison): string {
  const apart = onlyA + onlyB;
  if (apart === 0) return "Both are right on the same texts: these do not tell one from the other.";
  if (onlyA === onlyB) return `Neither is better: each alone is right on ${counted(onlyA, "text")}.`;
  const better = onlyB > onlyA ? "B" : "A";
  if (apart < LEAST_APART) {
    return `Too little to tell: on ${counted(apart, "text")} one alone is right, and it takes ${LEAST_APART} at least.`;
  }
  const chance = `a difference this large would come by chance in ${chances(p)} tests`;
  if (p < SIGNIFICANT) return `${better} is better; were both equally good, ${chance}.`;
  return `It may be chance that ${better} did better: were both equally good, ${chance}.`;
}

/** 0.031 → "3 of 100", 0.0004 → "4 of 10,000". */
function chances(p: number): string {
  if (p < LEAST_SHOWN) return "fewer than 1 of 1,000,000";
  const of = 10 ** Math.max(2, Math.ceil(-Math.log10(p)));
  return `${Math.round(p * of)} of ${count(of)}`;
}
