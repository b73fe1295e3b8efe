/** Expressions of a script: constants, simple arithmetic, names, lists and dictionaries; calls are in calls.ts. */
import type { SyntaxNode } from "@lezer/common";
import { label } from "../../base/label.js";
import type { Arguments, Caller } from "./arguments.js";
import { arrayMethod, someRows } from "./arrays.js";
import { callMethod, callNamed, layersOf, runFunction, useLayer } from "./calls.js";
import { effectsOf } from "./effects.js";
import { isKeras } from "./keras-names.js";
import { attribute, CLASS, classAttribute, instantiate, SELF, superAttribute } from "./objects.js";
import { DEEPEST, KEPT, type Names, type Session, STEP } from "./session.js";
import { layerClass, MERGES, OTHER_LAYERS, objectClass } from "./signatures.js";
import {
  array,
  asText,
  data,
  dictionary,
  type ListValue,
  lacking,
  list,
  MOST_ITEMS,
  type ModelValue,
  type Scalar,
  scalar,
  scriptError,
  type UnknownValue,
  unknown,
  type Value,
} from "./values.js";

/** Characters of a text that a script puts together. */
const MOST_CHARACTERS = 1000;

/** Evaluates expressions of one script under one set of names. */
export class Evaluator implements Caller {
  constructor(
    readonly session: Session,
    readonly names: Names,
    /** Names that the function declares global. */
    readonly globals = new Set<string>(),
  ) {}

  /** What decides whether a function ended before this, with another value; null: nothing. */
  undecided: { what: string; line: number; define: string | null } | null = null;

  text(node: SyntaxNode): string {
    return this.session.source.slice(node.from, node.to);
  }

  line(node: SyntaxNode): number {
    return this.session.lineOf(node.from);
  }

  fail(node: SyntaxNode, message: string): never {
    throw scriptError(this.session, this.line(node), message);
  }

  /** Binds a name where Python would. */
  bind(name: string, value: Value): void {
    const names = this.globals.has(name) ? this.names.globals() : this.names;
    this.session.work.hold(KEPT);
    names.set(name, value);
  }

  /** One level deeper, for as long as `follow` takes: nothing of a script may nest without end. */
  deeper<T>(node: SyntaxNode, follow: () => T): T {
    this.session.work.spend(STEP);
    if (this.session.depth >= DEEPEST) this.fail(node, "this nests too deeply to be read.");
    this.session.depth++;
    try {
      return follow();
    } finally {
      this.session.depth--;
    }
  }

  evaluate(node: SyntaxNode): Value {
    return this.deeper(node, () => this.defined(node) ?? this.dispatch(node));
  }

  /** What the caller says of an expression, by its words. */
  private defined(node: SyntaxNode): Value | undefined {
    const { defined, longestDefined } = this.session;
    const length = node.to - node.from;
    if (defined.size === 0 || node.name === "VariableName" || length > 2 * longestDefined + 20)
      return undefined;
    this.session.work.spend(length);
    return defined.get(wordsOf(this.text(node)));
  }

  /** What a name with its attributes stands for: "self.model". */
  lookup(path: string): Value | undefined {
    const [first, ...rest] = path.split(".");
    let at = this.names.get(first!);
    for (const name of rest) {
      this.session.work.spend(STEP);
      at = at?.kind === "instance" ? at.fields.get(name) : undefined;
    }
    return at;
  }

  private dispatch(node: SyntaxNode): Value {
    switch (node.name) {
      case "Number":
        return this.number(node);
      case "String":
        return this.string(node);
      case "FormatString":
        return this.formatString(node);
      case "ContinuedString":
        return this.continuedString(node);
      case "Boolean":
        return data(this.text(node) === "True");
      case "None":
        return data(null);
      case "VariableName":
        return this.variable(node);
      case "MemberExpression":
        return this.member(node);
      case "ParenthesizedExpression":
        return this.evaluate(children(node)[0] ?? node);
      case "NamedExpression":
        return this.walrus(node);
      case "TupleExpression":
      case "ArrayExpression":
        return this.list(node);
      case "ArrayComprehensionExpression":
        return this.comprehension(node);
      case "DictionaryExpression":
        return this.dictionary(node);
      case "UnaryExpression":
        return this.unary(node);
      case "BinaryExpression":
        return this.binary(node);
      case "ConditionalExpression":
        return this.conditional(node);
      case "CallExpression":
        return this.call(node);
      default:
        return this.left(node);
    }
  }

