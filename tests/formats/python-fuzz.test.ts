/**
 * Programs made by a grammar: whatever is written, a reader refuses it in words or gives a model, soon, and the same one each
 * time. Sound pieces are put together in unsound ways, so that most programs get past the parser.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { InputError } from "../../src/index.js";
import { readKerasScript } from "../../src/model/script.js";
import { fuzz, type Target } from "../files/fuzzing.js";
import type { Dice } from "../files/mutate.js";

const LAYERS = [
  "Dense",
  "LSTM",
  "GRU",
  "SimpleRNN",
  "Embedding",
  "Dropout",
  "Flatten",
  "Bidirectional",
  "Conv1D",
  "RNN",
];
const KEYS = [
  "units",
  "activation",
  "return_sequences",
  "input_shape",
  "weights",
  "name",
  "trainable",
  "rate",
  "kernel_initializer",
];
const OBJECTS = [
  "Adam",
  "SGD",
  "l2",
  "Constant",
  "EarlyStopping",
  "Tokenizer",
  "TextVectorization",
  "AUC",
  "BinaryCrossentropy",
];
const METHODS = [
  "add",
  "pop",
  "append",
  "extend",
  "update",
  "compile",
  "fit",
  "build",
  "get",
  "items",
  "set_weights",
  "get_layer",
];
const OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "==", "<", " and ", " or ", " is ", " in "];

/** Writes one program. Names are few, so that they meet. */
class Writer {
  private left = 200;

  constructor(private readonly dice: Dice) {}

  program(): string {
    const lines = [
      "from keras import *",
      "from keras.layers import *",
      "import numpy as np",
      ...(this.dice.roll(2) ? ["m = Sequential()"] : []),
    ];
    const count = 1 + this.dice.roll(12);
    for (let i = 0; i < count; i++) lines.push(...this.statement(0));
    if (this.dice.roll(2))
      lines.push(
        `m = Sequential([Input((${this.dice.roll(9)},)), Embedding(9, 2), LSTM(${this.expression(2)}), Dense(1)])`,
      );
    if (this.dice.roll(3) === 0)
      lines.push(
        `m.compile(${this.expression(1)}, loss=${this.expression(1)}, metrics=[${this.expression(1)}])`,
      );
    if (this.dice.roll(3) === 0)
      lines.push(`m.fit(x, y, epochs=${this.expression(1)}, callbacks=[${this.expression(1)}])`);
    return `${lines.join("\n")}\n`;
  }

  private name(): string {
    return this.dice.pick(["a", "b", "c", "m", "x", "f", "g", "Dense", "__proto__", "constructor"]);
  }

  private statement(depth: number): string[] {
    const pad = "  ".repeat(depth);
    if (--this.left < 0 || depth > 5) return [`${pad}pass`];
    const block = () => Array.from({ length: 1 + this.dice.roll(3) }, () => this.statement(depth + 1)).flat();
    switch (this.dice.roll(16)) {
      case 0:
        return [`${pad}for ${this.name()} in ${this.expression(1)}:`, ...block()];
      case 1:
        return [
          `${pad}if ${this.expression(1)}:`,
          ...block(),
          `${pad}elif ${this.expression(1)}:`,
          ...block(),
          `${pad}else:`,
          ...block(),
        ];
      case 2:
        return [
          `${pad}def ${this.name()}(${this.dice.pick(["", "x", "x, *a", "a=1, **b", "*, c=2"])}):`,
          ...block(),
          `${pad}  return ${this.expression(2)}`,
        ];
      case 3:
        return [`${pad}while ${this.expression(1)}:`, ...block()];
      case 4:
        return [`${pad}${this.name()}.${this.dice.pick(METHODS)}(${this.arguments(1)})`];
      case 5:
        return [`${pad}${this.name()}[${this.expression(1)}] = ${this.expression(1)}`];
      case 6:
        return [
          `${pad}${this.name()}.${this.dice.pick(["trainable", "units", "x"])} = ${this.expression(1)}`,
        ];
      case 7:
        return [`${pad}${this.name()} ${this.dice.pick(["+", "*", "**", "//"])}= ${this.expression(1)}`];
      case 8:
        return [
          `${pad}${this.dice.pick(["break", "continue", "pass", "del a", "global m", "import a as b", "return 1", "raise a"])}`,
        ];
      case 9:
        return [`${pad}try:`, ...block(), `${pad}except a as b:`, ...block()];
      case 10: {
        const base = this.dice.pick(["", "", "(a)", "(object)", "(Model)", "(b, c)"]);
        const decorator = this.dice
          .pick([[], ["@property"], ["@staticmethod"], ["@f"]])
          .map((line) => `${pad}  ${line}`);
        return [
          `${pad}class ${this.name()}${base}:`,
          `${pad}  def __init__(self, x=${this.expression(3)}):`,
          `${pad}    self.x = ${this.expression(1)}`,
          `${pad}    super().__init__(${this.arguments(2)})`,
          ...decorator,
          `${pad}  def f(self):`,
          ...block().map((line) => `    ${line}`),
          `${pad}    return ${this.dice.pick(["self.x", "self", "self.f()"])}`,
        ];
      }
      case 11:
        return [
          `${pad}x = ${this.dice.pick(["np.zeros", "np.reshape", "pad_sequences", "train_test_split"])}(${this.arguments(1)})`,
        ];
      default:
        return [
          `${pad}${this.dice.pick([this.name(), `${this.name()}, ${this.name()}`])} = ${this.expression(0)}`,
        ];
    }
  }

