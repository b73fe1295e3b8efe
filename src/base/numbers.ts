/** Numbers worded for people, the same in the report and on the terminal. */

/** 30977 → "30,977"; weights may add up to "12.5". */
export function count(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
}

/** "1 row", "2 rows", "3,000 rows". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/**
 * 0.98684 → "98.7 %". Only a whole is called 100 %, and only nothing 0 %: close to either, decimals are added.
 */
export function percent(share: number, least = 1): string {
  if (!Number.isFinite(share)) return "–";
  if (share === 0 || share === 1) return `${share * 100} %`;
  for (let digits = least; digits < 6; digits++) {
    const text = (share * 100).toFixed(digits);
    if (Number(text) !== 0 && Number(text) !== 100) return `${text} %`;
  }
  return share > 0.5 ? ">99.99999 %" : "<0.00001 %";
}

/** A probability that a model states: rounded to 1 or 0, it is still not certain. "98.7 %", ">99.9 %", "<0.1 %". */
export function chance(probability: number): string {
  if (probability >= 1) return ">99.9 %";
  return probability <= 0 ? "<0.1 %" : percent(probability);
}

/**
 * An amount in whatever unit, by four digits or all those before the point: 0.0123456 → "0.01235", 1234.56 → "1,235", 20240131 →
 * "20,240,131"; "–" for what is no number.
 */
export function amount(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-6)) return value.toExponential(3);
  return value.toLocaleString(
    "en-US",
    size < 1000 ? { maximumSignificantDigits: 4 } : { maximumFractionDigits: 0 },
  );
}

/** Four decimals, as losses and scores are read; very small ones in powers of ten; "–" for what is no number. */
export function decimal(value: number | undefined, digits = 4): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value !== 0 && Math.abs(value) < 0.5 * 10 ** -digits) return value.toExponential(1);
  return value.toFixed(digits);
}

/**
 * An interval behind the figure that it is of, in the figure's words: " (97.8–99.2)". Of width 0 it would claim a certainty
 * that no count of rows gives: "" then.
 */
export function bracketed([low, high]: readonly [number, number], worded: (value: number) => string): string {
  if (!(high > low)) return "";
  const [from, to] = [low, high].map((limit) => worded(limit).replace(/\s?%$/, ""));
  return ` (${from}${low < 0 ? " to " : "–"}${to})`;
}

/** 0.034 → "34 ms", 12.3 → "12.3 s", 75 → "1 min 15 s", 7300 → "2 h 02 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${count(Math.floor(minutes / 60))} h ${two(minutes % 60)} min`;
}

/** 75 → "1:15", 3700 → "1:01:40": time left, where room is short. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [minutes, rest] = [Math.floor(whole / 60), two(whole % 60)];
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}
