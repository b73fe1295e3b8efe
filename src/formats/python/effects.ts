/** What a piece of a script would change if it ran: for pieces that are not followed. */
import type { SyntaxNode } from "@lezer/common";
import type { Session } from "./session.js";

export interface Effects {
  /** Names it binds. */
  binds: ReadonlySet<string>;
  /** Names ("model", "self.model") whose value it may change in place, with the method that does, or "=" for an attribute or item. */
  touches: ReadonlyMap<string, ReadonlySet<string>>;
  /** Last names of what it calls. */
  calls: ReadonlySet<string>;
  /** Attributes it sets, whosever they are. */
  sets: ReadonlySet<string>;
  /** Names that it declares global. */
  globals: ReadonlySet<string>;
  yields: boolean;
  /** Whether it ends the function that it stands in, and with a value. */
  returns: "a value" | "nothing" | null;
}

/** Nanoseconds for looking at one node. */
const LOOK = 100;
/** Characters of a name with its attributes. */
const LONGEST_PATH = 100;
const known = new WeakMap<Session, Map<string, Effects>>();

/** Read off the text, which is looked at once however often the piece stands in a loop. */
export function effectsOf(node: SyntaxNode, session: Session): Effects {
  let mine = known.get(session);
  if (!mine) known.set(session, (mine = new Map()));
  const key = `${node.from} ${node.to} ${node.name}`;
  const before = mine.get(key);
  if (before) return before;
  const found = look(node, session);
  session.work.hold(200);
  mine.set(key, found);
  return found;
}

function look(top: SyntaxNode, session: Session): Effects {
  const text = (node: { from: number; to: number }) => session.source.slice(node.from, node.to);
  const binds = new Set<string>();
  const touches = new Map<string, Set<string>>();
  const calls = new Set<string>();
  const sets = new Set<string>();
  const globals = new Set<string>();
  let yields = false;
  let returns: Effects["returns"] = null;
  const touch = (name: string, how: string) => {
    const hows = touches.get(name) ?? new Set();
    touches.set(name, hows.add(how));
  };
  /** Names that are bound, and those whose items or attributes are. */
  const target = (node: SyntaxNode) => {
    if (node.name === "VariableName") binds.add(text(node));
    else if (node.name === "MemberExpression") {
      if (node.lastChild?.name === "PropertyName") sets.add(text(node.lastChild));
      let base: SyntaxNode | null = node;
      while (base?.name === "MemberExpression") {
        session.work.spend(LOOK);
        base = base.firstChild;
        const path = base && pathOf(base);
        if (path) touch(path, "=");
      }
    }
  };
  /** "self.model" */
  const pathOf = (node: SyntaxNode): string | null => {
    if (node.name !== "VariableName" && node.name !== "MemberExpression") return null;
    if (node.to - node.from > LONGEST_PATH) return null;
    const path = text(node);
    return /^[\w.]+$/.test(path) ? path : null;
  };
  const cursor = top.cursor();
  const end = top.to;
  do {
    if (cursor.from >= end && cursor.from > top.from) break;
    session.work.spend(LOOK);
    const node = cursor.node;
    switch (cursor.name) {
      case "YieldStatement":
      case "YieldExpression":
        yields = true;
        break;
      case "ReturnStatement":
        if (insideFunction(node, top)) break;
        if (node.firstChild?.nextSibling && node.lastChild?.name !== "None") returns = "a value";
        else returns ??= "nothing";
        break;
      case "ScopeStatement":
        if (node.firstChild?.name === "global")
          for (const name of node.getChildren("VariableName")) globals.add(text(name));
        break;
      case "NamedExpression":
        if (node.firstChild) target(node.firstChild);
        break;
      case "FunctionDefinition":
      case "ClassDefinition": {
        const name = node.getChild("VariableName");
        if (name && node.from !== top.from) binds.add(text(name));
        break;
      }
      case "AssignStatement":
      case "UpdateStatement":
      case "ForStatement":
      case "WithStatement":
      case "ImportStatement":
      case "DeleteStatement":
        for (const item of targetsOf(node)) {
          session.work.spend(LOOK);
          target(item);
        }
        break;
      case "CallExpression": {
        const callee = node.firstChild!;
        if (callee.name === "VariableName") calls.add(text(callee));
        if (callee.name !== "MemberExpression") break;
        const property = callee.lastChild!;
        if (property.name !== "PropertyName") break;
        calls.add(text(property));
        const path = pathOf(callee.firstChild!);
        if (path) touch(path, text(property));
      }
    }
  } while (cursor.next());
  return { binds, touches, calls, sets, globals, yields, returns };

  /** Whether a function stands between them; counted, as is all that looks at nodes. */
  function insideFunction(node: SyntaxNode, around: SyntaxNode): boolean {
    for (let at = node.parent; at && at.from >= around.from && at.to <= around.to; at = at.parent) {
      session.work.spend(LOOK);
      if (at.name === "FunctionDefinition" || at.name === "ClassDefinition")
        return at.from > around.from || at.to < around.to;
      if (at.from === around.from && at.to === around.to && at.name === around.name) break;
    }
    return false;
  }
}

/** The places that a statement binds: before its last "=", between "for" and "in", after "as" or "import", all of "del". */
function targetsOf(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const parts: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name === "Body") break;
    parts.push(child);
  }
  const add = (part: SyntaxNode) => {
    if (!/^(Tuple|Array|Parenthesized)Expression$/.test(part.name)) return void found.push(part);
    const inner = part.cursor();
    if (!inner.firstChild()) return;
    do {
      if (inner.name === "VariableName" || inner.name === "MemberExpression") found.push(inner.node);
    } while (inner.nextSibling());
  };
  const lastAssign = parts.findLastIndex(({ name }) => name === "AssignOp");
  for (const [i, part] of parts.entries()) {
    const after = parts[i - 1]?.name;
    if (node.name === "AssignStatement" ? i < lastAssign : node.name === "UpdateStatement" && i === 0)
      add(part);
    if (node.name === "WithStatement" && after === "as") add(part);
    if (node.name === "DeleteStatement" || node.name === "ImportStatement") add(part);
    if (node.name === "ForStatement") {
      if (part.name === "in") break;
      add(part);
    }
  }
  return found;
}
