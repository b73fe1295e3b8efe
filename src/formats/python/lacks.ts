/** What must be said before a script's model can be read, told all at once. */
import { InputError } from "../../base/errors.js";
import { type Lack, MOST_DEFINED, type Places, printablePart } from "./values.js";

/** A script's model lacks values that only its data or its command line know. */
export class LackingValues extends InputError {
  constructor(
    message: string,
    readonly lacks: readonly Lack[],
  ) {
    super(message);
  }
}

/** More would push what is to be done out of sight. */
const MOST_TOLD = 8;

/** @param lacks at least one */
export function lackError(places: Places, lacks: readonly Lack[]): LackingValues {
  const sorted = [...lacks].sort((a, b) => a.line - b.line);
  const told = sorted
    .slice(0, MOST_TOLD)
    .map(({ line, what }) => `${places.at(line)}: ${printablePart(what)}`);
  const more = sorted.length - told.length;
  if (more > 0) told.push(`and ${more} more`);
  const defines = [
    ...new Set(
      sorted.flatMap(({ define }) => (define !== null && define.length <= 2 * MOST_DEFINED ? define : [])),
    ),
  ].map(defineOption);
  const say = defines.length > 1 ? "Say what they are" : "Say what it is";
  const next = [
    ...new Set(sorted.filter((lack) => lack.next !== "").map((lack) => printablePart(lack.next))),
    ...(defines.length > 0 ? [`${say}: ${defines.join(" ")}.`] : []),
  ];
  return new LackingValues([`${places.file} ${told.join("; ")}.`, ...next].join(" "), sorted);
}

/** As it is typed in a shell. */
export function defineOption(define: string): string {
  if (/^[\w.]+=[\w.]+$/.test(define)) return `--define ${define}`;
  const quote = define.includes('"') ? "'" : '"';
  return `--define ${quote}${printablePart(define)}${quote}`;
}
