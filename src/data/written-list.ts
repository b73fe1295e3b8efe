/**
 * Lists that stand in a cell as text, as pandas writes them into CSV: Python's `['a', "it's", 3, True]`, `('a',)`, `{'a', 'b'}`
 * and `set()`, or JSON's. Texts, numbers and truth values alone, and one list: what is within is never looked into deeper, so
 * that nothing nests.
 */
import { numberOf } from "./labels.js";

/** What ends a list by what begins it. */
const CLOSING = new Map([
  ["[", "]"],
  ["(", ")"],
  ["{", "}"],
]);
const EMPTY_SET = /^(?:frozen)?set\(\)$/;
const FROZEN = /^frozenset\((?=\{)/;

/** Whether a cell, trimmed, is to be read as a list. Round and curly brackets stand around other things, too. */
export const isBracketed = (cell: string): boolean =>
  (cell.length > 1 && cell.startsWith("[") && cell.endsWith("]")) || writtenList(cell, ENOUGH) !== undefined;

/** Items by which a list is known. */
const ENOUGH = 10_000;

/** Whether a cell, trimmed, is a list, or begins as one does: with a bracket and a quote, perhaps behind a name, as in `array(['a'`. */
export const beginsAsList = (cell: string): boolean =>
  /^(?:\w{1,20}\()?[[({]\s*["']/.test(cell) || writtenList(cell, ENOUGH) !== undefined;

/**
 * The items of a list, a tuple or a set, texts as they are meant and the others as they are written.
 * @param most items; of more, as many and one are given
 * @returns undefined where it is malformed
 */
export function writtenList(cell: string, most: number): string[] | undefined {
  if (EMPTY_SET.test(cell)) return [];
  if (FROZEN.test(cell)) return cell.endsWith("})") ? writtenList(cell.slice(10, -1), most) : undefined;
  const open = cell[0] ?? "";
  const end = cell.length - 1;
  if (end < 1 || cell[end] !== CLOSING.get(open)) return undefined;
  const items: string[] = [];
  let at = afterSpaces(cell, 1);
  // {} is a dictionary.
  if (at === end) return open === "{" ? undefined : items;
  while (items.length <= most) {
    const item = isQuote(cell[at]) ? quoted(cell, at, end) : bare(cell, at, end);
    if (!item) return undefined;
    items.push(item.text);
    at = afterSpaces(cell, item.end);
    // A tuple of one has a comma: ('a') is a text.
    const isOne = open === "(" && items.length === 1;
    if (at === end) return isOne ? undefined : items;
    if (cell[at] !== ",") return undefined;
    at = afterSpaces(cell, at + 1);
    if (isOne && at === end) return items;
  }
  return items;
}

interface Item {
  text: string;
  /** Where it has ended. */
  end: number;
}

const isQuote = (mark: string | undefined): boolean => mark === '"' || mark === "'";

function afterSpaces(cell: string, from: number): number {
  let at = from;
  while (" \t\r\n".includes(cell[at] ?? "x")) at++;
  return at;
}

/** A text in quotes; undefined where it does not close before `end`, or holds what no such text does. */
function quoted(cell: string, open: number, end: number): Item | undefined {
  const quote = cell[open]!;
  const parts: string[] = [];
  let from = open + 1;
  for (let at = from; at < end; at++) {
    const mark = cell[at]!;
    if (mark === quote) {
      parts.push(cell.slice(from, at));
      return { text: parts.join(""), end: at + 1 };
    }
    if (mark === "\n" || mark === "\r") return undefined;
    if (mark !== "\\") continue;
    const meant = escaped(cell, at + 1);
    if (!meant) return undefined;
    parts.push(cell.slice(from, at), meant.text);
    from = meant.end;
    at = from - 1;
  }
  return undefined;
}

/** What a backslash says with what follows, as Python and JSON have it in common; undefined for anything else. */
function escaped(cell: string, at: number): Item | undefined {
  const kind = cell[at] ?? "";
  const plain = SHORT_ESCAPES.get(kind);
  if (plain !== undefined) return { text: plain, end: at + 1 };
  const digits = LONG_ESCAPES.get(kind);
  if (digits === undefined) return undefined;
  const end = at + 1 + digits;
  const hex = cell.slice(at + 1, end);
  if (hex.length < digits || !/^[\da-f]+$/i.test(hex)) return undefined;
  const code = Number.parseInt(hex, 16);
  return code > 0x10ffff ? undefined : { text: String.fromCodePoint(code), end };
}

const SHORT_ESCAPES = new Map(
  ['""', "''", "\\\\", "//", "n\n", "r\r", "t\t", "b\b", "f\f"].map((pair) => [pair[0]!, pair[1]!]),
);
const LONG_ESCAPES = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

/** A number or truth value up to the next comma or the end. */
function bare(cell: string, at: number, listEnd: number): Item | undefined {
  const comma = cell.indexOf(",", at);
  const end = comma < 0 ? listEnd : comma;
  const text = cell.slice(at, end).trim();
  return numberOf(text) !== undefined || /^(true|false)$/i.test(text) ? { text, end } : undefined;
}
