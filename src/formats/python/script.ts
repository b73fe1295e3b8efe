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
import { runFunction } from "./calls.js";
import { effectsOf } from "./effects.js";
import { children, Evaluator, truth, wordsOf } from "./expressions.js";
import { isKeras, TEXT_TOOLS } from "./keras-names.js";
import { lackError } from "./lacks.js";
import { boundTo, CLASS, instantiate } from "./objects.js";
import { reachOf } from "./reach.js";
import { KEPT, Names, Session } from "./session.js";
import { COMMON_NAMES, layerClass, namesIn } from "./signatures.js";
import { lineStarts, numbersWhole } from "./source.js";
import { Unfollowed } from "./unfollowed.js";
import {
  type ClassValue,
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
/** A loop longer than this is followed only where it builds something. */
const LONG_LOOP = 64;
/** Rounds of all loops that build nothing; later ones are left. */
const MOST_ROUNDS = 2000;

/** A value that the caller says; several for a tuple. */
export type Definition = number | string | boolean | null | readonly Definition[];
/** Values that the caller knows and the script computes, by its own words: { "len(chars)": 57, vocab_size: 1000 }. */
export type Definitions = Readonly<Record<string, Definition>>;

/** A script's text, and how its lines are called where it is put together from several pieces. */
export interface ScriptText {
  source: string;
  /** "line 5"; of a notebook: "cell 2 line 5". */
  at?: (line: number) => string;
}

/** What following a script came to. */
export interface Followed {
  model: ModelValue;
  /** The other models that it makes, with their layers in none of these. */
  others: ModelValue[];
  session: Session;
}

/** A script's text from its file. @throws InputError for one that is longer than any script */
export function decodeScript(bytes: Uint8Array, file: string): string {
  if (bytes.length > 4 * LONGEST) throw tooLong(file, `${bytes.length} bytes`);
  return new TextDecoder().decode(bytes);
}

const tooLong = (file: string, received: number | string) =>
  new InputError(`${file}: expected a script of at most ${LONGEST} characters but received ${received}.`);

/** The model that the script trains, or else the last it makes. @throws InputError naming the line that cannot be read */
export function followScript(text: ScriptText, file: string, definitions: Definitions = {}): Followed {
  if (text.source.length > LONGEST) throw tooLong(file, text.source.length);
  const script = new Script(text, file, definitions);
  script.runAll();
  const { session } = script;
  const tops = session.models.filter((model) => isFinished(model) && model.uses === 0);
  const model =
    tops.findLast(({ fit }) => fit) ??
    tops.findLast(({ compile }) => compile) ??
    tops.at(-1) ??
    session.models.filter(isFinished).at(-1);
  if (model) return { model, others: tops.filter((other) => other !== model), session };
  if (session.lacks.length > 0) throw lackError(session, session.lacks);
  const [first] = script.classes;
  if (first) {
    throw scriptError(
      session,
      first.line,
      `${first.head}: models made by classes are not read. Write the layers out.`,
    );
  }
  throw new InputError(
    `${file}: expected a Keras model (Sequential([...]), model.add(...) or Model(inputs, outputs)), found none.`,
  );
}

const isFinished = ({ layers, lacks }: ModelValue) =>
  layers === null || layers.length > 0 || lacks.length > 0;

/** What a statement comes to: a value that is returned, the end of a loop or of one round, or nothing. */
type Flow = Value | "break" | "continue" | null;

class Script {
  readonly session: Session;
  readonly classes: { head: string; line: number }[] = [];
  private readonly globals: Names;
  private readonly unfollowed: Unfollowed;
  private readonly source: string;

  constructor({ source, at = (line) => `line ${line}` }: ScriptText, file: string, definitions: Definitions) {
    this.source = numbersWhole(source);
    const lineOf = lineStarts(this.source);
    const work = new Work(file, source.length);
    const said = Object.entries(definitions).map(([text, value]) => [wordsOf(text), defined(value)] as const);
    this.session = new Session(file, this.source, lineOf, work, new Map(said), at);
    this.unfollowed = new Unfollowed(this.session);
    this.globals = new Names(null, new Set(said.map(([name]) => name)));
    for (const [name, value] of said) this.globals.define(name, value);
  }

  runAll(): void {
    const evaluator = new Evaluator(this.session, this.globals);
    const { models } = this.session;
    this.block(this.parse(), evaluator);
    if (models.some(isFinished)) return;
    // A script that only defines functions or classes (an imported module): each is tried with its defaults.
    for (const value of [...this.globals.values()]) {
      if (models.some(isFinished)) break;
      if (value.kind === "function") this.tryFunction(value.definition, `${value.definition.name}()`);
      else if (value.kind === "class") this.tryClass(value, evaluator);
    }
  }

  /** Runs what the script only defines, if it makes a model. */
  private tryFunction(definition: FunctionValue, name: string): void {
    if (!reachOf(definition.body, { session: this.session, names: this.globals }).creates) return;
    this.runFunction(definition);
    if (this.session.models.some(isFinished))
      this.session.assume(definition.line, `${name} makes the model, called with its defaults`);
  }

  /** An object of a class, and then the first of its methods that makes a model, or the only one that fills it. */
  private tryClass(of: ClassValue, evaluator: Evaluator): void {
    const methods = [...of.members].flatMap(([name, value]) =>
      value.kind === "function"
        ? [{ name, definition: value.definition, ...reachOf(value.definition.body, evaluator) }]
        : [],
    );
    if (!methods.some(({ creates }) => creates)) return;
    const start = methods.find(({ name }) => name === "__init__");
    const args = { positional: [], named: new Map<string, Value>() };
    const node = (start ?? methods[0]!).definition.body;
    const self = instantiate(evaluator, of, args, node, runFunction);
    if (this.session.models.some(isFinished)) {
      this.session.assume(of.line, `${of.name}() makes the model, called with its defaults`);
      return;
    }
    const others = methods.filter((method) => method !== start);
    const adds = ({ body }: FunctionValue) =>
      [...effectsOf(body, this.session).touches.values()].some((hows) => hows.has("add"));
    const fillers = others.filter(
      ({ creates, layers, definition }) => !creates && layers && adds(definition),
    );
    const makers = others.filter(({ creates }) => creates);
    // Which of several would be called, and in which order, nobody says.
    for (const { name, definition } of makers.length > 0 ? makers : fillers.length === 1 ? fillers : []) {
      if (this.session.models.some(isFinished)) return;
      const own = of.statics.has(name) ? definition : boundTo(definition, self);
      this.runFunction(own);
      if (this.session.models.some(isFinished))
        this.session.assume(
          definition.line,
          `${of.name}().${name}() makes the model, called with its defaults`,
        );
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
      throw scriptError(this.session, line, `this is not valid Python: ${label(text ?? "")}`);
    }
  }

  private runFunction(definition: FunctionValue): void {
    const bound = definition.parameters.map(({ name, fallback }) => {
      const missing = unknown(`the argument ${name} of ${definition.name}()`, definition.line, name);
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
        this.decorated(node, evaluator);
        return null;
      case "ScopeStatement":
        for (const name of node.getChildren("VariableName")) evaluator.globals.add(evaluator.text(name));
        return null;
      case "DeleteStatement":
        this.unfollowed.forget(node, evaluator);
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
        return this.while(node, evaluator);
      case "MatchStatement":
        this.unfollowed.leave(node, evaluator, "a match statement");
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
      if (path === "*" && from) this.takeAll(from[1]!, evaluator);
      if (path === "*" || path === "") continue;
      if (from) {
        evaluator.bind(alias ?? path, { kind: "name", path: `${from[1]}.${path}`, words: alias ?? path });
      }
      // `import tensorflow.keras` binds "tensorflow"; with an alias, the whole path.
      else {
        const root = path.split(".")[0]!;
        evaluator.bind(alias ?? root, { kind: "name", path: alias ? path : root });
      }
    }
  }

  /** from module import *: names that Keras and others both have are those of the last module that brings them. */
  private takeAll(module: string, evaluator: Evaluator): void {
    const keras = isKeras(`${module}.`);
    const brought = keras ? namesIn(module) : COMMON_NAMES;
    for (const name of brought) {
      const before = evaluator.names.get(name);
      if (before && before.kind !== "name") continue;
      if (keras) evaluator.names.delete(name);
      else evaluator.bind(name, { kind: "name", path: `${module}.${name}` });
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
      this.bindOne(target, item ?? { ...evaluator.unknown(node), expression: null }, node, evaluator);
    });
  }

  private bindOne(target: SyntaxNode, value: Value, node: SyntaxNode, evaluator: Evaluator): void {
    if (target.name === "VariableName") {
      const name = evaluator.text(target);
      // What the script has no short words for goes by the name that it gets.
      const nameless = value.kind === "unknown" && value.expression === null && !value.lacking;
      evaluator.bind(name, nameless ? { ...value, expression: name } : value);
    } else if (target.name === "MemberExpression") this.setMember(target, value, evaluator);
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
      else owner.spoiled = `${this.session.at(line)}`;
      return;
    }
    if (owner.kind === "array" && property === "shape") owner.shape = null;
    if (property === null) return;
    if (
      owner.kind === "name" &&
      isKeras(owner.path) &&
      (layerClass(property) || /^(Sequential|Model|Input)$/.test(property))
    ) {
      const what = `${label(evaluator.text(target).slice(0, 50))} is set, which is not followed`;
      this.session.lack({ line, what, next: "Call it by a name of its own.", define: null });
    }
    if (owner.kind === "instance") {
      this.session.work.hold(KEPT);
      const nameless = value.kind === "unknown" && value.expression === null && !value.lacking;
      owner.fields.set(property, nameless ? { ...value, expression: evaluator.text(target) } : value);
      return;
    }
    if (owner.kind === "class") {
      owner.members.set(property, value);
      return;
    }
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
      body,
      run: (bound) => {
        if (effectsOf(body, this.session).yields) return unknown(`${name}()`, line);
        const names = new Names(evaluator.names);
        for (const [parameter, value] of bound) names.define(parameter, value);
        const inside = new Evaluator(this.session, names);
        const flow = this.block(body, inside);
        const given = flow === null || typeof flow === "string" ? data(null) : flow;
        return inside.undecided ? this.undecidedResult(name, given, inside) : given;
      },
    };
    this.session.defines++;
    const async = node.firstChild?.name === "async";
    evaluator.bind(name, async ? unknown(`${name}, which is async`, line) : { kind: "function", definition });
  }

  /** What a function gives that may have ended before: not known, and a model that it made need not be the one. */
  private undecidedResult(name: string, given: Value, { undecided }: Evaluator): Value {
    const { what, line, define } = undecided!;
    if (["model", "tensor", "layer", "list", "instance"].includes(given.kind)) {
      this.session.lack({
        ...{ line, what: `${what} decides what ${label(name)}() gives, and is not run`, define },
        next: define === null ? "Write the script without it, as it is to be read." : "",
      });
    }
    return unknown(`${label(name)}()`, line);
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

  /** A class without Keras's bases is followed; one that is a Keras layer, model or callback is not. */
  private class(node: SyntaxNode, evaluator: Evaluator): void {
    const line = evaluator.line(node);
    const text = this.source.slice(node.from, Math.min(node.to, node.from + 200)).split("\n")[0]!;
    const head = label(text.trim().replace(/:.*$/, "").slice(0, 60));
    const name = node.getChild("VariableName");
    const body = node.getChild("Body");
    if (!name || !body) return;
    const given = node.getChild("ArgList");
    const bases = given
      ? children(given)
          .filter(({ name: kind }) => kind !== "AssignOp")
          .map((base) => evaluator.evaluate(base))
      : [];
    if (bases.some((base) => base.kind === "name" && isKeras(base.path) && base.path !== "object")) {
      this.classes.push({ head, line });
      evaluator.bind(evaluator.text(name), unknown(head, line));
      return;
    }
    const scope = new Names(evaluator.names);
    const plain = (base: Value) =>
      base.kind === "class" ||
      (base.kind === "name" && PLAIN_BASES.has(base.path)) ||
      (base.kind === "unknown" && PLAIN_BASES.has(base.why));
    const made: ClassValue = {
      ...{ kind: "class", name: evaluator.text(name), members: new Map(), line },
      ...{ properties: new Set<string>(), statics: new Set<string>() },
      bases: bases.filter((base) => base.kind === "class"),
      foreign: bases.some((base) => !plain(base)),
    };
    scope.define(CLASS, made);
    this.session.defines++;
    this.block(body, new Evaluator(this.session, scope));
    for (const [member, value] of scope.entries()) {
      if (member === CLASS) continue;
      this.session.work.hold(KEPT);
      made.members.set(member, value);
      if (value.kind !== "function") continue;
      const same = this.session.methods.get(member);
      if (same) same.push(value.definition);
      else this.session.methods.set(member, [value.definition]);
    }
    for (let at = body.firstChild; at; at = at.nextSibling) {
      const method =
        at.name === "DecoratedStatement" ? at.getChild("FunctionDefinition")?.getChild("VariableName") : null;
      if (!method) continue;
      const ways = this.decorators(at, evaluator);
      if (ways.includes("property")) (made.properties as Set<string>).add(evaluator.text(method));
      if (ways.includes("staticmethod")) (made.statics as Set<string>).add(evaluator.text(method));
    }
    evaluator.bind(made.name, made);
  }

  private decorators(node: SyntaxNode, evaluator: Evaluator): string[] {
    return node.getChildren("Decorator").map((one) => evaluator.text(one).slice(1, 100).trim());
  }

  /** A function or class as it is, under decorators that leave it what it is; any other makes it unknown. */
  private decorated(node: SyntaxNode, evaluator: Evaluator): void {
    const ways = this.decorators(node, evaluator);
    const inner = node.lastChild!;
    if (ways.some((way) => /^\w+\.(setter|deleter)$/.test(way))) return;
    if (!ways.every((way) => PLAIN_DECORATORS.test(way))) {
      if (this.unfollowed.changesModel(inner, evaluator)) {
        const what = `a function under @${label(ways[0]!.slice(0, 50))} changes the model, and is not run`;
        this.session.lack({
          line: evaluator.line(node),
          what,
          next: "Take the decorator away.",
          define: null,
        });
      }
      this.unfollowed.forget(node, evaluator);
    } else if (inner.name === "FunctionDefinition") this.define(inner, evaluator);
    else if (inner.name === "ClassDefinition") this.class(inner, evaluator);
  }

  private loop(node: SyntaxNode, evaluator: Evaluator): Flow {
    const body = node.getChild("Body")!;
    const [targets, over] = this.loopParts(node);
    const values = over && evaluator.evaluate(over);
    if (values?.kind !== "list" || values.spoiled !== null) {
      const what = values ? `a loop over ${describe(values)}` : "a loop";
      if (this.unfollowed.makesAnew(body, evaluator)) return this.once(node, body, evaluator, what);
      this.unfollowed.leave(node, evaluator, what, countOf(values));
      return null;
    }
    const builds = this.unfollowed.builds(body, evaluator);
    if (!builds && (values.items.length > LONG_LOOP || this.session.rounds > MOST_ROUNDS)) {
      // Each round does the same to a model as the last.
      if (this.unfollowed.touchesModel(body, evaluator)) return this.once(node, body, evaluator, null);
      this.unfollowed.forget(node, evaluator);
      return null;
    }
    // A list that grows while it is followed would never end.
    for (const item of [...values.items]) {
      if (!builds) this.session.rounds++;
      this.bindTargets(targets, item, node, evaluator);
      const flow = this.block(body, evaluator);
      if (flow === "break") return null;
      if (flow !== null && flow !== "continue") return flow;
    }
    const otherwise = node.getChildren("Body")[1];
    return otherwise ? this.block(otherwise, evaluator) : null;
  }

  /** One round of a loop that makes its model anew in each, of rounds that are not known. */
  private once(node: SyntaxNode, body: SyntaxNode, evaluator: Evaluator, what: string | null): Flow {
    if (what !== null)
      this.session.assume(evaluator.line(node), `${what} makes a model in each round: one is followed`);
    this.unfollowed.forget(node, evaluator);
    const flow = this.block(body, evaluator);
    return flow === "break" || flow === "continue" ? null : flow;
  }

  /** A loop whose condition is known is followed where it builds something. */
  private while(node: SyntaxNode, evaluator: Evaluator): Flow {
    const body = node.getChild("Body")!;
    const test = children(node).find(({ name }) => name !== "while" && name !== "Body");
    if (!test || !this.unfollowed.builds(body, evaluator)) {
      this.unfollowed.leave(node, evaluator, "a while loop");
      return null;
    }
    for (let round = 0; round <= LONG_LOOP; round++) {
      const goes = truth(evaluator.evaluate(test));
      if (goes === false) return null;
      const endless = goes === undefined || evaluator.text(test) === "True" || round === LONG_LOOP;
      if (endless && round === 0 && this.unfollowed.makesAnew(body, evaluator))
        return this.once(node, body, evaluator, "a while loop");
      if (endless) break;
      const flow = this.block(body, evaluator);
      if (flow === "break") return null;
      if (flow !== null && flow !== "continue") return flow;
    }
    this.unfollowed.leave(node, evaluator, "a while loop");
    return null;
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

  /** What is tried is taken to work: its body, then `else` and `finally`; else what makes the model where that did not. */
  private try(node: SyntaxNode, evaluator: Evaluator): Flow {
    const bodies: { word: string; body: SyntaxNode }[] = [];
    let word = "";
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (["try", "except", "else", "finally"].includes(child.name)) word = child.name;
      if (child.name === "Body") bodies.push({ word, body: child });
    }
    const creates = (which: string) =>
      bodies.some(({ word: at, body }) => at === which && reachOf(body, evaluator).creates);
    const fails = !creates("try") && !creates("else") && creates("except");
    if (fails)
      this.session.assume(
        evaluator.line(node),
        "what is tried is taken to fail: what makes the model is under except",
      );
    for (const { word: at, body } of bodies) {
      if (
        at === (fails ? "else" : "except") ||
        (fails && at === "except" && !reachOf(body, evaluator).creates)
      )
        continue;
      const flow = this.block(body, evaluator);
      if (flow !== null) return flow;
    }
    return null;
  }

  /** `if __name__ == "__main__"` is taken; a condition that decides about a model cannot be. */
  private condition(node: SyntaxNode, evaluator: Evaluator): Flow {
    const branches: Branch[] = [];
    let test: SyntaxNode | null = null;
    for (const child of children(node)) {
      if (child.name === "if" || child.name === "elif") continue;
      if (child.name === "else") test = null;
      else if (child.name !== "Body") test = child;
      else branches.push({ test, body: child });
    }
    for (const [i, branch] of branches.entries()) {
      const text = branch.test
        ? this.source.slice(branch.test.from, Math.min(branch.test.to, branch.test.from + 200))
        : "";
      const known =
        !branch.test || /__name__\s*==/.test(text) ? true : truth(evaluator.evaluate(branch.test));
      if (known) return this.block(branch.body, evaluator);
      if (known === undefined) return this.undecided(node, branches.slice(i), evaluator);
    }
    return null;
  }

  /** A condition that is not known: where one branch alone makes a model, and changes none, it is that branch. */
  private undecided(node: SyntaxNode, branches: readonly Branch[], evaluator: Evaluator): Flow {
    const test = branches[0]!.test!;
    const words = this.source.slice(test.from, Math.min(test.to, test.from + 200)).replace(/\s+/g, " ");
    const what = `the condition ${label(words.slice(0, 60))}`;
    const makers = branches.filter(({ body }) => reachOf(body, evaluator).creates);
    const [maker] = makers;
    const others = branches.filter((branch) => branch !== maker);
    const alone = makers.length === 1 && !others.some(({ body }) => reachOf(body, evaluator).layers);
    // Beside a model that is there anyway, one that may not be is not taken unasked.
    const first = !this.session.models.some(isFinished);
    if (maker && alone && first && !this.unfollowed.changesModel(node, evaluator)) {
      const holds = maker === branches[0] ? "to hold" : "not to hold";
      this.session.assume(evaluator.line(node), `${what} is taken ${holds}: what makes the model is there`);
      return this.block(maker.body, evaluator);
    }
    const define = words.length <= 100 && test.to - test.from <= 200 ? `${words}=True` : null;
    this.unfollowed.leave(node, evaluator, what, define);
    return null;
  }
}

/** What `--define` says of a loop's rounds: of range(n), n. */
function countOf(values: Value | undefined): string | null {
  if (values?.kind !== "unknown" || !values.why.startsWith("range(")) return null;
  return values.expression === null || values.expression.startsWith("range(")
    ? null
    : `${values.expression}=VALUE`;
}

/** One branch of a condition; the last has no test. */
interface Branch {
  test: SyntaxNode | null;
  body: SyntaxNode;
}

/** What the caller says, as a script would. */
function defined(value: Definition): Value {
  return isTuple(value) ? list(value.map(defined)) : data(value);
}

const isTuple = (value: Definition): value is readonly Definition[] => Array.isArray(value);

/** Bases that bring nothing with them. */
const PLAIN_BASES = new Set(["object", "abc.ABC", "ABC", "typing.NamedTuple", "typing.Generic"]);
/** Decorators under which a function or class is what it was. */
const PLAIN_DECORATORS =
  /^(staticmethod|property|(dataclasses\.)?dataclass(\(.*\))?|(abc\.)?abstractmethod|(typing\.)?override)$/;

/** Stops at the first place that is no Python, instead of looking for ways to go on. */
const STRICT = parser.configure({ strict: true });
