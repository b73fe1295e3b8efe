/** What callers hand over as texts, checked: a number would be taken for a text without a word. */
import { inputError } from "../errors.js";

export function checkText(text: unknown, where: string): asserts text is string {
  if (typeof text !== "string") throw inputError({ expected: "a text", where, received: shownType(text) });
}

export function checkTexts(texts: unknown, where: string): asserts texts is readonly string[] {
  if (!Array.isArray(texts)) {
    throw inputError({ expected: "a list of texts", where, received: shownType(texts) });
  }
  texts.forEach((text, i) => void checkText(text, `${where}[${i}]`));
}

/** Rows that can be gone through one by one. */
export function checkRows(rows: unknown, where: string): void {
  const iterable =
    typeof rows === "object" && rows !== null && (Symbol.iterator in rows || Symbol.asyncIterator in rows);
  if (iterable) return;
  throw inputError({
    expected: "rows { text, label }, a list or an (async) iterable",
    where,
    received: shownType(rows),
  });
}

/** A missing argument is shown as one. */
const shownType = (value: unknown): unknown => (value === undefined ? "nothing (undefined)" : value);
