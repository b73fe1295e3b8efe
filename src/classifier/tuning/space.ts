/** What may be tried: by the name of each setting, the values that it may have. */
import { listOf, objectOf } from "../../base/arguments.js";
import { finiteNumber, inputError, oneOf, wholeNumber } from "../../base/errors.js";
import { PURPOSE, Random } from "../../kernels/philox.js";

/** A value of a setting. */
export type Setting = number | string | boolean;
/** A trial's settings by name. */
export type Settings = Readonly<Record<string, Setting>>;

/** The values that a setting may have: plain data, made by `choice`, `uniform`, `logUniform` or `integer`. */
export type Dimension =
  | { readonly kind: "choice"; readonly values: readonly Setting[] }
  | { readonly kind: "uniform" | "logUniform" | "integer"; readonly from: number; readonly to: number };

/** Settings by name, with the values that each may have. */
export type Space = Readonly<Record<string, Dimension>>;

/** One of these values, each as likely. @throws InputError where there is none, or one is no number, text or boolean */
export function choice(values: readonly Setting[]): Dimension {
  if (listOf(values, "choice values", settingOf).length > 0) return { kind: "choice", values: [...values] };
  throw inputError({ expected: "at least one value", where: "choice values", received: values });
}

/** A number from `from` to `to`, all alike, in three digits. @throws InputError unless from < to */
export const uniform = (from: number, to: number): Dimension => range("uniform", from, to);

/** A number from `from` to `to`, its logarithm uniform, in three digits: for rates. @throws InputError unless 0 < from < to */
export function logUniform(from: number, to: number): Dimension {
  const { kind } = range("logUniform", from, to);
  if (from > 0) return { kind, from, to } as Dimension;
  throw inputError({ expected: "a number above 0", where: "logUniform from", received: from });
}

/** A whole number from `from` to `to`, both among them. @throws InputError unless both are whole and from < to */
export function integer(from: number, to: number): Dimension {
  wholeNumber(from, "integer from", Number.MIN_SAFE_INTEGER);
  wholeNumber(to, "integer to", Number.MIN_SAFE_INTEGER);
  return range("integer", from, to);
}

function range(kind: "uniform" | "logUniform" | "integer", from: number, to: number): Dimension {
  finiteNumber(from, `${kind} from`);
  if (finiteNumber(to, `${kind} to`) > from) return { kind, from, to };
  throw inputError({ expected: `a number above ${from}`, where: `${kind} to`, received: to });
}

function settingOf(value: unknown, where: string): Setting {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw inputError({ expected: "a number, a text, true or false", where, received: value });
}

/** A space that was put together by hand is held to the same rules. @throws InputError */
export function checkSpace(space: Space): Space {
  for (const [name, dimension] of Object.entries(objectOf(space, "tune space"))) {
    const where = `tune space ${name}`;
    const { kind } = objectOf(dimension, where, "what choice, uniform, logUniform or integer give");
    oneOf(kind, ["choice", "uniform", "logUniform", "integer"], `${where} kind`);
    if (dimension.kind === "choice") choice(dimension.values);
    else ({ uniform, logUniform, integer })[dimension.kind](dimension.from, dimension.to);
  }
  return space;
}

/** Draws that may repeat what was drawn before, for each trial that is wanted, until a space counts as used up. */
const ATTEMPTS = 20;

/**
 * As many settings as there are to be trials, no two alike: fewer where the space holds no more. They are a function of
 * the seed and of each draw's number, over names in sorted order, so a longer search begins with a shorter one's.
 * @param heeded what counts of the settings that were drawn
 */
export function drawTrials(
  space: Space,
  trials: number,
  seed: number,
  heeded: (settings: Settings) => Settings = (settings) => settings,
): Settings[] {
  const names = Object.keys(space).sort();
  const drawn = new Map<string, Settings>();
  for (let attempt = 0; drawn.size < trials && attempt < ATTEMPTS * trials; attempt++) {
    const random = new Random(seed, PURPOSE.tuning, attempt);
    const settings = heeded(
      Object.fromEntries(names.map((name, k) => [name, valueAt(space[name]!, random.uniform(k))])),
    );
    const key = JSON.stringify(settings);
    if (!drawn.has(key)) drawn.set(key, settings);
  }
  return [...drawn.values()];
}

/** The value at a share of 0 to 1 (1 not reached) of a dimension. */
function valueAt(dimension: Dimension, share: number): Setting {
  if (dimension.kind === "choice") return dimension.values[Math.floor(share * dimension.values.length)]!;
  const { kind, from, to } = dimension;
  if (kind === "integer") return from + Math.floor(share * (to - from + 1));
  const value = kind === "uniform" ? from + share * (to - from) : from * (to / from) ** share;
  return Math.min(to, Math.max(from, Number(value.toPrecision(3))));
}
