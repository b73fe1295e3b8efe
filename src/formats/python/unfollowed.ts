/** Pieces of a script that are not followed: they must not change a model, and what they would change is unknown after them. */
import type { SyntaxNode } from "@lezer/common";
import { label } from "../../base/label.js";
import { effectsOf } from "./effects.js";
import type { Evaluator } from "./expressions.js";
import { reachOf } from "./reach.js";
import { KEPT, type Session } from "./session.js";
import { unknown } from "./values.js";

export class Unfollowed {
  constructor(private readonly session: Session) {}

  /** Whether a piece makes models or layers, or changes what they are made of. */
  builds(body: SyntaxNode, evaluator: Evaluator): boolean {
    const { creates, layers } = reachOf(body, evaluator);
    return creates || layers || this.changesModel(body, evaluator);
  }

  /** Whether it makes a model, and changes none that is there. */
  makesAnew(body: SyntaxNode, evaluator: Evaluator): boolean {
    return reachOf(body, evaluator).creates && !this.changesModel(body, evaluator);
  }

  /** Whether it takes a model that is there in hand: layers are added to it, or its name goes to another. */
  changesModel(body: SyntaxNode, evaluator: Evaluator): boolean {
    const { touches, binds } = effectsOf(body, this.session);
    for (const [path, methods] of touches) {
      if (
        evaluator.lookup(path)?.kind === "model" &&
        (methods.has("add") || methods.has("pop") || methods.has("="))
      )
        return true;
    }
    return [...binds].some((name) => evaluator.names.get(name)?.kind === "model");
  }

  touchesModel(body: SyntaxNode, evaluator: Evaluator): boolean {
    return [...effectsOf(body, this.session).touches.keys()].some(
      (path) => evaluator.lookup(path)?.kind === "model",
    );
  }

  /**
   * What is not followed must not change a model; what it binds is unknown from there.
   * @param define what `--define` may say so that it is followed: "deep=True"
   */
  leave(node: SyntaxNode, evaluator: Evaluator, what: string, define: string | null = null): void {
    const { touches, calls, sets, returns } = effectsOf(node, this.session);
    const reach = reachOf(node, evaluator);
    const line = evaluator.line(node);
    const doubtful =
      ["set_weights", "load_weights"].find((name) => calls.has(name)) ??
      (sets.has("trainable") ? "trainable" : null);
    const said = `${what} changes the model, and is not run`;
    const lack = { line, what: said, next: "Write the layers out.", define };
    if (returns === "a value") evaluator.undecided ??= { what, line, define };
    let owned = false;
    for (const [path, methods] of touches) {
      const owner = evaluator.lookup(path);
      if (owner?.kind === "model") {
        owned ||= methods.has("add");
        if (methods.has("add") || methods.has("pop")) owner.lacks.push(lack);
        if (methods.has("fit")) this.session.leaveAside(line, `${what} decides about ${label(path)}.fit()`);
        for (const method of ["compile", "load_weights", "set_weights", "build", "="]) {
          if (!methods.has(method)) continue;
          const how = method === "=" ? `what is set of ${path}` : `${path}.${method}()`;
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
    // Models that it would make, and layers that it would add to one that it has no name for.
    if (reach.creates || (reach.layers && reach.adds && !owned)) this.session.lack(lack);
    const isSaid = this.session.unread.some((item) => item.line === line);
    if (doubtful && !isSaid) {
      const next = "Write the script without it, as it is to be read.";
      const decides = `${what} decides about ${doubtful}, and is not run`;
      this.session.cannotRead({ line, what: decides, next, model: null, about: "weights" });
    }
    this.forget(node, evaluator, define);
  }

  /** Makes unknown what a piece would bind, and spoils what it would change in place. */
  forget(node: SyntaxNode, evaluator: Evaluator, define: string | null = null): void {
    const { binds, touches } = effectsOf(node, this.session);
    const { sets, globals } = reachOf(node, evaluator);
    const line = evaluator.line(node);
    const decided = define === null ? {} : { decidedBy: define };
    for (const [path, methods] of touches) {
      const owner = evaluator.lookup(path);
      if (owner?.kind === "list" || owner?.kind === "dictionary") {
        const looks = [...methods].every((how) =>
          ["index", "count", "copy", "get", "items", "keys", "values"].includes(how),
        );
        if (!looks) owner.spoiled = this.session.at(line);
      } else if (owner?.kind === "layer" && (methods.has("=") || methods.has("set_weights"))) {
        evaluator.fail(node, `${owner.className} is changed by code that is not run. Write it out.`);
      } else if (owner?.kind === "array" && (methods.has("resize") || sets.has("shape"))) owner.shape = null;
    }
    for (const { fields } of this.session.instances) {
      this.session.work.spend(KEPT * (1 + sets.size));
      for (const name of sets)
        if (fields.has(name)) fields.set(name, { ...unknown(label(name), line), ...decided });
    }
    for (const name of binds) evaluator.bind(name, { ...unknown(label(name), line, name), ...decided });
    const script = evaluator.names.globals();
    for (const name of globals)
      if (script.get(name)) script.set(name, { ...unknown(label(name), line, name), ...decided });
  }
}
