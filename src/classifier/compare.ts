/** Two classifiers on the same labelled texts: which is better, and whether chance alone explains it. */
import { instanceOf, objectOf } from "../base/arguments.js";
import { inputError, knownOptions, wholeNumber } from "../base/errors.js";
import { checkLongOptions, LONG_OPTIONS, Long, type LongOptions, type Progress } from "../base/progress.js";
import { labelKey } from "../data/labels.js";
import { comparePaired, type PairedComparison } from "../objectives/metrics/paired.js";
import type { Mistake } from "../objectives/metrics.js";
import { type ClassifierEvaluation, TextClassifier } from "./classifier.js";
import type { LabelledText } from "./corpus.js";
import { checkRows } from "./text-corpus.js";

/** Options of `compareClassifiers`. */
export interface CompareOptions extends LongOptions<CompareProgress> {
  /** How many mistakes to list of each. Default 10. */
  mistakes?: number;
}

/** How far a comparison is: rows are read, and then each classifier evaluated. */
export interface CompareProgress extends Progress {
  /** Which is evaluated; null while rows are read. */
  classifier: "a" | "b" | null;
}

/** How two classifiers do on the same labelled texts. */
export interface ClassifierComparison extends PairedComparison {
  /** How A does, by itself. */
  a: ClassifierEvaluation;
  /** How B does, by itself. */
  b: ClassifierEvaluation;
  /** Where they are furthest apart: mistakes of one that the other got right, the surest first; classes by number. */
  apart: {
    /** Mistakes of A where B is right; classes as in `a.labels`. */
    ofA: (Mistake & { text: string })[];
    /** Mistakes of B where A is right; classes as in `b.labels`. */
    ofB: (Mistake & { text: string })[];
  };
}

/**
 * Measures two classifiers on the same labelled texts, each with words, lengths and threshold of its own, and holds their
 * answers against each other row by row: the difference of their accuracies with its 95 % interval, and McNemar's test. The
 * texts should be new to both; they are kept in memory until it is done.
 *
 * @param a the one that `onlyA` counts for
 * @param b the one whose accuracy less that of `a` is the difference; it must know the same labels, in any order
 * Rows of a label that neither knows are counted, and not measured.
 * @throws InputError where their labels differ
 * @throws AbortError when the signal was given
 * @example (await compareClassifiers(old, fresh, rows)).mcnemar.p // below .05: hardly chance
 */
export async function compareClassifiers(
  a: TextClassifier,
  b: TextClassifier,
  rows: Iterable<LabelledText> | AsyncIterable<LabelledText>,
  options: CompareOptions = {},
): Promise<ClassifierComparison> {
  for (const [name, given] of Object.entries({ a, b })) {
    instanceOf(given, TextClassifier, `compareClassifiers ${name}`, "a TextClassifier");
  }
  knownOptions(options, ["mistakes", ...LONG_OPTIONS], "compareClassifiers");
  checkLongOptions(options, "compareClassifiers");
  const { mistakes: most = 10 } = options;
  wholeNumber(most, "compareClassifiers mistakes");
  checkRows(rows);
  checkSameLabels(a.labels, b.labels, "compareClassifiers b");
  const kept: LabelledText[] = [];
  const names = new Set(a.labels.map(labelKey));
  const unknown = new Map<string, number>();
  let first: LabelledText | undefined;
  const long = new Long<CompareProgress>(options, "compareClassifiers");
  long.begin("reading", Array.isArray(rows) ? rows.length : null, { classifier: null });
  for await (const row of rows) {
    // What is no text with a label is complained of where it is measured.
    const { label } = objectOf(row, "row", "{ text, label } of strings");
    if (typeof label !== "string" || names.has(labelKey(label))) kept.push(row);
    else unknown.set(label, (unknown.get(label) ?? 0) + 1);
    first ??= row;
    await long.did(1);
  }
  // Of rows that all have other labels there is nothing to measure: it is refused by the first.
  if (kept.length === 0 && first) kept.push(first);
  const unknownLabels = [...unknown].map(([label, count]) => ({ label, rows: count }));
  // All mistakes, not some: the rows that are not among them are right.
  const all = { mistakes: kept.length };
  const ofA = await a.evaluate(kept, { ...all, ...long.inner({ classifier: "a" }) });
  const ofB = await b.evaluate(kept, { ...all, ...long.inner({ classifier: "b" }) });
  const [rightA, rightB] = [rightRows(ofA), rightRows(ofB)];
  const firstOf = <T extends Mistake>(mistakes: T[], right?: readonly boolean[]) =>
    mistakes.filter(({ row }) => right?.[row] ?? true).slice(0, most);
  return {
    ...comparePaired(rightA, rightB),
    a: { ...ofA, mistakes: firstOf(ofA.mistakes), unknownLabels },
    b: { ...ofB, mistakes: firstOf(ofB.mistakes), unknownLabels },
    apart: { ofA: firstOf(ofA.mistakes, rightB), ofB: firstOf(ofB.mistakes, rightA) },
  };
}

/** [rows] whether the answer was right. */
function rightRows({ rows, mistakes }: ClassifierEvaluation): boolean[] {
  const right = new Array<boolean>(rows).fill(true);
  for (const { row } of mistakes) right[row] = false;
  return right;
}

/** Labels that are named where they differ. */
const MOST_NAMED = 5;

/** @throws InputError where one of two classifiers knows a label that the other lacks; `where` names the second */
export function checkSameLabels(a: readonly string[], b: readonly string[], where: string): void {
  const missing = a.filter((label) => !b.includes(label));
  const added = b.filter((label) => !a.includes(label));
  if (missing.length === 0 && added.length === 0) return;
  const differences = [
    ...(missing.length > 0 ? [`lacks ${named(missing)}`] : []),
    ...(added.length > 0 ? [`has ${named(added)} besides`] : []),
  ];
  throw inputError({
    expected: "the labels of the first classifier, in any order",
    where,
    received: b,
    next: `It ${differences.join(" and ")}. Two classifiers can be compared where they choose among the same labels: train both on data that has all of them.`,
  });
}

function named(labels: readonly string[]): string {
  const more = labels.length > MOST_NAMED ? `, … ${labels.length} in all` : "";
  return `${labels.slice(0, MOST_NAMED).join(", ")}${more}`;
}
