/** What a piece of a script may make or change if it ran, through the script's own functions, methods and classes. */
import type { SyntaxNode } from "@lezer/common";
import type { Caller } from "./arguments.js";
import { effectsOf } from "./effects.js";
import { isKeras } from "./keras-names.js";
import { type Names, type Session, STEP } from "./session.js";
import { layerClass, MERGES } from "./signatures.js";
import type { FunctionValue, Value } from "./values.js";

export interface Reach {
  /** Whether it makes a model. */
  creates: boolean;
  /** Whether it makes layers. */
  layers: boolean;
  /** Whether it adds to anything, or takes from it. */
  adds: boolean;
  /** Attributes that it sets, whosever they are. */
  sets: ReadonlySet<string>;
  /** Names of the script that its functions declare global. */
  globals: ReadonlySet<string>;
}

const MODELS = new Set(["Sequential", "Model", "Functional"]);
const known = new WeakMap<Session, Map<string, Reach>>();

/** Where names are looked up. */
type Where = Pick<Caller, "session"> & { readonly names: Names };

/** Looked at once for as long as the script defines nothing more. */
export function reachOf(node: SyntaxNode, { session, names }: Where): Reach {
  let mine = known.get(session);
  if (!mine) known.set(session, (mine = new Map()));
  session.work.spend(STEP);
  const key = `${node.from} ${node.to} ${session.defines}`;
  const before = mine.get(key);
  if (before) return before;
  session.work.hold(400);
  const found = look(node, session, names);
  mine.set(key, found);
  return found;
}

function look(top: SyntaxNode, session: Session, names: Names): Reach {
  const sets = new Set<string>();
  const globals = new Set<string>();
  const seen = new Set<number>();
  let creates = false;
  let layers = false;
  let adds = false;
  const left = [top];
  const enter = ({ body }: Pick<FunctionValue, "body">) => {
    if (seen.has(body.from)) return;
    seen.add(body.from);
    left.push(body);
  };
  while (left.length > 0) {
    const effects = effectsOf(left.pop()!, session);
    for (const name of effects.sets) sets.add(name);
    for (const name of effects.globals) globals.add(name);
    adds ||= effects.calls.has("add") || effects.calls.has("pop");
    for (const name of effects.calls) {
      session.work.spend(STEP);
      const value = names.get(name);
      if (value?.kind === "function") enter(value.definition);
      else if (value?.kind === "class") for (const method of methodsOf(value)) enter(method);
      else if (!value || value.kind === "name") {
        const own = kerasName(value, name);
        creates ||= own !== null && MODELS.has(own);
        layers ||= own !== null && (layerClass(own) !== null || (MERGES.has(own) && name !== "add"));
      }
      for (const method of session.methods.get(name) ?? []) enter(method);
    }
  }
  return { creates, layers, adds, sets, globals };
}

/** What Keras calls it, as far as its name tells. */
function kerasName(value: (Value & { kind: "name" }) | undefined, name: string): string | null {
  if (!value) return name;
  return isKeras(value.path) ? value.path.split(".").at(-1)! : null;
}

function methodsOf({ members }: Value & { kind: "class" }): FunctionValue[] {
  return [...members.values()].flatMap((value) => (value.kind === "function" ? [value.definition] : []));
}
