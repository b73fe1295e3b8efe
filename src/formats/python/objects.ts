/** Classes of a script's own and their objects: models that are built in `self.model`. */
import type { SyntaxNode } from "@lezer/common";
import { label } from "../../base/label.js";
import type { Arguments, Caller } from "./arguments.js";
import { KEPT, STEP } from "./session.js";
import {
  type ClassValue,
  data,
  dictionary,
  type FunctionValue,
  type InstanceValue,
  list,
  pythonic,
  scalar,
  unknown,
  type Value,
} from "./values.js";

/** Names of a scope that Python has no words for: whose method runs, and on what. */
export const CLASS = "class of super()";
export const SELF = "self of super()";

/** How a function is called with its arguments bound. */
export type Run = (on: Caller, definition: FunctionValue, args: Arguments, node: SyntaxNode) => Value;

/** An object of a class, as its `__init__` makes it. */
export function instantiate(
  on: Caller,
  of: ClassValue,
  args: Arguments,
  node: SyntaxNode,
  run: Run,
): InstanceValue {
  const made: InstanceValue = { kind: "instance", of, fields: new Map() };
  on.session.work.hold(2 * KEPT);
  on.session.instances.push(made);
  const start = find(of, "__init__", on)?.value;
  if (start?.kind === "function") run(on, boundTo(start.definition, made), args, node);
  // A dataclass takes its fields by name.
  else for (const [name, value] of args.named) made.fields.set(name, value);
  return made;
}

/** A member of the class or, depth first, of its bases, and the one of them that has it. */
function find(of: ClassValue, name: string, on: Caller): { value: Value; owner: ClassValue } | undefined {
  const left = [of];
  const seen = new Set<ClassValue>();
  while (left.length > 0) {
    const at = left.pop()!;
    if (seen.has(at)) continue;
    seen.add(at);
    on.session.work.spend(STEP);
    const value = at.members.get(name);
    if (value) return { value, owner: at };
    left.push(...at.bases.toReversed());
  }
  return undefined;
}

/** A method with its first argument given. */
export function boundTo(definition: FunctionValue, self: Value): FunctionValue {
  const [first, ...parameters] = definition.parameters;
  if (first?.how !== "") return definition;
  return {
    ...definition,
    parameters,
    run: (bound, depth) => definition.run(new Map([...bound, [first.name, self], [SELF, self]]), depth),
  };
}

/** object.name, or undefined where the script does not say what that is. */
export function attribute(
  on: Caller,
  self: InstanceValue,
  name: string,
  node: SyntaxNode,
  run: Run,
): Value | undefined {
  const own = self.fields.get(name);
  if (own || !self.of) return own;
  const found = find(self.of, name, on);
  if (found) return onObject(on, found, name, self, node, run);
  if (self.of.foreign && isCalled(node)) sayForeign(on, self, name, node);
  return undefined;
}

/** A member as an object has it: its methods know the object. */
function onObject(
  on: Caller,
  { value, owner }: { value: Value; owner: ClassValue },
  name: string,
  self: Value,
  node: SyntaxNode,
  run: Run,
): Value {
  if (value.kind !== "function" || owner.statics.has(name)) return value;
  const definition = boundTo(value.definition, self);
  if (owner.properties.has(name)) return run(on, definition, { positional: [], named: new Map() }, node);
  return { kind: "function", definition };
}

/** Class.name: a constant, or a method that is given its object. */
export function classAttribute(on: Caller, of: ClassValue, name: string): Value | undefined {
  return find(of, name, on)?.value;
}

/** super().name */
export function superAttribute(
  on: Caller,
  { of, self }: Value & { kind: "super" },
  name: string,
  node: SyntaxNode,
  run: Run,
): Value | undefined {
  for (const base of of.bases) {
    const found = find(base, name, on);
    if (found) return onObject(on, found, name, self, node, run);
  }
  return undefined;
}

const isCalled = (node: SyntaxNode) =>
  node.parent?.name === "CallExpression" && node.parent.firstChild?.to === node.to;

function sayForeign(on: Caller, { of, fields }: InstanceValue, name: string, node: SyntaxNode): void {
  if (![...fields.values()].some(({ kind }) => kind === "model")) return;
  const what = `.${name.slice(0, 50)}() of ${label(of!.name)} is not in the script, and may change the model`;
  const next = "Write its class into the script.";
  on.session.cannotRead({ line: on.line(node), what, next, model: null, about: "model" });
}

// ---- argparse ---------------------------------------------------------------------------------------------

/** argparse.ArgumentParser(): it gives its options' defaults. */
export const commandLine = (): InstanceValue => ({ kind: "instance", of: null, fields: new Map() });

/** A method of a parser of a command line's options. */
export function commandLineMethod(
  on: Caller,
  owner: InstanceValue,
  name: string,
  args: Arguments,
  node: SyntaxNode,
): Value {
  const { positional, named } = args;
  switch (name) {
    case "add_argument": {
      const names = positional.map(scalar).filter((text) => typeof text === "string");
      const own = scalar(named.get("dest")) ?? names.find((text) => text.startsWith("--")) ?? names[0];
      const action = scalar(named.get("action"));
      const value =
        named.get("default") ??
        (action === "store_true" ? data(false) : action === "store_false" ? data(true) : null);
      on.session.work.hold(2 * KEPT);
      // One without a default is what is typed.
      if (typeof own === "string" && value)
        owner.fields.set(own.replace(/^-+/, "").replaceAll("-", "_"), value);
      return on.unknown(node);
    }
    case "add_argument_group":
    case "add_mutually_exclusive_group":
      return owner;
    case "parse_args":
    case "parse_known_args": {
      const said = [...owner.fields].flatMap(([field, value]) =>
        value.kind === "data" ? `${label(field)}=${pythonic(value.value)}` : [],
      );
      if (said.length > 0) {
        const some = said.slice(0, 12).join(", ");
        on.session.assume(
          on.line(node),
          `the command line's options are at their defaults: ${some}${said.length > 12 ? ", …" : ""}`,
        );
      }
      return name === "parse_args" ? owner : list([owner, unknown("what else is typed", on.line(node))]);
    }
    default:
      return on.unknown(node);
  }
}

/** vars(args) */
export const fieldsOf = ({ fields }: InstanceValue): Value => dictionary(fields);
