/** What a call in a script is given, and what it knows of the reading that it stands in. */
import type { SyntaxNode } from "@lezer/common";
import type { Names, Session } from "./session.js";
import type { Signature } from "./signatures.js";
import type { ListValue, Value } from "./values.js";

export interface Arguments {
  positional: Value[];
  named: Map<string, Value>;
}

/** Who comes upon a call: the evaluator of the expressions around it. */
export interface Caller {
  readonly session: Session;
  readonly names: Names;
  superOf(node: SyntaxNode): Value;
  line(node: SyntaxNode): number;
  fail(node: SyntaxNode, message: string): never;
  /** What is left aside: the text of the node stands for it. */
  unknown(node: SyntaxNode): Value;
  /** Appends a list's items, as they were before. */
  spreadInto(items: Value[], list: ListValue): void;
}

/** Positional arguments by their names, then the named ones. @throws InputError for those it does not take */
export function byName(
  on: Caller,
  { positional: names, named: known }: Signature,
  { positional, named }: Arguments,
  what: string,
  node: SyntaxNode,
): Map<string, Value> {
  if (positional.length > names.length) {
    on.fail(
      node,
      `${what} takes ${names.length} arguments by position here but is given ${positional.length}. Name the others.`,
    );
  }
  const config = new Map(positional.map((value, i) => [names[i]!, value] as const));
  for (const [name, value] of named) {
    const short = name.slice(0, 50);
    if (config.has(name)) on.fail(node, `${what} is given ${short} twice.`);
    if (!known.has(name)) on.fail(node, `${what} has no argument ${short}.`);
    config.set(name, value);
  }
  return config;
}
