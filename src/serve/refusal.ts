/** Answers that are none: a status, what was wrong, and what to do. */
import { type Complaint, InputError, inputError } from "../base/errors.js";

/** Why a request is not answered. */
export class Refusal extends Error {
  /**
   * @param status of the answer
   * @param message for who asked: what was expected, what came, what to do
   * @param retryAfter seconds after which it may be asked again, where that helps
   */
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** A refusal in the words of all complaints. */
export const refusal = (status: number, complaint: Complaint): Refusal =>
  new Refusal(status, inputError(complaint).message);

/** A request is larger than is taken. @param next what to do */
export const tooMuch = (received: string, most: string, next: string): Refusal =>
  new Refusal(413, `Received ${received}; this server takes ${most}. ${next}.`);

/** The server has more to do than it keeps waiting. */
export const busy = (rows: number, most: number): Refusal =>
  new Refusal(
    429,
    `The queue is full: ${rows} texts or rows are waiting, and it keeps ${most}. Ask again after the time in Retry-After, with fewer requests at once.`,
    1,
  );

/** The server ends. */
export const stopping = (): Refusal =>
  new Refusal(503, "This server is stopping. Ask again: another one may answer.", 1);

/** What went wrong, as an answer. */
export interface Failure {
  status: number;
  message: string;
  retryAfter?: number | undefined;
  /** Whether it is the server's own fault, which its log tells more of. */
  isOurs: boolean;
}

/** What Fastify says by codes: the statuses are its own, the words teach. */
const BY_CODE: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Expected JSON: send the header "content-type: application/json".',
};

/** Some of Fastify's words repeat what was sent. */
const MOST_WORDS = 300;

const cut = (words: string): string => (words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS)}…` : words);

/** How an error is answered. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) {
    const { status, message, retryAfter } = error;
    return { status, message, retryAfter, isOurs: false };
  }
  if (error instanceof InputError) return { status: 400, message: error.message, isOurs: false };
  const {
    code = "",
    statusCode,
    message,
  } = error as { code?: string; statusCode?: number; message?: string };
  if (Object.hasOwn(BY_CODE, code)) {
    return { status: statusCode ?? 400, message: BY_CODE[code]!, isOurs: false };
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, message: cut(String(message)), isOurs: false };
  }
  return { status: 500, message: "The server failed at this request; its log says how.", isOurs: true };
}
