/** Parameters of RNN: those of its cell, or of each cell of a stack, which reads the states of the one below. */
import type { Shape } from "../../layers/layer.js";
import { type Expression, type Leaf, plus, renamed } from "./expression.js";
import type { Derived, Mistake, ParameterRule } from "./rule.js";

/** One cell of a stack, its sizes told apart from the others': U₂ for its units, U₁ for what it reads. */
interface Storey {
  name: string;
  derived: Derived;
  /** What its formula would be if it read what the first cell reads; null for the first. */
  fromInput: Expression | null;
  rename(expression: Expression): Expression;
}

export const rnnRule: ParameterRule = ({ layer, inputs, derive }) => {
  if (layer.inner.length === 1) return derive(layer.inner[0]!, inputs);
  let shapes: readonly Shape[] = inputs;
  const storeys = layer.inner.map((cell, i): Storey => {
    const derived = derive(cell, shapes);
    const fromInput = i === 0 ? null : renamed(derive(cell, inputs).expression, unitsAs(i + 1, cell.name));
    shapes = [cell.outputShape(shapes)];
    const rename = (expression: Expression) =>
      renamed(expression, (leaf) => inputAs(i)(unitsAs(i + 1, cell.name)(leaf)));
    return { name: cell.name, derived, fromInput, rename };
  });
  const right = storeys.map(({ derived, rename }) => rename(derived.expression));
  return {
    expression: plus(...right),
    notes: [
      `${storeys.length} cells one above the other, each with weights of its own: the first reads xₜ, each other the ` +
        "state h of the one before it, so that its units stand where the first has I.",
      ...notesOf(storeys),
    ],
    mistakes: () => storeys.flatMap((storey, i) => mistakesIn(storey, i, right)),
  };
};

/** What is to be known of each cell; the first note, on time steps, is the same of all. */
function notesOf(storeys: readonly Storey[]): string[] {
  const [steps] = storeys[0]!.derived.notes;
  const own = storeys.flatMap(({ name, derived }) =>
    derived.notes.slice(1).map((note) => `${name}: ${note}`),
  );
  return [...(steps ? [steps] : []), ...own];
}

/** Wrong counts of one cell, the others being right. */
function mistakesIn({ name, derived, fromInput, rename }: Storey, i: number, right: Expression[]): Mistake[] {
  const others = right.filter((_, j) => j !== i);
  const leftOut = {
    slips: [{ name: "a cell left out", says: `the cell ${name} was left out` }],
    expression: plus(...others),
  };
  const misread = fromInput && {
    slips: [
      {
        name: "a cell fed by the input",
        says: `${name} was taken to read xₜ; it reads the state of the cell before it`,
      },
    ],
    expression: plus(...right.with(i, fromInput)),
  };
  const inside = derived.mistakes().map(({ slips, expression }) => ({
    slips: slips.map((slip) => ({ ...slip, says: `${name}: ${slip.says}` })),
    expression: plus(...right.with(i, rename(expression))),
  }));
  return [leftOut, ...(misread ? [misread] : []), ...inside];
}

const numbered = (n: number) =>
  `U${[...String(n)].map((digit) => String.fromCharCode(0x2080 + Number(digit))).join("")}`;

const unitsAs =
  (n: number, name: string) =>
  (leaf: Leaf): Leaf =>
    leaf.symbol === "U"
      ? { ...leaf, symbol: numbered(n), meaning: `units of ${name}: numbers in its state h` }
      : leaf;

/** What the cell above n others reads; the first reads the input. */
const inputAs =
  (n: number) =>
  (leaf: Leaf): Leaf =>
    leaf.symbol === "I" && n > 0 ? { ...leaf, symbol: numbered(n) } : leaf;
