/**
 * Arithmetic with named numbers. One tree gives the formula, the numbers put in, the TeX, the terms and the value, so
 * that none of them can disagree with another.
 */

export type Expression = Leaf | Sum | Product;

/** A number with a name: I = 16, "numbers in x_t". A bare factor such as 4 is its own symbol. */
export interface Leaf {
  readonly kind: "leaf";
  readonly symbol: string;
  readonly value: number;
  readonly meaning: string;
}

interface Sum {
  readonly kind: "sum";
  readonly parts: readonly Expression[];
}

interface Product {
  readonly kind: "product";
  readonly parts: readonly Expression[];
}

export const named = (symbol: string, value: number, meaning: string): Leaf => {
  return { kind: "leaf", symbol, value, meaning };
};

/** A bare number, with what it counts. */
export const number = (value: number, meaning: string): Leaf => named(String(value), value, meaning);

/** A sum or product of one part is that part. */
export const plus = (...parts: readonly Expression[]): Expression =>
  parts.length === 1 ? parts[0]! : { kind: "sum", parts };

export const times = (...parts: readonly Expression[]): Expression =>
  parts.length === 1 ? parts[0]! : { kind: "product", parts };

export const NOTHING = plus();

/** The same arithmetic with other names for its numbers. */
export const renamed = (expression: Expression, rename: (leaf: Leaf) => Leaf): Expression =>
  expression.kind === "leaf"
    ? rename(expression)
    : { ...expression, parts: expression.parts.map((part) => renamed(part, rename)) };

export function evaluate(expression: Expression): number {
  if (expression.kind === "leaf") return expression.value;
  const values = expression.parts.map(evaluate);
  return expression.kind === "sum" ? values.reduce((a, b) => a + b, 0) : values.reduce((a, b) => a * b, 1);
}

interface Notation {
  leaf(leaf: Leaf): string;
  times: string;
}

const SYMBOLS: Notation = { leaf: ({ symbol }) => symbol, times: " × " };
const NUMBERS: Notation = { leaf: ({ value }) => String(value), times: " × " };
const TEX: Notation = { leaf: ({ symbol }) => symbol.replace(/[₀-₉]+/, subscript), times: " \\times " };

/** "₁₂" → "_{12}" */
const subscript = (digits: string) =>
  `_{${[...digits].map((digit) => digit.charCodeAt(0) - 0x2080).join("")}}`;

function write(expression: Expression, notation: Notation): string {
  if (expression.kind === "leaf") return notation.leaf(expression);
  if (expression.parts.length === 0) return expression.kind === "sum" ? "0" : "1";
  if (expression.kind === "sum") return expression.parts.map((part) => write(part, notation)).join(" + ");
  const factor = (part: Expression) => {
    const text = write(part, notation);
    return part.kind === "sum" && part.parts.length > 1 ? `(${text})` : text;
  };
  return expression.parts.map(factor).join(notation.times);
}

/** "4 × ((I + U) × U + U)" */
export const formulaOf = (expression: Expression): string => write(expression, SYMBOLS);
export const texOf = (expression: Expression): string => write(expression, TEX);

/** "4 × ((16 + 32) × 32 + 32) = 6,272"; a single number stands alone. */
export function substitutionOf(expression: Expression): string {
  const total = thousands(evaluate(expression));
  const numbers = write(expression, NUMBERS);
  return /\D/.test(numbers) ? `${numbers} = ${total}` : total;
}

/** The named numbers in the order they first appear. */
export function leavesOf(expression: Expression): Leaf[] {
  const all = expression.kind === "leaf" ? [expression] : expression.parts.flatMap(leavesOf);
  return all.filter((leaf, i) => all.findIndex(({ symbol }) => symbol === leaf.symbol) === i);
}

/** 30977 → "30,977" */
export const thousands = (value: number): string => value.toLocaleString("en-US");
