/** What the doctor found, the gravest first: what is the matter, what was seen, and what to do. */
import type { ReadReport } from "cellstate/worker";
import "./findings.css";

const SAID = { problem: "Problem", warning: "Warning", note: "Note" } as const;

export function Findings({ of }: { of: ReadReport["findings"] }) {
  if (of.length === 0) return <p class="quiet">Nothing found.</p>;
  return (
    <ul class="findings">
      {of.map(({ id, severity, title, seen, remedy }) => (
        <li key={id + seen} class={severity}>
          <p>
            <b>{SAID[severity]}:</b> {title}
          </p>
          <p class="quiet">
            {seen} {remedy}
          </p>
        </li>
      ))}
    </ul>
  );
}
