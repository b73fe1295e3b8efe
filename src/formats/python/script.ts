/**
 * Reads a model out of a Python script by parsing it. The script is never run: statements are followed as far as
 * constants, simple arithmetic, imports, functions of the script's own and Keras's classes go. Whatever else the model
 * depends on is named with its line.
 */
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/python";
import { InputError } from "../../errors.js";
import { children, describe, Evaluator } from "./expressions.js";
import { data, type FunctionValue, type ModelValue, scriptError, unknown, type Value } from "./values.js";

/** Longer scripts than this are no one's homework. */
const LONGEST = 1_000_000;
/** Statements followed in all, those in loops and functions counted each time. */
const MOST_STATEMENTS = 20_000;

/** Values that the caller knows and the script computes: { vocab_size: 1000 }. */
export type Definitions = Readonly<Record<string, number | string | boolean>>;

/** The last model that the script makes. @throws InputError naming the line that cannot be read */
export function readScriptModel(source: string, file: string, definitions: Definitions = {}): ModelValue {
  if (source.length > LONGEST)
    throw new InputError(`${file}: expected a script of at most ${LONGEST} characters.`);
  // The parser takes "1." for no number: its digits move to where the dot was.
  const script = new Script(source.replace(/(?<![\w.])(\d+)\.(?![\w.])/g, " $1"), file, definitions);
  script.runAll();
  const model = script.models.filter(isFinished).at(-1);
  if (model) return model;
  const inClass = /^[ \t]*class\s+\w+[^\n]*\n/gm.exec(source);
  if (inClass) {
    const line = source.slice(0, inClass.index).split("\n").length;
    const what = inClass[0].trim().replace(/:$/, "");
    throw scriptError(
      file,
      line,
      `${what.slice(0, 60)}: models made by classes are not read. Write the layers out.`,
    );
  }
  throw new InputError(
    `${file}: expected a Keras model (Sequential([...]), model.add(...) or Model(inputs, outputs)), found none.`,
  );
}

const isFinished = (model: ModelValue) => model.layers === null || model.layers.length > 0;

class Script {
  readonly models: ModelValue[] = [];
  private readonly starts: number[] = [0];
  private readonly globals = new Map<string, Value>();
  private readonly fixed: ReadonlySet<string>;
  private left = MOST_STATEMENTS;

  constructor(
    private readonly source: string,
    private readonly file: string,
    definitions: Definitions,
  ) {
    for (let i = 0; i < source.length; i++) if (source.charCodeAt(i) === 10) this.starts.push(i + 1);
    this.fixed = new Set(Object.keys(definitions));
    for (const [name, value] of Object.entries(definitions)) this.globals.set(name, data(value));
  }