  /** An expression that is not followed, in full or in part: a model must not change in it. */
  private left(node: SyntaxNode): Value {
    const made = this.unknown(node);
    const line = this.line(node);
    for (const [path, methods] of effectsOf(node, this.session).touches) {
      const owner = this.lookup(path);
      if (owner?.kind !== "model" || !(methods.has("add") || methods.has("pop"))) continue;
      const what = `${made.why} changes the model, and is not run`;
      owner.lacks.push({ line, what, next: "Write the layers out.", define: null });
    }
    return made;
  }

  unknown(node: SyntaxNode): UnknownValue {
    const text = this.session.source.slice(node.from, Math.min(node.to, node.from + 200));
    const short = text.replace(/\s+/g, " ");
    const cut = short.length > 50 || node.to - node.from > 200;
    const expression = node.to - node.from <= 200 ? short : null;
    return unknown(label(cut ? `${short.slice(0, 49)}…` : short), this.line(node), expression);
  }

  private number(node: SyntaxNode): Value {
    const text = this.text(node).replaceAll("_", "");
    const value = Number(text);
    if (Number.isNaN(value)) return this.unknown(node);
    return this.result(value, !/^0[xob]/i.test(text) && /[.e]/i.test(text), node);
  }

  /** A number that a float64 holds as Python does, else unknown. */
  private result(value: number, float: boolean, node: SyntaxNode): Value {
    const exact = Number.isFinite(value) && (float || Number.isSafeInteger(value));
    return exact || (float && value === Infinity && node.name === "Number")
      ? data(value, float)
      : this.unknown(node);
  }

