/**
 * Errors teach: every message says what was expected, where, what came instead, and what to do next.
 * `InputError` is the user's to mend (bad argument, bad file, bad data: the command line exits 2);
 * anything else is ours or the machine's (exit 1).
 */
import { adviceOn, plainName } from "./option-names.js";
import { printable } from "./text.js";

/** What the caller can mend: a wrong argument, file or row of data. The command line exits with 2. */
export class InputError extends Error {
  /** "InputError", by which it is told apart across realms too. */
  override readonly name = "InputError";

  /** The message in words of the command line, where it has others: there is no `loadModel` to call there. */
  declare typed?: string;

  /** @param message one line; names and values out of files and arguments are made printable here, whoever put them in */
  constructor(message: string, options?: ErrorOptions) {
    super(oneLine(message), options);
  }
}

/** Nobody reads on; a name out of a file may be as long as the file. The beginning says where, the end what. */
const MOST_MESSAGE = 4000;
const HALF = MOST_MESSAGE / 2;

function oneLine(message: string): string {
  if (message.length <= MOST_MESSAGE) return printable(message);
  return printable(`${message.slice(0, HALF)}…${message.slice(-HALF)}`);
}

export interface Complaint {
  /** What would have been right: "a whole number of at least 1". */
  expected: string;
  /** The argument, option, path inside the file or model: "layers.lstm units". */
  where: string;
  /** The value that came; shown short. Leave out when there is none to show. */
  received?: unknown;
  /** One sentence of advice, when there is any. */
  next?: string;
  /** What is said otherwise on the command line: options in place of arguments, commands in place of calls, places from 1. */
  typed?: Partial<Omit<Complaint, "typed">>;
}

/** The one place that words a complaint: `expected X for WHERE but received VALUE. NEXT` */
export function inputError(complaint: Complaint): InputError {
  const error = new InputError(worded(complaint));
  const { typed } = complaint;
  if (typed) error.typed = oneLine(worded({ ...complaint, ...typed }));
  return error;
}

function worded({ expected, where, received, next }: Complaint): string {
  const got = received === undefined ? "" : ` but received ${show(received)}`;
  return `${where}: expected ${expected}${got}.${next ? ` ${next}` : ""}`;
}

/** A value short enough for a message, with its type where that is not plain to see. */
export function show(value: unknown): string {
  try {
    return shown(value, 3);
  } catch {
    // Getters and traps of the caller's own may throw; the complaint is about something else.
    return "an object that cannot be looked into";
  }
}

function shown(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined) {
    return String(value);
  }
  if (Array.isArray(value)) {
    if (depth === 0) return "a list";
    const head = value
      .slice(0, 4)
      .map((item) => shown(item, depth - 1))
      .join(", ");
    return `[${head}${value.length > 4 ? `, … ${value.length} in all` : ""}]`;
  }
  if (typeof value === "function") return `a function ${value.name || "(anonymous)"}`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name} of ${value.byteLength} bytes`;
  if (typeof value === "object") {
    return `an object with keys ${Object.keys(value).slice(0, 5).join(", ") || "(none)"}`;
  }
  return `${typeof value} ${String(value)}`;
}

/** A whole number within bounds, or a complaint; `received` is what it was made of, where that says more. */
export function wholeNumber(
  value: unknown,
  where: string,
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
  received = value,
): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw inputError({ expected: `a whole number ${range}`, where, received });
}

/** A finite number within bounds, or a complaint. */
export function finiteNumber(value: unknown, where: string, least = -Infinity, most = Infinity): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= least && value <= most) return value;
  // Where no bound leaves infinity out, the word does.
  const unbounded = (value === Infinity && most === Infinity) || (value === -Infinity && least === -Infinity);
  const finite = unbounded ? "finite " : "";
  throw inputError({ expected: `a ${finite}${boundsPhrase(least, most)}`, where, received: value });
}

/** The bounds as people say them: the smallest number above 0 and the largest below 1 are meant as these. */
function boundsPhrase(least: number, most: number): string {
  const from = least === Number.MIN_VALUE ? " above 0" : Number.isFinite(least) ? ` from ${least}` : "";
  const bounded = Number.isFinite(most) && most < Number.MAX_VALUE;
  if (most === 1 - Number.EPSILON) return `number${from && `${from} and`} below 1`;
  return `number${from}${bounded ? ` ${from.startsWith(" from") ? "to" : from ? "and up to" : "up to"} ${most}` : ""}`;
}

/** One of a list of names, or a complaint that names the nearest. */
export function oneOf<T extends string>(value: unknown, choices: readonly T[], where: string): T {
  if (typeof value === "string" && (choices as readonly string[]).includes(value)) return value as T;
  throw inputError({
    expected: `one of ${choices.join(", ")}`,
    where,
    received: value,
    next: typeof value === "string" ? didYouMean(value, choices) : undefined,
  });
}

/**
 * Refuses what is no options object, and keys that it should not have: a misspelt option must not be ignored. One that
 * goes by another name here, or is an option of something else, is said.
 */
export function knownOptions(given: unknown, names: readonly string[], where: string): void {
  const none = names.length === 0;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const expected = none ? "no options" : `an object with the options ${names.join(", ")}`;
    throw inputError({ expected, where, received: given });
  }
  for (const key of Object.keys(given)) {
    if (names.includes(key)) continue;
    const expected = none ? "no options, as there are none here," : `an option among ${names.join(", ")}`;
    throw inputError({
      expected,
      where,
      received: key,
      next: adviceOn(key, names) ?? didYouMean(key, names),
    });
  }
}

/** "Did you mean X?" when a choice is within two edits, else nothing. */
export function didYouMean(word: string, choices: readonly string[]): string | undefined {
  if (word.length > 100) return undefined;
  let best: string | undefined;
  let distance = 3;
  for (const choice of choices) {
    const d = editDistance(plainName(word), plainName(choice));
    if (d < distance) [best, distance] = [choice, d];
  }
  return best === undefined ? undefined : `Did you mean ${best}?`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
