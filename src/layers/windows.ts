/** Windows that slide along a sequence's steps: how many there are, and where they begin. */
import { inputError } from "../base/errors.js";
import type { Layer } from "./layer.js";

export const PADDINGS = ["valid", "same", "causal"] as const;
/**
 * "valid": windows lie within the sequence; "same": as many outputs as steps, at stride 1; "causal": "same", and
 * none sees a later step.
 */
export type Padding = (typeof PADDINGS)[number];

export interface WindowOptions {
  /** Steps a window covers, gaps included. */
  span: number;
  stride: number;
  padding: Padding;
}

/** S, the number of windows over T steps; null where T is unknown. @throws InputError where none fits */
export function windowCount(
  T: number | null,
  { span, stride, padding }: WindowOptions,
  layer: Layer,
): number | null {
  if (T === null) return null;
  const count = padding === "valid" ? Math.floor((T - span) / stride) + 1 : Math.ceil(T / stride);
  if (count >= 1) return count;
  throw inputError({
    expected: `at least ${span} steps, as many as a window covers`,
    where: `input of ${layer.className} ${layer.name}`,
    received: `${T} steps`,
    next: 'Use padding "same", a smaller window, or longer rows.',
  });
}

/** Steps of padding before the first: Keras on TensorFlow puts the odd one of "same" behind. */
export function stepsBefore(T: number, S: number, { span, stride, padding }: WindowOptions): number {
  if (padding === "valid") return 0;
  if (padding === "causal") return span - 1;
  return Math.floor(Math.max(0, (S - 1) * stride + span - T) / 2);
}
