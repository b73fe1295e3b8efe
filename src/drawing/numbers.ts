import * as display from "../base/numbers.js";

/** Numbers as everywhere, with spaces that do not break: "98.7 %" and "1.4 s" stay on one line. */

export const { amount, count, decimal } = display;

export function percent(share: number): string {
  return unbroken(display.percent(share));
}

export function chance(probability: number): string {
  return unbroken(display.chance(probability));
}

export function bracketed(interval: readonly [number, number], worded: (value: number) => string): string {
  // A line may end before the bracket, not within it.
  return display
    .bracketed(interval, worded)
    .replace(/^ (.+)$/, (_, inside: string) => ` ${unbroken(inside)}`);
}

export function duration(seconds: number): string {
  return unbroken(display.duration(seconds));
}

export function counted(value: number, one: string, many?: string): string {
  return display.counted(value, one, many).replace(" ", NO_BREAK);
}

const NO_BREAK = "\u00a0";

function unbroken(text: string): string {
  return text.replaceAll(" ", NO_BREAK);
}
