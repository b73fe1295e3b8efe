/** Numbers in drawings: as everywhere, with a true minus sign. */
import { decimal } from "../../base/numbers.js";

export const numeral = (value: number, digits = 2): string => decimal(value, digits).replace(/^-/, "−");

/** A number of any size in few characters: "1.26", "0.0182", "3.1e-9", "0". */
export function tiny(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 0.01 && size < 10_000 ? value.toPrecision(3) : value.toExponential(1).replace("e+", "e");
  return text.replace(/^-/, "−");
}
