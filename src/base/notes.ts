/** What may make a model behave otherwise than where it came from: lines of text for people. */
import { inputError } from "./errors.js";

/** Takes one line of text. */
export type OnWarning = (message: string) => void;

/** Where warnings go. */
export interface WarningOptions {
  /** Told what the model's `notes` say that nobody was told yet; null: nobody is. Default: `console.warn`. */
  onWarning?: OnWarning | null | undefined;
}

const warned = new Set<string>();

/** Says on the console, once, what is true of all that runs here. */
export function warnOnce(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  console.warn(text);
}

export interface Note {
  readonly text: string;
  /** Whether it matters only where training goes on. */
  readonly training: boolean;
}

/** @throws InputError for what is neither a function nor null */
export function checkOnWarning(value: unknown, where: string): void {
  if (value === undefined || value === null || typeof value === "function") return;
  throw inputError({ expected: "a function, or null for silence", where, received: value });
}
