/**
 * Formulas as trees: the TeX that explanations write, read once for all that set it. It is a part of TeX that fits a page
 * (docs/pictures.md lists it); what is not in it is an error, never a gap.
 */
import { inputError } from "../../base/errors.js";

/** A formula: what stands side by side. Brackets stand among it as signs, so that it can be broken into lines within them. */
export type Formula = readonly Piece[];

export type Piece =
  /** A variable of one letter, in italics; a number; a name of several letters or a sign, upright; words with their spaces. */
  | { kind: "variable" | "number" | "name" | "words"; text: string }
  | { kind: "operator"; text: string; between: boolean }
  | { kind: "bracket"; text: string; opens: boolean; size: Size }
  /** A sum, product or integral: its scripts are limits. */
  | { kind: "large"; text: string }
  | { kind: "tilde"; text: string }
  | { kind: "fraction"; above: Formula; below: Formula }
  | { kind: "scripts"; base: Piece; sub: Formula | null; sup: Formula | null; primes: number }
  /** Room between two: of a width in em, or where the source has a space, which texts show and MathML does not. */
  | { kind: "room"; em: number | null };

/** How many times its usual height a bracket has. */
type Size = 1 | 1.2 | 1.8;

const VARIABLES: Record<string, string> = { alpha: "α", delta: "δ", partial: "∂", sigma: "σ" };
const FUNCTIONS = new Set(["exp", "tanh"]);
const SIGNS: Record<string, string> = { ldots: "…", top: "⊤" };
const OPERATORS: Record<string, string> = { cdot: "·", odot: "⊙", times: "×" };
const LARGE: Record<string, string> = { int: "∫", prod: "∏", sum: "∑" };
const SIZES: Record<string, Size> = { bigl: 1.2, bigr: 1.2, Bigl: 1.8, Bigr: 1.8 };
const ROOM: Record<string, number> = { ",": 1 / 6, qquad: 2 };
/** Signs that stand for themselves; a hyphen is a minus. */
const SINGLE: Record<string, string> = { ...own("=+<>/,"), "-": "−" };

function own(signs: string): Record<string, string> {
  return Object.fromEntries([...signs].map((sign) => [sign, sign]));
}

const TOKEN = /\\(?:[a-zA-Z]+|.)|\d+(?:\{,\}\d{3})*(?:\.\d+)?|\s+|./gsu;

/** @throws InputError for TeX of another kind */
export function parseTex(tex: string): Formula {
  return new Reader(tex).formula();
}

