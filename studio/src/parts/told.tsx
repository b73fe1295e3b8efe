/** What was asked of the library: its answer, why there is none, or that it is on its way. */
import type { ComponentChildren } from "preact";
import type { Outcome } from "../state/latest.js";
import { Problem } from "./problem.js";

/** Draws the answer; while another is on its way, the one before stays, dimmed. */
export function Told<T>({ of, children }: { of: Outcome<T>; children: (value: T) => ComponentChildren }) {
  if (of.error) return <Problem error={of.error} />;
  if (of.value === null) return <p class="quiet">{of.pending ? "…" : ""}</p>;
  return (
    <div class="told" aria-busy={of.pending}>
      {children(of.value)}
    </div>
  );
}
