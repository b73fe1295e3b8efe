/** What following one script shares: its text, its budget, what it has made and said so far. */

import type { Work } from "../../base/work.js";
import { snakeCase } from "../../layers/names.js";
import type { Call, FunctionValue, InstanceValue, Lack, ModelValue, Places, Value } from "./values.js";

/** What following one expression costs, in nanoseconds. */
export const STEP = 400;
/** What a value that is kept costs, in bytes. */
export const KEPT = 100;
/** How deep expressions, blocks and calls may nest, all together. */
export const DEEPEST = 100;

/** A call that says something besides the model, and the model it is about. */
export interface Saying extends Call {
  /** The function's or class's own name: "pad_sequences". */
  name: string;
}

/** What cannot be read and would change what training comes to. */
export interface Unread {
  line: number;
  /** "Embedding weights is embedding_matrix, which is not run". */
  what: string;
  next: string;
  /** The model it is about; null: any. */
  model: ModelValue | null;
  /** The layer's weights it is about, or the setting: a flag may say it instead. */
  about: string;
  /** How its line is told of. */
  at: string;
}

/** More of one kind are no one's homework. */
const MOST_SAYINGS = 500;

export class Session implements Places {
  /** Models in the order in which they were made. */
  readonly models: ModelValue[] = [];
  readonly sayings: Saying[] = [];
  readonly unread: Unread[] = [];
  /** Lines that are left aside, in their order. */
  readonly aside: { line: number; what: string }[] = [];
  /** What is lacking for the script's model, whichever it is. */
  readonly lacks: Lack[] = [];
  /** What was taken for granted. */
  readonly assumed: string[] = [];
  /** Methods of the script's classes, by their names, and all objects of those. */
  readonly methods = new Map<string, FunctionValue[]>();
  readonly instances: InstanceValue[] = [];
  /** Rounds of loops that build nothing. */
  rounds = 0;
  /** Functions and classes defined so far. */
  defines = 0;
  private readonly seen = new Set<string>();
  private readonly counts = new Map<string, number>();
  depth = 0;

  constructor(
    readonly file: string,
    readonly source: string,
    readonly lineOf: (position: number) => number,
    readonly work: Work,
    /** What the caller says, by the script's words without their spaces. */
    readonly defined: ReadonlyMap<string, Value>,
    private readonly place: (line: number) => string,
  ) {
    for (const text of defined.keys()) this.longestDefined = Math.max(this.longestDefined, text.length);
  }

  /** Characters of the longest expression that the caller says. */
  readonly longestDefined: number = 0;

  at(line: number): string {
    return this.place(line);
  }

  assume(line: number, what: string): void {
    if (this.isNew(`assume ${line} ${what}`)) this.assumed.push(`${this.at(line)}: ${what}`);
  }

  lack(lack: Lack): void {
    if (this.isNew(`lack ${lack.line} ${lack.what}`)) this.lacks.push(lack);
  }

  /** Notes a call, once a line. */
  say(name: string, args: Map<string, Value>, line: number): void {
    if (this.isNew(`say ${line} ${name}`)) this.sayings.push({ name, args, line });
  }

  leaveAside(line: number, what: string): void {
    if (this.isNew(`aside ${line} ${what}`)) this.aside.push({ line, what });
  }

  cannotRead(unread: Omit<Unread, "at">): void {
    if (!this.isNew(`unread ${unread.line} ${unread.what}`)) return;
    this.unread.push({ ...unread, at: this.at(unread.line) });
  }

  private isNew(key: string): boolean {
    if (this.seen.has(key) || this.seen.size >= MOST_SAYINGS) return false;
    this.seen.add(key);
    return true;
  }

  /** The name that Keras gives the next layer or model of a class: dense, dense_1, … */
  autoName(className: string): string {
    const base = snakeCase(className);
    const n = this.counts.get(base) ?? 0;
    this.counts.set(base, n + 1);
    return n === 0 ? base : `${base}_${n}`;
  }

  /** keras.backend.clear_session() */
  forgetNames(): void {
    this.counts.clear();
  }
}

/** Names of one function's body, or of the script; what it lacks it looks for where it was defined. */
export class Names {
  private readonly own = new Map<string, Value>();

  constructor(
    private readonly around: Names | null,
    /** Names that the caller defines and the script may not change. */
    private readonly fixed: ReadonlySet<string> = new Set(),
  ) {}

  get(name: string): Value | undefined {
    for (let names: Names | null = this; names; names = names.around) {
      const value = names.own.get(name);
      if (value) return value;
    }
    return undefined;
  }

  set(name: string, value: Value): void {
    if (!this.fixed.has(name)) this.own.set(name, value);
  }

  define(name: string, value: Value): void {
    this.own.set(name, value);
  }

  delete(name: string): void {
    if (!this.fixed.has(name)) this.own.delete(name);
  }

  /** The script's own names, whatever function this is the body of. */
  globals(): Names {
    let names: Names = this;
    while (names.around) names = names.around;
    return names;
  }

  values(): IterableIterator<Value> {
    return this.own.values();
  }

  entries(): IterableIterator<[string, Value]> {
    return this.own.entries();
  }
}
