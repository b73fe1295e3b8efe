/** Bearer tokens from a file, one a line; read again when the file changes. */
import { createHash, timingSafeEqual } from "node:crypto";
import { InputError, inputError } from "../base/errors.js";
import { readBytes } from "../base/node-files.js";
import { lookAt } from "./opened.js";
import type { ServeLog } from "./options.js";

/** Shorter ones can be guessed. */
const LEAST = 16;

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Who may ask. */
export class Tokens {
  readonly #file: string;
  #digests: readonly Buffer[];
  #signature: string;
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

  /** @throws InputError where there is no such file, or no token in it */
  static async read(file: string, onLog: (entry: ServeLog) => void): Promise<Tokens> {
    const seen = await lookAt([file]).catch(() => null);
    return new Tokens(file, await tokensIn(file), seen?.signature ?? "", onLog);
  }

  /** Whether a request's Authorization holds one of them. Takes as long whichever it is, and where it is none. */
  allow(authorization: string | undefined): boolean {
    const [, given = ""] = /^Bearer +([^\s]+) *$/i.exec(authorization ?? "") ?? [];
    const asked = digest(given);
    let found = false;
    for (const each of this.#digests) found = timingSafeEqual(each, asked) || found;
    return found && given !== "";
  }

  /** Reads the file again where it changed; what cannot be read leaves the tokens as they are, and is said. */
  async look(): Promise<void> {
    const seen = await lookAt([this.#file]).catch(() => null);
    if (seen === null || seen.signature === this.#signature) return;
    this.#signature = seen.signature;
    try {
      this.#digests = await tokensIn(this.#file);
      this.#onLog({ level: "info", message: `${this.#file}: ${this.#digests.length} tokens` });
    } catch (error) {
      const message = `${(error as Error).message} The tokens before go on.`;
      this.#onLog({ level: "error", message });
    }
  }
}

/** @throws InputError, which holds none of the tokens */
async function tokensIn(file: string): Promise<Buffer[]> {
  const lines = new TextDecoder().decode(await readBytes(file)).split(/\r?\n/);
  const tokens = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  const next = `Make one: openssl rand -hex 32 > ${file}`;
  if (tokens.length === 0)
    throw inputError({ expected: "a token a line", where: file, received: "none", next });
  const bad = lines.findIndex((line) => {
    const token = line.trim();
    return token !== "" && !token.startsWith("#") && (token.length < LEAST || /\s/.test(token));
  });
  if (bad >= 0) {
    throw new InputError(
      `${file}: line ${bad + 1}: expected a token of at least ${LEAST} characters without spaces. ${next}`,
    );
  }
  return tokens.map(digest);
}
