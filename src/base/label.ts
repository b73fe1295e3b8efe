import { printable } from "./text.js";

/** A name out of a file, fit for a one-line message: printable and short. */
export function label(name: string): string {
  const short = name.length > 80 ? `${name.slice(0, 77)}…` : name;
  return printable(short) || '""';
}
