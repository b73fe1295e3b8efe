/** Numbers in drawings: as everywhere, with a true minus sign. */
import { decimal } from "../../display/numbers.js";

export const numeral = (value: number, digits = 2): string => decimal(value, digits).replace(/^-/, "−");

/** A difference that should be nothing: "0", "3.1e-9". */
export const tiny = (value: number): string => (value === 0 ? "0" : value.toExponential(1));
