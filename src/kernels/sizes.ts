/** How many elements a buffer has: shapes are dimensions, each an expression over a kernel's own whole numbers. */
import { evaluate, parseExpression, type Scope } from "./expression.js";

/** Numbers that sizes and the C kernels share. */
export const CONSTANTS: Readonly<Record<string, { value: number; means: string }>> = {
  PANEL_ELEMENTS: {
    value: 256 * 64,
    means: "A block of a product's right-hand matrix, copied into the order in which it is read.",
  },
  CHUNK_ROWS: {
    value: 128,
    means:
      "Rows whose deltas recurrent cells gather before they meet the weight gradients: few enough for the cache.",
  },
};

/** Sizes that several kernels share, as functions. */
export const FUNCTIONS: Readonly<Record<string, { of: readonly string[]; is: string; means: string }>> = {
  recurrent: {
    of: ["B", "features", "units", "columns"],
    is:
      "2*(features+units)*columns*units" +
      "+(max(B,CHUNK_ROWS)+1)*(4*units+columns*(features+units)+8)" +
      "+4*(B+4)*units+1024",
    means:
      "Room of a recurrent cell: packed weights and their gradients, panels of a chunk's inputs and deltas, a few " +
      "[B][units] states; features and units are rounded up to the widest vector, columns those of pre-activations.",
  },
};

/** A dimension that a kernel's own numbers do not tell, such as the rows of a table; at least one. */
export const ANY = "any";

/** The dimensions of a shape, outermost first. */
export const dimensionsOf = (shape: string): string[] => shape.split(" ");

/** How many elements a shape has, where `numbers` holds the kernel's own. */
export function elementsOf(shape: string, numbers: Readonly<Record<string, number>>): number {
  const scope: Scope = {
    value(name) {
      const found = name === ANY ? 1 : (numbers[name] ?? CONSTANTS[name]?.value);
      if (found !== undefined) return found;
      throw new ReferenceError(`the size ${shape} speaks of ${name}, which is not there`);
    },
    call(name, given) {
      if (name === "max") return Math.max(...given);
      if (name === "roundUp") return Math.ceil(given[0]! / given[1]!) * given[1]!;
      const called = FUNCTIONS[name];
      if (!called) throw new ReferenceError(`the size ${shape} speaks of ${name}(), which is not there`);
      return elementsOf(called.is, Object.fromEntries(called.of.map((one, i) => [one, given[i]!])));
    },
  };
  let elements = 1;
  for (const dimension of dimensionsOf(shape)) elements *= evaluate(parseExpression(dimension), scope);
  return Math.max(0, elements);
}
