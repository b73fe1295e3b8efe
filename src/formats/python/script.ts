/**
 * Reads a model out of a Python script by parsing it. The script is never run: statements are followed as far as
 * constants, simple arithmetic, imports, functions of the script's own and Keras's classes go. Whatever else the model
 * depends on is named with its line; what is not followed makes unknown what it would have changed.
 */
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/python";
import { InputError } from "../../base/errors.js";
import { label } from "../../base/label.js";
import { Work } from "../../base/work.js";
import { effectsOf } from "./effects.js";
import { children, Evaluator, truth } from "./expressions.js";
import { TEXT_TOOLS } from "./keras-names.js";
import { KEPT, Names, Session } from "./session.js";
import { lineStarts, numbersWhole } from "./source.js";
import {
  data,
  describe,
  type FunctionValue,
  list,
  type ModelValue,
  type Parameter,
  scalar,
  scriptError,
  unknown,
  type Value,
} from "./values.js";

/** Characters; longer scripts than this are no one's homework. */
const LONGEST = 250_000;
/** A loop longer than this is followed only where it makes or changes something. */
const LONG_LOOP = 64;

/** Values that the caller knows and the script computes: { vocab_size: 1000 }. */
export type Definitions = Readonly<Record<string, number | string | boolean>>;

/** What following a script came to. */
export interface Followed {
  model: ModelValue;
  /** The other models that it makes, with their layers in none of these. */
  others: ModelValue[];
  session: Session;
  /** What was taken for granted. */
  assumed: string[];
}

/** A script's text from its file. @throws InputError for one that is longer than any script */
export function decodeScript(bytes: Uint8Array, file: string): string {
  if (bytes.length > 4 * LONGEST) throw tooLong(file, `${bytes.length} bytes`);
  return new TextDecoder().decode(bytes);
}

const tooLong = (file: string, received: number | string) =>
  new InputError(`${file}: expected a script of at most ${LONGEST} characters but received ${received}.`);

/** The model that the script trains, or else the last it makes. @throws InputError naming the line that cannot be read */
export function followScript(source: string, file: string, definitions: Definitions = {}): Followed {
  if (source.length > LONGEST) throw tooLong(file, source.length);
  const script = new Script(numbersWhole(source), file, definitions);
  script.runAll();
  const { session, assumed } = script;
  const tops = session.models.filter((model) => isFinished(model) && model.uses === 0);
  const model =
    tops.findLast(({ fit }) => fit) ??
    tops.findLast(({ compile }) => compile) ??
    tops.at(-1) ??
    session.models.filter(isFinished).at(-1);
  if (model?.broken) throw model.broken;
  if (model) return { model, others: tops.filter((other) => other !== model), session, assumed };
  const [first] = script.classes;
  if (first) {
    throw scriptError(
      file,
      first.line,
      `${first.head}: models made by classes are not read. Write the layers out.`,
    );
  }
  throw new InputError(
    `${file}: expected a Keras model (Sequential([...]), model.add(...) or Model(inputs, outputs)), found none.`,
  );
}

const isFinished = (model: ModelValue) => model.layers === null || model.layers.length > 0;

/** What a statement comes to: a value that is returned, the end of a loop or of one round, or nothing. */
type Flow = Value | "break" | "continue" | null;

class Script {
  readonly session: Session;
  readonly assumed: string[] = [];
  readonly classes: { head: string; line: number }[] = [];
  private readonly globals: Names;

  constructor(
    private readonly source: string,
    private readonly file: string,
    definitions: Definitions,
  ) {
    const lineOf = lineStarts(source);
    this.session = new Session(file, source, lineOf, new Work(file, source.length));
    this.globals = new Names(null, new Set(Object.keys(definitions)));
    for (const [name, value] of Object.entries(definitions)) this.globals.define(name, data(value));
  }

  runAll(): void {
    const evaluator = new Evaluator(this.session, this.globals);
    const { models } = this.session;
    this.block(this.parse(), evaluator);
    if (models.some(isFinished)) return;
    // A script that only defines functions (an imported module): each is tried with its defaults.
    for (const value of [...this.globals.values()]) {
      if (value.kind !== "function" || models.some(isFinished)) continue;
      this.runFunction(value.definition);
      if (models.some(isFinished)) {
        this.assumed.push(
          `line ${value.definition.line}: ${value.definition.name}() makes the model, called with its defaults`,
        );
      }
    }
  }

