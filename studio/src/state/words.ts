/** Numbers as people read them. */

export const count = (n: number): string => n.toLocaleString("en");

/** A share of 1 in percent; never 100 % of what is less. */
export function percent(share: number): string {
  const text = (100 * share).toFixed(1);
  if (share < 1 && text === "100.0") return "> 99.9 %";
  if (share > 0 && text === "0.0") return "< 0.1 %";
  return `${text} %`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** 80 → "1:20" */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Four digits that count, with a minus sign that is one. */
export const figure = (value: number): string =>
  (value === 0
    ? "0"
    : Math.abs(value) >= 1e4 || Math.abs(value) < 1e-3
      ? value.toExponential(2)
      : value.toPrecision(4)
  ).replace(/^-/, "−");

/** Six digits behind the point, as sums are compared. */
export const six = (value: number): string => value.toFixed(6).replace("-", "−");
