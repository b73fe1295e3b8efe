/** Bearer tokens from a file, one a line; read again when the file changes, for a token may have to be taken back at once. */
import { createHash, timingSafeEqual } from "node:crypto";
import { InputError, inputError } from "../base/errors.js";
import { readBytes } from "../base/node-files.js";
import { counted } from "../base/numbers.js";
import { lookAt } from "./opened.js";
import type { ServeLog } from "./options.js";

/** Shorter ones can be guessed. */
const LEAST = 16;

/** Milliseconds between two looks at the file, whatever is done with models. */
const EVERY = 1000;

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Who may ask. */
export class Tokens {
  readonly #file: string;
  #digests: readonly Buffer[];
  /** How the file lay there when its tokens were taken. */
  #signature: string;
  /** How it lay there at the last look, where something is wrong with it: it may still be written. */
  #pending: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #onLog: (entry: ServeLog) => void;

  private constructor(
    file: string,
    digests: readonly Buffer[],
    signature: string,
    onLog: (entry: ServeLog) => void,
  ) {
    this.#file = file;
    this.#digests = digests;
    this.#signature = signature;
    this.#onLog = onLog;
  }

  /** @throws InputError where there is no such file, no token in it, or a line that is none */
  static async read(file: string, onLog: (entry: ServeLog) => void): Promise<Tokens> {
    const { signature } = await lookAt([file]);
    const { digests, wrong } = tokensIn(await readBytes(file), file);
    if (wrong) throw wrong;
    return new Tokens(file, digests, signature, onLog);
  }

  /** Whether a request's Authorization holds one of them. Takes as long whichever it is, and where it is none. */
  allow(authorization: string | undefined): boolean {
    const [, given = ""] = /^Bearer +([^\s]+) *$/i.exec(authorization ?? "") ?? [];
    const asked = digest(given);
    let found = false;
    for (const each of this.#digests) found = timingSafeEqual(each, asked) || found;
    return found && given !== "";
  }

  /** Looks at the file again and again, until `dispose`. */
  watch(): void {
    // One look after another: a slow disk must not have two at once.
    this.#timer = setTimeout(async () => {
      await this.look();
      if (this.#timer) this.watch();
    }, EVERY);
    this.#timer.unref();
  }

  /**
   * Reads the file again where it changed. A token that it does not hold any more is none. One with something wrong, or that is
   * gone, may be about to be written: it is left until the next look. If it stays so that is said, and what it holds counts.
   */
  async look(): Promise<void> {
    const { signature } = await lookAt([this.#file]);
    if (signature === this.#signature) {
      this.#pending = null;
      return;
    }
    const { digests, wrong } = await readAgain(this.#file);
    if (wrong && signature !== this.#pending) {
      this.#pending = signature;
      return;
    }
    this.#pending = null;
    this.#signature = signature;
    this.#digests = digests;
    const tokens = counted(digests.length, "token");
    if (!wrong) return this.#onLog({ level: "info", message: `${this.#file}: ${tokens}` });
    const then =
      digests.length === 0
        ? "Until it holds a token, whoever asks is refused."
        : `Of what it holds, ${tokens} may be asked with.`;
    this.#onLog({ level: "error", message: `${wrong.message} ${then}` });
  }

  /** Looks no more. */
  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** What a file holds, and what is wrong with it. */
interface Found {
  readonly digests: readonly Buffer[];
  /** Holds none of the tokens. */
  readonly wrong: InputError | null;
}

/** A file that is gone, or cannot be read, holds none. */
async function readAgain(file: string): Promise<Found> {
  try {
    return tokensIn(await readBytes(file), file);
  } catch (error) {
    return { digests: [], wrong: new InputError((error as Error).message) };
  }
}

function tokensIn(bytes: Uint8Array, file: string): Found {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  const filled = lines
    .map((line, i) => ({ token: line.trim(), number: i + 1 }))
    .filter(({ token }) => token !== "" && !token.startsWith("#"));
  const isToken = ({ token }: { token: string }) => token.length >= LEAST && !/\s/.test(token);
  const bad = filled.find((line) => !isToken(line));
  const next = `Make one: openssl rand -hex 32 > ${file}`;
  const wrong = bad
    ? `${file}: line ${bad.number}: expected a token of at least ${LEAST} characters without spaces. ${next}`
    : filled.length === 0
      ? inputError({ expected: "a token a line", where: file, received: "none", next }).message
      : null;
  const digests = filled.filter(isToken).map(({ token }) => digest(token));
  return { digests, wrong: wrong === null ? null : new InputError(wrong) };
}
