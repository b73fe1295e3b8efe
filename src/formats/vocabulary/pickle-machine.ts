/**
 * The machine that a pickle's opcodes work: bytes to read, a stack, a memo. It makes plain values and knows a handful of
 * classes by name; every other class or function is refused where it is named, before it could be called.
 */
import { type InputError, inputError } from "../../base/errors.js";
import { label } from "../../base/label.js";
import type { Work } from "../../base/work.js";
import { NUMPY_DTYPE, NUMPY_SCALARS, numpyScalar } from "./pickle-numpy.js";
import { latin1, utf8 } from "./pickle-scalars.js";
import { PickleClass, type PickleKey, PickleObject, type PickleValue } from "./pickle-values.js";

/** Estimates of what things take: bytes kept, beside what they hold. */
const BYTES = {
  value: 8,
  number: 16,
  text: 40,
  list: 120,
  map: 250,
  object: 200,
  entry: 60,
  item: 12,
  /** 8 in an array that grows by half: its copies, thrice as much in all, lie about until they are collected. */
  memo: 32,
};
/** Nanoseconds: a map's entry is hashed and may move several times. */
const NANOSECONDS = { opcode: 40, value: 40, text: 200, container: 200, entry: 200, item: 10 };
/** Texts on lines, as protocol 0 writes them, are unescaped byte by byte. */
const MOST_LINE = 65_536;

const MAPPINGS = new Set(["collections.OrderedDict", "collections.defaultdict"]);
const RECONSTRUCTORS = new Set(["copyreg._reconstructor", "copy_reg._reconstructor"]);
/** What a defaultdict counts with and the base of every class, which are arguments only; and NumPy's numbers. */
const NAMES = new Set([
  ...["builtins.int", "__builtin__.int", "__builtin__.long", "builtins.object", "__builtin__.object"],
  ...[NUMPY_DTYPE, ...NUMPY_SCALARS],
]);

export class PickleMachine {
  private at = 0;
  /** Where the opcode at work stands. */
  private start = 0;
  private readonly view: DataView;
  private stack: PickleValue[] = [];
  /** The stacks below each mark. */
  private readonly below: PickleValue[][] = [];
  private readonly memo: PickleValue[] = [];

  constructor(
    private readonly bytes: Uint8Array,
    private readonly where: string,
    private readonly classes: ReadonlySet<string>,
    private readonly work: Work,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  refuse(expected: string, received?: string, next?: string): InputError {
    return inputError({ expected, where: `${this.where}, byte ${this.start}`, received, next });
  }

  // Reading.

  opcode(): number {
    this.work.spend(NANOSECONDS.opcode);
    this.start = this.at;
    return this.unsigned(1);
  }

  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw this.refuse("a whole pickle", "one cut short");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  unsigned(width: 1 | 2 | 4 | 8): number {
    const at = this.at;
    this.take(width);
    if (width === 1) return this.view.getUint8(at);
    if (width === 2) return this.view.getUint16(at, true);
    if (width === 4) return this.view.getUint32(at, true);
    return Number(this.view.getBigUint64(at, true));
  }

  signed(): number {
    return this.unsigned(4) | 0;
  }

  double(): number {
    const at = this.at;
    this.take(8);
    return this.view.getFloat64(at, false);
  }

  line(): Uint8Array {
    const end = this.bytes.indexOf(10, this.at);
    const line = this.take((end < 0 ? this.bytes.length : end) - this.at);
    if (line.length > MOST_LINE) throw this.refuse(`a line of at most ${MOST_LINE} bytes`, `${line.length}`);
    this.take(1);
    return line;
  }

  /** A number or name on a line of its own. */
  ascii(): string {
    const line = this.line();
    this.work.spend(NANOSECONDS.text + line.length);
    return latin1(line);
  }

  text(bytes: Uint8Array): string {
    this.countText(bytes.length);
    return this.sound(utf8(bytes), "text in UTF-8");
  }

  /** Counts a text about to be made from so many bytes; they may take two each where any of them needs it. */
  countText(length: number): void {
    this.work.spend(NANOSECONDS.text + length);
    this.work.hold(BYTES.text + 2 * length);
  }

  /** What a scalar's reader returned, unless it found none. */
  sound<T>(value: T | undefined, expected: string): T {
    if (value !== undefined) return value;
    throw this.refuse(expected, "something else");
  }

  // The stack.

  push(value: PickleValue): void {
    this.work.spend(NANOSECONDS.value);
    this.work.hold(typeof value === "number" ? BYTES.number : BYTES.value);
    this.stack.push(value);
  }

  private pushNew(value: PickleValue, bytes: number): void {
    this.work.spend(NANOSECONDS.container);
    this.work.hold(bytes);
    this.stack.push(value);
  }

  /** A list or tuple of `items`, which becomes the machine's own. */
  pushList(items: PickleValue[]): void {
    this.pushNew(items, BYTES.list);
  }

  /** Bytes are a view of the file, not a copy. */
  pushBytes(bytes: Uint8Array): void {
    this.pushNew(bytes, BYTES.object);
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined) throw this.refuse("a value on the stack", "none");
    return value;
  }