  private parse(): SyntaxNode {
    try {
      return STRICT.parse(this.source).topNode;
    } catch (error) {
      const at = error instanceof SyntaxError && /^No parse at (\d+)/.exec(error.message);
      if (!at) throw error;
      const line = this.session.lineOf(Math.min(Number(at[1]), this.source.length - 1));
      const text = this.source.split("\n", line)[line - 1]?.trim().slice(0, 50);
      throw scriptError(this.file, line, `this is not valid Python: ${label(text ?? "")}`);
    }
  }

  private runFunction(definition: FunctionValue): void {
    const bound = definition.parameters.map(({ name, fallback }) => {
      const missing = unknown(`the argument ${name} of ${definition.name}()`, definition.line);
      return [name, this.globals.get(name) ?? fallback ?? missing] as const;
    });
    definition.run(new Map(bound), 0);
  }

  /** Follows the statements of a body; gives what ends it early, or null. */
  private block(body: SyntaxNode, evaluator: Evaluator): Flow {
    return evaluator.deeper(body, () => {
      for (let node = body.firstChild; node; node = node.nextSibling) {
        const flow = this.statement(node, evaluator);
        if (flow !== null) return flow;
      }
      return null;
    });
  }

  private statement(node: SyntaxNode, evaluator: Evaluator): Flow {
    this.session.work.spend(KEPT);
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
        const values = children(node).filter((child) => child.name !== "return");
        if (values.length > 1) return list(values.map((value) => evaluator.evaluate(value)));
        return values[0] ? evaluator.evaluate(values[0]) : data(null);
      }
      case "BreakStatement":
        return "break";
      case "ContinueStatement":
        return "continue";
      case "RaiseStatement":
        return evaluator.fail(node, "the script raises an error here.");
      case "FunctionDefinition":
        this.define(node, evaluator);
        return null;
      case "ClassDefinition":
        this.class(node, evaluator);
        return null;
      case "DecoratedStatement":
        this.forget(node, evaluator);
        return null;
      case "ScopeStatement":
        for (const name of node.getChildren("VariableName")) evaluator.globals.add(evaluator.text(name));
        return null;
      case "DeleteStatement":
        this.forget(node, evaluator);
        return null;
      case "ForStatement":
        return this.loop(node, evaluator);
      case "WithStatement":
        return this.with(node, evaluator);
      case "TryStatement":
        return this.try(node, evaluator);
      case "IfStatement":
        return this.condition(node, evaluator);
      case "WhileStatement":
        this.leave(node, evaluator, "a while loop");
        return null;
      case "MatchStatement":
        this.leave(node, evaluator, "a match statement");
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
    this.session.work.spend(10 * text.length);
    const from = /^from ([\w.]+) import (.+)$/.exec(text);
    const names = (from ? from[2]! : text.replace(/^import /, "")).split(",");
    for (const root of new Set((from ? [from[1]!] : names).map((name) => name.trim().split(/[. ]/)[0]!))) {
      if (!TEXT_TOOLS.has(root)) continue;
      const what = `import ${root}: what it does to texts is not done by train`;
      this.session.leaveAside(evaluator.line(node), what);
    }
    for (const item of names) {
      const [path, alias] = item.trim().split(" as ") as [string, string | undefined];
      if (path === "*" || path === "") continue;
      if (from) evaluator.bind(alias ?? path, { kind: "name", path: `${from[1]}.${path}` });
      // `import tensorflow.keras` binds "tensorflow"; with an alias, the whole path.
      else {
        const root = path.split(".")[0]!;
        evaluator.bind(alias ?? root, { kind: "name", path: alias ? path : root });
      }
    }
  }

  /** a = b = value; a, b = values; a: int = value */
  private assign(node: SyntaxNode, evaluator: Evaluator): void {
    const sides: SyntaxNode[][] = [[]];
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.name === "AssignOp") sides.push([]);
      else if (!["*", ",", "TypeDef", "Comment"].includes(child.name)) sides.at(-1)!.push(child);
    }
    const right = sides.pop()!;
    if (sides.length === 0) return;
    const values = right.map((child) => evaluator.evaluate(child));
    const value: Value = values.length === 1 && !this.isTuple(node) ? values[0]! : list(values);
    for (const targets of sides) this.bindTargets(targets, value, node, evaluator);
  }

  /** Whether what stands last is "a,": a list of one. */
  private isTuple(node: SyntaxNode): boolean {
    return node.lastChild?.name === ",";
  }

  private bindTargets(targets: SyntaxNode[], value: Value, node: SyntaxNode, evaluator: Evaluator): void {
    const flat = targets.flatMap((target) =>
      /^(Tuple|Array|Parenthesized)Expression$/.test(target.name) ? children(target) : [target],
    );
    const grouped = targets.length === 1 && /^(Tuple|Array)Expression$/.test(targets[0]!.name);
    if (flat.length === 1 && !grouped) {
      this.bindOne(flat[0]!, value, node, evaluator);
      return;
    }
    flat.forEach((target, i) => {
      // output, state_h, state_c = LSTM(…, return_state=True)(x)
      const output = value.kind === "tensor" && i === 0 ? value : undefined;
      const item = value.kind === "list" && value.spoiled === null ? value.items[i] : output;
      this.bindOne(target, item ?? evaluator.unknown(node), node, evaluator);
    });
  }

  private bindOne(target: SyntaxNode, value: Value, node: SyntaxNode, evaluator: Evaluator): void {
    if (target.name === "VariableName") evaluator.bind(evaluator.text(target), value);
    else if (target.name === "MemberExpression") this.setMember(target, value, evaluator);
    else if (/^(Tuple|Array|Parenthesized)Expression$/.test(target.name)) {
      evaluator.deeper(target, () => this.bindTargets([target], value, node, evaluator));
    }
  }

  /** a["b"] = value; layer.trainable = value */
  private setMember(target: SyntaxNode, value: Value, evaluator: Evaluator): void {
    const parts = children(target);
    const owner = evaluator.evaluate(parts[0]!);
    const line = evaluator.line(target);
    const property = target.lastChild?.name === "PropertyName" ? evaluator.text(target.lastChild) : null;
    if (owner.kind === "list" || owner.kind === "dictionary") {
      const at =
        parts.length === 2 && !target.getChild(":") ? scalar(evaluator.evaluate(parts[1]!)) : undefined;
      this.session.work.hold(4 * KEPT);
      if (owner.kind === "dictionary" && at !== undefined) owner.entries.set(String(at), value);
      else if (owner.kind === "list" && typeof at === "number" && at in owner.items) owner.items[at] = value;
      else owner.spoiled = `line ${line}`;
      return;
    }
    if (property === null) return;
    if ((owner.kind === "layer" || owner.kind === "model") && property === "trainable") {
      if (typeof scalar(value) !== "boolean") {
        evaluator.fail(target, `trainable is ${describe(value)}. Write True or False.`);
      }
      this.setTrainable(owner, value);
    } else if (owner.kind === "object") owner.config.set(property, value);
    else if (owner.kind === "unknown" && property === "trainable") {
      const what = "trainable is set of something that is not followed";
      this.session.cannotRead({ line, what, next: "Name the layer.", model: null, about: "model" });
    } else if (owner.kind === "layer" || owner.kind === "model" || owner.kind === "method") {
      const name = scalar(value);
      if (property === "name" && owner.kind !== "method" && typeof name === "string") owner.name = name;
      if (["name", "_name", "stop_training"].includes(property)) return;
      const model = owner.kind === "model" ? owner : null;
      const what = `${label(evaluator.text(target).slice(0, 50))} is set, which is not followed`;
      const next = "Give it where the layer or model is made, if it takes it there.";
      this.session.cannotRead({
        line,
        what,
        next,
        model,
        about: property === "lr" || property === "learning_rate" ? "optimizer" : "model",
      });
    }
  }

  /** As in Keras, of a model's layers as they are now. */
  private setTrainable(owner: ModelValue | (Value & { kind: "layer" }), value: Value): void {
    const left: (ModelValue | (Value & { kind: "layer" | "tensor" }))[] = [owner];
    const seen = new Set<object>();
    while (left.length > 0) {
      const item = left.pop()!;
      if (seen.has(item)) continue;
      seen.add(item);
      this.session.work.spend(KEPT);
      if (item.kind === "layer") item.config.set("trainable", value);
      else if (item.kind === "tensor") left.push(item.layer, ...item.inputs);
      else left.push(...(item.layers ?? item.outputs));
    }
  }

  /** a += 1 and the like: followed for numbers, texts and lists, else the name becomes unknown. */
  private update(node: SyntaxNode, evaluator: Evaluator): void {
    const [target, value] = children(node).filter(({ name }) => name !== "UpdateOp");
    if (!target || !value) return;
    const given = evaluator.evaluate(value);
    if (target.name !== "VariableName") {
      if (target.name === "MemberExpression") this.setMember(target, evaluator.unknown(node), evaluator);
      return;
    }
    const name = evaluator.text(target);
    const operator = evaluator.text(node.getChild("UpdateOp") ?? node).replace(/=$/, "");
    const before = evaluator.names.get(name);
    if (operator === "+" && before?.kind === "list" && given.kind === "list" && given.spoiled === null) {
      // In place: other names of the same list see it.
      const after = evaluator.arithmetic("+", before, given, node);
      if (after.kind === "list") before.items = after.items;
      else evaluator.bind(name, after);
      return;
    }
    evaluator.bind(
      name,
      before ? evaluator.arithmetic(operator, before, given, node) : evaluator.unknown(node),
    );
  }

  private define(node: SyntaxNode, evaluator: Evaluator): void {
    const name = evaluator.text(node.getChild("VariableName")!);
    const body = node.getChild("Body")!;
    const line = evaluator.line(node);
    const definition: FunctionValue = {
      name,
      parameters: this.parameters(node.getChild("ParamList")!, evaluator),
      line,
      run: (bound) => {
        if (effectsOf(body, this.session).yields) return unknown(`${name}()`, line);
        const names = new Names(evaluator.names);
        for (const [parameter, value] of bound) names.define(parameter, value);
        const flow = this.block(body, new Evaluator(this.session, names));
        return flow === null || typeof flow === "string" ? data(null) : flow;
      },
    };
    const async = node.firstChild?.name === "async";
    evaluator.bind(name, async ? unknown(`${name}, which is async`, line) : { kind: "function", definition });
  }

  private parameters(parts: SyntaxNode, evaluator: Evaluator): Parameter[] {
    const found: Parameter[] = [];
    let how: Parameter["how"] = "";
    for (let child = parts.firstChild; child; child = child.nextSibling) {
      if (child.name === "*" || child.name === "**") {
        how = child.nextSibling?.name === "VariableName" ? child.name : "key";
      } else if (child.name === "VariableName") {
        found.push({ name: evaluator.text(child), fallback: null, how });
        if (how === "*") how = "key";
      } else if (child.name === "AssignOp" && child.nextSibling) {
        found.at(-1)!.fallback = evaluator.evaluate(child.nextSibling);
        child = child.nextSibling;
      }
    }
    return found;
  }

  private class(node: SyntaxNode, evaluator: Evaluator): void {
    const line = evaluator.line(node);
    const text = this.source.slice(node.from, Math.min(node.to, node.from + 200)).split("\n")[0]!;
    const head = label(text.trim().replace(/:.*$/, "").slice(0, 60));
    this.classes.push({ head, line });
    const name = node.getChild("VariableName");
    if (name) evaluator.bind(evaluator.text(name), unknown(head, line));
  }

  private loop(node: SyntaxNode, evaluator: Evaluator): Flow {
    const body = node.getChild("Body")!;
    const [targets, over] = this.loopParts(node);
    const values = over && evaluator.evaluate(over);
    if (values?.kind !== "list" || values.spoiled !== null) {
      this.leave(node, evaluator, values ? `a loop over ${describe(values)}` : "a loop");
      return null;
    }
    if (values.items.length > LONG_LOOP && !this.matters(body, evaluator)) {
      this.forget(node, evaluator);
      return null;
    }
    // A list that grows while it is followed would never end.
    for (const item of [...values.items]) {
      this.bindTargets(targets, item, node, evaluator);
      const flow = this.block(body, evaluator);
      if (flow === "break") return null;
      if (flow !== null && flow !== "continue") return flow;
    }
    const otherwise = node.getChildren("Body")[1];
    return otherwise ? this.block(otherwise, evaluator) : null;
  }

  /** What a loop binds, and what it goes over. */
  private loopParts(node: SyntaxNode): [SyntaxNode[], SyntaxNode | undefined] {
    const targets: SyntaxNode[] = [];
    const over: SyntaxNode[] = [];
    let side = targets;
    for (const child of children(node)) {
      if (child.name === "Body") break;
      if (child.name === "in") side = over;
      else if (child.name !== "for" && child.name !== "async") side.push(child);
    }
    return [targets, over.length === 1 ? over[0] : undefined];
  }

  private with(node: SyntaxNode, evaluator: Evaluator): Flow {
    for (let child = node.firstChild; child && child.name !== "Body"; child = child.nextSibling) {
      if (child.name !== "as" || child.nextSibling?.name !== "VariableName") continue;
      evaluator.bind(evaluator.text(child.nextSibling), evaluator.unknown(child.nextSibling));
    }
    const body = node.getChild("Body");
    return body && this.block(body, evaluator);
  }

  /** What is tried is taken to work: its body, then `else` and `finally`. */
  private try(node: SyntaxNode, evaluator: Evaluator): Flow {
    let word = "";
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (["try", "except", "else", "finally"].includes(child.name)) word = child.name;
      if (child.name !== "Body" || word === "except") continue;
      const flow = this.block(child, evaluator);
      if (flow !== null) return flow;
    }
    return null;
  }

  /** `if __name__ == "__main__"` is taken; a condition that decides about a model cannot be. */
  private condition(node: SyntaxNode, evaluator: Evaluator): Flow {
    let test: SyntaxNode | null = null;
    for (const child of children(node)) {
      if (child.name === "if" || child.name === "elif") continue;
      if (child.name === "else") test = null;
      else if (child.name !== "Body") test = child;
      else {
        const text = test ? this.source.slice(test.from, Math.min(test.to, test.from + 200)) : "";
        const known = !test || /__name__\s*==/.test(text) ? true : truth(evaluator.evaluate(test));
        if (known === undefined) {
          this.leave(node, evaluator, `the condition ${label(text.replace(/\s+/g, " ").slice(0, 60))}`);
          return null;
        }
        if (known) return this.block(child, evaluator);
      }
    }
    return null;
  }

  // ---- what is not followed -------------------------------------------------------------------------------

  /** Whether a loop's body makes or changes anything that is followed. */
  private matters(body: SyntaxNode, evaluator: Evaluator): boolean {
    const { touches, calls } = effectsOf(body, this.session);
    const counts = (name: string) =>
      !["unknown", "data", "name", undefined].includes(evaluator.names.get(name)?.kind);
    return (
      [...touches.keys()].some(counts) ||
      [...calls].some((name) => name === "Sequential" || name === "Model" || counts(name))
    );
  }

  /** What is not followed must not change a model; what it binds is unknown from there. */
  private leave(node: SyntaxNode, evaluator: Evaluator, what: string): void {
    const { touches, calls, sets } = effectsOf(node, this.session);
    const line = evaluator.line(node);
    const doubtful =
      ["set_weights", "load_weights"].find((name) => calls.has(name)) ??
      (sets.has("trainable") ? "trainable" : null);
    const refuse = () =>
      evaluator.fail(node, `${what} changes the model, and is not run. Write the layers out.`);
    if (calls.has("Sequential")) refuse();
    for (const [name, methods] of touches) {
      const owner = evaluator.names.get(name);
      if (owner?.kind === "model") {
        if (methods.has("add") || methods.has("pop")) refuse();
        if (methods.has("fit")) this.session.leaveAside(line, `${what} decides about ${label(name)}.fit()`);
        for (const method of ["compile", "load_weights", "set_weights", "build", "="]) {
          if (!methods.has(method)) continue;
          const how = method === "=" ? `what is set of ${name}` : `${name}.${method}()`;
          const next = "Write the script without it, as it is to be read.";
          this.session.cannotRead({
            line,
            what: `${what} decides about ${how}, and is not run`,
            next,
            model: owner,
            about: method,
          });
        }
      }
    }
    const said = this.session.unread.some((item) => item.line === line);
    if (doubtful && !said) {
      const next = "Write the script without it, as it is to be read.";
      const decides = `${what} decides about ${doubtful}, and is not run`;
      this.session.cannotRead({ line, what: decides, next, model: null, about: "weights" });
    }
    this.forget(node, evaluator);
  }

  /** Makes unknown what a piece would bind, and spoils what it would change in place. */
  private forget(node: SyntaxNode, evaluator: Evaluator): void {
    const { binds, touches } = effectsOf(node, this.session);
    const line = evaluator.line(node);
    for (const [name, methods] of touches) {
      const owner = evaluator.names.get(name);
      if (owner?.kind === "list" || owner?.kind === "dictionary") {
        const looks = [...methods].every((how) =>
          ["index", "count", "copy", "get", "items", "keys", "values"].includes(how),
        );
        if (!looks) owner.spoiled = `line ${line}`;
      } else if (owner?.kind === "layer" && (methods.has("=") || methods.has("set_weights"))) {
        evaluator.fail(node, `${owner.className} is changed by code that is not run. Write it out.`);
      }
    }
    for (const name of binds) evaluator.bind(name, unknown(label(name), line));
  }
}

/** Stops at the first place that is no Python, instead of looking for ways to go on. */
const STRICT = parser.configure({ strict: true });
