/** The classes that labels name. */
import { InputError } from "../base/errors.js";

/** The distinct labels: by number where all are numbers, else by character. Throws where there are fewer than two. */
export function classNames(labels: Iterable<string>, where = "labels"): string[] {
  const names = [...new Set(labels)];
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
  const there = new Set(known);
  return [...known, ...inOrder([...new Set(labels)].filter((label) => !there.has(label)))];
}

function inOrder(names: string[]): string[] {
  const numeric = names.every((name) => name !== "" && Number.isFinite(Number(name)));
  return numeric ? names.sort((a, b) => Number(a) - Number(b)) : names.sort();
}
