/**
 * Sizes as text: a small language over a kernel's own whole numbers and the constants of `CONSTANTS`, which is computed
 * here and printed as C.
 *
 *   4*U    B*U + PANEL_ELEMENTS    (1+resetAfter)*3*U    I/groups    max(B,CHUNK_ROWS)    roundUp(U,16)
 *
 * Division rounds down, and by 0 gives 0; roundUp(n, step) is the next multiple of step.
 */

type Operator = "+" | "-" | "*" | "/";
type FunctionName = "max" | "roundUp";

export type Expression =
  | { readonly number: number }
  | { readonly name: string }
  | { readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly call: FunctionName; readonly left: Expression; readonly right: Expression };

const OPERATIONS: Record<Operator | FunctionName, (left: number, right: number) => number> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => (right === 0 ? 0 : Math.floor(left / right)),
  max: Math.max,
  roundUp: (n, step) => Math.ceil(n / step) * step,
};

const known = new Map<string, Expression>();

/** @throws SyntaxError for what is no expression */
export function parseExpression(text: string): Expression {
  let expression = known.get(text);
  if (!expression) {
    expression = new Parser(text).whole();
    known.set(text, expression);
  }
  return expression;
}

/** The value of an expression where `value` gives that of each name. */
export function evaluate(e: Expression, value: (name: string) => number): number {
  if ("number" in e) return e.number;
  if ("name" in e) return value(e.name);
  return OPERATIONS["call" in e ? e.call : e.operator](evaluate(e.left, value), evaluate(e.right, value));
}

/** The names that an expression reads, each once. */
export function namesIn(e: Expression): string[] {
  if ("number" in e) return [];
  if ("name" in e) return [e.name];
  return [...new Set([...namesIn(e.left), ...namesIn(e.right)])];
}

/** The expression in C, its names int64_t; `size_product` and its like are in kernels.h. */
export function expressionToC(e: Expression): string {
  if ("number" in e) return String(e.number);
  if ("name" in e) return e.name;
  const [left, right] = [expressionToC(e.left), expressionToC(e.right)];
  if ("call" in e) return `${e.call === "max" ? "size_max" : "size_round_up"}(${left}, ${right})`;
  if (e.operator === "/") return `size_quotient(${left}, ${right})`;
  return e.operator === "*" ? `size_product(${left}, ${right})` : `(${left} ${e.operator} ${right})`;
}

/** Recursive descent: sum = product ((+|-) product)*, product = operand ((*|/) operand)*. */
class Parser {
  private readonly tokens: string[];

  constructor(private readonly text: string) {
    this.tokens = text.match(/[A-Za-z_]\w*|\d+|[^\s]/g) ?? [];
  }

  whole(): Expression {
    const expression = this.sum();
    if (this.tokens.length > 0) this.fail();
    return expression;
  }

  private sum(): Expression {
    return this.chain(["+", "-"], () => this.chain(["*", "/"], () => this.operand()));
  }

  private chain(operators: readonly Operator[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((one) => one === this.tokens[0]);
      if (!operator) return left;
      this.tokens.shift();
      left = { operator, left, right: operand() };
    }
  }

  private operand(): Expression {
    const token = this.tokens.shift() ?? this.fail();
    if (/^\d/.test(token)) return { number: Number(token) };
    if (token === "(") {
      const inner = this.sum();
      this.expect(")");
      return inner;
    }
    if (!/^\w/.test(token)) this.fail();
    return token === "max" || token === "roundUp" ? this.call(token) : { name: token };
  }

  private call(call: FunctionName): Expression {
    this.expect("(");
    const left = this.sum();
    this.expect(",");
    const right = this.sum();
    this.expect(")");
    return { call, left, right };
  }

  private expect(token: string): void {
    if (this.tokens.shift() !== token) this.fail();
  }

  private fail(): never {
    throw new SyntaxError(`"${this.text}" is no size`);
  }
}
