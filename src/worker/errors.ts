/** Errors as they cross to and from a worker, where only plain data does: each arrives as what it was. */
import { InputError } from "../base/errors.js";
import { TrainingError } from "../train/fit.js";

/**
 * The worker of a trainer or model ended before it answered: it could not be started, it died, or it was closed. The message
 * says which, and what to do.
 */
export class WorkerError extends Error {
  /** "WorkerError" */
  override readonly name = "WorkerError";
}

/** An error as plain data. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  /** Of an InputError: its message in words of the command line. */
  readonly typed?: string | undefined;
  readonly cause?: PackedError | undefined;
}

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack, cause } = error;
  return {
    ...{ name, message, stack },
    ...(error instanceof InputError ? { typed: error.typed } : {}),
    ...(cause instanceof Error ? { cause: packError(cause) } : {}),
  };
}

/** Errors that a caller may tell apart by their class. */
const KINDS: Readonly<Record<string, new (message: string) => Error>> = {
  ...{ InputError, TrainingError, WorkerError, TypeError, RangeError, SyntaxError },
};

/** The error that `packError` was given: an InputError is one again, an abort a DOMException called AbortError. */
export function unpackError({ name, message, stack, typed, cause }: PackedError): Error {
  if (name === "AbortError") return new DOMException(message, name);
  const error = new (Object.hasOwn(KINDS, name) ? KINDS[name]! : Error)(message);
  // Its stack is the worker's: that is where it went wrong.
  Object.defineProperty(error, "stack", { value: stack ?? error.stack, configurable: true, writable: true });
  if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true });
  if (error instanceof InputError && typed !== undefined) error.typed = typed;
  if (cause) error.cause = unpackError(cause);
  return error;
}

export const abortError = (what: string): DOMException =>
  new DOMException(`${what} was aborted`, "AbortError");
