/**
 * Sizes as text: a small language over names, computed here and printed as C.
 *
 *   4*U    B*U+PANEL_ELEMENTS    (1+resetAfter)*3*U    I/groups    max(B,CHUNK_ROWS)    roundUp(U,16)
 *
 * Division rounds down, and by 0 gives 0; roundUp(n, step) is the next multiple of step.
 */

type Operator = "+" | "-" | "*" | "/";

export type Expression =
  | { readonly number: number }
  | { readonly name: string }
  | { readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly call: string; readonly given: readonly Expression[] };

/** What the names and the functions of an expression stand for. */
export interface Scope {
  value(name: string): number;
  call(name: string, given: readonly number[]): number;
}

const OPERATIONS: Record<Operator, (left: number, right: number) => number> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => (right === 0 ? 0 : Math.floor(left / right)),
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

export function evaluate(e: Expression, scope: Scope): number {
  if ("number" in e) return e.number;
  if ("name" in e) return scope.value(e.name);
  if ("call" in e)
    return scope.call(
      e.call,
      e.given.map((one) => evaluate(one, scope)),
    );
  return OPERATIONS[e.operator](evaluate(e.left, scope), evaluate(e.right, scope));
}

/** The names that an expression reads. */
export function namesIn(e: Expression): string[] {
  if ("number" in e) return [];
  if ("name" in e) return [e.name];
  return ("call" in e ? e.given : [e.left, e.right]).flatMap(namesIn);
}

/** The expression in C, its names int64_t; `size_product` and its like are in kernels.h. */
export function expressionToC(e: Expression): string {
  if ("number" in e) return String(e.number);
  if ("name" in e) return e.name;
  if ("call" in e) return `${sizeFunction(e.call)}(${e.given.map(expressionToC).join(", ")})`;
  const [left, right] = [expressionToC(e.left), expressionToC(e.right)];
  if (e.operator === "*") return `size_product(${left}, ${right})`;
  if (e.operator === "/") return `size_quotient(${left}, ${right})`;
  const isSum = "operator" in e.right && (e.right.operator === "+" || e.right.operator === "-");
  return `${left} ${e.operator} ${isSum ? `(${right})` : right}`;
}

/** The name in C of a function of sizes: roundUp is size_round_up. */
export const sizeFunction = (name: string) =>
  `size_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;

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
      const operator = operators.find((one) => this.takes(one));
      if (!operator) return left;
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
    return this.takes("(") ? { call: token, given: this.list() } : { name: token };
  }

  private list(): Expression[] {
    const given = [this.sum()];
    while (this.takes(",")) given.push(this.sum());
    this.expect(")");
    return given;
  }

  private takes(token: string): boolean {
    if (this.tokens[0] !== token) return false;
    this.tokens.shift();
    return true;
  }

  private expect(token: string): void {
    if (!this.takes(token)) this.fail();
  }

  private fail(): never {
    throw new SyntaxError(`"${this.text}" is no size`);
  }
}
