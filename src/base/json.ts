/**
 * JSON from strangers (RFC 8259), read by a parser of our own: nesting, the number of values and the memory they take are
 * counted while they are made, a key that comes twice is refused (parsers differ in which of the two they keep), and so
 * are keys that could reach into JavaScript's own prototypes, so that later code may walk the value freely.
 */
import { inputError } from "./errors.js";
import { label } from "./label.js";
import { Work } from "./work.js";

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

const MOST_DEPTH = 100;
const MOST_BYTES = 64 * 2 ** 20;
/** Keys that no configuration has, and that could reach into JavaScript's own prototypes. */
const CONFIG_FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
/** In data whose keys may be anyone's words, only the one that JavaScript treats apart. */
export const DATA_FORBIDDEN: ReadonlySet<string> = new Set(["__proto__"]);

export interface JsonOptions {
  /** Keys that are refused wherever they stand. Default: those that no configuration has. */
  forbidden?: ReadonlySet<string> | undefined;
  /** The budget of the file that holds the text. Default: one of the text's own size. */
  work?: Work | undefined;
}

/**
 * Parses UTF-8 JSON; `where` names it in messages.
 * @throws InputError for broken syntax, deep nesting, too many values, and keys that are forbidden or come twice
 */
export function parseJson(
  source: Uint8Array | string,
  where: string,
  { forbidden = CONFIG_FORBIDDEN, work = new Work(where, source.length) }: JsonOptions = {},
): Json {
  if (source.length > MOST_BYTES) {
    throw inputError({ expected: `JSON of at most ${MOST_BYTES} bytes`, where, received: source.length });
  }
  const text = typeof source === "string" ? source : decodeUtf8(source, where, work);
  return new Parser(text, where, forbidden, work).parse();
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function decodeUtf8(bytes: Uint8Array, where: string, work: Work): string {
  work.hold(bytes.length);
  work.spend(bytes.length);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw inputError({ expected: "text in UTF-8", where });
  }
}

/**
 * What values come to: nanoseconds to make one, and bytes that it keeps. Measured on V8, rounded up; it makes room for
 * 17 items when the first is put into a list.
 */
const COST = {
  time: 40,
  object: 64,
  entry: 48,
  array: 48,
  firstItem: 160,
  item: 16,
  text: 32,
  number: 16,
  index: 12_500,
  indexRoom: 50,
};

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** One pass over the text; recursion is as deep as the nesting, which is bounded. */
class Parser {
  private at = 0;
  /** Keys and indices that lead to the value being read; made into words only when something is wrong. */
  private readonly path: (string | number)[] = [];

  constructor(
    private readonly text: string,
    private readonly where: string,
    private readonly forbidden: ReadonlySet<string>,
    private readonly work: Work,
  ) {}

  parse(): Json {
    // Each character is looked at about twice.
    this.work.spend(2 * this.text.length);
    const value = this.value();
    if (this.next() !== undefined) throw this.broken("the end");
    return value;
  }

  private value(): Json {
    const next = this.next();
    if (next === "{") return this.object();
    if (next === "[") return this.array();
    if (next === '"') return this.string();
    if (next === "t") return this.word("true", true);
    if (next === "f") return this.word("false", false);
    if (next === "n") return this.word("null", null);
    return this.number();
  }

  private object(): JsonObject {
    this.enter(COST.object);
    const object: JsonObject = {};
    let entries = 0;
    if (!this.take("}")) {
      do {
        if (this.next() !== '"') throw this.broken("a key in double quotes");
        const key = this.string();
        if (this.forbidden.has(key)) {
          throw inputError({
            expected: `no key ${JSON.stringify(key)}`,
            where: this.place(),
            received: "one",
          });
        }
        if (Object.hasOwn(object, key)) {
          throw inputError({ expected: `one key "${label(key)}"`, where: this.place(), received: "two" });
        }
        if (!this.take(":")) throw this.broken('":"');
        this.count(COST.entry);
        this.countIndex(key, entries++);
        this.path.push(key);
        object[key] = this.value();
        this.path.pop();
      } while (this.take(","));
      if (!this.take("}")) throw this.broken('"," or "}"');
    }
    return object;
  }