  private lineOf = (position: number): number => {
    let low = 0;
    let high = this.starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.starts[middle]! <= position) low = middle;
      else high = middle;
    }
    return low + 1;
  };

  runAll(): void {
    const { topNode } = parser.parse(this.source);
    this.refuseBrokenSyntax(topNode);
    const evaluator = new Evaluator(this.file, this.source, this.lineOf, this.globals, this.models);
    this.block(topNode, evaluator);
    if (this.models.some(isFinished)) return;
    // A script that only defines functions (an imported module): each is tried with its defaults.
    for (const value of this.globals.values()) {
      if (value.kind === "function" && !this.models.some(isFinished)) this.runFunction(value.definition);
    }
  }

  private runFunction(definition: FunctionValue): void {
    const bound = definition.parameters.map(({ name, fallback }) => {
      const missing = unknown(`the argument ${name} of ${definition.name}()`, definition.line);
      return [name, this.globals.get(name) ?? fallback ?? missing] as const;
    });
    definition.run(new Map(bound), 0);
  }

  private refuseBrokenSyntax(top: SyntaxNode): void {
    const cursor = top.cursor();
    do {
      if (!cursor.type.isError) continue;
      const line = this.lineOf(cursor.from);
      const text = this.source.split("\n")[line - 1]?.trim().slice(0, 50);
      throw scriptError(this.file, line, `this is not valid Python: ${text}`);
    } while (cursor.next());
  }

  /** Follows the statements of a body; gives what `return` gives, or null. */
  private block(body: SyntaxNode, evaluator: Evaluator): Value | null {
    for (let node = body.firstChild; node; node = node.nextSibling) {
      const returned = this.statement(node, evaluator);
      if (returned) return returned;
    }
    return null;
  }

  private statement(node: SyntaxNode, evaluator: Evaluator): Value | null {
    if (--this.left < 0) evaluator.fail(node, "the script is too long to follow.");
    switch (node.name) {
      case "ImportStatement":
        this.imports(node, evaluator);
        return null;
      case "StatementGroup":
        return this.block(node, evaluator);
      case "AssignStatement":
        this.assign(node, evaluator);
        return null;
      case "UpdateStatement":
        this.update(node, evaluator);
        return null;
      case "ExpressionStatement":
        evaluator.evaluate(node.firstChild!);
        return null;
      case "ReturnStatement": {
        const value = children(node).filter((child) => child.name !== "return")[0];
        return value ? evaluator.evaluate(value) : data(null);
      }
      case "FunctionDefinition":
        this.define(node, evaluator);
        return null;
      case "ForStatement":
        return this.loop(node, evaluator);
      case "WithStatement":
      case "TryStatement":
        return this.bodies(node, evaluator);
      case "IfStatement":
        return this.condition(node, evaluator);
      case "WhileStatement":
        this.refuseModelChanges(node, evaluator, "a while loop");
        return null;
      default:
        return null;
    }
  }

  /** Binds what an import brings to its path. */
  private imports(node: SyntaxNode, evaluator: Evaluator): void {
    const text = evaluator
      .text(node)
      .replace(/[()\\]|#.*$/gm, " ")
      .replace(/\s+/g, " ")
      .trim();
    const from = /^from ([\w.]+) import (.+)$/.exec(text);
    const names = (from ? from[2]! : text.replace(/^import /, "")).split(",");
    for (const item of names) {
      const [path, alias] = item.trim().split(" as ") as [string, string | undefined];
      if (path === "*" || path === "") continue;
      if (from) this.bind(evaluator, alias ?? path, { kind: "name", path: `${from[1]}.${path}` });
      // `import tensorflow.keras` binds "tensorflow"; with an alias, the whole path.
      else
        this.bind(evaluator, alias ?? path.split(".")[0]!, {
          kind: "name",
          path: alias ? path : path.split(".")[0]!,
        });
    }
  }

  private bind(evaluator: Evaluator, name: string, value: Value): void {
    if (!this.fixed.has(name)) evaluator.names.set(name, value);
  }

  /** a = b = value; a, b = values; a: int = value */
  private assign(node: SyntaxNode, evaluator: Evaluator): void {
    const sides: SyntaxNode[][] = [[]];
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.name === "AssignOp") sides.push([]);
      else if (child.name !== "," && child.name !== "TypeDef" && child.name !== "Comment")
        sides.at(-1)!.push(child);
    }
    const right = sides.pop()!;
    if (sides.length === 0) return;
    const values = right.map((child) => evaluator.evaluate(child));
    const value: Value = values.length === 1 ? values[0]! : { kind: "list", items: values };
    for (const targets of sides) this.bindTargets(targets, value, node, evaluator);
  }

  private bindTargets(targets: SyntaxNode[], value: Value, node: SyntaxNode, evaluator: Evaluator): void {
    const flat = targets.flatMap((target) =>
      /^(Tuple|Array|Parenthesized)/.test(target.name) ? children(target) : [target],
    );
    if (flat.length === 1) {
      if (flat[0]!.name === "VariableName") this.bind(evaluator, evaluator.text(flat[0]!), value);
      return;
    }
    flat.forEach((target, i) => {
      if (target.name !== "VariableName") return;
      // output, state_h, state_c = LSTM(…, return_state=True)(x)
      const output = value.kind === "tensor" && i === 0 ? value : undefined;
      const item = value.kind === "list" ? value.items[i] : output;
      this.bind(evaluator, evaluator.text(target), item ?? evaluator.unknown(node));
    });
  }

  /** a += 1 and the like: followed for numbers and lists, else the name becomes unknown. */
  private update(node: SyntaxNode, evaluator: Evaluator): void {
    const [target, value] = children(node).filter(({ name }) => name !== "UpdateOp");
    if (target?.name !== "VariableName") return;
    const name = evaluator.text(target);
    const operator = evaluator.text(node.getChild("UpdateOp") ?? node).replace(/=$/, "");
    const before = evaluator.names.get(name);
    const known = before && value && evaluator.arithmetic(operator, before, evaluator.evaluate(value), node);
    this.bind(evaluator, name, known ?? evaluator.unknown(node));
  }

  private define(node: SyntaxNode, evaluator: Evaluator): void {
    const name = evaluator.text(node.getChild("VariableName")!);
    const body = node.getChild("Body")!;
    const definition: FunctionValue = {
      name,
      parameters: this.parameters(node.getChild("ParamList")!, evaluator),
      line: evaluator.line(node),
      run: (bound, depth) => {
        const inner = evaluator.inside(new Map([...this.globals, ...bound]), depth);
        return this.block(body, inner) ?? data(null);
      },
    };
    this.bind(evaluator, name, { kind: "function", definition });
  }

  private parameters(list: SyntaxNode, evaluator: Evaluator): FunctionValue["parameters"] {
    const found: FunctionValue["parameters"] = [];
    for (let child = list.firstChild; child; child = child.nextSibling) {
      if (child.name === "VariableName") found.push({ name: evaluator.text(child), fallback: null });
      else if (child.name === "AssignOp" && child.nextSibling) {
        found.at(-1)!.fallback = evaluator.evaluate(child.nextSibling);
        child = child.nextSibling;
      }
    }
    return found;
  }

  private loop(node: SyntaxNode, evaluator: Evaluator): Value | null {
    const parts = children(node).filter(({ name }) => !["for", "in", "async", "else"].includes(name));
    const body = node.getChild("Body")!;
    const targets = parts.slice(0, -2).filter(({ name }) => name !== "Body");
    const over = evaluator.evaluate(parts.at(-2)!);
    if (over.kind !== "list") {
      this.refuseModelChanges(node, evaluator, `a loop over ${describe(over)}`);
      return null;
    }
    for (const item of over.items) {
      this.bindTargets(targets, item, node, evaluator);
      const returned = this.block(body, evaluator);
      if (returned) return returned;
    }
    return null;
  }

  /** `with` and `try`: the first body. */
  private bodies(node: SyntaxNode, evaluator: Evaluator): Value | null {
    const body = node.getChild("Body");
    return body && this.block(body, evaluator);
  }

  /** `if __name__ == "__main__"` is taken; a condition that decides about a model cannot be. */
  private condition(node: SyntaxNode, evaluator: Evaluator): Value | null {
    const test = children(node).find(({ name }) => name !== "if" && name !== "Body");
    const text = test ? evaluator.text(test) : "";
    if (/__name__\s*==/.test(text)) return this.bodies(node, evaluator);
    const known = test && evaluator.evaluate(test);
    if (known?.kind === "data") {
      const [then, otherwise] = node.getChildren("Body");
      const taken = known.value ? then : otherwise;
      return taken ? this.block(taken, evaluator) : null;
    }
    this.refuseModelChanges(node, evaluator, `the condition ${text}`);
    return null;
  }

  /** What is not followed must not change a model. */
  private refuseModelChanges(node: SyntaxNode, evaluator: Evaluator, what: string): void {
    const text = evaluator.text(node);
    const touched = /\b(\w+)\.(add|pop)\s*\(/.exec(text);
    const owner = touched && evaluator.names.get(touched[1]!);
    if (owner?.kind === "model" || /\bSequential\s*\(/.test(text)) {
      evaluator.fail(node, `${what} changes the model, and is not run. Write the layers out.`);
    }
  }
}
