/** NumPy's arrays as far as their shapes go: X = np.reshape(x, (n, 40, 3)) says what X.shape[1] is. */
import type { SyntaxNode } from "@lezer/common";
import type { Arguments, Caller } from "./arguments.js";
import { KEPT } from "./session.js";
import { type ArrayValue, array, data, type ListValue, scalar, unknown, type Value } from "./values.js";

const FILLED = new Set(["zeros", "ones", "empty", "full"]);

/** What a function of NumPy's gives, where that follows from its arguments; else null. */
export function arrayCall(
  on: Caller,
  path: string,
  { positional, named }: Arguments,
  node: SyntaxNode,
): Value | null {
  const name = path.split(".").at(-1)!;
  const [first, second] = positional;
  if (FILLED.has(name)) return shaped(on, first ?? named.get("shape"), node);
  if (name === "reshape") return shaped(on, second ?? named.get("newshape") ?? named.get("shape"), node);
  if (name === "expand_dims" && first?.kind === "array" && first.shape) {
    const at = scalar(second ?? named.get("axis"));
    return at === -1 || at === first.shape.length ? array([...first.shape, data(1)]) : null;
  }
  if ((name === "array" || name === "asarray" || name === "copy") && first?.kind === "array")
    return array(first.shape);
  return null;
}

/** x.reshape(2, 3), x.reshape((2, 3)) and what else gives an array of a shape that is known. */
export function arrayMethod(
  on: Caller,
  owner: ArrayValue | null,
  name: string,
  args: Arguments,
  node: SyntaxNode,
): Value {
  const { positional } = args;
  if (name === "reshape" && positional.length > 0) {
    const [first] = positional;
    return shaped(on, first?.kind === "list" ? first : { ...EMPTY, items: positional }, node);
  }
  if (owner && (name === "astype" || name === "copy")) return array(owner.shape);
  if (owner && name === "resize") owner.shape = null;
  return on.unknown(node);
}

const EMPTY: ListValue = { kind: "list", items: [], spoiled: null };

/** An array of a shape as it is written: a tuple of sizes, or one size. −1 is what is left, which is not known. */
function shaped(on: Caller, shape: Value | undefined, node: SyntaxNode): Value {
  if (shape?.kind === "data") return array(typeof shape.value === "number" ? [size(shape, on, node)] : null);
  if (shape?.kind !== "list" || shape.spoiled !== null) return array(null);
  on.session.work.hold(shape.items.length * KEPT);
  return array(shape.items.map((item) => size(item, on, node)));
}

function size(value: Value, on: Caller, node: SyntaxNode): Value {
  const plain = scalar(value);
  if (value.kind === "unknown" || (typeof plain === "number" && plain >= 0)) return value;
  return unsaid(on, node);
}

/** A size for which the script has no words but "X.shape[0]". */
export const unsaid = (on: Caller, node: SyntaxNode): Value =>
  unknown("a size that data decides", on.line(node));

/** Rows of it, of which there may be fewer. */
export function someRows(on: Caller, { shape }: ArrayValue, node: SyntaxNode): ArrayValue {
  return array(shape && shape.length > 0 ? [unsaid(on, node), ...shape.slice(1)] : null);
}

/** pad_sequences: as many columns as it is told. */
export function padded(on: Caller, length: Value | undefined, node: SyntaxNode): ArrayValue {
  return array([unsaid(on, node), length && typeof scalar(length) === "number" ? length : unsaid(on, node)]);
}

/** train_test_split: two parts of each. */
export function splitInTwo(on: Caller, arrays: readonly Value[], node: SyntaxNode): Value[] {
  on.session.work.hold(arrays.length * 4 * KEPT);
  return arrays.flatMap((value) => {
    const part = () =>
      value.kind === "array" ? someRows(on, value, node) : unknown("a part of the data", on.line(node));
    return [part(), part()];
  });
}