  top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined) throw this.refuse("a value on the stack", "none");
    return value;
  }

  mark(): void {
    this.work.spend(NANOSECONDS.container);
    this.work.hold(BYTES.list);
    this.below.push(this.stack);
    this.stack = [];
  }

  popMark(): PickleValue[] {
    const items = this.stack;
    const below = this.below.pop();
    if (!below) throw this.refuse("a mark on the stack", "none");
    this.stack = below;
    return items;
  }

  /** Picklers number what they keep one after another; the oldest ones begin at 1. */
  put(index: number): void {
    this.work.spend(NANOSECONDS.value);
    this.work.hold(BYTES.memo);
    if (!(index >= 0 && index <= this.memo.length + 1))
      throw this.refuse("memo entries in order", `entry ${index}`);
    this.memo[index] = this.top();
  }

  memoize(): void {
    this.put(this.memo.length);
  }

  get(index: number): void {
    const value = this.memo[index];
    if (value === undefined) throw this.refuse("a memo entry that is there", `entry ${index}`);
    this.push(value);
  }

  // Containers.

  append(items: PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.refuse("a list to append to");
    this.work.spend(NANOSECONDS.item * items.length);
    this.work.hold(BYTES.item * items.length);
    for (const item of items) list.push(item);
  }

  setItems(items: readonly PickleValue[]): void {
    this.fill(this.top(), items);
  }

  dictionary(items: readonly PickleValue[]): void {
    this.pushNew(new Map(), BYTES.map);
    this.setItems(items);
  }

  private fill(map: PickleValue, items: readonly PickleValue[]): void {
    if (!(map instanceof Map) || items.length % 2 !== 0) throw this.refuse("a dictionary and pairs for it");
    for (let i = 0; i < items.length; i += 2) this.set(map, items[i]!, items[i + 1]!);
  }

  private set(map: Map<PickleKey, PickleValue>, key: PickleValue, value: PickleValue): void {
    if (typeof key === "object" && key !== null) throw this.refuse("keys that are texts or numbers");
    this.work.spend(NANOSECONDS.entry);
    this.work.hold(BYTES.entry);
    map.set(key, value);
  }

  // Classes and objects.

  global(module: string, name: string): void {
    const full = `${module}.${name}`;
    const known = [MAPPINGS, RECONSTRUCTORS, NAMES, this.classes].some((names) => names.has(full));
    if (!known) {
      throw this.refuse(
        "a Keras Tokenizer, of plain values alone",
        label(full),
        "Code in pickles is never run.",
      );
    }
    this.pushNew(new PickleClass(full), BYTES.object);
  }

  stackGlobal(): void {
    const name = this.pop();
    const module = this.pop();
    if (typeof module !== "string" || typeof name !== "string") throw this.refuse("the name of a class");
    this.global(module, name);
  }

  /** What calling `what` with `args` would have made. */
  call(what: PickleValue, args: PickleValue): void {
    if (!(what instanceof PickleClass) || !Array.isArray(args)) {
      throw this.refuse("a class and its arguments", undefined, "Code in pickles is never run.");
    }
    this.make(what.name, args);
  }

  private make(name: string, args: readonly PickleValue[]): void {
    if (MAPPINGS.has(name)) this.mapping(args);
    else if (NUMPY_SCALARS.has(name)) this.numpyScalar(args);
    else if (name === NUMPY_DTYPE || this.classes.has(name)) this.object(name, args);
    else if (RECONSTRUCTORS.has(name)) this.object(this.reconstructed(args), []);
    else throw this.refuse("a Keras Tokenizer", `a call of ${label(name)}`, "Code in pickles is never run.");
  }

  private object(name: string, args: readonly PickleValue[]): void {
    this.pushNew(new PickleObject(name, args), BYTES.object);
  }

  private reconstructed([of]: readonly PickleValue[]): string {
    if (of instanceof PickleClass && this.classes.has(of.name)) return of.name;
    const received = "a call of copyreg._reconstructor";
    throw this.refuse("a Keras Tokenizer", received, "Code in pickles is never run.");
  }

  private numpyScalar(args: readonly PickleValue[]): void {
    // Its text, and the bytes that it is made of: the same arguments may be called with again and again.
    for (const arg of args) if (arg instanceof Uint8Array) this.countText(2 * arg.length);
    this.push(this.sound(numpyScalar(args), "a whole number or text of NumPy's"));
  }

  /** OrderedDict(), OrderedDict([[key, value], …]) as Python 2 has it, or defaultdict(int). */
  private mapping(args: readonly PickleValue[]): void {
    const map = new Map<PickleKey, PickleValue>();
    this.pushNew(map, BYTES.map);
    if (args.length > 1) throw this.refuse("the pairs of a dictionary");
    for (const pair of Array.isArray(args[0]) ? args[0] : []) {
      if (!(Array.isArray(pair) && pair.length === 2)) throw this.refuse("the pairs of a dictionary");
      this.set(map, pair[0]!, pair[1]!);
    }
  }

  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof PickleObject && target.state === null) target.state = state;
    else if (!(target instanceof Map && state instanceof Map && state.size === 0)) {
      throw this.refuse("an object to give attributes to");
    }
  }
}