  private arguments(depth: number): string {
    return Array.from({ length: this.dice.roll(4) }, () => {
      const value = this.expression(depth + 1);
      return this.dice.pick([
        value,
        value,
        `${this.dice.pick(KEYS)}=${value}`,
        `*${this.name()}`,
        `**${this.name()}`,
      ]);
    }).join(", ");
  }

  private expression(depth: number): string {
    if (--this.left < 0 || depth > 4) return this.dice.pick([this.name(), "1"]);
    const inner = () => this.expression(depth + 1);
    switch (this.dice.roll(15)) {
      case 0:
        return `[${inner()}, ${inner()}]`;
      case 1:
        return `{${inner()}: ${inner()}, **${this.name()}}`;
      case 2:
        return `[${inner()} for ${this.name()} in ${inner()}]`;
      case 3:
        return `(${inner()} ${this.dice.pick(OPERATORS)} ${inner()})`;
      case 4:
        return `(${inner()} if ${inner()} else ${inner()})`;
      case 5:
        return `${this.dice.pick(LAYERS)}(${this.arguments(depth)})`;
      case 6:
        return `${this.dice.pick(LAYERS)}(${this.arguments(depth)})(${inner()})`;
      case 7:
        return `${this.dice.pick(OBJECTS)}(${this.arguments(depth)})`;
      case 8:
        return `Model(${inner()}, ${inner()})`;
      case 9:
        return `${this.name()}(${this.arguments(depth)})`;
      case 10:
        return `${this.dice.pick(["range", "len", "int", "str", "enumerate", "zip", "max", "dict", "list"])}(${inner()})`;
      case 11:
        return this.dice.pick([
          `f"a{${this.name()}}"`,
          `${this.name()}.x`,
          `${this.name()}().f()`,
          "x.shape[1]",
          "x[1:]",
          "lambda: m.add(a)",
        ]);
      case 12:
        return this.dice.pick([
          "10**9",
          "1e400",
          "0.5",
          "-3",
          "2**60",
          "64/2",
          "'relu'",
          "'\\x1b[2J'",
          "None",
          "True",
          "()",
          "1.",
        ]);
      case 13:
        return `${this.name()}[${inner()}]`;
      default:
        return this.dice.pick([this.name(), String(this.dice.roll(40)), "Input((4,))", "m"]);
    }
  }
}

const outcome = (source: string): string => {
  try {
    const { model, receipt, settings, unread } = readKerasScript(source);
    const { name } = model;
    model.dispose();
    return JSON.stringify({ name, receipt, settings, unread: unread.map(({ line, what }) => [line, what]) });
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
};

const read = (bytes: Uint8Array): void => {
  const source = new TextDecoder().decode(bytes);
  const first = outcome(source);
  assert.equal(outcome(source), first, "the same each time");
  if (!first.startsWith("{")) throw new InputError(first);
  for (const line of (JSON.parse(first) as { receipt: { ignored: string[] } }).receipt.ignored) {
    assert.match(line, /^[^\n]{1,1000}$/, "one line");
  }
};

const TARGETS: Record<string, Target> = {
  "programs by a grammar": {
    make: (dice) => new TextEncoder().encode(new Writer(dice).program()),
    open: read,
  },
};

describe("scripts that are put together at random are read or refused", () => {
  fuzz(TARGETS, 3);
});
