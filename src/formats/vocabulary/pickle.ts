/**
 * Python pickles, protocols 0 to 5, read without running anything: what each opcode does to the machine.
 * Source: CPython's Lib/pickle.py and pickletools.py.
 */
import { inputError } from "../../base/errors.js";
import { Work } from "../../base/work.js";
import { PickleMachine } from "./pickle-machine.js";
import { escapedText, quotedText, signedInteger } from "./pickle-scalars.js";
import type { PickleValue } from "./pickle-values.js";

const MOST_BYTES = 24 * 2 ** 20;

/**
 * The value of a pickle. `classes`: names of further classes whose instances come back as PickleObject.
 * @throws InputError for any other class, what is damaged, and what takes more work or memory than its size warrants
 */
export function readPickle(
  bytes: Uint8Array,
  where: string,
  classes: ReadonlySet<string>,
  work = new Work(where, bytes.length),
): PickleValue {
  if (bytes.length > MOST_BYTES) {
    throw inputError({ expected: `a pickle of at most ${MOST_BYTES} bytes`, where, received: bytes.length });
  }
  const machine = new PickleMachine(bytes, where, classes, work);
  for (;;) {
    const code = machine.opcode();
    if (code === STOP) return machine.pop();
    const operation = OPERATIONS.get(code);
    if (!operation) throw machine.refuse("a pickle", `the opcode 0x${code.toString(16)}`);
    operation(machine);
  }
}

const STOP = 0x2e;

type Operation = (m: PickleMachine) => void;
const OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  // Protocols 0 and 1.
  ...ascii({
    "(": (m) => m.mark(),
    "0": (m) => void m.pop(),
    "1": (m) => void m.popMark(),
    "2": (m) => m.push(m.top()),
    F: (m) => m.push(float(m)),
    G: (m) => m.push(m.double()),
    I: (m) => m.push(decimalOrTruth(m)),
    J: (m) => m.push(m.signed()),
    K: (m) => m.push(m.unsigned(1)),
    M: (m) => m.push(m.unsigned(2)),
    L: (m) => m.push(decimal(m)),
    N: (m) => m.push(null),
    S: (m) => m.push(m.sound(quotedText(textLine(m)), "a quoted text")),
    T: (m) => m.push(m.text(m.take(m.unsigned(4)))),
    U: (m) => m.push(m.text(m.take(m.unsigned(1)))),
    V: (m) => m.push(m.sound(escapedText(textLine(m)), "a text")),
    X: (m) => m.push(m.text(m.take(m.unsigned(4)))),
    B: (m) => m.pushBytes(m.take(m.unsigned(4))),
    C: (m) => m.pushBytes(m.take(m.unsigned(1))),
    a: (m) => m.append([m.pop()]),
    e: (m) => m.append(m.popMark()),
    d: (m) => m.dictionary(m.popMark()),
    l: (m) => m.pushList(m.popMark()),
    t: (m) => m.pushList(m.popMark()),
    "}": (m) => m.dictionary([]),
    "]": (m) => m.pushList([]),
    ")": (m) => m.pushList([]),
    s: (m) => {
      const value = m.pop();
      m.setItems([m.pop(), value]);
    },
    u: (m) => m.setItems(m.popMark()),
    p: (m) => m.put(decimal(m)),
    q: (m) => m.put(m.unsigned(1)),
    r: (m) => m.put(m.unsigned(4)),
    g: (m) => m.get(decimal(m)),
    h: (m) => m.get(m.unsigned(1)),
    j: (m) => m.get(m.unsigned(4)),
    c: (m) => m.global(m.ascii(), m.ascii()),
    i: (m) => {
      m.global(m.ascii(), m.ascii());
      const what = m.pop();
      m.call(what, m.popMark());
    },
    R: reduce,
    b: (m) => m.build(),
  }),
  // Protocols 2 to 5.
  [0x80, (m) => void m.unsigned(1)],
  [0x81, reduce],
  [0x85, (m) => tuple(m, 1)],
  [0x86, (m) => tuple(m, 2)],
  [0x87, (m) => tuple(m, 3)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [0x8a, (m) => m.push(m.sound(signedInteger(m.take(m.unsigned(1))), EXACT))],
  [0x8b, (m) => m.push(m.sound(signedInteger(m.take(m.unsigned(4))), EXACT))],
  [0x8c, (m) => m.push(m.text(m.take(m.unsigned(1))))],
  [0x8d, (m) => m.push(m.text(m.take(m.unsigned(8))))],
  [0x8e, (m) => m.pushBytes(m.take(m.unsigned(8)))],
  [0x93, (m) => m.stackGlobal()],
  [0x94, (m) => m.memoize()],
  [0x95, (m) => void m.unsigned(8)],
  [0x96, (m) => m.pushBytes(m.take(m.unsigned(8)))],
]);

function ascii(operations: Record<string, Operation>): [number, Operation][] {
  return Object.entries(operations).map(([key, operation]) => [key.charCodeAt(0), operation]);
}

const EXACT = "a whole number of at most 2^53";

/** A line that a text is made of. */
function textLine(m: PickleMachine): Uint8Array {
  const line = m.line();
  m.countText(2 * line.length);
  return line;
}

/** As Python writes floats on lines. */
function float(m: PickleMachine): number {
  const line = m.ascii();
  const plain = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(line);
  const value = plain ? Number(line) : { inf: Infinity, "-inf": -Infinity, nan: Number.NaN }[line];
  return m.sound(value, "a number");
}

/** Protocols 0 and 1 write True and False as the numbers 01 and 00. */
function decimalOrTruth(m: PickleMachine): number | boolean {
  const line = m.ascii();
  return line === "01" || (line === "00" ? false : decimal(m, line));
}

/** "12", or "12L" as Python 2 wrote long ones. */
function decimal(m: PickleMachine, line = m.ascii()): number {
  const value = /^-?\d{1,16}L?$/.test(line) ? Number(line.replace("L", "")) : Number.NaN;
  return m.sound(Number.isSafeInteger(value) ? value : undefined, EXACT);
}

function reduce(m: PickleMachine): void {
  const args = m.pop();
  m.call(m.pop(), args);
}

function tuple(m: PickleMachine, length: number): void {
  const items: PickleValue[] = [];
  for (let i = 0; i < length; i++) items.unshift(m.pop());
  m.pushList(items);
}