  private array(): Json[] {
    this.enter(COST.array);
    const array: Json[] = [];
    if (!this.take("]")) {
      do {
        this.count(array.length === 0 ? COST.firstItem : COST.item);
        this.path.push(array.length);
        array.push(this.value());
        this.path.pop();
      } while (this.take(","));
      if (!this.take("]")) throw this.broken('"," or "]"');
    }
    return array;
  }

  private enter(bytes: number): void {
    this.at++;
    this.count(bytes);
    if (this.path.length < MOST_DEPTH) return;
    const expected = `nesting of at most ${MOST_DEPTH} levels`;
    throw inputError({ expected, where: this.where, received: "more" });
  }

  private count(bytes: number): void {
    this.work.spend(COST.time);
    this.work.hold(bytes);
  }

  /** A key that is a number stands in a table with room for all numbers below, unless they are very many. */
  private countIndex(key: string, entries: number): void {
    if (key.length > 4 || !/^\d+$/.test(key)) return;
    if (Number(key) > COST.indexRoom + 2 * entries) this.count(COST.index);
  }

  private string(): string {
    const start = this.at++;
    let escaped = false;
    for (; ; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code === QUOTE) break;
      if (!(code >= 0x20)) throw this.broken(Number.isNaN(code) ? 'a closing "' : "no control character");
      if (code !== BACKSLASH) continue;
      escaped = true;
      this.at++;
    }
    this.at++;
    this.count(COST.text + this.at - start);
    return escaped ? this.unescaped(start) : this.text.slice(start + 1, this.at - 1);
  }

  private unescaped(start: number): string {
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      throw this.broken("escapes as JSON has them", start);
    }
  }

  private number(): number {
    NUMBER.lastIndex = this.at;
    if (!NUMBER.test(this.text)) throw this.broken("a value");
    const digits = this.text.slice(this.at, NUMBER.lastIndex);
    this.at = NUMBER.lastIndex;
    this.count(COST.number);
    return Number(digits);
  }

  private word<T extends Json>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.broken("a value");
    this.at += word.length;
    return value;
  }

  /** The character after white space; undefined at the end. */
  private next(): string | undefined {
    for (; ; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return this.text[this.at];
    }
  }

  private take(character: string): boolean {
    if (this.next() !== character) return false;
    this.at++;
    return true;
  }

  private place(): string {
    return placeOf(this.where, this.path);
  }

  private broken(missing: string, at = this.at) {
    const place = placeOf("", this.path);
    return inputError({
      expected: "JSON",
      where: this.where,
      received: at < this.text.length ? this.text.slice(at, at + 12) : "the end",
      next: `At character ${at + 1}${place && ` (${place})`} there should be ${missing}.`,
    });
  }
}

/** Steps shown at each end of a long path. */
const ENDS = 4;

/** "config.json.layers[2]" */
function placeOf(where: string, path: readonly (string | number)[]): string {
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${label(step)}`));
  if (steps.length > 2 * ENDS) steps.splice(ENDS, steps.length - 2 * ENDS, "…");
  return where + steps.join("");
}

/** Refuses forbidden keys anywhere in a value that was parsed with others. @throws InputError */
export function checkKeys(value: Json, where: string): void {
  const path: (string | number)[] = [];
  const visit = (item: Json): void => {
    if (typeof item !== "object" || item === null) return;
    const isArray = Array.isArray(item);
    for (const [key, inner] of Object.entries(item)) {
      if (!isArray && CONFIG_FORBIDDEN.has(key)) {
        const expected = `no key ${JSON.stringify(key)}`;
        throw inputError({ expected, where: placeOf(where, path), received: "one" });
      }
      path.push(isArray ? Number(key) : key);
      visit(inner as Json);
      path.pop();
    }
  };
  visit(value);
}