class Reader {
  readonly #tex: string;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tex: string) {
    this.#tex = tex;
    // TeX takes spaces behind a command for its end.
    this.#tokens = (tex.match(TOKEN) ?? []).filter(
      (token, k, all) => !(isSpace(token) && /^\\[a-zA-Z]/.test(all[k - 1] ?? "")),
    );
  }

  formula(): Formula {
    const pieces = this.#pieces();
    return this.#at === this.#tokens.length ? pieces : this.#fail("}");
  }

  /** Up to the end of a group, or of all. */
  #pieces(): Piece[] {
    const pieces: Piece[] = [];
    while (this.#at < this.#tokens.length && this.#tokens[this.#at] !== "}") {
      pieces.push(this.#scripted(this.#piece(pieces)));
    }
    return pieces;
  }

  #piece(before: readonly Piece[]): Piece {
    const token = this.#take();
    if (isSpace(token)) return { kind: "room", em: null };
    if (/^\d/.test(token)) return { kind: "number", text: token.replaceAll("{,}", ",") };
    if (/^[a-zA-Z]$/.test(token)) return { kind: "variable", text: token };
    if (token.startsWith("\\")) return this.#command(token, before);
    return bracket(token, before, 1) ?? operator(SINGLE[token], before) ?? this.#fail(token);
  }

  #command(token: string, before: readonly Piece[]): Piece {
    const name = token.slice(1);
    const { [name]: variable } = VARIABLES;
    if (variable !== undefined) return { kind: "variable", text: variable };
    if (SIGNS[name] !== undefined) return { kind: "name", text: SIGNS[name] };
    if (FUNCTIONS.has(name)) return { kind: "name", text: name };
    if (LARGE[name] !== undefined) return { kind: "large", text: LARGE[name] };
    if (ROOM[name] !== undefined) return { kind: "room", em: ROOM[name] };
    if (SIZES[name] !== undefined) return bracket(this.#take(), before, SIZES[name]) ?? this.#fail(token);
    if (name === "operatorname") return { kind: "name", text: this.#letters(token) };
    if (name === "text") return { kind: "words", text: this.#letters(token) };
    if (name === "tilde") return { kind: "tilde", text: this.#letters(token) };
    if (name === "frac") return { kind: "fraction", above: this.#group(), below: this.#group() };
    return operator(OPERATORS[name], before) ?? this.#fail(token);
  }

  /** A piece with what is raised and lowered behind it. */
  #scripted(base: Piece): Piece {
    let [sub, sup, primes]: [Formula | null, Formula | null, number] = [null, null, 0];
    for (;;) {
      if (sup === null && this.#skip("'")) primes++;
      else if (sub === null && this.#skip("_")) sub = this.#script();
      else if (sup === null && primes === 0 && this.#skip("^")) sup = this.#script();
      else break;
    }
    if (sub === null && sup === null && primes === 0) return base;
    if (base.kind === "room" || base.kind === "operator") return this.#fail("_");
    return { kind: "scripts", base, sub, sup, primes };
  }

  /** A group, or one piece. */
  #script(): Formula {
    return this.#tokens[this.#at] === "{" ? this.#group() : [this.#piece([])];
  }

  /** What stands between { and }. */
  #group(): Formula {
    if (!this.#skip("{")) this.#fail(this.#take());
    const pieces = this.#pieces();
    return this.#skip("}") ? pieces : this.#fail("{");
  }

  /** Letters between { and }, spaces and all. */
  #letters(command: string): string {
    const start = this.#at;
    const end = this.#tokens.indexOf("}", start);
    const text = this.#tokens.slice(start + 1, end).join("");
    if (this.#tokens[start] !== "{" || end < 0 || /[\\{]/.test(text) || text === "") this.#fail(command);
    this.#at = end + 1;
    return text;
  }

  #take(): string {
    return this.#tokens[this.#at++] ?? this.#fail(this.#tokens.at(-1) ?? "");
  }

  #skip(token: string): boolean {
    const met = this.#tokens[this.#at] === token;
    if (met) this.#at++;
    return met;
  }

  #fail(token: string): never {
    throw inputError({
      expected: "the TeX that Cellstate writes (docs/pictures.md lists it)",
      where: `formula "${this.#tex}"`,
      received: token,
    });
  }
}

const isSpace = (token: string): boolean => /^\s/.test(token);

/** Whether something stands there that a sign behind it can join to the next. */
function ends(before: readonly Piece[]): boolean {
  const last = before.findLast(({ kind }) => kind !== "room");
  if (last === undefined || last.kind === "operator") return false;
  return last.kind !== "bracket" || !last.opens;
}

/** Bars are brackets, too: the first opens. */
function bracket(token: string, before: readonly Piece[], size: Size): Piece | undefined {
  if (token.length !== 1 || !"()[]|".includes(token)) return undefined;
  const opens = token === "|" ? !ends(before) : "([".includes(token);
  return { kind: "bracket", text: token, opens, size };
}

/** A minus may be a sign; all others stand between two terms, where a line begins with them too. */
function operator(text: string | undefined, before: readonly Piece[]): Piece | undefined {
  return text === undefined ? undefined : { kind: "operator", text, between: text !== "−" || ends(before) };
}

/** Operators before which a formula may go on in the next line. */
const BREAKS = new Set(["=", "+", "−", "⊙", "·"]);

/** A formula in parts that can stand on lines of their own; all but the first begin with the operator, or the wide room, between them. */
export function brokenUp(formula: Formula): Formula[] {
  const parts: Piece[][] = [[]];
  for (const piece of formula) {
    const wide = piece.kind === "room" && (piece.em ?? 0) >= 1;
    const between = piece.kind === "operator" && piece.between && BREAKS.has(piece.text);
    if ((wide || between) && parts.at(-1)!.length > 0) parts.push([]);
    parts.at(-1)!.push(piece);
  }
  return parts.map((part) => part.slice(0, part.findLastIndex(({ kind }) => kind !== "room") + 1));
}
