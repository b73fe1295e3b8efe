/** Formulas of explanations, put in numbers: the TeX that is shown, read and evaluated by itself. */

/** [U] or one number; [rows][columns] for weights. */
export type Value = readonly number[];
export type Grid = readonly (readonly number[])[];

export interface Names {
  values: Record<string, Value>;
  matrices: Record<string, Grid>;
  /** "\operatorname{softsign}" and what it gives. */
  functions: Record<string, (z: number) => number>;
}

const TOKEN =
  /\\delta_\{\\text\{out\}\}|\\delta [A-Za-z](?:_\{[^}]*\})?|\\operatorname\{\w+\}'?|\\odot|\\(?:sigma|tanh|exp)'?|\\top|(?:\\tilde\{\w\}|[A-Za-z]'?)(?:_\{[^}]*\})?|\d+(?:\.\d+)?|[-+/()|^{}]/gy;

function tokensOf(tex: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < tex.length; ) {
    if (tex[at] === " ") {
      at++;
      continue;
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(tex);
    if (!match) throw new Error(`cannot read "${tex.slice(at)}" of "${tex}"`);
    tokens.push(match[0]);
    at = TOKEN.lastIndex;
  }
  return tokens;
}

const each = (a: Value, b: Value, f: (x: number, y: number) => number): number[] =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
    f(a.length === 1 ? a[0]! : a[i]!, b.length === 1 ? b[0]! : b[i]!),
  );

type Term = { value: Value } | { matrix: Grid };

/** The right side of a formula. */
export function evaluate(tex: string, names: Names): number[] {
  const choice = /^(.*) \\text\{ where \} (.*), \\text\{ else \} (.*)$/.exec(tex);
  if (choice) {
    const [, yes, condition, no] = choice;
    return evaluate(holds(condition!, names) ? yes! : no!, names);
  }
  const tokens = tokensOf(tex);
  let at = 0;
  const take = (token: string) => tokens[at] === token && ++at > 0;
  const expect = (token: string) => {
    if (!take(token)) throw new Error(`expected ${token} in "${tex}" but there is ${tokens[at]}`);
  };
  const sum = (): Value => {
    let total = product();
    while (tokens[at] === "+" || tokens[at] === "-") {
      const sign = tokens[at++] === "+" ? 1 : -1;
      total = each(total, product(), (a, b) => a + sign * b);
    }
    return total;
  };
  const product = (): Value => {
    let whole = run();
    while (tokens[at] === "\\odot" || tokens[at] === "/") {
      const divide = tokens[at++] === "/";
      whole = each(whole, run(), (a, b) => (divide ? a / b : a * b));
    }
    return whole;
  };
  /** Side by side: a vector and its matrices, or a number and a factor. */
  const run = (): Value => {
    const first = factor();
    if (!("value" in first)) throw new Error(`a matrix begins a product in "${tex}"`);
    let { value } = first;
    while (at < tokens.length && !/^(?:[-+/)|}]|\\odot)$/.test(tokens[at]!)) {
      const next = factor();
      value =
        "matrix" in next
          ? next.matrix[0]!.map((_, k) =>
              next.matrix.reduce((total, row, j) => total + value[j]! * row[k]!, 0),
            )
          : each(value, next.value, (a, b) => a * b);
    }
    return value;
  };
  const factor = (): Term => {
    const base = atom();
    if (!take("^")) return base;
    expect("{");
    const power = tokens[at++]!;
    expect("}");
    if ("matrix" in base) {
      if (power !== "\\top") throw new Error(`the power ${power} of a matrix`);
      return { matrix: base.matrix[0]!.map((_, k) => base.matrix.map((row) => row[k]!)) };
    }
    return { value: base.value.map((x) => x ** Number(power)) };
  };
  const atom = (): Term => {
    if (take("(")) {
      const value = sum();
      expect(")");
      return { value };
    }
    if (take("|")) {
      const value = sum().map(Math.abs);
      expect("|");
      return { value };
    }
    const token = tokens[at++]!;
    if (token in names.values) return { value: names.values[token]! };
    if (token in names.matrices) return { matrix: names.matrices[token]! };
    if (token in names.functions) {
      expect("(");
      const value = sum().map(names.functions[token]!);
      expect(")");
      return { value };
    }
    if (/^\d/.test(token)) return { value: [Number(token)] };
    throw new Error(`"${token}" of "${tex}" has no value`);
  };
  const value = sum();
  if (at < tokens.length) throw new Error(`"${tokens.slice(at).join(" ")}" is left of "${tex}"`);
  return [...value];
}

/** "0 < z < 6", "|z| < 3", "z > 0" */
function holds(condition: string, names: Names): boolean {
  const parts = condition.split(/ ([<>]) /);
  for (let k = 0; k + 2 < parts.length; k += 2) {
    const [a, b] = [evaluate(parts[k]!, names)[0]!, evaluate(parts[k + 2]!, names)[0]!];
    if (parts[k + 1] === "<" ? a >= b : a <= b) return false;
  }
  return true;
}

/** Takes a shown formula in: "z_{f} = …" as a value, "\operatorname{relu}'(z) = …" as a function. */
export function define(tex: string, names: Names): void {
  const [left, right] = tex.split(/ = (.*)/s) as [string, string];
  const called = /^(.*)\(z\)$/.exec(left);
  if (called) {
    names.functions[called[1]!] = (z) =>
      evaluate(right, { ...names, values: { ...names.values, z: [z] } })[0]!;
  } else names.values[left] = evaluate(right, names);
}
