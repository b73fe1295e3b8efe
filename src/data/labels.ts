/** The classes that labels name: which of them are one, in which order, and which may not be meant. */
import { InputError } from "../base/errors.js";

/** A number as files write it. What begins with a needless 0 is a code, and no number. */
const NUMBER = /^[+-]?(?:0|[1-9]\d*)?(?:\.\d*)?(?:e[+-]?\d+)?$/i;

/** The number that a text is, as files write it; undefined where it is none, or none that is finite. */
export function numberOf(text: string): number | undefined {
  if (!NUMBER.test(text) || !/\d/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value + 0 : undefined;
}

/** Significant digits that a number keeps when it is read. */
const EXACT_DIGITS = 15;

/** What two labels have in common that name one class: 1, 1.0 and +1 are one number; else each is itself. */
export function labelKey(label: string): string {
  if (!NUMBER.test(label) || !/\d/.test(label)) return label;
  if (label.replace(/e.*$|\D/gi, "").length > EXACT_DIGITS) return label;
  const value = Number(label);
  return Number.isFinite(value) ? String(value + 0) : label;
}

/** The distinct labels: by number where all are numbers, else by character. Throws where there are fewer than two. */
export function classNames(labels: Iterable<string>, where = "labels"): string[] {
  const names = distinct(labels);
  if (names.length === 0) throw new InputError(`${where}: expected labelled rows, found none.`);
  if (names.length === 1) {
    throw new InputError(
      `${where}: expected at least two classes, found one only: every row is labelled "${names[0]}".`,
    );
  }
  return inOrder(names);
}

/** Classes that are there already, each in its place, and behind them the labels that are new. */
export function moreClassNames(known: readonly string[], labels: Iterable<string>): string[] {
  const there = new Set(known.map(labelKey));
  return [...known, ...inOrder(distinct(labels).filter((label) => !there.has(labelKey(label))))];
}

/** Of labels that are one, the shortest; of those the first. */
function distinct(labels: Iterable<string>): string[] {
  const names = new Map<string, string>();
  for (const label of labels) {
    const key = labelKey(label);
    const name = names.get(key);
    if (name === undefined || label.length < name.length) names.set(key, label);
  }
  return [...names.values()];
}

function inOrder(names: string[]): string[] {
  const numeric = names.every((name) => name !== "" && Number.isFinite(Number(name)));
  return numeric ? names.sort((a, b) => Number(a) - Number(b)) : names.sort();
}

/** A label and how many rows have it. */
export interface LabelCount {
  label: string;
  rows: number;
}

/** A label that may be another, written otherwise. */
export interface LabelVariant extends LabelCount {
  /** The more frequent one that it may be. */
  of: string;
  how: "case, spaces or hyphens" | "a letter";
}

/** Labels in which typing errors are looked for: of more, too many would be alike by chance. */
const MOST_COMPARED = 300;
/** Shorter ones differ by a letter because they are different. */
const SHORTEST_MISTYPED = 4;
/** A typing error is rare beside what was meant. */
const MOST_MISTYPED = 0.05;

/**
 * Labels that differ from a more frequent one in how they are written only, or by one letter and are rare beside it.
 * @param known labels that stay as they are, and that others are rather variants of
 */
export function labelVariants(counts: readonly LabelCount[], known: readonly string[] = []): LabelVariant[] {
  const found: LabelVariant[] = [];
  const isKnown = new Set(known.map(labelKey));
  const rank = ({ label, rows }: LabelCount) => (isKnown.has(labelKey(label)) ? Infinity : rows);
  const all = [...counts, ...known.map((label) => ({ label, rows: 0 }))];
  const byRows = all.sort((a, b) => (rank(a) === rank(b) ? b.rows - a.rows : rank(b) - rank(a)));
  const plainly = new Map<string, string>();
  const different: LabelCount[] = [];
  for (const count of byRows) {
    const plain = plainLabel(count.label);
    const of = plainly.get(plain);
    if (isKnown.has(labelKey(count.label))) {
      if (of === undefined) plainly.set(plain, count.label);
      different.push(count);
    } else if (of !== undefined) found.push({ ...count, of, how: "case, spaces or hyphens" });
    else {
      plainly.set(plain, count.label);
      different.push(count);
    }
  }
  if (different.length > MOST_COMPARED) return found;
  const settled: LabelCount[] = [];
  for (const count of different) {
    const isMeant = (other: LabelCount) =>
      !isKnown.has(labelKey(count.label)) &&
      count.rows <= Math.max(1, MOST_MISTYPED * rank(other)) &&
      count.rows < rank(other) &&
      isMistyped(count.label, other.label);
    const meant = settled.find(isMeant);
    if (meant) found.push({ ...count, of: meant.label, how: "a letter" });
    else settled.push(count);
  }
  return found;
}

/** Without case, spaces and hyphens; letters of any width alike. */
export const plainLabel = (label: string): string =>
  labelKey(label.normalize("NFKC").trim())
    .toLowerCase()
    .replace(/[\s_-]+/g, " ");

/** Whether one letter was added, left out, replaced, or swapped with the next. Digits tell things apart. */
function isMistyped(label: string, meant: string): boolean {
  const [a, b] = [plainLabel(label), plainLabel(meant)];
  if (Math.min(a.length, b.length) < SHORTEST_MISTYPED || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [inA, inB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (/\d/.test(inA + inB)) return false;
  if (inA.length <= 1 && inB.length <= 1) return true;
  return inA.length === 2 && inA[0] === inB[1] && inA[1] === inB[0];
}

/** How tables write that there is nothing. */
const NOTHING = /^(n\/?a|#n\/a|nan|null|nil|undefined|<na>|-+|\?+|\.)$/i;

/** Whether a label may stand for no label. */
export const isNothing = (label: string): boolean => NOTHING.test(label.trim());

/** Different values that a rating or a code has at most; more are measurements, where they do not repeat. */
const MOST_CODES = 20;
/** Rows a value of codes has at least. */
const ROWS_A_CODE = 5;
/** Labels that are different in so many rows name each row. */
const MOST_DIFFERENT = 0.7;

/**
 * What labels are instead, where they name no classes: amounts ("numbers": with decimals, or that hardly repeat), or
 * what names each row ("names").
 */
export function notClasses(counts: readonly LabelCount[]): "numbers" | "names" | undefined {
  if (counts.length <= MOST_CODES) return undefined;
  const rows = counts.reduce((sum, { rows }) => sum + rows, 0);
  const numeric = counts.filter(({ label }) => NUMBER.test(label)).length;
  if (numeric > 0.95 * counts.length) {
    const values = counts.map(({ label }) => Number(label)).filter((value) => !Number.isNaN(value));
    if (values.some((value) => !Number.isInteger(value))) return "numbers";
    if (rows < ROWS_A_CODE * counts.length) return "numbers";
  }
  return counts.length > MOST_DIFFERENT * rows ? "names" : undefined;
}
