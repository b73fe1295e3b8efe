/** A bar a word from a common zero: right of it what adds, left of it what takes away. */
import { figure } from "../../state/words.js";

export interface SignedBarsProps {
  names: readonly string[];
  values: readonly number[];
  /** Said behind a bar's number. */
  notes?: readonly (string | undefined)[];
}

export function SignedBars({ names, values, notes = [] }: SignedBarsProps) {
  const most = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
  return (
    <ul class="signed-bars">
      {names.map((name, k) => {
        const value = values[k]!;
        const width = (50 * Math.abs(value)) / most;
        return (
          <li key={k}>
            <span class="words">{name}</span>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect class="ground" width="100" height="10" />
              <rect
                class={value < 0 ? "minus" : "plus"}
                x={value < 0 ? 50 - width : 50}
                width={width}
                height="10"
              />
              <path class="zero" d="M50 0V10" />
            </svg>
            <span>
              {figure(value)} {notes[k] && <span class="quiet">{notes[k]}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