  private string(node: SyntaxNode): Value {
    const text = this.text(node);
    const start = /^([a-zA-Z]*)('''|"""|'|")/.exec(text);
    // Bytes are no text; escapes are followed where they are plain.
    if (!start || /[fb]/i.test(start[1]!)) return this.unknown(node);
    const inner = text.slice(start[0].length, text.length - start[2]!.length);
    const plain = /r/i.test(start[1]!) ? inner : withoutEscapes(inner);
    return plain === null ? this.unknown(node) : data(plain);
  }

  /** f"lstm_{i}": texts and whole numbers in braces, nothing formatted. */
  private formatString(node: SyntaxNode): Value {
    const start = /^[a-zA-Z]*('''|"""|'|")/.exec(this.text(node));
    if (!start) return this.unknown(node);
    let text = "";
    let from = node.from + start[0].length;
    const literal = (to: number) =>
      this.session.source.slice(from, to).replaceAll("{{", "{").replaceAll("}}", "}");
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.name !== "FormatReplacement") continue;
      const inner = children(child).filter(({ name }) => name !== "{" && name !== "}");
      const value = inner.length === 1 ? asText(this.evaluate(inner[0]!)) : null;
      if (value === null) return this.unknown(node);
      text += literal(child.from) + value;
      from = child.to;
      if (text.length > MOST_CHARACTERS) return this.unknown(node);
    }
    text += literal(node.to - start[1]!.length);
    return text.includes("\\") || text.length > MOST_CHARACTERS ? this.unknown(node) : data(text);
  }

  private continuedString(node: SyntaxNode): Value {
    const parts = children(node).map((child) => scalar(this.evaluate(child)));
    return parts.every((part) => typeof part === "string") ? data(parts.join("")) : this.unknown(node);
  }

  private list(node: SyntaxNode): Value {
    const items: Value[] = [];
    let spread = false;
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.name === "*") spread = true;
      if (PUNCTUATION.has(child.name) || child.name === "*") continue;
      const value = this.evaluate(child);
      if (spread && value.kind !== "list") return this.unknown(node);
      if (spread && value.kind === "list") this.spreadInto(items, value);
      else items.push(value);
      spread = false;
      // What is written out may be as long as it is; what is put together may not.
      this.session.work.hold(KEPT);
    }
    return list(items);
  }

  /** Appends a list's items, as they were before. */
  spreadInto(items: Value[], { items: more }: ListValue): void {
    this.session.work.hold(more.length * KEPT);
    this.session.work.spend(more.length * 10);
    const count = more.length;
    for (let i = 0; i < count; i++) items.push(more[i]!);
  }

  private dictionary(node: SyntaxNode): Value {
    const parts = children(node);
    const entries = new Map<string, Value>();
    for (let i = 0; i < parts.length; i++) {
      if (parts[i]!.name === "**") {
        const more = this.evaluate(parts[++i]!);
        if (more.kind !== "dictionary" || more.spoiled !== null) return this.unknown(node);
        for (const [key, value] of more.entries) entries.set(key, value);
        this.session.work.spend(more.entries.size * STEP);
        continue;
      }
      const key = scalar(this.evaluate(parts[i]!));
      const value = parts[++i];
      if (key === undefined || !value) return this.unknown(node);
      this.session.work.hold(KEPT);
      entries.set(String(key), this.evaluate(value));
    }
    return dictionary(entries);
  }

  private variable(node: SyntaxNode): Value {
    const name = this.text(node);
    const known = this.names.get(name);
    if (known?.kind === "unknown") return this.session.defined.get(name) ?? known;
    if (known) return known;
    // Bare names (after `from keras.layers import *`, or a snippet without imports) are Keras's if it has them.
    const kerasName = layerClass(name) || BARE_NAMES.has(name) || OTHER_LAYERS.has(name) || objectClass(name);
    if (kerasName) return { kind: "name", path: name };
    // A snippet's, or what another module of the script's imports.
    const root = Object.hasOwn(ROOTS, name) ? ROOTS[name]! : null;
    if (root) return { kind: "name", path: root };
    return this.session.defined.get(name) ?? unknown(label(name), this.line(node), name);
  }

  private walrus(node: SyntaxNode): Value {
    const [target, value] = children(node).filter(({ name }) => name !== "AssignOp");
    if (!target || !value) return this.unknown(node);
    const read = this.evaluate(value);
    this.bind(this.text(target), read);
    return read;
  }

  private member(node: SyntaxNode): Value {
    const parts = children(node);
    const object = this.evaluate(parts[0]!);
    const property = node.lastChild;
    if (property?.name !== "PropertyName") return this.subscript(node, object, parts[1], parts.length);
    const name = this.text(property);
    switch (object.kind) {
      case "name":
        // A path is as long as what is written, unless names are put behind names again and again.
        return object.path.length > MOST_CHARACTERS
          ? this.unknown(node)
          : { kind: "name", path: `${object.path}.${name}`, words: this.text(node) };
      case "model":
        if (name === "layers" && object.layers) return list(layersOf(object));
        if (/^(in|out)puts?$/.test(name) && !object.layers) return endsOf(object, name) ?? this.unknown(node);
        return { kind: "method", owner: object, name };
      case "instance": {
        const found = attribute(this, object, name, node, runFunction);
        if (found) return found.kind === "unknown" && found.expression === null ? this.unknown(node) : found;
        return object.of ? this.unknown(node) : { kind: "method", owner: object, name };
      }
      case "class":
        return classAttribute(this, object, name) ?? this.unknown(node);
      case "super":
        return superAttribute(this, object, name, node, runFunction) ?? this.unknown(node);
      case "array":
        if (name === "shape") return object.shape ? list([...object.shape]) : this.unknown(node);
        return { kind: "method", owner: object, name };
      case "list":
      case "dictionary":
      case "layer":
        return { kind: "method", owner: object, name };
      case "unknown":
        this.noteMember(node, name);
        return this.unknown(node);
      default:
        return this.unknown(node);
    }
  }

  /** What is done to a model or layer that is not followed may be done to one that is. */
  private noteMember(node: SyntaxNode, name: string): void {
    const line = this.line(node);
    if (name === "set_weights" || name === "load_weights") {
      const next = "Save the model in Python (model.save('model.keras')) and give that file instead.";
      const what = `${name} of something that is not followed gives weights that are not read`;
      this.session.cannotRead({ line, what, next, model: null, about: "weights" });
    } else if (name === "compile" || name === "fit" || name === "fit_generator") {
      this.session.leaveAside(line, `.${name}() of something that is not followed`);
    }
  }

  private subscript(node: SyntaxNode, object: Value, index: SyntaxNode | undefined, parts: number): Value {
    if (object.kind === "array")
      return parts === 2 || node.getChild(":") ? this.part(node, object) : this.unknown(node);
    if (object.kind === "list" && object.spoiled === null && node.getChild(":"))
      return this.slice(node, object);
    const cuts = parts > 2 || node.getChild(":") !== null;
    const at = index && !cuts ? scalar(this.evaluate(index)) : undefined;
    if (at === undefined) return this.unknown(node);
    if (object.kind === "list" && object.spoiled === null && typeof at === "number") {
      const item = object.items[at < 0 ? object.items.length + at : at];
      return !item || (item.kind === "unknown" && item.expression === null && !item.lacking)
        ? this.unknown(node)
        : item;
    }
    if (object.kind === "dictionary" && object.spoiled === null) {
      return object.entries.get(String(at)) ?? this.unknown(node);
    }
    return this.unknown(node);
  }

  /** x[from:to] of an array: some of its rows; one row; anything else is not known. */
  private part(node: SyntaxNode, object: Value & { kind: "array" }): Value {
    const inside = this.text(node)
      .slice(node.firstChild!.to - node.from)
      .trim();
    if (/^\[[^[\],]*:[^[\],]*\]$/.test(inside)) return someRows(this, object, node);
    if (/^\[\s*-?\d+\s*\]$/.test(inside)) return array(object.shape?.slice(1) ?? null);
    return this.unknown(node);
  }

  /** a[from:to] of a list, with bounds that are known. */
  private slice(node: SyntaxNode, { items }: ListValue): Value {
    const bounds: (number | undefined)[] = [undefined];
    for (let child = node.firstChild?.nextSibling ?? null; child; child = child.nextSibling) {
      if (child.name === "[" || child.name === "]") continue;
      if (child.name === ":") bounds.push(undefined);
      else {
        const bound = scalar(this.evaluate(child));
        if (typeof bound !== "number" || !Number.isInteger(bound)) return this.unknown(node);
        bounds[bounds.length - 1] = bound;
      }
    }
    const [from, to, step = 1] = bounds;
    if (bounds.length > 3 || step !== 1) return this.unknown(node);
    this.session.work.hold(items.length * KEPT);
    const part = items.slice(from, to);
    // Sizes that have no words of their own go by the words of them all: X.shape[1:].
    const nameless = part.some(
      (item) => item.kind === "unknown" && item.expression === null && !item.lacking,
    );
    return nameless ? this.unknown(node) : list(part);
  }

  /** [item for name in list], of one loop without a condition. */
  private comprehension(node: SyntaxNode): Value {
    const parts = children(node).filter(({ name }) => name !== "for" && name !== "in");
    const [item, target, over] = parts;
    if (parts.length !== 3 || target?.name !== "VariableName") return this.left(node);
    const items = this.evaluate(over!);
    if (items.kind !== "list" || items.spoiled !== null) return this.left(node);
    const name = this.text(target);
    const before = this.names.get(name);
    const made = items.items.map((value) => {
      this.session.work.hold(KEPT);
      this.names.set(name, value);
      return this.evaluate(item!);
    });
    if (before) this.names.set(name, before);
    else this.names.delete(name);
    return list(made);
  }

  private unary(node: SyntaxNode): Value {
    const operand = children(node)
      .filter(({ name }) => name !== "not")
      .at(-1)!;
    const value = this.evaluate(operand);
    const operator = this.text(node.firstChild!);
    if (operator === "not") {
      // The parser takes "not a and b" for "not (a and b)", which Python does not.
      const joins =
        operand.name === "BinaryExpression" && (operand.getChild("and") || operand.getChild("or"));
      const known = joins ? undefined : truth(value);
      return known === undefined ? this.unknown(node) : data(!known);
    }
    if (value.kind !== "data" || typeof value.value !== "number") return this.unknown(node);
    if (operator === "-") return data(-value.value, value.float);
    return operator === "+" ? value : this.unknown(node);
  }

  private binary(node: SyntaxNode): Value {
    const [left, right] = children(node).filter(({ name }) => !WORD_OPERATORS.has(name));
    if (!left || !right) return this.unknown(node);
    const a = this.evaluate(left);
    const joining = node.getChild("and") ? "and" : node.getChild("or") ? "or" : null;
    if (joining) {
      const known = truth(a);
      if (known === undefined) return this.left(node);
      return (joining === "and") === known ? this.evaluate(right) : a;
    }
    const b = this.evaluate(right);
    const sign = node.getChild("ArithOp");
    if (sign) return this.rooted(this.arithmetic(this.text(sign), a, b, node), [left, a], [right, b]);
    const compares = node.getChild("CompareOp");
    const operator = compares
      ? this.text(compares)
      : node.getChild("in")
        ? node.getChild("not")
          ? "not in"
          : "in"
        : node.getChild("is")
          ? node.getChild("not")
            ? "is not"
            : "is"
          : "";
    // a < b < c is one comparison in Python.
    const chained = left.name === "BinaryExpression" && (left.getChild("CompareOp") || left.getChild("is"));
    const known = chained ? undefined : compare(operator, a, b);
    return known === undefined ? this.unknown(node) : data(known);
  }

  /** What hangs on one name that is not known is known with it: total_words // 2 asks for total_words. */
  private rooted(value: Value, ...operands: (readonly [SyntaxNode, Value])[]): Value {
    if (value.kind !== "unknown" || value.lacking) return value;
    const open = operands.filter(([, operand]) => operand.kind !== "data");
    const [[node, root] = []] = open;
    if (open.length !== 1 || root?.kind !== "unknown" || node!.name === "CallExpression") return value;
    return { ...value, expression: root.expression ?? value.expression };
  }

  private conditional(node: SyntaxNode): Value {
    const [then, test, otherwise] = children(node).filter(({ name }) => name !== "if" && name !== "else");
    const known = test ? truth(this.evaluate(test)) : undefined;
    if (known === undefined || !then || !otherwise) return this.left(node);
    return this.evaluate(known ? then : otherwise);
  }

  /** Numbers by + - and so on, lists and texts by +. */
  arithmetic(operator: string, left: Value, right: Value, node: SyntaxNode): Value {
    if (operator === "+" && left.kind === "list" && right.kind === "list") {
      const length = left.items.length + right.items.length;
      if (left.spoiled !== null || right.spoiled !== null || length > MOST_ITEMS) return this.unknown(node);
      this.session.work.hold(length * KEPT);
      return list([...left.items, ...right.items]);
    }
    // An array and one number: its shape stays.
    if (left.kind === "array" && isNumber(right, node)) return array(left.shape);
    const a = scalar(left);
    const b = scalar(right);
    if (operator === "+" && typeof a === "string" && typeof b === "string") {
      return a.length + b.length > MOST_CHARACTERS ? this.unknown(node) : data(a + b);
    }
    if (typeof a !== "number" || typeof b !== "number") return this.unknown(node);
    const apply = Object.hasOwn(ARITHMETIC, operator) ? ARITHMETIC[operator] : undefined;
    if (!apply) return this.unknown(node);
    const isFloat = (value: Value) => value.kind === "data" && value.float === true;
    const float = isFloat(left) || isFloat(right) || operator === "/" || (operator === "**" && b < 0);
    return this.result(apply(a, b), float, node);
  }

  // ---- calls --------------------------------------------------------------------------------------------

  private call(node: SyntaxNode): Value {
    const callee = this.evaluate(node.firstChild!);
    const args = this.arguments(node.getChild("ArgList")!);
    if (!args) return this.callWithUnknown(callee, node);
    const foreign = callee.kind === "name" && !isKeras(callee.path);
    if (foreign || (callee.kind === "unknown" && !callee.lacking)) this.noteGiven(args, node);
    switch (callee.kind) {
      case "layer":
        return useLayer(this, callee, args, node);
      case "method":
        return callMethod(this, callee.owner, callee.name, args, node);
      case "function":
        return runFunction(this, callee.definition, args, node);
      case "name":
        return callNamed(this, callee.path, args, node);
      case "object":
        return callee.module === "layers" ? lacking(callee.className, callee.line) : this.unknown(node);
      case "class":
        return instantiate(this, callee, args, node, runFunction);
      case "unknown":
        // What hangs on a layer that is lacking says so.
        if (callee.lacking) return callee;
        return this.isMethod(node, "reshape")
          ? arrayMethod(this, null, "reshape", args, node)
          : this.unknown(node);
      default:
        return this.unknown(node);
    }
  }

  private isMethod(call: SyntaxNode, name: string): boolean {
    const property = call.firstChild?.lastChild;
    return property?.name === "PropertyName" && this.text(property) === name;
  }

  /** super(), in a method: what the bases of its class have. */
  superOf(node: SyntaxNode): Value {
    const of = this.names.get(CLASS);
    const self = this.names.get(SELF);
    return of?.kind === "class" && self ? { kind: "super", of, self } : this.unknown(node);
  }

  /** f(Dense(3)) as a statement of its own: f may add it to a model. What is given a model is said. */
  private noteGiven({ positional }: Arguments, node: SyntaxNode): void {
    if (positional.some(({ kind }) => kind === "model"))
      this.session.leaveAside(
        this.line(node),
        `${this.unknown(node).why}, which is given the model and not run`,
      );
    if (node.parent?.name !== "ExpressionStatement" || !positional.some(({ kind }) => kind === "layer"))
      return;
    const what = `${this.unknown(node).why} may add a layer to a model, and is not run`;
    this.session.lack({ line: this.line(node), what, next: "Write the layers out.", define: null });
  }

  /** A call whose arguments are not known, f(*more): of a model or of Keras's it would say what cannot be read. */
  private callWithUnknown(callee: Value, node: SyntaxNode): Value {
    const line = this.line(node);
    if (callee.kind === "method" && (callee.owner.kind === "list" || callee.owner.kind === "dictionary")) {
      callee.owner.spoiled = `${this.session.at(line)}`;
    } else if (callee.kind === "method" || (callee.kind === "name" && isKeras(callee.path))) {
      const name = label(callee.kind === "method" ? callee.name : callee.path);
      const what = `${name} is given arguments that code computes`;
      this.session.cannotRead({ line, what, next: "Write them out.", model: null, about: "model" });
    }
    return this.unknown(node);
  }

  /** Null where how many arguments there are is not known. */
  private arguments(parts: SyntaxNode): Arguments | null {
    const positional: Value[] = [];
    const named = new Map<string, Value>();
    let known = true;
    for (let part = parts.firstChild; part; part = part.nextSibling) {
      if (PUNCTUATION.has(part.name)) continue;
      if (part.name === "for") {
        this.left(parts);
        return null;
      }
      this.session.work.hold(KEPT);
      if (part.name === "**" && part.nextSibling) {
        part = part.nextSibling;
        if (!this.spread(part, named)) known = false;
      } else if (part.name === "*" && part.nextSibling) {
        part = part.nextSibling;
        const given = this.evaluate(part);
        if (given.kind === "list" && given.spoiled === null) this.spreadInto(positional, given);
        else known = false;
      } else if (part.nextSibling?.name === "AssignOp" && part.nextSibling.nextSibling) {
        const name = this.text(part);
        if (named.has(name)) this.fail(part, `${name} is given twice.`);
        part = part.nextSibling.nextSibling;
        named.set(name, this.evaluate(part));
      } else positional.push(this.evaluate(part));
    }
    return known ? { positional, named } : null;
  }

  /** f(**settings) */
  private spread(node: SyntaxNode, named: Map<string, Value>): boolean {
    const given = this.evaluate(node);
    if (given.kind !== "dictionary" || given.spoiled !== null) return false;
    this.session.work.spend(given.entries.size * STEP);
    for (const [key, value] of given.entries) {
      if (named.has(key)) this.fail(node, `${key.slice(0, 50)} is given twice.`);
      named.set(key, value);
    }
    return true;
  }
}

/** Whether Python takes a value for true; undefined where that is not known. */
export function truth(value: Value): boolean | undefined {
  if (value.kind === "data") return Boolean(value.value);
  if (value.kind === "list") return value.spoiled === null ? value.items.length > 0 : undefined;
  if (value.kind === "dictionary") return value.spoiled === null ? value.entries.size > 0 : undefined;
  return ["unknown", "name", "array"].includes(value.kind) ? undefined : true;
}

/** Words of an expression as they are compared: without spaces, with quotes of one kind. */
export const wordsOf = (text: string): string => text.replace(/\s+/g, "").replaceAll("'", '"');

/** A number, or what makes one of anything: float(n). */
function isNumber(value: Value, node: SyntaxNode): boolean {
  if (typeof scalar(value) === "number") return true;
  return value.kind === "unknown" && node.lastChild !== null && /^(float|int|len)\(/.test(value.why);
}

/** The only input or output of a functional model, or all of them. */
function endsOf({ inputs, outputs }: ModelValue, name: string): Value | null {
  const ends = name.startsWith("in") ? inputs : outputs;
  return name.endsWith("s") ? list([...ends]) : ends.length === 1 ? ends[0]! : null;
}

function compare(operator: string, left: Value, right: Value): boolean | undefined {
  const a = scalar(left);
  const b = scalar(right);
  if (operator === "is" || operator === "is not") {
    // What is followed as anything else is not None.
    if (b !== null || left.kind === "unknown" || left.kind === "name") return undefined;
    return (a === null) === (operator === "is");
  }
  if (operator === "in" || operator === "not in") {
    const found = contains(right, a);
    return found === undefined ? undefined : found === (operator === "in");
  }
  if (a === undefined || b === undefined) return undefined;
  const same = typeof a === typeof b && a !== null && b !== null;
  if (operator === "==" || operator === "!=") {
    const equal = same || a === null || b === null ? a === b : undefined;
    return equal === undefined ? undefined : equal === (operator === "==");
  }
  if (!same || typeof a === "boolean") return undefined;
  return operator === "<"
    ? a! < b!
    : operator === ">"
      ? a! > b!
      : operator === "<="
        ? a! <= b!
        : operator === ">="
          ? a! >= b!
          : undefined;
}

/** Whether a list, dictionary or text has it in it. */
function contains(holder: Value, what: Scalar | undefined): boolean | undefined {
  if (what === undefined) return undefined;
  if (holder.kind === "list" && holder.spoiled === null) {
    const items = holder.items.map(scalar);
    return items.includes(what) || (items.includes(undefined) ? undefined : false);
  }
  if (holder.kind === "dictionary" && holder.spoiled === null) return holder.entries.has(String(what));
  const text = scalar(holder);
  return typeof text === "string" && typeof what === "string" ? text.includes(what) : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
};

/** A text without its escapes; null where it has one that is not plain. */
function withoutEscapes(text: string): string | null {
  if (!text.includes("\\")) return text;
  let plain = true;
  const read = text.replace(/\\([\s\S]?)/g, (_, c: string) => {
    plain &&= Object.hasOwn(ESCAPES, c);
    return ESCAPES[c] ?? "";
  });
  return plain ? read : null;
}

const BARE_NAMES = new Set([
  "setattr",
  "super",
  "vars",
  ...[
    "dict",
    "range",
    "len",
    "int",
    "float",
    "str",
    "round",
    "list",
    "tuple",
    "enumerate",
    "zip",
    "max",
    "min",
  ],
  ...["Sequential", "Model", "Functional", "pad_sequences", "clear_session", ...MERGES.keys()],
]);
/** What Keras's modules are called by everyone. */
const ROOTS: Readonly<Record<string, string>> = {
  ...{ tf: "tensorflow", tensorflow: "tensorflow", keras: "keras", layers: "keras.layers" },
};
const PUNCTUATION = new Set(["(", ")", ",", "[", "]", "{", "}", ":", ".", "Comment"]);
const WORD_OPERATORS = new Set(["and", "or", "is", "not", "in", "CompareOp", "BitOp"]);

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "//": (a, b) => Math.floor(a / b),
  "%": (a, b) => a - b * Math.floor(a / b),
  "**": (a, b) => a ** b,
};

/** A node's children without punctuation and operators. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (!PUNCTUATION.has(child.name) && child.name !== "ArithOp" && child.name !== "PropertyName")
      found.push(child);
  }
  return found;
}
